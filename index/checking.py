"""Hashing everything: is each generation what was sealed?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from index.errors import DamagedError, FormatError, GenerationError
from index.generation import IndexFolder, check_vectors, short
from index.manifest import counted
from index.verification import verify


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one generation, in one line.

    Attributes:
        good: whether nothing is wrong.
        line: what was found.
        generation: name of the generation, where every file of it is the one that was sealed.
    """

    good: bool
    line: str
    generation: str | None = None


def check_index(index: IndexFolder) -> Iterator[Finding]:
    """Verify every file of every generation, hashing all, writing nothing; yield the one in force first.

    Raises:
        NoIndexError: there is no index.
        EngineError: the vectors of a generation lie in Milvus, which cannot be asked.
    """
    current = None
    try:
        current = index.current()
        yield _check(index, current, "in force")
    except DamagedError as error:
        yield Finding(good=False, line=f"damaged: {error}")
    for name in index.names():
        if name != current:
            yield _check(index, name, "before")


def _check(index: IndexFolder, name: str, standing: str) -> Finding:
    try:
        manifest = index.manifest(name)
        seals = index.seals(name, manifest)
        verify(seals)
        check_vectors(index, manifest)
    except FormatError as error:
        # Left from before an upgrade: whole as far as anyone can tell, and kept until the next build.
        return Finding(good=standing != "in force", line=f"another format ({standing}): {error}")
    except GenerationError as error:
        return Finding(good=False, line=f"damaged ({standing}): {error}")
    counts = ", ".join(counted(count, what) for what, count in manifest.counts.items())
    return Finding(good=True, line=f"good ({standing}): {short(name)}, {counts}, {len(seals)} files", generation=name)
