"""One question put to one generation, and the answers made of what is found, or of somebody's own words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from index.core.article import Span
from index.store.records import Records
from retrieval.attribution.whose_words import (
    Match,
    by_topic,
    look_for,
    newest_first,
    on_record,
    own_words,
    whose_words_fit,
    written_as_a_name,
)
from retrieval.core.answer import Answer, Reason, Remark, remark
from retrieval.core.names import may_be_a_name
from retrieval.core.scores import Scored
from retrieval.query.dates import Period
from retrieval.query.parser import Question
from retrieval.query.speakers import Directory, Person, clearly_meant
from retrieval.search.hits import make_hits
from retrieval.search.rerank import rerank
from retrieval.search.searcher import Scope, Searcher

IN_TIME = 2.0
"""How many times as likely a passage of the time that a question names is to answer it."""

NEAREST = 3
"""How many passages are told of where none answers."""

CHOICES = 6
"""Among how many who may be meant at most."""


@dataclass(frozen=True)
class QueryRun:
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
        note: Remark | None = None,
    ) -> Answer:
        """Answer with passages and the probability of each, best first; `spans` are the code points to mark."""
        hits = make_hits(self.records, scored, spans, count=self.k, elsewhere=self.searcher.elsewhere(self.scope))
        return Answer(self.typed, "answered", confidence, self.question.text, note, speaker, hits=tuple(hits))

    def not_found(self, note: Remark, scored: Sequence[Scored], confidence: float) -> Answer:
        """Answer that the articles do not tell, with the passages that come nearest."""
        nearest = tuple(make_hits(self.records, scored, count=NEAREST))
        return Answer(self.typed, "not_found", confidence, self.question.text, note, nearest=nearest)

    def ambiguous(self, mention: str, people: Sequence[Person]) -> Answer:
        """Ask which of some people is meant."""
        names = tuple(person.name for person in people[:CHOICES])
        note = remark(Reason.WHO_IS_MEANT, mention=mention)
        return Answer(self.typed, "ambiguous", 0.5, self.question.text, note, choices=names)


def somebodys_words(run: QueryRun, mention: str) -> Answer | None:
    """Answer with somebody's own words; None where the question only looked as if it asked for them."""
    people = run.directory.find(mention)
    if not people:
        return _nobody(run, mention)
    person = clearly_meant(people)
    if run.question.topic:
        return _on_topic(run, mention, people, person)
    if not person:
        return run.ambiguous(mention, people)
    own = own_words(run.records, person, run.scope)
    ranked = newest_first(run.searcher, run.records, own)
    if within := run.within([passage for passage, _ in ranked]):
        ranked = [one for one in ranked if one[0] in within]
    elif run.period:
        silent = remark(Reason.NOT_IN_PERIOD, speaker=person.name, period=run.period.words)
        return run.not_found(silent, ranked, 0.9)
    spans = {passage: own.spans(passage) for passage, _ in ranked}
    return run.answered(ranked, ranked[0][1], spans, speaker=person.name)


def _on_topic(run: QueryRun, mention: str, people: Sequence[Person], person: Person | None) -> Answer:
    """Answer with what somebody says on a topic, or say that these articles do not tell."""
    words = {namesake: own_words(run.records, namesake, run.scope) for namesake in people[:CHOICES]}
    matches = by_topic(
        run.searcher,
        run.records,
        run.question.topic,
        run.question.about(person.name if person else mention),
        own=list(words.values()),
        scope=run.scope,
    )
    meant = whose_words_fit(matches, people, person)
    if not meant:
        return run.ambiguous(mention, people)
    fitting = [match for match in matches if match.fits and match.person in (meant, None)]
    fitting.sort(key=lambda match: match.person is None)
    if not fitting:
        return _silent(run, meant, matches)
    within = run.within([match.passage for match in fitting])
    fitting = [match for match in fitting if match.passage in within] or fitting
    spans = {match.passage: words[meant].spans(match.passage) for match in fitting if match.person}
    scored = [(match.passage, match.probability) for match in fitting]
    by_name = fitting[0].person is not None
    note = None if by_name else remark(Reason.UNSURE_SPEAKER, speaker=meant.name)
    if run.period and not within:
        note = remark(Reason.NONE_IN_PERIOD, period=run.period.words)
    return run.answered(scored, fitting[0].probability, spans, speaker=meant.name if by_name else None, note=note)


def _silent(run: QueryRun, person: Person, matches: Sequence[Match]) -> Answer:
    about = re.sub(r"^(?:about|on|of|regarding|concerning) ", "", run.question.topic)
    return run.not_found(
        remark(Reason.NOT_ON_TOPIC, speaker=person.name, topic=about),
        [(match.passage, match.probability) for match in matches if match.person in (person, None)],
        1 - matches[0].probability if matches else 1.0,
    )


def _nobody(run: QueryRun, mention: str) -> Answer | None:
    """Answer that nobody of a name speaks; None where the words are no name, or a fact is asked for."""
    if not run.searcher.terms.weights(mention) or not may_be_a_name(mention, run.question.text):
        return None
    if not (run.question.names_a_speaker or written_as_a_name(run.searcher, run.records, mention)):
        return None
    found = look_for(run.searcher, run.records, mention, run.scope)
    if found and run.question.asks_a_fact:
        return None
    ranked = run.ranked()
    if found and (near := on_record(run.searcher, run.records, mention, run.question.topic, ranked)):
        return run.answered(near, near[0][1], {}, note=remark(Reason.UNSURE_SPEAKER, speaker=mention))
    if found:
        return run.not_found(remark(Reason.NEVER_QUOTED, mention=mention), ranked, 0.9)
    similar = tuple(person.name for person in run.directory.similar(mention))
    return run.not_found(remark(Reason.NOBODY, mention=mention, similar=similar), ranked, 0.9)
