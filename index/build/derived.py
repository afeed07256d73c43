"""What a build works out from words, quotations and vectors: kept where the words are unchanged, else made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.build.checkpoint import Checkpoint, Digest, article_digest, digest
from index.build.faiss_writer import FileVectors
from index.build.sync import BuildOptions
from index.core.cores import available_cores
from index.core.errors import GenerationError
from index.core.sentences import embedded_sentences
from index.generations.generation import Generation, IndexFolder
from index.generations.manifest import Manifest
from index.models.card import ModelCard
from index.models.onnx import Encoder, Floats
from index.quotations.pipeline import QuotationFinder
from index.quotations.speech.types import Reading
from index.readers.extraction.metadata import ENGLISH
from index.store.records import Records, RecordsWriter, embedded_texts
from index.vectors.backend import Grow, chunks_of
from index.vectors.milvus_address import CollectionSeal, MilvusAddress, read_address

if TYPE_CHECKING:
    from index.build.milvus_writer import Collections

KEPT = 64
"""So many articles are read between two moments at which the work of a build is kept."""

_ARTICLES_A_PROCESS = 64


class QuotationExtractor:
    """Puts the quotations and speakers of articles into the records."""

    def __init__(
        self, records: RecordsWriter, unfinished: Checkpoint, progress: Callable[[int, int | None], None]
    ) -> None:
        """Prepare to read articles.

        Args:
            records: the articles, to which is added what is found.
            unfinished: what an interrupted build has found already.
            progress: told how many of the articles that have to be read are done, and how many there are.
        """
        self._records = records
        self._unfinished = unfinished
        self._progress = progress

    def run(self, articles: Sequence[int], before: Records | None, reusable: Mapping[Digest, int]) -> None:
        """Read articles, named by the ids of their rows.

        Args:
            articles: those that have no reading.
            before: the records of the generation before.
            reusable: see `index.build.sync.Changes.readings`.
        """
        unread = [row for row in articles if not self._take(row, before, reusable)]
        if not unread:
            return
        keep = len(unread) > KEPT
        processes = min(available_cores(), 1 + len(unread) // _ARTICLES_A_PROCESS)
        readings = QuotationFinder().read(map(self._records.load_article, unread), processes=processes)
        fresh: dict[Digest, Reading] = {}
        for done, (row, reading) in enumerate(zip(unread, readings, strict=True), 1):
            self._records.add_reading(row, reading)
            fresh[article_digest(self._records.load_article(row))] = reading
            self._progress(done, len(unread))
            if keep and len(fresh) == KEPT:
                self._unfinished.keep_readings(fresh)
                fresh = {}

    def _take(self, row: int, before: Records | None, reusable: Mapping[Digest, int]) -> bool:
        """Add the reading of an article that need not be read; tell whether it is one."""
        article = self._records.load_article(row)
        key = article_digest(article)
        if article.language not in (None, ENGLISH):
            reading: Reading | None = Reading((), ())
        elif before and key in reusable:
            reading = before.load_reading(reusable[key])
        else:
            reading = self._unfinished.reading(key)
        if reading:
            self._records.add_reading(row, reading)
        return reading is not None


CHUNK = 512
"""So many passages are embedded between two moments at which the work of a build is kept."""


class Embedding:
    """Brings the vectors of an index in line with its passages, holding those of a few at a time."""

    def __init__(
        self,
        encoder: Path,
        before: Generation | None,
        unfinished: Checkpoint,
        progress: Callable[[int, int], None],
    ) -> None:
        """Prepare to embed.

        Args:
            encoder: folder of the prepared encoder, loaded only if there is a text to embed.
            before: the generation whose vectors, by the same encoder, are taken over.
            unfinished: what an interrupted build has embedded already.
            progress: told how many of the missing passages are done, and how many there are.
        """
        self._folder = encoder
        self.before = before
        self._unfinished = unfinished
        self._progress = progress
        self.embedded = 0

    def run(self, records: Records, reusable: Mapping[Digest, int], grow: Grow) -> CollectionSeal | None:
        """Leave out the vectors of passages that are gone, add those that are missing; count what was embedded.

        Args:
            records: the passages.
            reusable: see `index.build.sync.Changes.vectors`.
            grow: begins the vectors of the new generation.
        """
        wanted = np.asarray(records.passage_ids(), np.int64)
        known = self.before.vectors.ids if self.before else np.zeros(0, np.int64)
        missing = np.setdiff1d(wanted, known, assume_unique=True)
        growing = grow(ModelCard.read(self._folder).dimension, np.setdiff1d(known, wanted, assume_unique=True))
        done = 0
        for ids in chunks_of(missing, CHUNK):
            growing.add(self._vectors(records, ids, reusable, keep=len(missing) > CHUNK))
            done += len(ids)
            self._progress(done, len(missing))
        return growing.finish()

    def _vectors(
        self, records: Records, ids: Sequence[int], reusable: Mapping[Digest, int], *, keep: bool
    ) -> dict[int, Floats]:
        """Return the vector of each passage and, below it, those of its sentences, by passage id."""
        texts = embedded_texts(records, ids)
        keys = {i: digest(*these) for i, these in texts.items()}
        rows = self._taken_over(keys, reusable)
        if keep:
            worked_out = self._unfinished.vectors([key for i, key in keys.items() if i not in rows])
            rows |= {i: worked_out[key] for i, key in keys.items() if key in worked_out}
        made = self._embed({i: these for i, these in texts.items() if i not in rows})
        if keep:
            self._unfinished.keep_vectors({keys[i]: these for i, these in made.items()})
        rows |= made
        return {i: rows[i] for i in ids}

    def _taken_over(self, digests: Mapping[int, Digest], reusable: Mapping[Digest, int]) -> dict[int, Floats]:
        """Return what the generation before has for passages that are embedded as one there was."""
        if not self.before:
            return {}
        old = {i: reusable[key] for i, key in digests.items() if key in reusable}
        known = self.before.vectors.by_id(list(old.values()))
        sentences = self.before.sentences.of(list(known))
        return {
            i: np.stack([known[was], *sentences.get(was, ())])  # the passage, then its sentences if it has several
            for i, was in old.items()
            if was in known
        }

    @cached_property
    def _encoder(self) -> Encoder:
        return Encoder(self._folder, building=True)

    def _embed(self, texts: Mapping[int, tuple[str, str]]) -> dict[int, Floats]:
        """Return the vectors of texts that stand for passages and, below each, those of the passage's sentences."""
        self.embedded += len(texts)
        if not texts:
            return {}
        parts = {
            i: [text, *(passage[start:end] for start, end in embedded_sentences(passage))]
            for i, (text, passage) in texts.items()
        }
        rows = self._encoder.passages([part for these in parts.values() for part in these])
        ends = np.cumsum([len(these) for these in parts.values()])
        return dict(zip(parts, np.split(rows, ends[:-1]), strict=True))


class VectorBuild:
    """Where a build puts the vectors."""

    def __init__(self, index: IndexFolder, options: BuildOptions) -> None:
        """Choose between files and Milvus; there, drop what a build that was killed left behind.

        Args:
            index: the index, whose writer lock is held.
            options: what the build is asked for.

        Raises:
            EngineError: Milvus cannot be asked.
            UsageError: the collections belong to an index in another folder.
        """
        self._collections: Collections | None = None
        if address := _address(index, options.milvus):
            from index.build.milvus_writer import Collections  # noqa: PLC0415  (an extra, for who names such an index)

            self._collections = Collections(index, address)
            self._collections.prepare(take_over=options.rebuild)

    def fits(self, manifest: Manifest) -> bool:
        """Tell whether a generation has its vectors where they are to be."""
        lie = manifest.collection.address if manifest.collection else None
        return lie == (self._collections.address.text if self._collections else None)

    def write(
        self, embedding: Embedding, records: Records, reusable: Mapping[Digest, int], staging: Path
    ) -> CollectionSeal | None:
        """Write the vectors of all passages and their sentences.

        Args:
            embedding: makes them, or takes them from the generation before.
            records: the passages.
            reusable: see `index.build.sync.Changes.vectors`.
            staging: folder of the files of the build.

        Returns:
            The seal of the collection that the vectors lie in, if any.

        Raises:
            DamagedError: not all vectors arrived in Milvus.
            EngineError: Milvus refuses.
        """
        before = embedding.before
        if self._collections:
            return embedding.run(records, reusable, partial(self._collections.grow, before))
        return embedding.run(records, reusable, partial(FileVectors, staging, before))

    def swap(self, collection: CollectionSeal | None) -> None:
        """Have the alias name the collection of the generation that is in force now.

        Raises:
            EngineError: Milvus refuses.
        """
        if self._collections and collection:
            self._collections.point(collection.name)

    def tidy(self) -> None:
        """Drop the collections that no generation names any more.

        Raises:
            EngineError: Milvus refuses.
        """
        if self._collections:
            self._collections.tidy()


def _address(index: IndexFolder, wanted: MilvusAddress | None) -> MilvusAddress | None:
    """Return where in Milvus the vectors are to lie: as wanted, else where they lay before; None for files."""
    before = _remembered_address(index)
    if wanted and before and not wanted.kind and replace(wanted, folder=None) == replace(before, kind=""):
        return before
    return wanted or before


def _remembered_address(index: IndexFolder) -> MilvusAddress | None:
    for name in index.names():
        try:
            collection = index.manifest(name).collection
        except GenerationError:
            continue
        return read_address(collection.address) if collection else None
    return None
