"""Answers that depend on who speaks: somebody's words, and whose words something is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from index.lexical import stems
from index.quotations import Quotation
from index.quotations.cues import CUES, NEGATIONS, REFUSALS
from index.records import PassageRow, Records
from retrieval.answer import Span
from retrieval.names import name_words
from retrieval.names import words as words_of
from retrieval.search import RERANKED, Candidate, Scope, Searcher
from retrieval.sentences import sentences
from retrieval.speakers import Person

K = TypeVar("K")

FITS = 1.1
"""The fit from which a passage answers: five in a hundred answers on hand-written questions lie below."""

_DENIALS = NEGATIONS | REFUSALS
_BESIDE = 2
STEEPNESS = 4.0
ABOUT_PENALTY = 0.4
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
        fit: how well it fits; `FITS` and above answers.
        person: who says it, or None where the passage only names the person asked about.
    """

    passage: int
    fit: float
    person: Person | None

    @property
    def probability(self) -> float:
        """Estimated probability that the passage answers."""
        return 1 / (1 + math.exp(-STEEPNESS * (self.fit - FITS)))


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
    texts = {passage: row.text for words in own for passage, row in words.passages.items()}
    around = [passage for passage, _ in searcher.candidates(question, scope.passages if scope else None)[:AROUND]]
    for passage, row in records.passages(around).items():
        if passage not in said and names.intersection(words_of(row.text)):
            texts[passage] = row.text
    fits = {
        passage: (0.5 * spoken + 0.5 * anywhere)
        for (passage, spoken), anywhere in zip(
            covered(searcher, topic, ((p, said[p][1] if p in said else texts[p]) for p in texts)).items(),
            covered(searcher, topic, texts.items()).values(),
            strict=True,
        )
    }
    query = searcher.models.encoder.query(topic)
    for passage, vector in searcher.generation.vectors.by_id(list(texts)).items():
        fits[passage] += float(vector @ query) - (0 if passage in said else ABOUT_PENALTY)
    best = sorted(fits, key=lambda passage: -fits[passage])[:RERANKED]
    logits = searcher.relevance(question, [texts[passage] for passage in best])
    matches = [
        Match(passage, fits[passage] + math.tanh((logit + 2) / 6), said[passage][0] if passage in said else None)
        for passage, logit in zip(best, logits, strict=True)
    ]
    return sorted(matches, key=lambda match: -match.fit)


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
