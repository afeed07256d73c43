"""Making the record of a speaker from one generation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from index.inference import Floats
from index.quotations import Quotation
from index.records import ArticleRow, PassageRow, Records
from index.sentences import embedded_sentences
from retrieval.attribution import OwnWords, own_words
from retrieval.copies import shingles
from retrieval.hits import cite
from retrieval.listing import the_person
from retrieval.search import Searcher
from retrieval.sheet import Entry, Place, Sheet, Topic, in_time
from retrieval.sheet_topics import labels_of, topics_of
from retrieval.versions import Versions
from retrieval.wording import words_of

ABOUT_WORDS = 0.5
"""The share of a topic's telling words that a statement must hold to be about it, rare words weighing more."""

ABOUT_MEANING = 0.42
"""The cosine of a statement's best sentence to a topic from which it is about it without its words."""

SAME = 0.8
"""The share of a shorter statement's shingles that a longer one holds from which they are one statement."""

_FEWEST_SAME = 5


@dataclass(frozen=True)
class _Said:
    """A quotation of the speaker with all its pieces, and its vector, of unit length."""

    article: ArticleRow
    pieces: Sequence[tuple[PassageRow, Quotation]]
    vector: Floats

    @property
    def words(self) -> str:
        told = [row.text[piece.start : piece.end] for row, piece in self.pieces]
        return " … ".join([*(piece.rstrip(" ,") for piece in told[:-1]), *told[-1:]])

    @property
    def kind(self) -> str:
        kinds = {piece.kind for _, piece in self.pieces}
        return kinds.pop() if len(kinds) == 1 else "mixed"


def make_sheet(
    searcher: Searcher,
    records: Records,
    speaker: str,
    *,
    about: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Sheet:
    """Return what somebody said, by topic and in order of time.

    Args:
        searcher: of the generation.
        records: of the generation.
        speaker: words that name whose record is wanted.
        about: only what is about this; anything by default.
        since: the first day; articles without a date are then left out. Any day by default.
        until: the last day, likewise.

    Raises:
        SpeakerError: the words name nobody, or several.
    """
    person = the_person(searcher, speaker)
    maker = _Maker(searcher, records, own_words(records, person, None))
    said = [one for one in maker.said() if _is_in_time(one.article.date, since, until)]
    if about:
        said = maker.about(said, about)
    groups = _same(said)
    vectors = np.stack([group[0].vector for group in groups]) if groups else np.zeros((0, 1), np.float32)
    topics = topics_of(vectors)
    labels = labels_of([group[0].words for group in groups], topics, [person.name, *sorted(person.words), about or ""])
    entries = [maker.entry(group) for group in groups]
    made = tuple(
        Topic(label, tuple(in_time(entry for entry, one in zip(entries, topics, strict=True) if one == number)))
        for number, label in enumerate(labels)
    )
    return Sheet(person.name, about, since, until, made, len(said))


def _is_in_time(day: str | None, since: date | None, until: date | None) -> bool:
    if day is None:
        return since is None and until is None
    return (since is None or day >= since.isoformat()) and (until is None or day <= until.isoformat())


class _Maker:
    """What a sheet is made of."""

    def __init__(self, searcher: Searcher, records: Records, own: OwnWords) -> None:
        self._searcher, self._own = searcher, own
        self._articles = records.articles(sorted({row.article for row in own.passages.values()}))
        self._versions = Versions.of(records, list(self._articles))
        around = {passage + step for passage in own.passages for step in (-1, 1)}
        self._around = records.passages(sorted(around))
        self._roles = {
            (row.article, row.speaker.name): row.speaker.roles[0]
            for row in records.speakers(list(self._articles))
            if row.speaker.roles
        }

    def said(self) -> list[_Said]:
        """Return the speaker's quotations, in the order in which they were indexed."""
        sentences = self._searcher.generation.sentences.of(list(self._own.passages))
        wholes = self._searcher.generation.vectors.by_id(list(self._own.passages))
        pieces: dict[tuple[int, int], list[tuple[PassageRow, Quotation]]] = defaultdict(list)
        for passage, quotations in sorted(self._own.quotations.items()):
            row = self._own.passages[passage]
            for quotation in quotations:
                pieces[row.article, quotation.number].append((row, quotation))
        return [
            _Said(self._articles[article], found, _vector(found, sentences, wholes))
            for (article, _), found in pieces.items()
        ]

    def about(self, said: Sequence[_Said], topic: str) -> list[_Said]:
        """Return the quotations that are about a topic: they hold its words, or are near it in meaning."""
        query = self._searcher.vector(topic)
        shares = self._searcher.shares(topic, {at: one.words for at, one in enumerate(said)})
        return [
            one
            for at, one in enumerate(said)
            if shares[at] >= ABOUT_WORDS or float(one.vector @ query) >= ABOUT_MEANING
        ]

    def entry(self, group: Sequence[_Said]) -> Entry:
        """Return the statement that several outlets printed: in the words of whoever quotes most of it."""
        fullest = group[0]
        first, *others = sorted(
            group, key=lambda one: (one.article.date is None, one.article.date or "", one.article.id)
        )
        role = self._roles.get((first.article.id, first.pieces[0][1].speaker or ""))
        also = tuple(self._places(one) for one in others)
        return Entry(fullest.words, fullest.kind, first.article.date, role, self._places(first), also)

    def _places(self, said: _Said) -> tuple[Place, ...]:
        rows = {row.id: row for row, _ in said.pieces}
        return tuple(self._place(said.article, row, said) for row in rows.values())

    def _place(self, article: ArticleRow, row: PassageRow, said: _Said) -> Place:
        spans = tuple((piece.start, piece.end) for one, piece in said.pieces if one.id == row.id)
        before, after = (
            near.text if (near := self._around.get(row.id + step)) and near.article == row.article else ""
            for step in (-1, 1)
        )
        citation = cite(article, row, spans, self._versions.note(row))
        return Place(article.name, row.paragraph, row.text, spans, before, after, citation)


def _vector(
    pieces: Sequence[tuple[PassageRow, Quotation]], sentences: Mapping[int, Floats], wholes: Mapping[int, Floats]
) -> Floats:
    """Return the mean of the vectors of the sentences that a quotation is in, of unit length."""
    rows: list[Floats] = []
    for row, piece in pieces:
        parts = embedded_sentences(row.text) if row.id in sentences else ()
        inside = [
            vector
            for (start, end), vector in zip(parts, sentences.get(row.id, ()), strict=False)
            if start < piece.end and piece.start < end
        ]
        rows += inside or [wholes[row.id]]
    mean: Floats = np.mean(rows, axis=0)
    return mean / max(float(np.linalg.norm(mean)), 1e-9)


def _same(said: Sequence[_Said]) -> list[list[_Said]]:
    """Return quotations in groups, each what one statement is in several articles, the longest first in its group.

    A quotation belongs to a longer one of another article that has most of its shingles (containment: Broder, On the
    resemblance and containment of documents, 1997).
    """
    groups: list[list[_Said]] = []
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for one in sorted(said, key=lambda one: -len(one.words)):
        own = shingles(one.words)
        counts: dict[int, int] = defaultdict(int)
        for shingle in own:
            for group in holders[shingle]:
                counts[group] += 1
        fitting = (
            group
            for group, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            if count >= SAME * len(own) and all(other.article.id != one.article.id for other in groups[group])
        )
        place = next(fitting, None) if len(words_of(one.words)) >= _FEWEST_SAME else None
        if place is None:
            place = len(groups)
            groups.append([])
            for shingle in own:
                holders[shingle].append(place)
        groups[place].append(one)
    return groups
