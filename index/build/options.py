"""What a build is asked for, and what it tells of what it did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from index.build.sync import Changes
from index.sources.urls import Limits
from index.vectors.milvus_address import MilvusAddress

Progress = Callable[[str, int, int | None], None]
"""Told (stage, done, total or None), where a stage is one of `index.build.pipeline.STAGES`."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    Attributes:
        generation: name of the generation in force afterwards.
        built: False where nothing had changed, so that the generation before stays.
        changes: what changed in the articles.
        articles: how many the index holds now.
        passages: how many it holds now.
        embedded: how many passages the encoder had to read.
        notes: one line each on what a person should know besides, such as a damaged generation set aside.
    """

    generation: str
    built: bool
    changes: Changes
    articles: int
    passages: int
    embedded: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How to build.

    Attributes:
        sources: what to refresh, remembered from then on; all remembered ones by default.
        forget: remembered sources to take out, with their articles.
        rebuild: make everything anew, reusing nothing.
        encoder: id of the model that embeds; the one of the index, else the default one.
        reranker: id of the model that reranks; likewise.
        follow: whether to fetch the pages that entries of feeds lead to; as before by default.
        allow_private: whether links may lead into private networks; likewise.
        limits: bounds of fetching.
        milvus: where the vectors are to lie; where they lay before by default, else in files.
    """

    sources: Sequence[str] = ()
    forget: Sequence[str] = ()
    rebuild: bool = False
    encoder: str | None = None
    reranker: str | None = None
    follow: bool | None = None
    allow_private: bool | None = None
    limits: Limits = field(default_factory=Limits)
    milvus: MilvusAddress | None = None
