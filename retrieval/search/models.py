"""The models of a process: each loaded at its first use, once, and the vectors of the latest texts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Generic, TypeVar

from index.generations.generation import Generation
from index.models.onnx import Encoder, Floats, OnnxModel
from retrieval.core.tracing import stage, staged

T = TypeVar("T")

REMEMBERED = 64
"""Of how many texts the vectors are kept; one question needs that of its topic several times."""


class Lazy(Generic[T]):
    """What is loaded at its first use, once: whoever needs it meanwhile waits."""

    def __init__(self, load: Callable[[], T]) -> None:
        """Load by a function, when it is needed."""
        self._load = staged("loading")(load)
        self._lock = threading.Lock()
        self._loaded: list[T] = []
        self._taken = False

    def __call__(self) -> T:
        """Return what is loaded, now if it was not yet.

        Raises:
            RuntimeError: it was taken.
        """
        with self._lock:
            if self._taken:
                raise RuntimeError("the engine is closed")
            if not self._loaded:
                self._loaded.append(self._load())
            return self._loaded[0]

    def take(self) -> list[T]:
        """Return what was loaded, if it was, for good: it is not loaded again."""
        with self._lock:
            self._taken = True
            loaded, self._loaded = self._loaded, []
            return loaded


class ModelCache:
    """The models of a process, each loaded once, however many generations and threads use it."""

    def __init__(self, encoder: Path, reranker: Path) -> None:
        """Name the folders; a model is loaded at its first use."""
        self.folders = (encoder, reranker)
        self._encoder = Lazy(lambda: Encoder(encoder))
        self._reranker = Lazy(lambda: OnnxModel(reranker))
        self._vector = lru_cache(REMEMBERED)(partial(_encoded, self._encoder))

    @property
    def encoder(self) -> Encoder:
        """Questions to vectors."""
        return self._encoder()

    def vector(self, text: str) -> Floats:
        """Return the unit vector of a text that is looked for, shape (dimension,); those asked for last are kept."""
        return self._vector(text)

    @property
    def reranker(self) -> OnnxModel:
        """Questions and passages to logits."""
        return self._reranker()

    def close(self) -> None:
        """End the threads of the models, which cannot be used any more."""
        for encoder in self._encoder.take():
            encoder.close()
        for reranker in self._reranker.take():
            reranker.close()


def models_for(generation: Generation, known: ModelCache | None) -> ModelCache:
    """Return the models of a generation: those known already where they are the same, so that they stay loaded."""
    wanted = (generation.encoder, generation.reranker)
    return known if known and known.folders == wanted else ModelCache(*wanted)


def _encoded(encoder: Lazy[Encoder], text: str) -> Floats:
    loaded = encoder()
    with stage("encoding"):
        return loaded.query(text)
