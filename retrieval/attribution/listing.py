"""Everything that was said, and everybody who said it, as lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from index.core.errors import Advice, UsageError
from index.store.people import PeopleRecords
from index.store.records import Records, SpeakerSummary
from retrieval.attribution.whose_words import by_topic, own_words
from retrieval.core.answer import Citation, HitQuotation
from retrieval.query.speakers import Person, clearly_meant
from retrieval.search.hits import cite
from retrieval.search.searcher import Scope, Searcher

__all__ = [
    "Quoted",
    "SpeakerError",
    "SpeakerSummary",
    "list_quotations",
    "list_speakers",
    "the_person",
]

MOST_NAMED = 6
"""How many of those who may be meant are named at most."""


class SpeakerError(UsageError):
    """Words that were to name a speaker name nobody, or several.

    Attributes:
        people: the canonical names of those they may name, those quoted most first; empty where there is nobody.
    """

    def __init__(self, text: str, people: Sequence[str] = (), advice: Advice | None = None) -> None:
        """Say what is wrong, and who may be meant."""
        super().__init__(text, advice)
        self.people = tuple(people)


@dataclass(frozen=True, slots=True)
class Quoted:
    """One piece of reported speech, with where it stands.

    Attributes:
        article: id of the article.
        paragraph: number of the paragraph, from 0.
        quotation: whose words, and which code points of the paragraph.
        text: the words.
        citation: where they stand.
    """

    article: str
    paragraph: int
    quotation: HitQuotation
    text: str
    citation: Citation

    def to_json(self) -> dict[str, Any]:
        """Return the record as the contract's JSON object."""
        place = {"article": self.article, "paragraph": self.paragraph}
        return place | self.quotation.to_json() | {"text": self.text, "citation": self.citation.to_json()}


def list_quotations(searcher: Searcher, records: Records, speaker: str | None, about: str | None) -> Iterator[Quoted]:
    """Yield quotations: articles in the order they were indexed, within an article in the order of the text.

    Args:
        searcher: of the generation.
        records: of the generation.
        speaker: words that name whose quotations are wanted; everybody's by default.
        about: what they are to be about; anything by default.

    Raises:
        SpeakerError: the words name nobody, or several.
    """
    if speaker is None:
        passages: Sequence[int] = records.passage_ids()
        if about:
            passages = sorted(c for c, _ in searcher.candidates(records, about))
        yield from _quoted(records, passages, None)
        return
    person = the_person(searcher, speaker)
    own = own_words(records, person, None)
    passages = sorted(own.passages)
    if about:
        question = f"What did {person.name} say about {about}?"
        matches = by_topic(searcher, records, about, question, own=[own], scope=None)
        passages = sorted(match.passage for match in matches if match.person and match.fits)
    yield from _quoted(records, passages, person)


def list_speakers(searcher: Searcher, scope: Scope | None) -> Iterator[SpeakerSummary]:
    """Yield who speaks within a scope, those quoted most first."""
    with closing(PeopleRecords.open(searcher.generation.records_path)) as records:
        yield from records.summaries_within(scope.articles) if scope else records.summaries()


def the_person(searcher: Searcher, mention: str) -> Person:
    """Return whom words name.

    Raises:
        SpeakerError: they name nobody, or several.
    """
    people = searcher.directory.find(mention)
    person = clearly_meant(people)
    if person:
        return person
    if people:
        names = [one.name for one in people[:MOST_NAMED]]
        raise SpeakerError(f"{mention}: may be {', '.join(names)}; give the full name", names)
    raise SpeakerError(f"{mention}: nobody of that name is quoted", advice=Advice.LIST_SPEAKERS)


def _quoted(records: Records, passages: Sequence[int], person: Person | None) -> Iterator[Quoted]:
    chunk = 500
    for start in range(0, len(passages), chunk):
        rows = records.passages(passages[start : start + chunk])
        articles = records.articles(sorted({row.article for row in rows.values()}))
        for passage, quotations in sorted(records.quotations(list(rows)).items()):
            row, article = rows[passage], articles[rows[passage].article]
            for q in quotations:
                if person is None or (row.article, q.speaker) in person.forms:
                    said = HitQuotation(q.speaker, q.kind, q.start, q.end, q.cue, q.number)
                    citation = cite(article, row, [(q.start, q.end)])
                    yield Quoted(article.name, row.paragraph, said, row.text[q.start : q.end], citation)
