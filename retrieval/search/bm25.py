"""Passages by their words: BM25 over several fields of the tantivy index, each with its weight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import tantivy

from index.store.lexical import LexicalIndex, field_words

WEIGHTS = {"text": 1.0, "title": 0.5, "speakers": 0.2, "before": 0.4}
"""How much a word found in each field counts; docs/ranking.md tells what each is good for."""


def search_words(
    lexical: LexicalIndex, question: str, count: int, *, among: Sequence[int] | None = None
) -> list[tuple[int, float]]:
    """Return the passages that share words with a question as (id, BM25 score), best first.

    Args:
        lexical: of the generation.
        question: any text; its words are alternatives, and no character has a special meaning.
        count: how many to return at most.
        among: search these passages only; all by default.
    """
    terms = (
        tantivy.Query.boost_query(_term(lexical, field, word), weight)
        for field, weight in WEIGHTS.items()
        for word in dict.fromkeys(field_words(field, question))
    )
    return lexical.search(_any_of(terms), count, among=among)


def search_stems(
    lexical: LexicalIndex, stems: Iterable[str], count: int, *, among: Sequence[int] | None = None
) -> list[int]:
    """Return the passages whose own text has one of some stems, those with most first.

    Args:
        lexical: of the generation.
        stems: as `index.store.lexical.stems` gives them.
        count: how many to return at most.
        among: search these passages only; all by default.
    """
    query = _any_of(_term(lexical, "text", stem) for stem in stems)
    return [passage for passage, _ in lexical.search(query, count, among=among)]


def search_near(lexical: LexicalIndex, stem: str, slips: int, count: int) -> list[int]:
    """Return passages that have a word whose stem differs from one in a few letters, in no special order.

    Args:
        lexical: of the generation.
        stem: as `index.store.lexical.stems` gives it.
        slips: how many letters may be missing, too many, wrong or swapped with their neighbour, at most 2.
        count: how many passages to return at most.
    """
    query = tantivy.Query.fuzzy_term_query(lexical.schema, "text", stem, distance=slips, transposition_cost_one=True)
    return [passage for passage, _ in lexical.search(query, count)]


def _term(lexical: LexicalIndex, field: str, word: str) -> tantivy.Query:
    return tantivy.Query.term_query(lexical.schema, field, word, "freq")


def _any_of(queries: Iterable[tantivy.Query]) -> tantivy.Query:
    alternatives = [(tantivy.Occur.Should, query) for query in queries]
    return tantivy.Query.boolean_query(alternatives) if alternatives else tantivy.Query.empty_query()
