"""Checking a claimed quotation against the record: whose words are these, and are they these words?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from index.core.article import Span
from index.core.errors import UsageError
from index.core.sentences import embedded_sentences
from index.store.records import Records
from retrieval.attribution.whose_words import is_named
from retrieval.core.answer import Hit
from retrieval.core.names import fold, is_plural, name_words, words
from retrieval.core.scores import Scored
from retrieval.query.speakers import Person
from retrieval.search.bm25 import search_words
from retrieval.search.hits import make_hits
from retrieval.search.searcher import Scope, Searcher
from retrieval.verification.claim import MAX_CLAIM, Claim, read_claim
from retrieval.verification.statements import Statement, Statements, quick_words
from retrieval.verification.verdict import Comparison, Verdict, VerdictName, compare

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
        words = [p for p, _ in search_words(generation.lexical, claim.text, NEAR, among=own)]
        passages = list(dict.fromkeys([*dense, *words]))
        found = [
            one for one in self._statements.quotations(passages) if one.words and (not people or one.person in people)
        ]
        cosines = self._cosines(found, query)
        texts = {at: " ".join(w.word.text for w in one.words) for at, one in enumerate(found)}
        shares = self._searcher.terms.idf_coverage(claim.text, texts)
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


ALTERED = 0.6
"""The share of a claim's words that must stand in a statement, in order, for it to be the same one altered."""

ALTERED_CONTENT = 0.5
"""The share of its telling words, rare ones weighing more, where not nearly all of its words stand there."""

CLEARLY_OWN = 0.8
"""From which share on somebody's own altered words count for more than the very words of somebody else."""

PART = 0.3
WHOLE = 0.8
"""Which share of a claim's words a passage must hold to be looked at for a quotation, and for the whole claim."""

NEAREST = 2


@dataclass(frozen=True, slots=True)
class _Found:
    """A verdict, and the comparison that it rests on."""

    verdict: VerdictName
    comparison: Comparison | None = None


class Verifier:
    """Checks claims against one generation; remembers what it read, so that a draft's quotations go fast."""

    def __init__(self, searcher: Searcher, records: Records, scope: Scope | None = None) -> None:
        """Check against one generation, or against the articles of a scope."""
        self._searcher, self._records = searcher, records
        self._statements = Statements(searcher, records, scope)
        self._resembling = Resembling(searcher, self._statements, scope)

    def check(self, claimed: str, by: str | None = None) -> Verdict:
        """Check words that somebody is to have said.

        Args:
            claimed: the words, in quotation marks or not; an ellipsis for what was left out, brackets for what was put
                in.
            by: words that name the speaker; anybody's by default.

        Raises:
            UsageError: there are no words, or more than anybody says.
        """
        if len(claimed) > MAX_CLAIM:
            raise UsageError(f"the claim has {len(claimed):,} characters; check at most {MAX_CLAIM:,} at a time")
        return self.check_claim(read_claim(claimed, by))

    def check_claim(self, claim: Claim) -> Verdict:
        """Check a claim that was read already; see `check`.

        Raises:
            UsageError: there are no words in it.
        """
        if not claim.words:
            raise UsageError("there are no words to check; give them in quotation marks")
        people = self._statements.directory.find(claim.by) if claim.by else []
        checking = _Checking(self._searcher, self._statements, claim, people)
        if found := checking.found():
            return self._verdict(claim, people, found, checking, ())
        alike = self._resembling.alike(claim, people)
        comparison = paraphrased(alike) if people or not claim.by else None
        found = _Found("paraphrase", comparison) if comparison else _Found("not found")
        return self._verdict(claim, people, found, checking, alike)

    def _verdict(
        self, claim: Claim, people: Sequence[Person], found: _Found, checking: _Checking, alike: Sequence[Alike]
    ) -> Verdict:
        comparison = found.comparison
        shown = comparison if comparison and found.verdict != "not found" else None
        near = () if shown else self._nearest(comparison, alike)
        statement = comparison.statement if comparison else None
        speaker = (statement.person.name if statement.person else statement.name) if statement else None
        differs = shown is not None and found.verdict in {"altered", "other speaker", "about, not by", "unattributed"}
        return Verdict(
            claim=claim.text,
            by=claim.by,
            verdict=found.verdict,
            meant=people[0].name if people else None,
            speaker=speaker if shown else None,
            written=comparison is not None and not shown,
            reported=shown is not None and not shown.is_quoted,
            stands=shown.stands if shown else "",
            parts=shown.parts if shown and differs else (),
            beside=shown.beside if shown and differs else (),
            caution=shown.caution if shown and found.verdict == "exact" else None,
            hits=self._hits(shown, checking.equals(shown)) if shown else (),
            nearest=near,
        )

    def _hits(self, comparison: Comparison, equals: Sequence[Comparison]) -> tuple[Hit, ...]:
        spans: dict[int, list[Span]] = {}
        for one in (comparison, *equals):
            for passage, found in one.spans().items():
                spans.setdefault(passage, found)
        return tuple(make_hits(self._records, [(passage, one.similarity) for passage in spans], spans))

    def _nearest(self, comparison: Comparison | None, alike: Sequence[Alike]) -> tuple[Hit, ...]:
        return self._hits(comparison, ()) if comparison else tuple(make_hits(self._records, nearest(alike)[:NEAREST]))


class _Checking:
    """One claim held against all statements that share words with it."""

    def __init__(self, searcher: Searcher, statements: Statements, claim: Claim, people: Sequence[Person]) -> None:
        self._searcher, self._statements, self._claim, self._people = searcher, statements, claim, people
        self._wanted = frozenset().union(*(quick_words(word.text) for word in claim.words))
        # Words in brackets may stand nowhere, and a quotation may go on in the next paragraph.
        self._near = statements.holding(statements.near(claim.text, people), self._wanted, PART)

    @cached_property
    def _comparisons(self) -> list[Comparison]:
        """The quotations that hold the claim, or nearly, best first."""
        wanted = {word.key for word in self._claim.words}
        likely = [
            statement
            for statement in self._statements.quotations(self._near)
            if len(wanted & {one.word.key for one in statement.words}) >= ALTERED * len(wanted) * 0.8
        ]
        found = [one for statement in likely if (one := compare(self._claim, statement))]
        close = [one for one in found if one.is_exact or self._is_close(one)]
        return sorted(close, key=lambda one: (-one.is_exact, -one.similarity, len(one.differences)))

    def _is_close(self, comparison: Comparison) -> bool:
        wrong = (1 - comparison.similarity) * len(self._claim.words)
        if len(self._claim.words) < 3 or (len(self._claim.words) < 5 and wrong > 1.01):
            return False
        if comparison.similarity < ALTERED or comparison.similarity >= CLEARLY_OWN:
            return comparison.similarity >= CLEARLY_OWN
        shares = self._searcher.terms.idf_coverage(self._claim.text, {0: comparison.stands})
        return shares[0] >= ALTERED_CONTENT or not self._searcher.terms.weights(self._claim.text)

    def equals(self, comparison: Comparison | None) -> list[Comparison]:
        """Return the other quotations that hold the same words of the same speaker."""
        if comparison is None:
            return []
        return [
            one
            for one in self._comparisons
            if one is not comparison
            and one.statement.person is comparison.statement.person is not None
            and one.stands.casefold() == comparison.stands.casefold()
        ]

    def found(self) -> _Found | None:
        """Return the verdict that the words themselves lead to; None where they stand nowhere, not even nearly."""
        own = [one for one in self._comparisons if self._is_own(one)]
        quoted = next((one for one in own if one.is_quoted), None)
        if quoted and quoted.is_exact:
            return _Found("exact", quoted)
        others = [one for one in self._comparisons if one.is_exact and one.is_quoted and not self._is_own(one)]
        if others and not (quoted and quoted.similarity >= CLEARLY_OWN):
            return self._not_own(min(others, key=lambda one: one.statement.name is None))
        reported = next((one for one in own if not one.is_quoted), None)
        if reported and not (quoted and quoted.similarity >= min(CLEARLY_OWN, reported.similarity)):
            return _Found("paraphrase", reported)
        if quoted:
            return _Found("altered", quoted)
        return self._as_it_is_written() or (self._not_own(self._comparisons[0]) if self._comparisons else None)

    def _as_it_is_written(self) -> _Found | None:
        """Return the verdict on words that an article has, but that it does not give as anybody's."""
        if any(one.is_exact for one in self._comparisons):
            return None
        whole = self._statements.holding(self._near, self._wanted, WHOLE)
        for text in self._statements.texts(whole):
            comparison = compare(self._claim, text)
            if comparison and comparison.is_exact:
                if comparison.is_quoted:
                    return _Found("unattributed", comparison)
                return _Found("about, not by" if self._names(comparison) else "not found", comparison)
        return None

    def _is_own(self, comparison: Comparison) -> bool:
        statement = comparison.statement
        if not self._claim.by or statement.person in self._people:
            return True
        name = statement.name or ""
        mentioned = tuple(name_words(name))
        return words(name) == words(self._claim.by) or any(mentioned in person.names for person in self._people)

    def _not_own(self, comparison: Comparison) -> _Found:
        statement = comparison.statement
        nameless = (
            statement.person is not None and statement.person.kind == "group" and not is_plural(statement.name or "")
        )
        if statement.name is None or nameless:
            return _Found("unattributed", comparison)
        return _Found("about, not by" if self._names(comparison) else "other speaker", comparison)

    def _names(self, comparison: Comparison) -> bool:
        """Tell whether the passage of some words names whoever is to have said them."""
        texts = [self._statements.text(passage) for passage in comparison.spans()]
        if self._people:
            return any(is_named(person, text) for person in self._people for text in texts)
        last = name_words(self._claim.by or "")[-1:]
        return bool(last) and any(last[0] in fold(text).split() for text in texts)
