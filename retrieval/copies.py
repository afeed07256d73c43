"""Near-identical passages of several articles as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from index.records import Records
from retrieval.fusion import Scored
from retrieval.names import words

ALIKE = 0.7
"""The share of common shingles from which two passages are the same text; agencies' stories differ in a word or two."""

_SHINGLE = 3

Shingle = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """A passage with its score, and the passages further down that repeat it."""

    passage: int
    score: float
    copies: tuple[int, ...]


def merge_copies(records: Records, scored: Sequence[Scored], count: int) -> list[Merged]:
    """Return the first passages of a ranking, those left out that repeat a better one.

    Two passages are alike by the resemblance of their shingles of three words (Broder, On the resemblance and
    containment of documents, 1997, section 2).

    Args:
        records: of the generation.
        scored: (passage id, score), best first.
        count: how many to return at most.
    """
    rows = records.passages([passage for passage, _ in scored])
    groups: list[_Group] = []
    for passage, score in scored:
        row, shingles = rows[passage], _shingles(rows[passage].text)
        original = next((group for group in groups if group.holds(row.article, shingles)), None)
        if original is not None:
            original.copies[row.article] = passage
        elif len(groups) < count:
            groups.append(_Group(passage, score, row.article, shingles))
    return [Merged(group.passage, group.score, tuple(group.copies.values())) for group in groups]


@dataclass(slots=True)
class _Group:
    """A passage and its copies, one in each other article: what an article says twice is no copy."""

    passage: int
    score: float
    article: int
    shingles: frozenset[Shingle]
    copies: dict[int, int] = field(default_factory=dict)

    def holds(self, article: int, shingles: frozenset[Shingle]) -> bool:
        if article == self.article or article in self.copies:
            return False
        return len(self.shingles & shingles) >= ALIKE * len(self.shingles | shingles)


def _shingles(text: str) -> frozenset[Shingle]:
    every = words(text)
    return frozenset(tuple(every[at : at + _SHINGLE]) for at in range(max(1, len(every) - _SHINGLE + 1)))
