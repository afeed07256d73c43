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
from index.records import Records
from retrieval.fusion import Scored, fuse

CANDIDATES = 100
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

    def candidates(self, question: str, scope: Scope | None = None) -> list[Scored]:
        """Return the passages nearest in meaning and in words, fused, best first."""
        among = np.array(scope.passages, np.int64) if scope else None
        dense = self.generation.vectors.search(self.models.encoder.query(question), CANDIDATES, among=among)
        words = self.generation.lexical.search(question, CANDIDATES, articles=scope.articles if scope else None)
        return fuse([(1.0, dense), (1.0, words)])

    def rerank(self, question: str, candidates: Sequence[Scored], records: Records) -> list[Candidate]:
        """Return candidates in order: the best few as the reranker has them, the others as they came."""
        if not candidates:
            return []
        head = [passage for passage, _ in candidates[:RERANKED]]
        rows = records.passages(head)
        logits = self.models.reranker.run([(question, rows[passage].text) for passage in head])[:, 0]
        reranked = [
            Candidate(passage, 1 / (1 + math.exp(-float(logit))), float(logit))
            for passage, logit in zip(head, logits, strict=True)
        ]
        reranked.sort(key=lambda candidate: -candidate.score)
        floor = reranked[-1].score / candidates[0][1]
        rest = [Candidate(passage, floor * score) for passage, score in candidates[RERANKED:]]
        return reranked + rest
