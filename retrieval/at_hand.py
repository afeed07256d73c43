"""The articles that a conversation is about, and their passages ranked for a follow-up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from index.records import PassageRow, Records
from retrieval.calibration import ANSWERING, probability
from retrieval.dialog import Dialog
from retrieval.reranking import windows
from retrieval.search import Scope, Searcher

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
class Hand:
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


def at_hand(records: Records, dialog: Dialog, scope: Scope | None) -> Hand:
    """Return what is at hand after the last turn, within a scope."""
    shown = [place for turn in dialog.latest() for place in turn.shown[:3]]
    rows = records.article_ids(dict.fromkeys(article for article, _ in shown))
    inside = set(scope.articles) if scope else None
    ordered = [rows[name] for name, _ in shown if name in rows and (inside is None or rows[name] in inside)]
    articles = tuple(dict.fromkeys(ordered))[:ARTICLES]
    passages = records.passages(records.article_passages(articles))
    start = next(((rows[name], paragraph) for name, paragraph in shown if rows.get(name) in articles), None)
    return Hand(articles, passages, start)


def likeliest(searcher: Searcher, hand: Hand, wordings: Sequence[str], some: Iterable[int]) -> list[int]:
    """Return which passages at hand are worth the reranker's time, by meaning, words and place."""
    among = list(some)
    vectors = searcher.generation.vectors.by_id(among)
    scores = {passage: NEAR * hand.nearness(passage) for passage in among}
    for wording in wordings:
        query = searcher.vector(wording)
        shares = searcher.shares(wording, {passage: hand.passages[passage].text for passage in among})
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
