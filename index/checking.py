"""Hashing everything: is each generation what was sealed?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from index.errors import GenerationError
from index.generation import IndexFolder
from index.verification import verify


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one generation, in one line."""

    good: bool
    line: str


def check_index(index: IndexFolder) -> Iterator[Finding]:
    """Verify every file of every generation, hashing all, writing nothing; yield the one in force first.

    Raises:
        NoIndexError: there is no index.
        DamagedError: CURRENT names no generation.
    """
    current = index.current()
    for name in [current, *(name for name in index.names() if name != current)]:
        yield _check(index, name, "in force" if name == current else "before")


def _check(index: IndexFolder, name: str, standing: str) -> Finding:
    try:
        manifest = index.manifest(name)
        seals = index.seals(name, manifest)
        verify(seals)
    except GenerationError as error:
        return Finding(good=False, line=f"damaged ({standing}): {error}")
    counts = ", ".join(f"{count:,} {what}" for what, count in manifest.counts.items())
    return Finding(good=True, line=f"good ({standing}): {name[:16]}, {counts}, {len(seals)} files")
