"""Near-identical passages of several articles as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from index.lexical import LexicalIndex, stems
from index.records import PassageRow, Records
from retrieval.fusion import Scored
from retrieval.names import words
from retrieval.timings import staged

ALIKE = 0.7
"""The share of common shingles from which two passages are the same text; agencies' stories differ in a word or two."""

ALIKE_VERSIONS = 0.5
"""The same share for two versions of one address, which differ in what was changed."""

_SHINGLE = 3
LOOKED_AT = 12
"""How many passages that share the rarest words of a text are compared with it at first."""

_RAREST = 4
_AT_ONCE = 200

Shingle = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """A passage with its score, and the passages further down that repeat it."""

    passage: int
    score: float
    copies: tuple[int, ...]


def merge_copies(records: Records, scored: Sequence[Scored], count: int) -> list[Merged]:
    """Return the first passages of a ranking, those left out that repeat a better one; nothing further down is read.

    Two passages are alike by the resemblance of their shingles of three words (Broder, On the resemblance and
    containment of documents, 1997, section 2).

    Args:
        records: of the generation.
        scored: (passage id, score), best first.
        count: how many to return at most.
    """
    groups: list[_Group] = []
    for row, score, url in _read(records, scored):
        if len(groups) == count:
            break
        shingled = shingles(row.text)
        original = next((group for group in groups if group.holds(row.article, shingled, url)), None)
        if original is not None:
            original.copies[row.article] = row.id
        else:
            groups.append(_Group(row.id, score, row.article, shingled, url))
    return [Merged(group.passage, group.score, tuple(group.copies.values())) for group in groups]


def _read(records: Records, scored: Sequence[Scored]) -> Iterator[tuple[PassageRow, float, str | None]]:
    """Yield the passages of a ranking with their scores and the addresses of their articles, some at a time."""
    for start in range(0, len(scored), _AT_ONCE):
        some = scored[start : start + _AT_ONCE]
        rows = records.passages([passage for passage, _ in some])
        urls = _urls(records, rows.values())
        yield from ((rows[passage], score, urls[rows[passage].article]) for passage, score in some)


@staged("copies")
def copies_elsewhere(
    records: Records, lexical: LexicalIndex, merged: Sequence[Merged], among: Sequence[int] | None
) -> list[Merged]:
    """Return passages with the copies too that no ranking brought up: a text that ten outlets print is cited ten times.

    Those are looked for among the passages that share its rarest words.

    Args:
        records: of the generation.
        lexical: of the generation.
        merged: the passages.
        among: passages to search; all by default.
    """
    taken = {passage for one in merged for passage in (one.passage, *one.copies)}
    texts = records.passages(list(taken))
    urls = _urls(records, texts.values())
    found = []
    for one in merged:
        text = texts[one.passage]
        group = _Group(one.passage, one.score, text.article, shingles(text.text), urls[text.article])
        group.copies = {texts[passage].article: passage for passage in one.copies}
        _complete(
            group,
            text.text,
            records,
            taken,
            partial(lexical.search_stems, rarest_stems(lexical, text.text, least=2), among=among),
        )
        found.append(Merged(one.passage, one.score, tuple(group.copies.values())))
    return found


def _complete(group: _Group, text: str, records: Records, taken: set[int], search: Callable[[int], list[int]]) -> None:
    """Add copies to a group, looking further for as long as half of what comes up are some."""
    count = LOOKED_AT + len(group.copies)
    while True:
        near = search(count)
        rows = records.passages([passage for passage in near if passage not in taken])
        urls = _urls(records, rows.values())
        for passage, row in rows.items():
            if _as_long(row.text, text) and group.holds(row.article, shingles(row.text), urls[row.article]):
                group.copies[row.article] = passage
                taken.add(passage)
        if len(near) < count or 2 * len(set(near) & set(group.copies.values())) < count:
            return
        count *= 2


def rarest_stems(lexical: LexicalIndex, text: str, *, least: int) -> list[str]:
    """Return the few stems of a text that fewest passages have, of those that at least so many have."""
    frequencies = {stem: lexical.frequency(stem) for stem in set(stems(text))}
    common = [stem for stem, count in frequencies.items() if count >= least]
    return sorted(common, key=lambda stem: (frequencies[stem], stem))[:_RAREST]


def _urls(records: Records, rows: Iterable[PassageRow]) -> dict[int, str | None]:
    """Return the addresses of the articles of passages, by the ids of their rows."""
    return {article: row.url for article, row in records.articles(list({row.article for row in rows})).items()}


def _as_long(one: str, other: str) -> bool:
    """Whether two texts may resemble each other: where one is thrice as long, it is not worth comparing them."""
    return 3 * min(len(one), len(other)) >= max(len(one), len(other))


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
