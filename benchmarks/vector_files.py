"""The one place of these benchmarks that knows how an index keeps its vectors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from index.generation import SENTENCES, VECTORS, Generation
from index.inference import Floats
from index.sentences import MOST
from index.vectors import Ids, VectorIndex


class Writing:
    """Writes the vectors of a generation, of passages and of sentences, in order of their ids."""

    def __init__(self, staging: Path, dimension: int) -> None:
        self._staging = staging
        self._indexes = {name: VectorIndex.empty(dimension) for name in (VECTORS, SENTENCES)}

    def __enter__(self) -> Self:
        return self

    def add(self, name: str, ids: Ids, vectors: Floats) -> None:
        self._indexes[name].add(ids, vectors)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            for name, index in self._indexes.items():
                index.write(self._staging / name)


def all_of(generation: Generation, name: str) -> tuple[Ids, Floats]:
    """Return the ids, ascending, and vectors of one of `VECTORS` and `SENTENCES`, shape (count, dimension)."""
    index = _index(generation, name)
    return index.ids, index.rows(0, len(index.ids))


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
    return generation.vectors if name == VECTORS else generation.sentences.vectors
