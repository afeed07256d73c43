"""The one place of these benchmarks that knows how an index keeps its vectors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from index.build.faiss_writer import VectorWriter
from index.core.sentences import MOST
from index.generations.generation import SENTENCES, VECTORS, Generation
from index.models.onnx import Floats
from index.vectors.backend import Ids
from index.vectors.faiss_index import VectorIndex


class Writing:
    """Writes the vectors of a generation, of passages and of sentences, in order of their ids."""

    def __init__(self, staging: Path, dimension: int) -> None:
        self._writers = {name: VectorWriter(staging / name, dimension) for name in (VECTORS, SENTENCES)}

    def __enter__(self) -> Self:
        return self

    def add(self, name: str, ids: Ids, vectors: Floats) -> None:
        self._writers[name].add(ids, vectors)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            for writer in self._writers.values():
                writer.finish()


def all_of(generation: Generation, name: str) -> tuple[Ids, Floats]:
    """Return the ids, ascending, and vectors of one of `VECTORS` and `SENTENCES`, shape (count, dimension)."""
    index = _index(generation, name)
    found = index.by_id(ids := index.ids)
    return ids, np.stack([found[i] for i in ids.tolist()])


def searching(generation: Generation, name: str) -> Callable[[Floats, int], list[tuple[int, float]]]:
    """Return the dense search as it is, by (query, count): the ids of vectors with their scores, best first."""
    return _index(generation, name).search


def sentence_id(passage: int, position: int) -> int:
    """Return the id of the vector of a sentence of a passage."""
    return passage * MOST + position


def passage_of(ids: Ids) -> Any:  # noqa: ANN401  (an array, or one id)
    """Return the passages of sentences."""
    return ids // MOST


def _index(generation: Generation, name: str) -> VectorIndex:
    return VectorIndex.open(generation.records_path.with_name(name))
