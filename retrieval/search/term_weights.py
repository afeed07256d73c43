"""How much each word of a text tells, by how few passages have it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeVar

from index.store.lexical import LexicalIndex, stems

K = TypeVar("K")

SMALL_STEMS = frozenset(
    stems(
        """a about after all also am an and any are as at be because been before but by can could did do does for from
        had has have he her him his how i if in into is it its just me more my no not of on or our out over own say she
        so some such than that the their them then there these they this those to too under up us very was we were what
        when where which while who whom whose why will with would you your tell said says him herself himself s t d"""
    )
)
"""Words that tell little, as stems."""


class TermWeights:
    """Inverse document frequencies over one generation; safe to share by threads."""

    def __init__(self, lexical: LexicalIndex) -> None:
        """Weigh words by the passages of an index."""
        self._lexical = lexical

    def weights(self, text: str) -> dict[str, float]:
        """Return how much each stem of a text tells: its inverse document frequency; small words are left out.

        Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), p. 347; plus 1
        inside the logarithm, as Lucene does, so that no weight is negative.
        """
        total = self._lexical.count()
        frequencies = {stem: self._lexical.frequency(stem) for stem in stems(text) if stem not in SMALL_STEMS}
        return {stem: math.log(1 + (total - n + 0.5) / (n + 0.5)) for stem, n in frequencies.items()}

    def idf_coverage(self, wanted: str, texts: Mapping[K, str]) -> dict[K, float]:
        """Return which share of some words each text holds, rare words weighing more, between 0 and 1."""
        weights = self.weights(wanted)
        total = sum(weights.values()) or 1.0
        held = {key: set(stems(text)) for key, text in texts.items()}
        return {key: sum(w for stem, w in weights.items() if stem in found) / total for key, found in held.items()}
