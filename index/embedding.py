"""The vectors of a build, of passages and of their sentences: those of unchanged words are kept, others are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from index.engine import Grow, chunks_of
from index.generation import Generation
from index.inference import Encoder, Floats
from index.joining import embedded_texts
from index.manifest import CollectionSeal
from index.models import ModelCard
from index.records import Records
from index.sentences import embedded_sentences
from index.unfinished import Digest, Unfinished, digest

CHUNK = 512
"""So many passages are embedded between two moments at which the work of a build is kept."""


class Embedding:
    """Brings the vectors of an index in line with its passages, holding those of a few at a time."""

    def __init__(
        self,
        encoder: Path,
        before: Generation | None,
        unfinished: Unfinished,
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
            reusable: see `index.update.Changes.vectors`.
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
