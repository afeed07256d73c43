"""The statements that say what a claim says in other words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from index.sentences import embedded_sentences
from retrieval.claims import Claim
from retrieval.comparing import Comparison
from retrieval.fusion import Scored
from retrieval.people import Person
from retrieval.search import Scope, Searcher
from retrieval.statements import Statement, Statements

NEAR = 60
SAME_MATTER = 0.55
"""From which score on a statement says what a claim says; docs/verifying.md tells on what data it was chosen."""

_OF_WORDS = 0.5

Alike = tuple[Statement, float]
"""A statement, and how much it says what a claim says, up to 1."""


class Resembling:
    """Finds statements by what they mean; loads the encoder at its first use."""

    def __init__(self, searcher: Searcher, statements: Statements, scope: Scope | None) -> None:
        """Search one generation, or the articles of a scope."""
        self._searcher, self._statements, self._scope = searcher, statements, scope

    def alike(self, claim: Claim, people: Sequence[Person]) -> list[Alike]:
        """Return how much each of the nearest statements says what a claim says, best first.

        That is the cosine of its best sentence and the share of the claim's telling words that it holds, rare words
        weighing more, both weighted alike.

        Args:
            claim: what is claimed.
            people: whose statements; anybody's where there is nobody.
        """
        query = self._searcher.vector(claim.text)
        own = self._statements.own_passages(people) if people else (self._scope.passages if self._scope else None)
        among = None if own is None else np.array(sorted(set(own)), np.int64)
        generation = self._searcher.generation
        dense = [p for p, _ in generation.vectors.search(query, NEAR, among=among)]
        dense += [p for p, _ in generation.sentences.search(query, NEAR, among=among)]
        words = [p for p, _ in generation.lexical.search(claim.text, NEAR, among=own)]
        passages = list(dict.fromkeys([*dense, *words]))
        found = [
            one for one in self._statements.quotations(passages) if one.words and (not people or one.person in people)
        ]
        cosines = self._cosines(found, query)
        texts = {at: " ".join(w.word.text for w in one.words) for at, one in enumerate(found)}
        shares = self._searcher.shares(claim.text, texts)
        scored = [(one, (1 - _OF_WORDS) * cosines[at] + _OF_WORDS * shares[at]) for at, one in enumerate(found)]
        return sorted(scored, key=lambda one: -one[1])

    def _cosines(self, statements: Sequence[Statement], query: np.ndarray) -> list[float]:
        passages = list({word.passage for one in statements for word in one.words})
        sentences = self._searcher.generation.sentences.of(passages)
        wholes = self._searcher.generation.vectors.by_id([p for p in passages if p not in sentences])
        return [self._cosine(one, sentences, wholes, query) for one in statements]

    def _cosine(
        self,
        statement: Statement,
        sentences: Mapping[int, np.ndarray],
        wholes: Mapping[int, np.ndarray],
        query: np.ndarray,
    ) -> float:
        best = -1.0
        for passage in dict.fromkeys(word.passage for word in statement.words):
            spoken = [word.word for word in statement.words if word.passage == passage]
            first, last = spoken[0].start, spoken[-1].end
            if passage not in sentences:
                best = max(best, float(wholes[passage] @ query) if passage in wholes else -1.0)
                continue
            parts = embedded_sentences(self._statements.text(passage))
            for (start, end), row in zip(parts, sentences[passage], strict=False):
                if start < last and first < end:
                    best = max(best, float(row @ query))
        return best


def paraphrased(alike: Sequence[Alike]) -> Comparison | None:
    """Return the statement that says what a claim says, or None where the best one does not."""
    if not alike or alike[0][1] < SAME_MATTER:
        return None
    statement, score = alike[0]
    return Comparison(statement, min(score, 0.99), (), (), ((0, len(statement.words)),))


def nearest(alike: Sequence[Alike]) -> list[Scored]:
    """Return the passages that come nearest to a claim, best first, as (passage, score)."""
    scored: dict[int, float] = {}
    for statement, score in alike:
        scored.setdefault(statement.words[0].passage, max(score, 0.0))
    return list(scored.items())
