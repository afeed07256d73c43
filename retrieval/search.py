"""Candidates for a question from vectors and words, fused, the best few reranked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from index.generation import Generation
from index.inference import Encoder, OnnxModel
from index.lexical import stems
from index.records import Records
from retrieval.fusion import Scored, fuse
from retrieval.speakers import Directory

CANDIDATES = 100
SMALL_STEMS = frozenset(
    stems(
        """a about after all also am an and any are as at be because been before but by can could did do does for from
        had has have he her him his how i if in into is it its just me more my no not of on or our out over own say she
        so some such than that the their them then there these they this those to too under up us very was we were what
        when where which while who whom whose why will with would you your tell said says him herself himself s t d"""
    )
)
RERANKED = 12


@dataclass(frozen=True, slots=True)
class Scope:
    """The articles that a question is asked of, by the ids of their rows, and the passages of those."""

    articles: tuple[int, ...]
    passages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer.

    Attributes:
        passage: its id.
        score: between 0 and 1; reranked candidates stand above all others.
        logit: what the reranker said, or None where it was not asked.
    """

    passage: int
    score: float
    logit: float | None = None


class ModelShelf:
    """The models of a process, each loaded once, however many generations use it."""

    def __init__(self, encoder: Path, reranker: Path) -> None:
        """Name the folders; a model is loaded at its first use."""
        self.folders = (encoder, reranker)

    @cached_property
    def encoder(self) -> Encoder:
        """Questions to vectors."""
        return Encoder(self.folders[0])

    @cached_property
    def reranker(self) -> OnnxModel:
        """Questions and passages to logits."""
        return OnnxModel(self.folders[1])


class Searcher:
    """Search over one generation; safe to share by threads."""

    def __init__(self, generation: Generation, models: ModelShelf) -> None:
        """Search a generation with models that fit it."""
        self.generation = generation
        self.models = models

    def scope(self, names: Sequence[str]) -> tuple[Scope, list[str]]:
        """Return the scope of the articles with these ids, and the ids that no article has."""
        with closing(self.generation.open_records()) as records:
            rows = records.article_ids(names)
            articles = tuple(rows.values())
            passages = tuple(records.article_passages(articles))
        return Scope(articles, passages), [name for name in names if name not in rows]

    @cached_property
    def directory(self) -> Directory:
        """Who speaks in the articles."""
        with closing(self.generation.open_records()) as records:
            return Directory(records.speakers())

    def candidates(
        self, question: str, among: Sequence[int] | None = None, *, words: str | None = None
    ) -> list[Scored]:
        """Return the passages nearest in meaning and in words, fused, best first.

        Args:
            question: text whose meaning counts.
            among: passages to search; all by default.
            words: text whose words count; those of the question by default.
        """
        ids = np.array(among, np.int64) if among is not None else None
        dense = self.generation.vectors.search(self.models.encoder.query(question), CANDIDATES, among=ids)
        terms = self.generation.lexical.search(words or question, CANDIDATES, among=among)
        return fuse([(1.0, dense), (1.0, terms)])

    def word_weights(self, text: str) -> dict[str, float]:
        """Return how much each stem of a text tells: its inverse document frequency; small words are left out.

        Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), p. 347; plus 1
        inside the logarithm, as Lucene does, so that no weight is negative.
        """
        lexical = self.generation.lexical
        total = lexical.count()
        frequencies = {stem: lexical.frequency(stem) for stem in stems(text) if stem not in SMALL_STEMS}
        return {stem: math.log(1 + (total - n + 0.5) / (n + 0.5)) for stem, n in frequencies.items()}

    def relevance(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return how well each text answers a question, as the reranker's logit."""
        if not texts:
            return []
        return [float(logit) for logit in self.models.reranker.run([(question, text) for text in texts])[:, 0]]

    def rerank(self, question: str, candidates: Sequence[Scored], records: Records) -> list[Candidate]:
        """Return candidates in order: the best few as the reranker has them, the others as they came."""
        if not candidates:
            return []
        head = [passage for passage, _ in candidates[:RERANKED]]
        rows = records.passages(head)
        logits = self.relevance(question, [rows[passage].text for passage in head])
        reranked = [
            Candidate(passage, 1 / (1 + math.exp(-logit)), logit) for passage, logit in zip(head, logits, strict=True)
        ]
        reranked.sort(key=lambda candidate: -candidate.score)
        floor = reranked[-1].score / candidates[0][1]
        rest = [Candidate(passage, floor * score) for passage, score in candidates[RERANKED:]]
        return reranked + rest
