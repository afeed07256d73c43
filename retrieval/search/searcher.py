"""Candidates for a question from vectors and words, fused; and the signals that tell them apart."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

from index.core.errors import UsageError
from index.generations.generation import Generation
from index.models.onnx import Encoder, Floats, OnnxModel
from index.store.lexical import stems
from index.store.records import Records
from retrieval.core.scores import Scored, best_of, fuse
from retrieval.core.tracing import stage, staged
from retrieval.query.person import PersonCache
from retrieval.query.speakers import Directory
from retrieval.search.hits import Elsewhere
from retrieval.search.near_duplicates import copies_elsewhere

K = TypeVar("K")
T = TypeVar("T")

CANDIDATES = 100

ARTICLE = 0.6
"""What it counts that the whole article, as far as it came up, has the words of a question."""

_REMEMBERED = 63
_SCOPES = 2
SMALL_STEMS = frozenset(
    stems(
        """a about after all also am an and any are as at be because been before but by can could did do does for from
        had has have he her him his how i if in into is it its just me more my no not of on or our out over own say she
        so some such than that the their them then there these they this those to too under up us very was we were what
        when where which while who whom whose why will with would you your tell said says him herself himself s t d"""
    )
)


@dataclass(frozen=True, slots=True)
class Scope:
    """The articles that a question is asked of, by the ids of their rows, and the passages of those."""

    articles: tuple[int, ...]
    passages: tuple[int, ...]


class _Loaded(Generic[T]):
    """What is loaded at its first use, once: whoever needs it meanwhile waits."""

    def __init__(self, load: Callable[[], T]) -> None:
        self._load = staged("loading")(load)
        self._lock = threading.Lock()
        self._loaded: list[T] = []

    def __call__(self) -> T:
        with self._lock:
            if not self._loaded:
                self._loaded.append(self._load())
            return self._loaded[0]


class ModelCache:
    """The models of a process, each loaded once, however many generations and threads use it."""

    def __init__(self, encoder: Path, reranker: Path) -> None:
        """Name the folders; a model is loaded at its first use."""
        self.folders = (encoder, reranker)
        self._encoder = _Loaded(lambda: Encoder(encoder))
        self._reranker = _Loaded(lambda: OnnxModel(reranker))
        self._vectors: dict[str, Floats] = {}

    @property
    def encoder(self) -> Encoder:
        """Questions to vectors."""
        return self._encoder()

    def vector(self, text: str) -> Floats:
        """Return the vector of a text; one question needs that of its topic several times."""
        vector = self._vectors.get(text)
        if vector is None:
            encoder = self.encoder
            with stage("encoding"):
                vector = encoder.query(text)
            self._vectors = {text: vector, **dict(list(self._vectors.items())[:_REMEMBERED])}
        return vector

    @property
    def reranker(self) -> OnnxModel:
        """Questions and passages to logits."""
        return self._reranker()


def shelf_for(generation: Generation, shelf: ModelCache | None) -> ModelCache:
    """Return the models of a generation: those of a shelf where they are the same, so that they stay loaded."""
    wanted = (generation.encoder, generation.reranker)
    return shelf if shelf and shelf.folders == wanted else ModelCache(*wanted)


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
        self._directory = _Loaded(lambda: Directory(PersonCache(generation.records_path)))
        self._scopes: dict[tuple[str, ...], Scope] = {}

    def load(self) -> None:
        """Load now what would be loaded at first use: both models at once, and who speaks."""
        with ThreadPoolExecutor(1, "onrecord-load") as beside:
            reranker = None if self.fast else beside.submit(lambda: self.models.reranker)
            _ = self.models.encoder, self.directory
            if reranker:
                reranker.result()

    def scope(self, names: Sequence[str] | None) -> Scope | None:
        """Return the scope of the articles with these ids; None, which is all of them, where none are named.

        The last few are kept: those who ask within a scope ask again, and to tell what is in it takes its time.

        Raises:
            UsageError: an id is that of no article.
        """
        if names is None:
            return None
        key = tuple(names)
        known = self._scopes.get(key)
        if known is None:
            known = self._scope(key)
            self._scopes = {key: known, **dict(list(self._scopes.items())[: _SCOPES - 1])}
        return known

    def _scope(self, names: Sequence[str]) -> Scope:
        with closing(self.generation.open_records()) as records:
            rows = records.article_ids(names)
            if unknown := [name for name in names if name not in rows]:
                raise UsageError(f"scope: no article {unknown[0]!r} in this index")
            articles = tuple(rows.values())
            return Scope(articles, tuple(records.article_passages(articles)))

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
        finding = _beside().submit(self.generation.lexical.search, question, CANDIDATES, among=among)
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
        shares = self.idf_coverage(question, {article: "\n".join(found) for article, found in texts.items()})
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

    def word_weights(self, text: str) -> dict[str, float]:
        """Return how much each stem of a text tells: its inverse document frequency; small words are left out.

        Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), p. 347; plus 1
        inside the logarithm, as Lucene does, so that no weight is negative.
        """
        lexical = self.generation.lexical
        total = lexical.count()
        frequencies = {stem: lexical.frequency(stem) for stem in stems(text) if stem not in SMALL_STEMS}
        return {stem: math.log(1 + (total - n + 0.5) / (n + 0.5)) for stem, n in frequencies.items()}

    def relevance(self, question: str, texts: Mapping[int, str]) -> dict[int, float]:
        """Return how well passages answer a question, as the reranker's logit for each text, by passage id.

        Where the reranker is left out, its logit is estimated: over the best 20 passages of questions on two
        development sets, words and vectors alone tell it with a correlation of .87 (least squares).
        """
        if not self.fast:
            return dict(zip(texts, self.logits(question, list(texts.values())), strict=True))
        near = self.max_cosine(question, list(texts))
        shares = self.idf_coverage(question, texts)
        return {passage: 10.4 * shares[passage] + 16.2 * near[passage] - 15.4 for passage in texts}

    def logits(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return the reranker's logit for each text."""
        if not texts:
            return []
        pairs, reranker = [(question, text) for text in texts], self.models.reranker
        with stage("reranking"):
            return [float(logit) for logit in reranker.run(pairs, batch_size=1)[:, 0]]

    def idf_coverage(self, wanted: str, texts: Mapping[K, str]) -> dict[K, float]:
        """Return which share of some words each text holds, rare words weighing more, between 0 and 1."""
        weights = self.word_weights(wanted)
        total = sum(weights.values()) or 1.0
        held = {key: set(stems(text)) for key, text in texts.items()}
        return {key: sum(w for stem, w in weights.items() if stem in found) / total for key, found in held.items()}


@cache
def _beside() -> ThreadPoolExecutor:
    """Threads that look for words while vectors are compared: neither of the two holds Python's lock."""
    return ThreadPoolExecutor(len(os.sched_getaffinity(0)), "onrecord-words")
