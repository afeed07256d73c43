"""Candidates for a question from vectors and words, fused; and the signals that tell them apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TypeVar

import numpy as np

from index.core.cores import available_cores
from index.core.errors import UsageError
from index.generations.generation import Generation
from index.models.onnx import Floats
from index.store.records import Records
from retrieval.core.scores import Scored, best_of, fuse
from retrieval.core.tracing import stage, staged
from retrieval.query.speakers import Directory, PersonCache
from retrieval.search.bm25 import search_words
from retrieval.search.hits import Elsewhere
from retrieval.search.models import Lazy, ModelCache
from retrieval.search.near_duplicates import copies_elsewhere
from retrieval.search.terms import TermWeights

K = TypeVar("K")
T = TypeVar("T")

CANDIDATES = 100

ARTICLE = 0.6
"""What it counts that the whole article, as far as it came up, has the words of a question."""

_SCOPES = 2
"""How many scopes are kept: those who ask within one ask again, and to tell what is in it takes its time."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The articles that a question is asked of, by the ids of their rows, and the passages of those."""

    articles: tuple[int, ...]
    passages: tuple[int, ...]


class Searcher:
    """Search over one generation; safe to share by threads."""

    def __init__(self, generation: Generation, models: ModelCache, *, fast: bool = False) -> None:
        """Search a generation with models that fit it.

        Args:
            generation: what to search.
            models: the models that made it.
            fast: leave the reranker out.
        """
        self.generation = generation
        self.models = models
        self.fast = fast
        # Nothing here refers back to the searcher: whoever lets go of it last closes what it has open.
        self._people = people = Lazy(lambda: PersonCache(generation.records_path))
        self._directory = Lazy(lambda: Directory(people()))
        self.terms = TermWeights(generation.lexical)
        self._scope = lru_cache(_SCOPES)(partial(_scope_of, generation))
        self._beside = Lazy(lambda: ThreadPoolExecutor(available_cores(), "onrecord-words"))

    def load(self) -> None:
        """Load now what would be loaded at first use: both models at once, and who speaks."""
        with ThreadPoolExecutor(1, "onrecord-load") as beside:
            reranker = None if self.fast else beside.submit(lambda: self.models.reranker)
            _ = self.models.encoder, self.directory
            if reranker:
                reranker.result()

    def close(self) -> None:
        """End the threads of the search, and close the records and vectors of the generation; it cannot be searched."""
        for pool in self._beside.take():
            pool.shutdown()
        for people in self._people.take():
            people.close()
        self.generation.close()

    def scope(self, names: Sequence[str] | None) -> Scope | None:
        """Return the scope of the articles with these ids; None, which is all of them, where none are named.

        Raises:
            UsageError: an id is that of no article.
        """
        return None if names is None else self._scope(tuple(names))

    @property
    def directory(self) -> Directory:
        """Who speaks in the articles."""
        return self._directory()

    def speakers(self, scope: Scope | None) -> Directory:
        """Return who speaks in the articles of a scope."""
        return self.directory.within(scope.articles) if scope else self.directory

    @staged("fusing")
    def candidates(self, records: Records, question: str, among: Sequence[int] | None = None) -> list[Scored]:
        """Return the passages nearest in meaning and in words, fused, best first.

        A score is the sum of two min-max-normalised scores, 0 to 2, and of what the article as a whole has of the
        question's words, 0 to `ARTICLE`: who is meant by "she" in the best passage is told in another.

        Args:
            records: of the generation.
            question: text whose meaning and words count.
            among: passages to search; all by default.
        """
        ids = np.array(among, np.int64) if among is not None else None
        query = self.vector(question)
        finding = self._beside().submit(search_words, self.generation.lexical, question, CANDIDATES, among=among)
        with stage("vectors"):
            dense = best_of(
                self.generation.vectors.search(query, CANDIDATES, among=ids),
                self.generation.sentences.search(query, CANDIDATES, among=ids),
            )[:CANDIDATES]
        with stage("words"):
            terms = finding.result()
        fused = fuse([(1.0, dense), (1.0, terms)])
        support = self._support(records, question, [passage for passage, _ in fused])
        return sorted(((p, score + ARTICLE * support[p]) for p, score in fused), key=lambda item: (-item[1], item[0]))

    def elsewhere(self, scope: Scope | None) -> Elsewhere:
        """Return what finds all copies of passages within a scope."""
        among, lexical = scope.passages if scope else None, self.generation.lexical
        return lambda records, merged: copies_elsewhere(records, lexical, merged, among)

    def _support(self, records: Records, question: str, passages: Sequence[int]) -> dict[int, float]:
        """Return the share of a question's words that an article's title and candidates hold together, by passage."""
        rows = records.passages(passages)
        articles = records.articles(list({row.article for row in rows.values()}))
        texts = {article: [row.title] for article, row in articles.items()}
        for row in rows.values():
            texts[row.article].append(row.text)
        shares = self.terms.idf_coverage(question, {article: "\n".join(found) for article, found in texts.items()})
        return {passage: shares[row.article] for passage, row in rows.items()}

    def vector(self, text: str) -> Floats:
        """Return the unit vector of a text that is looked for, shape (dimension,)."""
        return self.models.vector(text)

    @staged("vectors")
    def max_cosine(self, text: str, passages: Sequence[int]) -> dict[int, float]:
        """Return the cosine of a text to each passage, or to its best sentence where that is nearer, by id."""
        query = self.vector(text)
        near = {i: float(row @ query) for i, row in self.generation.vectors.by_id(passages).items()}
        for passage, rows in self.generation.sentences.of(list(near)).items():
            near[passage] = max(near[passage], float((rows @ query).max()))
        return near

    def relevance(self, question: str, texts: Mapping[int, str]) -> dict[int, float]:
        """Return how well passages answer a question, as the reranker's logit for each text, by passage id.

        Where the reranker is left out, its logit is estimated: over the best 20 passages of questions on two
        development sets, words and vectors alone tell it with a correlation of .87 (least squares).
        """
        if not self.fast:
            return dict(zip(texts, self.logits(question, list(texts.values())), strict=True))
        near = self.max_cosine(question, list(texts))
        shares = self.terms.idf_coverage(question, texts)
        return {passage: 10.4 * shares[passage] + 16.2 * near[passage] - 15.4 for passage in texts}

    def logits(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return the reranker's logit for each text."""
        if not texts:
            return []
        pairs, reranker = [(question, text) for text in texts], self.models.reranker
        with stage("reranking"):
            return [float(logit) for logit in reranker.run(pairs, batch_size=1)[:, 0]]


def _scope_of(generation: Generation, names: Sequence[str]) -> Scope:
    with closing(generation.open_records()) as records:
        rows = records.article_ids(names)
        if unknown := [name for name in names if name not in rows]:
            raise UsageError(f"scope: no article {unknown[0]!r} in this index")
        articles = tuple(rows.values())
        return Scope(articles, tuple(records.article_passages(articles)))
