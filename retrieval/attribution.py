"""Answers that depend on who speaks: somebody's words, and whose words something is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from index.lexical import stems
from index.quotations import Quotation
from index.quotations.cues import CUES, NEGATIONS, REFUSALS
from index.records import PassageRow, Records
from index.sentences import sentences
from retrieval.answer import Span
from retrieval.calibration import ON_TOPIC, probability, squashed
from retrieval.context import Context, contexts
from retrieval.names import name_words
from retrieval.names import words as words_of
from retrieval.reranking import Candidate, windows
from retrieval.search import Scope, Searcher
from retrieval.speakers import Person

K = TypeVar("K")

FITS = 0.09
"""The probability from which a passage that quotes the person asked about answers."""

NAMED_FITS = 0.3
"""The same where it only names the person: the words may be somebody else's."""

READ = 12
"""How many passages the reranker reads."""

_DENIALS = NEGATIONS | REFUSALS
_BESIDE = 2
AROUND = 60


@dataclass(frozen=True, slots=True)
class OwnWords:
    """The passages that quote a person, and the person's quotations in them, by passage id."""

    person: Person
    passages: Mapping[int, PassageRow]
    quotations: Mapping[int, Sequence[Quotation]]

    def spans(self, passage: int) -> list[Span]:
        """Return where the person speaks in a passage."""
        return [(quotation.start, quotation.end) for quotation in self.quotations[passage]]

    def said(self, passage: int) -> str:
        """Return what the person says in a passage, as one text."""
        text = self.passages[passage].text
        return " … ".join(text[start:end] for start, end in self.spans(passage))


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that may tell what somebody says on a topic.

    Attributes:
        passage: its id.
        probability: how likely it answers.
        person: who says it, or None where the passage only names the person asked about.
    """

    passage: int
    probability: float
    person: Person | None

    @property
    def fits(self) -> bool:
        """Whether it is likely enough to be shown as an answer."""
        return self.probability >= (FITS if self.person else NAMED_FITS)


def own_words(records: Records, person: Person, scope: Scope | None) -> OwnWords:
    """Return the passages that quote a person, within a scope."""
    ids = records.passages_quoting(person.forms)
    if scope:
        inside = set(scope.passages)
        ids = [passage for passage in ids if passage in inside]
    passages = records.passages(ids)
    mine = {
        passage: [q for q in found if (passages[passage].article, q.speaker) in person.forms]
        for passage, found in records.quotations(ids).items()
    }
    return OwnWords(person, passages, mine)


def newest_first(searcher: Searcher, records: Records, own: OwnWords) -> list[Candidate]:
    """Return a person's passages: articles newest first, within one article the most central first.

    Central is what lies near the mean vector of the article, direct words a little before reported ones.
    """
    articles = records.articles(list({row.article for row in own.passages.values()}))
    order = sorted(articles.values(), key=lambda row: (row.date or "", row.id), reverse=True)
    ranked = []
    for article in order:
        ids = [passage for passage, row in own.passages.items() if row.article == article.id]
        ranked += sorted(ids, key=_centrality(searcher, records, own, article.id, ids), reverse=True)
    return [Candidate(passage, 1 - position / (len(ranked) + 1)) for position, passage in enumerate(ranked)]


def by_topic(
    searcher: Searcher, records: Records, topic: str, question: str, *, own: Sequence[OwnWords], scope: Scope | None
) -> list[Match]:
    """Return the passages that may tell what a person says on a topic, best first.

    Among them are passages that only name the person: who speaks in them could not be told.

    Args:
        searcher: of the generation.
        records: of the generation.
        topic: what the words are to be about.
        question: the whole question.
        own: the words of the person asked about or, where several may be meant, of each, the likeliest first.
        scope: the articles to search.
    """
    said = {passage: (words.person, words.said(passage)) for words in reversed(own) for passage in words.passages}
    names = {name[-1] for words in own for name in words.person.names}
    rows = {passage: row for words in own for passage, row in words.passages.items()}
    around = [
        passage for passage, _ in searcher.candidates(records, question, scope.passages if scope else None)[:AROUND]
    ]
    rows |= {i: row for i, row in records.passages(around).items() if names.intersection(words_of(row.text))}
    spoken = {passage: words for passage, (_, words) in said.items()}
    signals = _signals(searcher, topic, rows, spoken, contexts(records, rows))
    evidence = {passage: ON_TOPIC.evidence(**known) for passage, known in signals.items()}
    best = sorted(evidence, key=lambda passage: -evidence[passage])[:READ]
    cut = windows(searcher, question, {passage: rows[passage].text for passage in best})
    for passage, logit in zip(best, searcher.relevance(question, [cut[passage] for passage in best]), strict=True):
        evidence[passage] = ON_TOPIC.evidence(**signals[passage], relevance=squashed(logit))
    matches = [Match(p, probability(evidence[p]), said[p][0] if p in said else None) for p in best]
    return sorted(matches, key=lambda match: -match.probability)


def _signals(
    searcher: Searcher,
    topic: str,
    rows: Mapping[int, PassageRow],
    spoken: Mapping[int, str],
    around: Mapping[int, Context],
) -> dict[int, dict[str, float]]:
    """Return for each passage what `ON_TOPIC` weighs, all but the reranker's opinion."""
    text = covered(searcher, topic, ((p, row.text) for p, row in rows.items()))
    said = covered(searcher, topic, spoken.items())
    context = covered(
        searcher, topic, ((p, f"{around[p].title} {around[p].text} {row.text}") for p, row in rows.items())
    )
    near = searcher.nearness(topic, list(rows))
    far = searcher.generation.vectors.by_id([one.before for one in around.values() if one.before is not None])
    query = searcher.vector(topic)
    return {
        p: {
            "own": float(p in spoken),
            "said": said.get(p, 0.0),
            "text": text[p],
            "context": context[p],
            "near": near[p],
            "before": float(far[before] @ query) if (before := around[p].before) is not None else 0.0,
        }
        for p in rows
    }


def covered(searcher: Searcher, topic: str, texts: Iterable[tuple[K, str]]) -> dict[K, float]:
    """Return which share of the words of a topic each text holds, rare words weighing more, between 0 and 1."""
    weights = searcher.word_weights(topic)
    total = sum(weights.values()) or 1.0
    return {key: sum(weights.get(stem, 0.0) for stem in set(stems(text))) / total for key, text in texts}


def may_report(mention: str, text: str) -> bool:
    """Tell whether a sentence names somebody right beside a verb of saying that is not denied."""
    wanted = name_words(mention)
    for start, end in sentences(text):
        every = words_of(text[start:end])
        if set(wanted) <= set(every):
            first, last = sorted((every.index(wanted[0]), every.index(wanted[-1])))
            beside = {*every[max(0, first - _BESIDE) : first], *every[last + 1 :][:_BESIDE]}
            if not beside.isdisjoint(CUES) and beside.isdisjoint(_DENIALS):
                return True
    return False


def _centrality(
    searcher: Searcher, records: Records, own: OwnWords, article: int, ids: Sequence[int]
) -> Callable[[int], float]:
    every = records.article_passages([article])
    vectors = searcher.generation.vectors.by_id(every)
    middle = np.mean(list(vectors.values()), axis=0)
    direct = {passage: any(q.kind == "direct" for q in own.quotations[passage]) for passage in ids}
    return lambda passage: float(vectors[passage] @ middle) + 0.1 * direct[passage]
