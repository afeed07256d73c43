"""Whether a good generation is what was sealed, and whether its parts agree with each other, models, and sources."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path

import numpy as np

from index.core.article import Article
from index.core.errors import Advice, ArticleError, DamagedError, FormatError, GenerationError, Note
from index.core.files import FoundFile, hash_file
from index.core.sentences import MOST
from index.generations.generation import FETCHED, Generation, IndexFolder, check_vectors, open_verified, short
from index.generations.manifest import counted, verify
from index.models.card import ModelCard
from index.models.onnx import Encoder, Floats, OnnxModel
from index.quotations.speech.types import Quotation
from index.readers.registry import READERS
from index.readers.sandbox import ReadingProcess
from index.sources.given import read_file
from index.sources.page_archive import PageArchive
from index.sources.urls import is_link
from index.store.records import Records, embedded_texts
from index.vectors.backend import Ids, Vectors, chunks_of
from index.vectors.faiss_index import SentenceVectors


@dataclass(frozen=True)
class SourceDrift:
    """What the articles of an index were read from."""

    index: IndexFolder

    def remarks(self, recorded: Iterable[tuple[str, str, str]]) -> Iterator[Note]:
        """Yield a line on files that changed, and one on files that are gone, since they were read; none otherwise.

        Neither is damage: the index holds what was read.

        Args:
            recorded: the source, the file within it and the sha256 of each article, file by file.
        """
        changed, gone = list[str](), list[str]()
        with ReadingProcess() as apart:
            for (source, file), articles in groupby(recorded, key=lambda row: row[:2]):
                then = {sha256 for _, _, sha256 in articles}
                now = self._now(source, file, then, apart)
                if now is None:
                    gone.append(file)
                elif not then <= now:
                    changed.append(file)
        if changed:
            yield Note(f"{_some(changed)} changed since", Advice.READ_CHANGES)
        if gone:
            yield Note(f"{_some(gone)} not there any more, or unreadable")

    def _now(self, source: str, file: str, then: set[str], apart: ReadingProcess) -> set[str] | None:
        """Return the sha256 of what a file holds now; None where it is gone."""
        if is_link(source):
            return self._kept(file, then)
        path = Path(source) if Path(source).is_file() else Path(source, file)
        try:
            whole = {hash_file(path)}
        except OSError:
            return None
        if then == whole or path.suffix.lower() not in READERS:
            return whole
        # One of several articles has the sha256 of its own part of the file, which only its reader can tell.
        found = read_file(FoundFile(str(path), file, None), apart)
        return whole | {article.sha256 for article in found if isinstance(article, Article)}

    def _kept(self, name: str, then: set[str]) -> set[str] | None:
        """Return which pages are kept as they were fetched; None where one is gone or was changed."""
        kept = PageArchive(self.index.path / FETCHED)
        try:
            for sha256 in then:
                kept.read(sha256, name)
        except ArticleError:
            return None
        return then


def _some(files: list[str]) -> str:
    are = "is" if len(files) == 1 else "are"
    return f"{counted(len(files), 'files')}, such as {files[0]}, {are}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Note):
    """What was found of one generation.

    Attributes:
        good: whether nothing is wrong.
        generation: name of the generation, where every file of it is the one that was sealed.
    """

    good: bool
    generation: str | None = None


def check_index(index: IndexFolder) -> Iterator[Finding]:
    """Verify every file of every generation, hashing all, writing nothing; yield the one in force first.

    Raises:
        NoIndexError: there is no index.
        EngineError: the vectors of a generation lie in Milvus, which cannot be asked.
    """
    current = None
    try:
        current = index.current()
        yield _check(index, current, "in force")
    except DamagedError as error:
        yield Finding(f"damaged: {error}", error.advice, error.parameters, good=False)
    for name in index.names():
        if name != current:
            yield _check(index, name, "before")


def _check(index: IndexFolder, name: str, standing: str) -> Finding:
    try:
        manifest = index.manifest(name)
        seals = index.seals(name, manifest)
        verify(seals)
        check_vectors(index, manifest)
    except FormatError as error:
        # Left from before an upgrade: whole as far as anyone can tell, and kept until the next build.
        return Finding(
            f"another format ({standing}): {error}", error.advice, error.parameters, good=standing != "in force"
        )
    except GenerationError as error:
        return Finding(f"damaged ({standing}): {error}", error.advice, error.parameters, good=False)
    counts = ", ".join(counted(count, what) for what, count in manifest.counts.items())
    line = f"good ({standing}): {short(name)}, {counts}, {len(seals)} files"
    return Finding(line, good=True, generation=name)


CHUNK = 1024
"""How many passages are looked at together."""

SAMPLE = 20
"""How many passages are embedded anew."""

SAME = 0.99
"""The cosine to its vector, as it is kept, from which a passage is taken for the one that was embedded."""

UNIT = 1e-2
"""How much longer or shorter than 1 a vector may be; those that are kept in eight bits are not exact."""


def check_deeply(index: IndexFolder) -> Iterator[Finding]:
    """Verify every generation as `index.generations.inspection.check_index` does, and look into those that are good.

    Nothing is written into the index. Vectors are read in chunks, ids are held all at once.

    Raises:
        NoIndexError: there is no index.
        EngineError: the vectors of a generation lie in Milvus, which cannot be asked.
    """
    for finding in check_index(index):
        yield finding
        if finding.generation:
            yield from _looked_into(index, finding.generation)


def _looked_into(index: IndexFolder, name: str) -> Iterator[Finding]:
    whole = True
    try:
        generation = open_verified(index, name, index.manifest(name))
        with closing(_Database.open(generation.records_path)) as records:
            parts = _Parts(generation, records)
            for problem in parts.problems():
                whole = False
                yield _damage(name, problem)
            if whole:
                yield Finding(f"whole: {short(name)}, {parts.summary()}", good=True)
                for remark in SourceDrift(index).remarks(records.recorded()):
                    yield Finding(f"note: {short(name)}, {remark}", remark.advice, remark.parameters, good=True)
    except (GenerationError, sqlite3.Error) as error:
        yield _damage(name, str(error))


def _damage(name: str, problem: str) -> Finding:
    return Finding(f"damaged: {short(name)}, {problem}", good=False)


class _Database(Records):
    """The records, and what SQLite itself says of them."""

    def complaints(self) -> Iterator[str]:
        """Yield what is wrong with the file: its pages first, then rows that belong to none that is there."""
        told = [row[0] for row in self._db.execute("PRAGMA integrity_check(1)")]
        if told != ["ok"]:
            yield f"articles.sqlite: {' '.join(str(told[0]).split())}"
            return
        orphans = Counter(row[0] for row in self._db.execute("PRAGMA foreign_key_check"))
        for table, count in orphans.items():
            yield f"articles.sqlite: {counted(count, 'rows')} of {table} that belong to nothing"

    def recorded(self) -> Iterator[tuple[str, str, str]]:
        """Yield the source and the file that each article was read from, file by file, and its sha256 then."""
        return iter(self._db.execute("SELECT source, file, sha256 FROM articles ORDER BY source, file"))


@dataclass(frozen=True)
class _Parts:
    """The parts of one generation, side by side."""

    generation: Generation
    records: _Database

    def problems(self) -> Iterator[str]:
        """Yield what is wrong, a line each."""
        broken = False
        for complaint in self.records.complaints():
            broken = True
            yield complaint
        if broken:
            return  # what follows would read what is not there
        yield from self._counts()
        yield from self._vectors()
        yield from self._sentences()
        yield from self._words()
        yield from self._quotations()
        yield from self._models()

    def summary(self) -> str:
        """Return what was compared, of a generation that is whole."""
        sample = counted(len(self._sample), "passages")
        return (
            f"{counted(len(self._ids), 'vectors')}, {self._sentence_count:,} of sentences, "
            f"{self.generation.lexical.count():,} lexical documents; {sample} embedded anew, cosine at least "
            f"{self._least:.4f}"
        )

    @cached_property
    def _ids(self) -> Ids:
        return np.array(self.records.passage_ids(), np.int64)

    def _counts(self) -> Iterator[str]:
        for table, told in self.generation.manifest.counts.items():
            if (count := self.records.count(table)) != told:
                yield f"the manifest tells of {told:,} {table}, and there are {count:,}"

    def _vectors(self) -> Iterator[str]:
        vectors = self.generation.vectors
        yield from self._several("without a vector", np.setdiff1d(self._ids, vectors.ids))
        yield from self._held(vectors, "vectors")

    def _sentences(self) -> Iterator[str]:
        sentences = self.generation.sentences
        if isinstance(sentences, SentenceVectors):  # those in Milvus were counted when they were opened
            yield from self._held(sentences.vectors, "sentence vectors", each=MOST)

    @property
    def _sentence_count(self) -> int:
        sentences, collection = self.generation.sentences, self.generation.manifest.collection
        if isinstance(sentences, SentenceVectors):
            return len(sentences.vectors)
        return collection.sentences if collection else 0

    def _held(self, vectors: Vectors, what: str, *, each: int = 1) -> Iterator[str]:
        """Yield what is wrong with vectors that are there, of which so many ids stand for one passage."""
        ids = vectors.ids
        if stray := len(np.setdiff1d(ids // each, self._ids)):
            yield f"{what} of {counted(stray, 'passages')} that are not there"
        if twice := len(ids) - len(np.unique(ids)):
            yield f"{counted(twice, what)} under ids that others have"
        gone, bent = 0, 0
        for chunk in chunks_of(ids, CHUNK):
            rows = vectors.by_id(chunk)
            gone += len(set(chunk).difference(rows))
            bent += sum(not self._is_unit(row) for row in rows.values())
        if gone:
            yield f"{counted(gone, what)} listed, but not to be had"
        if bent:
            yield f"{counted(bent, what)} not of length 1 in {self._dimension} dimensions"

    def _is_unit(self, row: Floats) -> bool:
        return row.shape == (self._dimension,) and abs(float(np.linalg.norm(row)) - 1) <= UNIT

    @cached_property
    def _dimension(self) -> int:
        return ModelCard.read(self.generation.encoder).dimension

    def _words(self) -> Iterator[str]:
        lexical = self.generation.lexical
        held: Counter[int] = Counter()
        for chunk in chunks_of(self._ids, CHUNK):
            held.update(lexical.held(chunk))
        yield from self._several("without a lexical document", [i for i in self._ids.tolist() if i not in held])
        yield from self._several("with several lexical documents", [i for i, count in held.items() if count > 1])
        if (stray := lexical.count() - held.total()) > 0:
            yield f"{counted(stray, 'lexical documents')} of passages that are not there"

    def _quotations(self) -> Iterator[str]:
        known: dict[int, set[str]] = {}
        for told in self.records.speakers():
            known.setdefault(told.article, set()).add(told.speaker.name)
        beyond, unknown = list[int](), list[int]()
        for chunk in chunks_of(self._ids, CHUNK):
            rows = self.records.passages(chunk)
            for passage, quotations in self.records.quotations(chunk).items():
                row = rows[passage]
                if not all(_is_within(quotation, row.text) for quotation in quotations):
                    beyond.append(passage)
                if {one.speaker for one in quotations if one.speaker} - known.get(row.article, set()):
                    unknown.append(passage)
        yield from self._several("with a quotation beyond their text", beyond)
        yield from self._several("quoting somebody who is no speaker of the article", unknown)

    def _models(self) -> Iterator[str]:
        """Yield whether a model cannot be used, or embeds some passages otherwise than they were."""
        uses = {"encoder": lambda: self._sample, "reranker": self._reads}
        for role, use in uses.items():
            try:
                use()
            except Exception as error:  # noqa: BLE001  (onnxruntime and tokenizers raise nothing narrower)
                yield f"the {role} cannot be used: {str(error).splitlines()[0]}"
                return
        yield from self._several(
            f"embedded otherwise by the encoder (cosine below {SAME})",
            [passage for passage, cosine in self._sample.items() if not cosine >= SAME],
        )

    def _reads(self) -> None:
        OnnxModel(self.generation.reranker).run([("one", "text")])

    @cached_property
    def _sample(self) -> dict[int, float]:
        """The cosine of the vector of some passages, as it is kept, to one that is made now, by id."""
        # The same sample for a generation whenever it is checked, another one for the next.
        chance = random.Random(self.generation.name)  # noqa: S311  (a sample, not a secret)
        some = sorted(chance.sample(self._ids.tolist(), min(SAMPLE, len(self._ids))))
        texts = embedded_texts(self.records, some)
        kept = self.generation.vectors.by_id(some)
        anew = Encoder(self.generation.encoder).passages([text for text, _ in texts.values()]) if texts else ()
        return {i: float(kept[i] @ row) for i, row in zip(texts, anew, strict=True) if i in kept}

    @property
    def _least(self) -> float:
        return min(self._sample.values(), default=1.0)

    def _several(self, fault: str, passages: Sequence[int] | Ids) -> Iterator[str]:
        """Yield how many passages have a fault, and where one of them stands; nothing where none has it."""
        if len(passages):
            row = self.records.passages([int(passages[0])])[int(passages[0])]
            article = self.records.articles([row.article])[row.article]
            where = f"{article.name}, paragraph {row.paragraph + 1}"
            yield f"{counted(len(passages), 'passages')} {fault}, such as {where}"


def _is_within(quotation: Quotation, text: str) -> bool:
    return 0 <= quotation.start < quotation.end <= len(text)
