"""Exact search by brute force over plain float32 vectors in files: what an approximate one is measured against."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np

from index.models.onnx import Floats
from index.vectors.backend import Ids

ROWS = 65_536
TIED = 1e-6


class Exact:
    """Vectors and their ids in two files for each name, appended chunk by chunk."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._files: dict[str, tuple[BinaryIO, BinaryIO]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for pair in self._files.values():
            for file in pair:
                file.close()

    def add(self, name: str, ids: Ids, vectors: Floats) -> None:
        if name not in self._files:
            self._files[name] = (_ids(self._folder, name).open("wb"), _vectors(self._folder, name).open("wb"))
        for_ids, for_vectors = self._files[name]
        for_ids.write(ids.tobytes())
        for_vectors.write(vectors.tobytes())


def recall(folder: Path, name: str, queries: Floats, found: Sequence[Sequence[int]], count: int) -> float:
    """Return which share of the nearest vectors of queries were found, on average; as near as they is as good.

    Args:
        folder: of the files.
        name: of the vectors.
        queries: shape (queries, dimension).
        found: ids that a search found for each query, best first.
        count: how many of the nearest, and of those found, to look at.
    """
    ids = np.fromfile(_ids(folder, name), np.int64)
    vectors = np.memmap(_vectors(folder, name), np.float32, "r", shape=(len(ids), queries.shape[1]))
    last = _scores_of_nearest(vectors, queries, count)[:, -1]
    shares = []
    for query, these, least in zip(queries, found, last, strict=True):
        scores = vectors[np.searchsorted(ids, these[:count])] @ query
        shares.append(float((scores >= least - TIED).sum()) / min(count, len(ids)))
    return sum(shares) / len(shares)


def _scores_of_nearest(vectors: Floats, queries: Floats, count: int) -> Floats:
    """Return the cosines of the nearest vectors of each query, shape (queries, count), best first."""
    best = np.zeros((len(queries), 0), np.float32)
    for start in range(0, len(vectors), ROWS):
        best = np.hstack([best, queries @ vectors[start : start + ROWS].T])
        best = -np.sort(-best, axis=1)[:, :count]
    return best


def _ids(folder: Path, name: str) -> Path:
    return folder / f"{name}.ids"


def _vectors(folder: Path, name: str) -> Path:
    return folder / f"{name}.f32"
