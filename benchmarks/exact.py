"""Exact search by brute force over plain float32 vectors in files: what an approximate one is measured against."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np

from index.inference import Floats
from index.vectors import Ids

ROWS = 65_536


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
        for file, values in zip(self._files[name], (ids, vectors), strict=True):
            file.write(values.tobytes())


def nearest(folder: Path, name: str, queries: Floats, count: int) -> list[list[int]]:
    """Return the ids of the nearest vectors of each query, shape (queries, dimension), best first."""
    ids = np.fromfile(_ids(folder, name), np.int64)
    vectors = np.memmap(_vectors(folder, name), np.float32, "r", shape=(len(ids), queries.shape[1]))
    best = np.full((len(queries), 0), 0.0, np.float32)
    rows = np.zeros((len(queries), 0), np.int64)
    for start in range(0, len(ids), ROWS):
        scores = queries @ vectors[start : start + ROWS].T
        best = np.hstack([best, scores])
        rows = np.hstack([rows, np.broadcast_to(np.arange(start, start + scores.shape[1]), scores.shape)])
        kept = np.argsort(-best, axis=1, kind="stable")[:, :count]
        best, rows = np.take_along_axis(best, kept, 1), np.take_along_axis(rows, kept, 1)
    return [ids[these].tolist() for these in rows]


def recall(found: Sequence[Sequence[int]], exact: Sequence[Sequence[int]]) -> float:
    """Return which share of the nearest were found, as the mean over the queries."""
    shares = (len(set(one) & set(other)) / len(other) for one, other in zip(found, exact, strict=True))
    return float(np.mean(list(shares)))


def _ids(folder: Path, name: str) -> Path:
    return folder / f"{name}.ids"


def _vectors(folder: Path, name: str) -> Path:
    return folder / f"{name}.f32"
