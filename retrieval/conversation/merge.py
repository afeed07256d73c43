"""An answer from the passages at hand and from those found everywhere, ranked together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from index.core.article import Span
from index.store.records import PassageRow
from retrieval.attribution.whose_words import OwnWords, own_words
from retrieval.conversation.state import places
from retrieval.conversation.turn import TurnContext, likeliest, likelihood, log_odds, weigh
from retrieval.core.answer import Answer
from retrieval.core.names import words
from retrieval.core.scores import ANSWERED
from retrieval.query.parser import read_question
from retrieval.query.speakers import Person
from retrieval.search.hits import make_hits
from retrieval.search.rerank import highlight

LEANING = 2.5
"""The logits that being at hand counts for where a question points to what was said before."""

STANDING = 0.5
"""The same for a question that may stand for itself."""

SPEAKS = 0.7
"""The logits that it counts where whoever a pronoun stands for speaks in a passage."""

ABOUT = 0.7
"""How many logits less somebody's words at hand may fit a topic to come first."""

FURTHER = 3
"""How many passages found everywhere are weighed against those at hand."""


@dataclass(frozen=True)
class Interpretation:
    """One way to understand a follow-up.

    Attributes:
        standalone: the question in full words.
        wordings: what the reranker is asked.
        leaning: whether the question points to what was said before.
        surely: whether it can be nothing but a follow-up.
        told: whether it tells its own speaker and topic.
        named: who was meant by a pronoun.
        without: whose words are not wanted.
    """

    standalone: str
    wordings: Sequence[str]
    leaning: bool = True
    surely: bool = True
    told: bool = False
    named: Sequence[Person] = ()
    without: Person | None = None


def compose(asked: TurnContext, reading: Interpretation) -> Answer:
    """Answer a reading of a follow-up."""
    return _Composing(asked, reading).answer()


@dataclass(frozen=True)
class _Composing:
    asked: TurnContext
    reading: Interpretation

    def answer(self) -> Answer:
        whole, reading = self._whole, self.reading
        answered = whole.status == "answered"
        settled = answered and whole.speaker and (reading.told or not reading.leaning)
        if settled and self.asked.hand.passages and read_question(reading.standalone).topic:
            return self._nearer(whole)
        if settled or not self._among or (self._person and not answered and not self._naming):
            return whole
        scores = self._scores()
        best = sorted(scores, key=lambda passage: (passage not in self._quoting, -scores[passage]))
        # A question that brings its own speaker and topic is refused as if it were the first.
        doubt = self._bonus if reading.told else 0.0
        if not reading.leaning and best[0] not in self.asked.hand.passages:
            return whole
        if not answered and likelihood(scores[best[0]] - doubt) < ANSWERED:
            return whole
        hits = make_hits(
            self.asked.records,
            [(passage, likelihood(scores[passage])) for passage in best],
            self._spans(best),
            count=self.asked.k,
            elsewhere=self.asked.searcher.elsewhere(self.asked.scope),
        )
        return Answer(
            question=self.asked.typed,
            status="answered",
            confidence=hits[0].score,
            standalone=reading.standalone,
            speaker=self._person.name if self._person and best[0] in self._quoting else None,
            hits=tuple(hits),
        )

    def _nearer(self, whole: Answer) -> Answer:
        """Return somebody's words on a topic, those from the articles at hand first where they fit about as well."""
        if self.asked.hand.passages.keys() & set(self.asked.passages(places(whole.hits[:1]))):
            return whole
        near = self.asked.at_hand(self.reading.standalone)
        if near.status != "answered" or near.speaker != whole.speaker or not near.hits:
            return whole
        if log_odds(near.hits[0].score) < log_odds(whole.hits[0].score) - (ABOUT if self.reading.leaning else 0):
            return whole
        known = set(places(near.hits))
        further = (hit for hit in whole.hits if (hit.article, hit.paragraph) not in known)
        return replace(near, hits=(*near.hits, *further)[: self.asked.k])

    @cached_property
    def _whole(self) -> Answer:
        return self.asked.everywhere(self.reading.standalone)

    @cached_property
    def _person(self) -> Person | None:
        read = read_question(self.reading.standalone)
        return self.asked.person(read.speaker) if read.asks == "said" else None

    @cached_property
    def _own(self) -> OwnWords | None:
        return self._words_of(self._person) if self._person else None

    @cached_property
    def _quoting(self) -> frozenset[int]:
        """The passages that quote whose words are asked for."""
        return frozenset(self._own.passages) if self._own else frozenset()

    @cached_property
    def _naming(self) -> frozenset[int]:
        """The passages at hand that quote, or else only name, whose words are asked for."""
        if not self._person:
            return frozenset()
        naming = {p for p, row in self._among.items() if not self._person.last.isdisjoint(words(row.text))}
        return self._quoting & set(self._among) or frozenset(naming)

    @cached_property
    def _among(self) -> dict[int, PassageRow]:
        """The passages at hand, but for words that are not wanted."""
        unwanted = self._words_of(self.reading.without).passages if self.reading.without else {}
        return {passage: row for passage, row in self.asked.hand.passages.items() if passage not in unwanted}

    @cached_property
    def _bonus(self) -> float:
        return LEANING if self.reading.leaning else STANDING

    @cached_property
    def _rows(self) -> dict[int, PassageRow]:
        """The passages worth weighing: the likeliest at hand, and the first of those found everywhere."""
        asked, reading = self.asked, self.reading
        among = self._among if not self._person else self._naming or self._among
        picked = likeliest(asked.searcher, asked.hand, reading.wordings, among)
        found = self._whole.hits or (() if self._person else self._whole.nearest)
        elsewhere = asked.passages(places(found[:FURTHER]))
        return asked.records.passages([*picked, *elsewhere])

    def _scores(self) -> dict[int, float]:
        hand = self.asked.hand
        texts = {passage: row.text for passage, row in self._rows.items()}
        near = {passage: text for passage, text in texts.items() if passage in hand.passages}
        far = {passage: text for passage, text in texts.items() if passage not in near}
        wordings = self.reading.wordings
        logits = weigh(self.asked.searcher, wordings, near)
        # Where a question may begin a new topic, what was asked before has no part in it.
        logits |= weigh(self.asked.searcher, wordings if self.reading.surely else wordings[:1], far)
        speaking = {passage for person in self.reading.named for passage in self._words_of(person).passages}
        return {
            passage: logit
            + (hand.prior(passage) + self._bonus if passage in hand.passages else 0.0)
            + SPEAKS * (passage in speaking)
            for passage, logit in logits.items()
        }

    def _words_of(self, person: Person) -> OwnWords:
        return own_words(self.asked.records, person, self.asked.scope)

    def _spans(self, best: Sequence[int]) -> dict[int, Sequence[Span]]:
        spans: dict[int, Sequence[Span]] = {p: self._own.spans(p) for p in best if self._own and p in self._quoting}
        rest = {passage: self._rows[passage].text for passage in best[: self.asked.k] if passage not in spans}
        if rest and self.asked.marking:
            spans |= highlight(self.asked.searcher, self.reading.standalone, rest)
        return spans
