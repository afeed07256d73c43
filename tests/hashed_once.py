"""Weights of models are hashed once a process: they are large, the same for all builds, and tests make many."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

LARGE = 10_000_000


def weights_hashed_once(real: Callable[[Path], str]) -> Callable[[Path], str]:
    known: dict[tuple[int, int, int], str] = {}

    def hashed(path: Path) -> str:
        if not path.is_file() or path.stat().st_size < LARGE:
            return real(path)
        key = (path.stat().st_ino, path.stat().st_size, path.stat().st_mtime_ns)
        if key not in known:
            known[key] = real(path)
        return known[key]

    return hashed
