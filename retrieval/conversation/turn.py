"""One turn of a conversation: a question to a generation, within a scope, and the articles at hand for it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from index.store.lexical import stems
from index.store.records import PassageRow, Records
from retrieval.answering.router import answer_question
from retrieval.conversation.coreference import is_context_dependent, named_in, whom
from retrieval.conversation.state import Dialog, Place
from retrieval.core.answer import Answer, Remark
from retrieval.core.scores import ANSWERING, probability
from retrieval.core.tracing import staged
from retrieval.query.speakers import Directory, Person
from retrieval.search.rerank import windows
from retrieval.search.searcher import Scope, Searcher
from retrieval.search.terms import SMALL_STEMS

ARTICLES = 3
WEIGHED = 7
"""How many passages at hand the reranker weighs at most."""

NEAR = 0.25
"""How much more a passage counts in the choice for the reranker that stands right beside the last answer."""

BESIDE = 0.5
"""The logits that standing right beside the last answer counts."""

SECOND = 1.5
"""The logits that a passage of another article than that of the last answer loses."""


@dataclass(frozen=True)
class ContextArticles:
    """The passages of the articles at hand.

    Attributes:
        articles: ids of the rows of the articles, that of the last answer first.
        passages: the passages by id.
        start: article row and paragraph of the best passage of the last answer.
    """

    articles: tuple[int, ...]
    passages: Mapping[int, PassageRow]
    start: tuple[int, int] | None

    def nearness(self, passage: int) -> float:
        """Return how near a passage stands to the last answer: 1 at the same place, 0 in other articles."""
        row = self.passages.get(passage)
        if row is None or self.start is None or row.article != self.start[0]:
            return 0.0
        return 1 / (1 + abs(row.paragraph - self.start[1]) / 3)

    def prior(self, passage: int) -> float:
        """Return the logits that the place of a passage counts for."""
        row = self.passages.get(passage)
        if row is None:
            return 0.0
        return BESIDE * self.nearness(passage) - (SECOND if row.article != self.articles[0] else 0.0)


def at_hand(records: Records, dialog: Dialog, scope: Scope | None) -> ContextArticles:
    """Return what is at hand after the last turn, within a scope."""
    shown = [place for turn in dialog.latest() for place in turn.shown[:3]]
    rows = records.article_ids(dict.fromkeys(article for article, _ in shown))
    inside = set(scope.articles) if scope else None
    ordered = [rows[name] for name, _ in shown if name in rows and (inside is None or rows[name] in inside)]
    articles = tuple(dict.fromkeys(ordered))[:ARTICLES]
    passages = records.passages(records.article_passages(articles))
    start = next(((rows[name], paragraph) for name, paragraph in shown if rows.get(name) in articles), None)
    return ContextArticles(articles, passages, start)


def likeliest(searcher: Searcher, hand: ContextArticles, wordings: Sequence[str], some: Iterable[int]) -> list[int]:
    """Return which passages at hand are worth the reranker's time, by meaning, words and place."""
    among = list(some)
    vectors = searcher.generation.vectors.by_id(among)
    scores = {passage: NEAR * hand.nearness(passage) for passage in among}
    for wording in wordings:
        query = searcher.vector(wording)
        shares = searcher.terms.idf_coverage(wording, {passage: hand.passages[passage].text for passage in among})
        for passage in among:
            scores[passage] += (float(vectors[passage] @ query) + 0.5 * shares[passage]) / len(wordings)
    return sorted(scores, key=lambda passage: -scores[passage])[:WEIGHED]


def weigh(searcher: Searcher, wordings: Sequence[str], texts: Mapping[int, str]) -> dict[int, float]:
    """Return the mean of the reranker's logits of some passages over several wordings of a question."""
    if not texts:
        return {}
    lists = [searcher.relevance(wording, windows(searcher, wording, texts)) for wording in wordings]
    return {passage: sum(logits[passage] for logits in lists) / len(lists) for passage in texts}


def likelihood(logit: float) -> float:
    """Return the probability that a passage answers to which the reranker, and what else counts, gives a logit."""
    return probability(ANSWERING.evidence(logit=logit, context=logit))


def log_odds(share: float) -> float:
    """Return a probability as a logit."""
    share = min(max(share, 1e-9), 1 - 1e-9)
    return math.log(share / (1 - share))


THIN = 2
"""With how many words of its own, at most, a question without a name leans on what was said before."""


@dataclass(frozen=True)
class TurnContext:
    """A question as it is put.

    Attributes:
        searcher: of the generation.
        records: of the generation.
        typed: the question as typed.
        dialog: the turns before.
        k: how many passages are wanted at most.
        now: the day that "last week" is meant from.
        scope: the articles to search.
        marking: whether the words that answer are to be highlighted.
    """

    searcher: Searcher
    records: Records
    typed: str
    dialog: Dialog
    k: int
    now: date
    scope: Scope | None
    marking: bool

    @cached_property
    def bare(self) -> str:
        """The question as typed, white space tidied."""
        return " ".join(self.typed.split())

    @cached_property
    def directory(self) -> Directory:
        """Who speaks in the scope."""
        return self.searcher.speakers(self.scope)

    @cached_property
    def hand(self) -> ContextArticles:
        """The articles that the turns before were answered from."""
        return at_hand(self.records, self.dialog, self.scope)

    @cached_property
    def near(self) -> Directory | None:
        """Who speaks in the articles at hand."""
        return self.directory.within(self.hand.articles) if self.hand.articles else None

    def person(self, mention: str | None) -> Person | None:
        """Return whom words name, near or anywhere."""
        return whom(self.directory, self.near, mention) if mention else None

    def is_context_dependent(self, text: str, *, surely: bool = False) -> bool:
        """Tell whether a text points to what was said before; see `coreference`.

        So does one with hardly a word of its own, "who dropped out?".
        """
        return is_context_dependent(text, self.directory, surely=surely) or self.is_thin(text, 1 if surely else THIN)

    def is_thin(self, text: str, most: int) -> bool:
        """Tell whether a text has no name and few other words to be looked up by."""
        own = set(stems(text)) - SMALL_STEMS
        return len(own) <= most and not named_in(text) and not self.directory.named_in(text)

    def everywhere(self, standalone: str, k: int | None = None) -> Answer:
        """Answer a question in full words as if it were the first."""
        return self._within(self.scope, standalone, k or self.k)

    def at_hand(self, standalone: str) -> Answer:
        """Answer a question in full words from the articles at hand only."""
        return self._within(Scope(self.hand.articles, tuple(self.hand.passages)), standalone, self.k)

    @staged("deciding")
    def _within(self, scope: Scope | None, standalone: str, k: int) -> Answer:
        answer = answer_question(
            self.searcher, self.records, standalone, k=k, now=self.now, scope=scope, marking=self.marking
        )
        return replace(answer, question=self.typed)

    def not_found(self, standalone: str, note: Remark) -> Answer:
        """Answer that there is nothing, in one line."""
        return Answer(self.typed, "not_found", 1.0, standalone, note)

    def passages(self, places: Iterable[Place]) -> list[int]:
        """Return the ids of the passages that stand in some places."""
        return [p for article, paragraph in places for p in self.records.neighbours(article, paragraph, 0)]
