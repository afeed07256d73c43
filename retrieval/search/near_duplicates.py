"""Near-identical passages of several articles as one, and the versions of articles that were changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from index.store.lexical import LexicalIndex, stems
from index.store.records import ArticleRow, EarlierVersion, PassageRow, Records
from retrieval.core.answer import Citation, Copy
from retrieval.core.names import words
from retrieval.core.scores import Scored
from retrieval.core.tracing import staged
from retrieval.search.bm25 import search_stems

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
            partial(search_stems, lexical, rarest_stems(lexical, text.text, least=2), among=among),
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


EARLIER = "earlier version"
CHANGED = "changed since an earlier version"
CORRECTED = "the article carries a correction"

_ANOTHER = 0.3
"""The share of common shingles from which a passage says in other words what one of an earlier version said."""

_CORRECTION = re.compile(
    r"\W*(?:corrections?|clarifications?|corrected|editor[’']?s?[’']? note)\b[^.]{0,40}?[:—–]|"
    r"[^.]{0,40}\b(?:an earlier|a previous) version of this (?:article|story|report|post)\b|"
    r"[^.]{0,20}\bthis (?:article|story|report|post) (?:has been|was) (?:corrected|amended|updated to correct)\b",
    re.IGNORECASE,
)
_NO_CORRECTION = re.compile(
    r"\W*editor[’']?s?[’']? note\b(?!.*\b(?:correct|earlier version|misstat|error))", re.IGNORECASE
)


def is_correction(text: str) -> bool:
    """Tell whether a paragraph says that the article it stands in was wrong before.

    >>> is_correction("Correction: The pier has six pillars."), is_correction("The correction officer said: “Go.”")
    (True, False)
    """
    return bool(_CORRECTION.match(text)) and not _NO_CORRECTION.match(text)


@dataclass(frozen=True)
class Versions:
    """What is known of earlier versions of some articles, and of corrections in them, by the ids of their rows."""

    earlier: Mapping[int, Sequence[EarlierVersion]]
    corrected: frozenset[int]

    @classmethod
    def of(cls, records: Records, articles: Sequence[int]) -> Versions:
        """Return what a generation knows."""
        passages = records.passages(records.article_passages(articles)).values()
        return cls(
            records.earlier_versions(articles),
            frozenset(passage.article for passage in passages if is_correction(passage.text)),
        )

    def note(self, passage: PassageRow) -> str | None:
        """Return what a reader has to know of a passage in the newest version of an article."""
        before = self.earlier.get(passage.article)
        notes = [CHANGED] if before and _is_changed(passage.text, before[0]) else []
        return "; ".join(notes + [CORRECTED] * (passage.article in self.corrected)) or None

    def copies(self, article: ArticleRow, passage: PassageRow) -> list[Copy]:
        """Return where earlier versions of an article say nearly the same, the newest of them first."""
        own, found = shingles(passage.text), []
        for version in self.earlier.get(article.id, ()):
            alike = [resemblance(own, shingles(text)) for text in version.paragraphs]
            best = max(range(len(alike)), key=alike.__getitem__, default=None)
            if best is not None and alike[best] >= ALIKE_VERSIONS:
                name = f"{article.name}@{version.sha256[:12]}"
                found.append(Copy(name, best, _cite(article, version, best, version.paragraphs[best])))
        return found


def _is_changed(text: str, before: EarlierVersion) -> bool:
    """Tell whether a passage stands in the version before, but not in these words."""
    if any(words(text) == words(other) for other in before.paragraphs):
        return False
    own = shingles(text)
    return any(resemblance(own, shingles(other)) >= _ANOTHER for other in before.paragraphs)


def _cite(article: ArticleRow, version: EarlierVersion, paragraph: int, text: str) -> Citation:
    return Citation(
        title=version.title,
        outlet=version.outlet,
        date=version.date,
        url=version.url,
        paragraph=paragraph + 1,
        chars=(0, len(text)),
        source=article.file,
        sha256=version.sha256,
        note=EARLIER,
    )
