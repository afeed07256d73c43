"""The second view of the passages: the vectors of their sentences, found as parts of their passages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.engine import Ids
from index.inference import Floats
from index.sentences import MOST
from index.vectors import VectorIndex


class SentenceVectors:
    """The sentences of passages that have several, each under the id of its passage and its position therein.

    A long passage says many things and its vector is the mean of them; one sentence of it may be just what is asked.
    """

    def __init__(self, vectors: VectorIndex) -> None:
        """Wrap an index whose ids are those that `sentence_ids` gives."""
        self.vectors = vectors

    def passages(self) -> Ids:
        """Return the ids of the passages whose sentences are held, sorted, shape (passages,)."""
        return np.unique(self.vectors.ids // MOST)

    def of(self, passages: Sequence[int]) -> dict[int, Floats]:
        """Return the vectors of the sentences of passages, shape (sentences, dimension), by passage id.

        Passages of one sentence are left out.
        """
        ids = (np.asarray(passages, np.int64)[:, None] * MOST + np.arange(MOST)).reshape(-1)
        found: dict[int, list[Floats]] = {}
        for sentence, vector in sorted(self.vectors.by_id(ids).items(), key=lambda item: item[0]):
            found.setdefault(sentence // MOST, []).append(vector)
        return {passage: np.stack(found[passage]) for passage in passages if passage in found}

    def search(self, query: Floats, count: int, *, among: Ids | None = None) -> list[tuple[int, float]]:
        """Return the passages with the nearest sentences as (passage id, cosine of the best sentence), best first.

        Args:
            query: a unit vector, shape (dimension,).
            count: how many sentences to look at.
            among: search the sentences of these passages only; all by default.
        """
        best: dict[int, float] = {}
        for sentence, cosine in self.vectors.search(query, count, among=among, each=MOST):
            best.setdefault(sentence // MOST, cosine)
        return list(best.items())


def sentence_ids(passage: int, count: int) -> Ids:
    """Return the ids of the first sentences of a passage, shape (count,)."""
    return passage * MOST + np.arange(count, dtype=np.int64)
