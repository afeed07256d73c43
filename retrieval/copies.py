"""Near-identical passages of several articles as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from index.lexical import LexicalIndex
from index.records import PassageRow, Records
from retrieval.fusion import Scored
from retrieval.names import words

ALIKE = 0.7
"""The share of common shingles from which two passages are the same text; agencies' stories differ in a word or two."""

ALIKE_VERSIONS = 0.5
"""The same share for two versions of one address, which differ in what was changed."""

_SHINGLE = 3
_LOOKED_AT = 50

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
    urls = _urls(records, rows.values())
    groups: list[_Group] = []
    for passage, score in scored:
        row, shingled = rows[passage], shingles(rows[passage].text)
        original = next((group for group in groups if group.holds(row.article, shingled, urls[row.article])), None)
        if original is not None:
            original.copies[row.article] = passage
        elif len(groups) < count:
            groups.append(_Group(passage, score, row.article, shingled, urls[row.article]))
    return [Merged(group.passage, group.score, tuple(group.copies.values())) for group in groups]


def copies_elsewhere(
    records: Records, lexical: LexicalIndex, merged: Sequence[Merged], among: Sequence[int] | None
) -> list[Merged]:
    """Return passages with the copies too that no ranking brought up: a text that ten outlets print is cited ten times.

    Those are looked for among the passages that share most words with it.

    Args:
        records: of the generation.
        lexical: of the generation.
        merged: the passages.
        among: passages to search; all by default.
    """
    taken = {passage for one in merged for passage in (one.passage, *one.copies)}
    texts = records.passages([one.passage for one in merged])
    found = []
    for one in merged:
        count = _LOOKED_AT + len(one.copies)
        near = [passage for passage, _ in lexical.search(texts[one.passage].text, count, among=among)]
        rows = records.passages([passage for passage in near if passage not in taken])
        known = records.passages(one.copies)
        text = texts[one.passage]
        urls = _urls(records, [text, *rows.values()])
        group = _Group(one.passage, one.score, text.article, shingles(text.text), urls[text.article])
        group.copies = {known[passage].article: passage for passage in one.copies}
        for passage in near:
            row = rows.get(passage)
            if row and group.holds(row.article, shingles(row.text), urls[row.article]):
                group.copies[row.article] = passage
                taken.add(passage)
        found.append(Merged(one.passage, one.score, tuple(group.copies.values())))
    return found


def _urls(records: Records, rows: Iterable[PassageRow]) -> dict[int, str | None]:
    """Return the addresses of the articles of passages, by the ids of their rows."""
    return {article: row.url for article, row in records.articles(list({row.article for row in rows})).items()}


def resemblance(one: frozenset[Shingle], other: frozenset[Shingle]) -> float:
    """Return the share of common shingles of two texts, 0 to 1."""
    return len(one & other) / len(one | other)


@dataclass(slots=True)
class _Group:
    """A passage and its copies, one in each other article: what an article says twice is no copy."""

    passage: int
    score: float
    article: int
    shingles: frozenset[Shingle]
    url: str | None
    copies: dict[int, int] = field(default_factory=dict)

    def holds(self, article: int, shingled: frozenset[Shingle], url: str | None) -> bool:
        if article == self.article or article in self.copies:
            return False
        return resemblance(self.shingles, shingled) >= (ALIKE_VERSIONS if url and url == self.url else ALIKE)


def shingles(text: str) -> frozenset[Shingle]:
    """Return the shingles of a text: every three words in a row."""
    every = words(text)
    return frozenset(tuple(every[at : at + _SHINGLE]) for at in range(max(1, len(every) - _SHINGLE + 1)))
