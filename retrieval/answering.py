"""From a question to an Answer: what it asks, which passages answer, what is highlighted, when to refuse."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from index.records import Records
from retrieval.answer import Answer, Span
from retrieval.attribution import Match, by_topic, newest_first, own_words, whose_words_fit
from retrieval.calibration import ANSWERED
from retrieval.dates import Period, find_period
from retrieval.highlighting import highlight
from retrieval.hits import Elsewhere, make_hits
from retrieval.names import may_be_a_name
from retrieval.people import Person
from retrieval.question import Question, read_question
from retrieval.reranking import Candidate, rerank
from retrieval.search import Scope, Searcher
from retrieval.speakers import Directory, clearly_meant
from retrieval.spelling import corrected
from retrieval.unquoted import look_for, on_record, written_as_a_name
from retrieval.whose import Spoken, find_spoken

MAX_QUESTION = 2000
"""Code points of a question; nobody asks in more, and what is longer was pasted by mistake."""

SMALL_TALK = "Ask what somebody said, who said something, or anything else that the articles may tell."

ALSO_FITS = 2.4
"""How far the evidence for a further passage may lie below that for the best."""

IN_TIME = 2.0
"""How many times as likely a passage of the time that a question names is to answer it."""

NEAREST = 3
CHOICES = 6


@dataclass(frozen=True)
class Asking:
    """One question put to one generation."""

    searcher: Searcher
    records: Records
    question: Question
    typed: str
    k: int
    scope: Scope | None
    period: Period | None = None
    marking: bool = True

    def answer(self) -> Answer:
        """Answer the question by what it asks for."""
        if self.question.asks == "nothing":
            return self._not_found(SMALL_TALK, [], 1.0)
        if self.question.checks and (answer := self._checked()):
            return answer
        if self.question.asks == "said" and (answer := self._somebodys_words(self.question.speaker or "")):
            return answer
        if self.question.asks == "who":
            return self._whose_words()
        return self._anything()

    def _checked(self) -> Answer | None:
        from retrieval.checked import checked  # noqa: PLC0415  (few questions need it)

        return checked(self, lambda: self._somebodys_words(self.question.speaker or ""))

    @cached_property
    def _directory(self) -> Directory:
        directory = self.searcher.directory
        return directory.within(self.scope.articles) if self.scope else directory

    def _somebodys_words(self, mention: str) -> Answer | None:
        """Answer with somebody's own words; None where the question only looked as if it asked for them."""
        people = self._directory.find(mention)
        if not people:
            return self._nobody(mention)
        person = clearly_meant(people)
        if self.question.topic:
            return self._on_topic(mention, people, person)
        if not person:
            return self._ambiguous(mention, people)
        own = own_words(self.records, person, self.scope)
        ranked = newest_first(self.searcher, self.records, own)
        if within := self._within([candidate.passage for candidate in ranked]):
            ranked = [candidate for candidate in ranked if candidate.passage in within]
        elif self.period:
            message = f"{person.name} is quoted in these articles, but in none of {_in(self.period)}."
            return self._not_found(message, [(candidate.passage, candidate.score) for candidate in ranked], 0.9)
        spans = {candidate.passage: own.spans(candidate.passage) for candidate in ranked}
        scored = [(candidate.passage, candidate.score) for candidate in ranked]
        return self._answered(scored, ranked[0].score, spans, speaker=person.name)

    def _on_topic(self, mention: str, people: Sequence[Person], person: Person | None) -> Answer:
        """Answer with what somebody says on a topic, or say that these articles do not tell."""
        words = {namesake: own_words(self.records, namesake, self.scope) for namesake in people[:CHOICES]}
        matches = by_topic(
            self.searcher,
            self.records,
            self.question.topic,
            self.question.about(person.name if person else mention),
            own=list(words.values()),
            scope=self.scope,
        )
        meant = whose_words_fit(matches, people, person)
        if not meant:
            return self._ambiguous(mention, people)
        fitting = [match for match in matches if match.fits and match.person in (meant, None)]
        fitting.sort(key=lambda match: match.person is None)
        if not fitting:
            return self._silent(meant, matches)
        within = self._within([match.passage for match in fitting])
        fitting = [match for match in fitting if match.passage in within] or fitting
        spans = {match.passage: words[meant].spans(match.passage) for match in fitting if match.person}
        scored = [(match.passage, match.probability) for match in fitting]
        by_name = fitting[0].person is not None
        message = None if by_name else f"Whether these are {meant.name}’s words, the articles do not say clearly."
        if self.period and not within:
            message = f"None of these is from an article of {_in(self.period)}."
        return self._answered(
            scored, fitting[0].probability, spans, speaker=meant.name if by_name else None, message=message
        )

    def _within(self, passages: Sequence[int]) -> set[int]:
        """Return which passages are from articles of the time that the question names; none where it names none."""
        if not self.period:
            return set()
        rows = self.records.passages(passages)
        articles = self.records.articles(list({row.article for row in rows.values()}))
        return {passage for passage, row in rows.items() if self.period.holds(articles[row.article].date)}

    def _silent(self, person: Person, matches: Sequence[Match]) -> Answer:
        about = re.sub(r"^(?:about|on|of|regarding|concerning) ", "", self.question.topic)
        return self._not_found(
            f"{person.name} is quoted in these articles, but not on “{about}”.",
            [(match.passage, match.probability) for match in matches if match.person in (person, None)],
            1 - matches[0].probability if matches else 1.0,
        )

    def _ambiguous(self, mention: str, people: Sequence[Person]) -> Answer:
        return Answer(
            question=self.typed,
            status="ambiguous",
            confidence=0.5,
            standalone=self.question.text,
            message=f"Who is meant by “{mention}”?",
            choices=tuple(person.name for person in people[:CHOICES]),
        )

    def _nobody(self, mention: str) -> Answer | None:
        """Answer that nobody of a name speaks; None where the words are no name, or a fact is asked for."""
        if not self.searcher.word_weights(mention) or not may_be_a_name(mention, self.question.text):
            return None
        if not (self.question.names_a_speaker or written_as_a_name(self.searcher, self.records, mention)):
            return None
        found = look_for(self.searcher, self.records, mention, self.scope)
        if found and self.question.asks_a_fact:
            return None
        ranked = self._ranked()
        if found and (near := on_record(self.searcher, self.records, mention, self.question.topic, ranked)):
            message = f"Whether these are {mention}’s words, the articles do not say clearly."
            return self._answered([(c.passage, c.score) for c in near], near[0].score, {}, message=message)
        message = f"“{mention}” is mentioned in these articles, but not quoted."
        if not found:
            similar = " or ".join(person.name for person in self._directory.similar(mention))
            message = f"Nobody called “{mention}” speaks in these articles."
            message += f" Did you mean {similar}?" if similar else ""
        return self._not_found(message, [(c.passage, c.score) for c in ranked], 0.9)

    def _whose_words(self) -> Answer:
        """Answer with the passage that holds certain words, and with who says them."""
        sought = self.question.quoted or self.question.topic
        found = find_spoken(
            self.searcher,
            self.records,
            sought,
            self.question.text,
            verbatim=self.question.quoted is not None,
            scope=self.scope,
        )
        scored = [(spoken.passage, spoken.probability) for spoken in found]
        if not found or found[0].probability < ANSWERED:
            confidence = 1 - scored[0][1] if scored else 1.0
            return self._not_found("Who said that, these articles do not tell.", scored, confidence)
        scored = scored[: sum(spoken.evidence >= found[0].evidence - ALSO_FITS for spoken in found)]
        spans = {spoken.passage: self._spans(spoken) for spoken in found}
        return self._answered(scored, scored[0][1], spans, speaker=self._name(found[0]))

    def _spans(self, spoken: Spoken) -> list[Span]:
        if not spoken.quotation:
            return []
        every = self.records.quotations([spoken.passage])[spoken.passage]
        return [(piece.start, piece.end) for piece in every if piece.number == spoken.quotation.number]

    def _name(self, spoken: Spoken) -> str | None:
        """Return the name across articles of whoever speaks."""
        name = spoken.quotation.speaker if spoken.quotation else None
        article = self.records.passages([spoken.passage])[spoken.passage].article
        person = self._directory.person(article, name) if name else None
        return person.name if person else name

    def _anything(self) -> Answer:
        ranked = self._ranked()
        scored = [(candidate.passage, candidate.score) for candidate in ranked]
        best = ranked[0] if ranked else None
        if best is None or best.score < ANSWERED:
            return self._not_found("These articles do not tell.", scored, 1 - best.score if best else 1.0)
        shown = [passage for passage, _ in scored[: self.k]]
        rows = self.records.passages(shown)
        texts = {passage: rows[passage].text for passage in shown}
        spans = highlight(self.searcher, self.question.text, texts) if self.marking else {}
        return self._answered(scored, best.score, spans)

    def _ranked(self) -> list[Candidate]:
        among = self.scope.passages if self.scope else None
        candidates = self.searcher.candidates(self.records, self.question.text, among)
        ranked = rerank(self.searcher, self.question.text, candidates, self.records)
        within = self._within([candidate.passage for candidate in ranked])
        return sorted(ranked, key=lambda one: -one.score * (IN_TIME if one.passage in within else 1))

    def _answered(
        self,
        scored: Sequence[tuple[int, float]],
        confidence: float,
        spans: Mapping[int, Sequence[Span]],
        *,
        speaker: str | None = None,
        message: str | None = None,
    ) -> Answer:
        return Answer(
            question=self.typed,
            status="answered",
            confidence=confidence,
            standalone=self.question.text,
            message=message,
            speaker=speaker,
            hits=tuple(make_hits(self.records, scored, spans, count=self.k, elsewhere=self._elsewhere)),
        )

    @property
    def _elsewhere(self) -> Elsewhere:
        return self.searcher.elsewhere(self.scope)

    def _not_found(self, message: str, scored: Sequence[tuple[int, float]], confidence: float) -> Answer:
        return Answer(
            question=self.typed,
            status="not_found",
            confidence=confidence,
            standalone=self.question.text,
            message=message,
            nearest=tuple(make_hits(self.records, scored, count=NEAREST)),
        )


def answer_question(
    searcher: Searcher,
    records: Records,
    question: str,
    *,
    k: int,
    now: date,
    scope: Scope | None,
    marking: bool = True,
) -> Answer:
    """Answer a question from one generation; see `Engine.ask`. Without marking, no words are highlighted."""
    if complaint := unanswerable(" ".join(question.split())):
        return Answer(question, "not_found", 1.0, question, complaint)
    read, period = understand(searcher, records, question, now)
    return Asking(searcher, records, read, question, k, scope, period, marking).answer()


def understand(searcher: Searcher, records: Records, text: str, now: date) -> tuple[Question, Period | None]:
    """Return what a question asks, its slips of spelling mended, and the time it names, if any."""
    read = read_question(text)
    keep = f"{read.speaker or ''} {read.quoted or ''}"
    mended = corrected(searcher, records, read.text, keep=keep)
    read = read if mended == read.text else read_question(mended)
    period = None if read.quoted else find_period(mended, now)
    return (read.without(period.words) if period else read), period


def unanswerable(question: str) -> str | None:
    """Return why a text is no question that could be looked up, in one line, or None where it is one."""
    if not question:
        return "Ask something, such as “what did Gimenez say?”"
    if len(question) > MAX_QUESTION:
        return f"That question has {len(question):,} characters; ask in at most {MAX_QUESTION:,}."
    if not re.search(r"\w", question):
        return "There are no words in that question."
    return None


def _in(period: Period) -> str:
    """Return how a message names a time: "February 2017", "last week"."""
    return re.sub(r"^(?:in|on|during) ", "", period.words)
