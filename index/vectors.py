"""The vectors of passages, or of their sentences, under their ids: sealed segments that are searched as one."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TypeVar

import faiss
import numpy as np

from index.engine import Ids
from index.inference import Floats
from index.segments import ESTIMATED, Rows, Segment

T = TypeVar("T")
Found = list[tuple[int, float]]


class VectorIndex:
    """Inner-product search over unit vectors, exact until there are many; safe to share by threads."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        """Search segments, no two of which hold the same id; use `open`."""
        self._segments = [segment for segment in segments if len(segment)]

    @classmethod
    def open(cls, path: Path) -> VectorIndex:
        """Open what `VectorWriter` wrote, mapped into memory read-only.

        Args:
            path: the file of the first segment; those of the others lie beside it.

        Raises:
            DamagedError: FAISS cannot read it.
        """
        return cls([Segment.open(file) for file in segment_files(path)])

    @property
    def ids(self) -> Ids:
        """All ids, sorted, shape (count,)."""
        return np.sort(np.concatenate([np.zeros(0, np.int64), *(segment.ids for segment in self._segments)]))

    def __len__(self) -> int:
        return sum(map(len, self._segments))

    def by_id(self, ids: Sequence[int] | Ids) -> dict[int, Floats]:
        """Return vectors, shape (dimension,), by id; ids that are not there are left out."""
        wanted = np.asarray(ids, np.int64)
        found: dict[int, Floats] = {}
        for segment in self._segments:
            here, rows = segment.rows_of(wanted)
            if len(rows):
                found |= zip(wanted[here].tolist(), segment.vectors(rows), strict=True)
        return found

    def search(self, query: Floats, count: int, *, among: Ids | None = None, each: int = 1) -> Found:
        """Return the nearest vectors of a query as (id, cosine), best first.

        Args:
            query: a unit vector, shape (dimension,).
            count: how many to return at most.
            among: search only the ids i * each up to (i + 1) * each - 1, for all of these i; all by default. What is
                left is searched exactly, however many vectors there are.
            each: how many ids stand for one of `among`.
        """
        if among is not None:
            within = _selector(among, each)
            parts = _each(lambda segment: segment.nearest(query, count, within), self._segments) if len(among) else []
        else:
            exact = [segment for segment in self._segments if segment.is_exact]
            parts = _each(lambda segment: segment.nearest(query, count), exact)
            parts += self._compared(query, count)
        if not parts:
            return []
        scores, ids = (np.concatenate(column) for column in zip(*parts, strict=True))
        best = np.argsort(-scores, kind="stable")[:count]
        return list(zip(ids[best].tolist(), scores[best].tolist(), strict=True))

    def _compared(self, query: Floats, count: int) -> list[tuple[Floats, Ids]]:
        """Return what compact segments have, by estimates, and the best of that compared exactly."""
        compact = [segment for segment in self._segments if not segment.is_exact]
        wanted = max(ESTIMATED, 4 * count)
        found = _each(lambda segment: segment.roughly_nearest(query, wanted), compact)
        if not found:
            return []
        estimates = np.concatenate([scores for scores, _ in found])
        least = np.partition(estimates, -wanted)[-wanted] if len(estimates) > wanted else -np.inf
        best: list[tuple[Segment, Rows]] = [
            (segment, rows[scores >= least]) for segment, (scores, rows) in zip(compact, found, strict=True)
        ]
        return [segment.compared(query, rows) for segment, rows in best]


def segment_files(path: Path) -> list[Path]:
    """Return the files of an index that are there, in order: the first, as its path tells, and those numbered after."""
    others = path.parent.glob(f"{path.stem}-*{path.suffix}")
    return [path, *sorted(others)]


def segment_file(path: Path, number: int) -> Path:
    """Return where the segment with a number lies, from 0."""
    return path.with_name(f"{path.stem}-{number:04}{path.suffix}") if number else path


def _selector(among: Ids, each: int) -> faiss.IDSelector:
    wanted = np.zeros((int(among.max(initial=0)) + 1, each), np.bool_)
    wanted[among] = True
    return faiss.IDSelectorBitmap(np.packbits(wanted, bitorder="little"))  # type: ignore[call-arg, arg-type]


def _each(search: Callable[[Segment], tuple[Floats, T]], segments: Sequence[Segment]) -> list[tuple[Floats, T]]:
    """Search segments, on all cores where there are several."""
    if len(segments) < 2:
        return [search(segment) for segment in segments]
    return list(_cores().map(search, segments))


@cache
def _cores() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(len(os.sched_getaffinity(0)), "onrecord-search")
