"""The second view of the passages: the vectors of their sentences, found as parts of their passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from index.inference import Floats
from index.sentences import MOST
from index.vectors import Ids, VectorIndex


class SentenceVectors:
    """The sentences of passages that have several, each under the id of its passage and its position therein.

    A long passage says many things and its vector is the mean of them; one sentence of it may be just what is asked.
    """

    def __init__(self, vectors: VectorIndex) -> None:
        """Wrap an index whose ids are `MOST` times the id of a passage, plus the position of a sentence."""
        self.vectors = vectors

    def add(self, sentences: Mapping[int, Floats]) -> None:
        """Add the vectors of the sentences of passages, shape (sentences, dimension) each, by passage id."""
        for passage, rows in sentences.items():
            self.vectors.add(passage * MOST + np.arange(len(rows), dtype=np.int64), rows)

    def remove(self, passages: Sequence[int]) -> None:
        """Take the sentences of passages out."""
        self.vectors.remove(self._within(np.asarray(passages, np.int64)).tolist())

    def passages(self) -> set[int]:
        """Return the ids of the passages whose sentences are held."""
        return set((self.vectors.ids // MOST).tolist())

    def of(self, passages: Sequence[int]) -> dict[int, Floats]:
        """Return the vectors of the sentences of passages, shape (sentences, dimension), by passage id.

        Passages of one sentence are left out.
        """
        known = self.vectors.ids
        wanted = np.asarray(passages, np.int64) * MOST
        bounds = zip(passages, np.searchsorted(known, wanted), np.searchsorted(known, wanted + MOST), strict=True)
        return {passage: self.vectors.rows(int(first), int(stop)) for passage, first, stop in bounds if first < stop}

    def search(self, query: Floats, count: int, *, among: Ids | None = None) -> list[tuple[int, float]]:
        """Return the passages with the nearest sentences as (passage id, cosine of the best sentence), best first.

        Args:
            query: a unit vector, shape (dimension,).
            count: how many sentences to look at.
            among: search the sentences of these passages only; all by default.
        """
        within = self._within(among) if among is not None else None
        best: dict[int, float] = {}
        for sentence, cosine in self.vectors.search(query, count, among=within):
            best.setdefault(sentence // MOST, cosine)
        return list(best.items())

    def _within(self, passages: Ids) -> Ids:
        known = self.vectors.ids
        return known[np.isin(known // MOST, passages)]
