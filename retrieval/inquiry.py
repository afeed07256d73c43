"""One question in full words put to one generation, and the answers that can be made of what is found for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from index.records import Records
from index.spans import Span
from retrieval.answer import Answer
from retrieval.dates import Period
from retrieval.fusion import Scored
from retrieval.hits import make_hits
from retrieval.people import Person
from retrieval.question import Question
from retrieval.reranking import rerank
from retrieval.search import Scope, Searcher
from retrieval.speakers import Directory

IN_TIME = 2.0
"""How many times as likely a passage of the time that a question names is to answer it."""

NEAREST = 3
"""How many passages are told of where none answers."""

CHOICES = 6
"""Among how many who may be meant at most."""


@dataclass(frozen=True)
class Inquiry:
    """One question in full words put to one generation.

    Attributes:
        searcher: of the generation.
        records: of the generation.
        question: as it was read.
        typed: the question as typed.
        k: how many passages are wanted at most.
        scope: the articles to search.
        period: the time that the question names.
        marking: whether the words that answer are to be highlighted.
    """

    searcher: Searcher
    records: Records
    question: Question
    typed: str
    k: int
    scope: Scope | None
    period: Period | None
    marking: bool

    @cached_property
    def directory(self) -> Directory:
        """Who speaks in the scope."""
        return self.searcher.speakers(self.scope)

    @property
    def among(self) -> Sequence[int] | None:
        """The passages to search; None for all."""
        return self.scope.passages if self.scope else None

    def within(self, passages: Sequence[int]) -> set[int]:
        """Return which passages are from articles of the time that the question names; none where it names none."""
        if not self.period:
            return set()
        rows = self.records.passages(passages)
        articles = self.records.articles(list({row.article for row in rows.values()}))
        return {passage for passage, row in rows.items() if self.period.holds(articles[row.article].date)}

    def ranked(self) -> list[Scored]:
        """Return the passages that are nearest to the question with the probability of each, likeliest first."""
        candidates = self.searcher.candidates(self.records, self.question.text, self.among)
        ranked = rerank(self.searcher, self.question.text, candidates, self.records)
        within = self.within([passage for passage, _ in ranked])
        return sorted(ranked, key=lambda one: -one[1] * (IN_TIME if one[0] in within else 1))

    def answered(
        self,
        scored: Sequence[Scored],
        confidence: float,
        spans: Mapping[int, Sequence[Span]],
        *,
        speaker: str | None = None,
        message: str | None = None,
    ) -> Answer:
        """Answer with passages and the probability of each, best first; `spans` are the code points to mark."""
        hits = make_hits(self.records, scored, spans, count=self.k, elsewhere=self.searcher.elsewhere(self.scope))
        return Answer(self.typed, "answered", confidence, self.question.text, message, speaker, hits=tuple(hits))

    def not_found(self, message: str, scored: Sequence[Scored], confidence: float) -> Answer:
        """Answer that the articles do not tell, with the passages that come nearest."""
        nearest = tuple(make_hits(self.records, scored, count=NEAREST))
        return Answer(self.typed, "not_found", confidence, self.question.text, message, nearest=nearest)

    def ambiguous(self, mention: str, people: Sequence[Person]) -> Answer:
        """Ask which of some people is meant."""
        names = tuple(person.name for person in people[:CHOICES])
        message = f"Who is meant by “{mention}”?"
        return Answer(self.typed, "ambiguous", 0.5, self.question.text, message, choices=names)
