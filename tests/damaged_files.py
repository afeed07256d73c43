"""Every kind of damage to every file of an index: it has to be noticed before anything reads the file, and mended."""

from __future__ import annotations

import os
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.core.errors import GenerationError
from index.generations.generation import CURRENT, open_current
from tests import system_calls
from tests.disturbed_builds import Disturbing, succeeded
from tests.index_looked_at import index_in, look, same
from tests.system_calls import Call

SCENARIO = "incremental"
SEED = 20310301
Damage = Callable[[Path, Path], None]
"""Damages a file; told another one of the index."""


def _renewed(path: Path, data: bytes) -> None:
    """Put content in place of a file without changing others that share it."""
    path.unlink()
    path.write_bytes(data)


def _flip(at: Callable[[int], int], bit: int = 1) -> Damage:
    def damage(path: Path, _: Path) -> None:
        data = bytearray(path.read_bytes())
        data[at(len(data))] ^= bit
        _renewed(path, bytes(data))

    return damage


def _cut(to: Callable[[int], int]) -> Damage:
    return lambda path, _: _renewed(path, path.read_bytes()[: to(path.stat().st_size)])


def _linked(path: Path, target: Path) -> None:
    path.unlink()
    path.symlink_to(target)


def _swapped(path: Path, other: Path) -> None:
    one, two = path.read_bytes(), other.read_bytes()
    _renewed(path, two)
    _renewed(other, one)


def _folder(path: Path, _: Path) -> None:
    path.unlink()
    path.mkdir()


SWAPPED = "swapped with another"
DAMAGES: Mapping[str, Damage] = {
    "first byte flipped": _flip(lambda _: 0),
    "middle byte flipped": _flip(lambda size: size // 2),
    "last byte flipped": _flip(lambda size: size - 1),
    "any bit flipped": _flip(lambda size: random.Random(SEED + size).randrange(size), 1 << SEED % 8),  # noqa: S311
    "truncated to nothing": _cut(lambda _: 0),
    "truncated to half": _cut(lambda size: size // 2),
    "truncated by a byte": _cut(lambda size: size - 1),
    "a byte longer": lambda path, _: _renewed(path, path.read_bytes() + b"\0"),
    SWAPPED: _swapped,
    "missing": lambda path, _: path.unlink(),
    "a link to another": _linked,
    "a link to nowhere": lambda path, _: _linked(path, path.with_name("nowhere")),
    "a link to itself": lambda path, _: _linked(path, path),
    "a folder": _folder,
}


@dataclass(frozen=True, slots=True)
class Damaged:
    """A file that was damaged in some way: which, whether it was noticed, and what was wrong after."""

    file: str
    kind: str
    noticed: bool
    problems: list[str] = field(default_factory=list)


class Damaging:
    """Copies of one index of two generations, each with one damaged file.

    Attributes:
        files: the files of the generation in force, those of its models, and CURRENT, within the index folder.
    """

    def __init__(self, disturbing: Disturbing) -> None:
        self._disturbing = disturbing
        work = disturbing.work(SCENARIO, "damaged")
        self._last = succeeded(system_calls.run(lambda: look(index_in(work))))
        index, (current, before) = index_in(work), index_in(work).names()
        folders = [index.generations / current, *index.models.iterdir()]
        files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
        self.files = [str(path.relative_to(index.path)) for path in [*files, index.path / CURRENT]]
        shutil.rmtree(index.generations / current)
        (index.path / CURRENT).write_text(f"{before}\n")
        self._before = succeeded(system_calls.run(lambda: look(index_in(work))))

    def at(self, file: str, kind: str) -> Damaged:
        """Damage a file, ask, check, and build again."""
        work = self._disturbing.work(SCENARIO, f"{os.getpid()}")
        index = index_in(work)
        path, generation = index.path / file, index.generations / index.current()
        others = [one for one in self.files if one != file and Path(one).parent == Path(file).parent]
        other = index.path / (others or self.files)[0]
        DAMAGES[kind](path, other)
        opened: Counter[str] = Counter()
        found = succeeded(system_calls.run(lambda: _opened(work), lambda call: _count(call, opened), opening=True))
        noticed = bool(found["said"])
        damaged = {path.name, other.name if kind == SWAPPED else path.name}
        problems = [*self._unnoticed(file, found, damaged, noticed=noticed)]
        if noticed and generation in path.parents:
            twice = [name for name, count in opened.items() if count > 1 and name.startswith(f"{generation}/")]
            problems += [f"{name} was read before it was found damaged" for name in twice]
        problems += self._served(file, succeeded(system_calls.run(lambda: look(index))), noticed=noticed)
        mended = system_calls.run(lambda: self._disturbing.build_here(work))
        final = succeeded(system_calls.run(lambda: look(index)))
        if mended.error or mended.signal:
            problems.append(f"the next build failed: {mended.error or mended.signal}")
        elif not all(good for good, _ in final["findings"]) or final["warnings"] or final["content"] is None:
            problems.append(f"the next build does not mend it: {final['findings']} {final['warnings']}")
        elif not same(final["content"], self._disturbing.after(SCENARIO)["content"]):
            problems.append("the next build does not answer as it should")
        return Damaged(_general(file), kind, noticed, problems)

    def _unnoticed(self, file: str, found: Any, damaged: set[str], *, noticed: bool) -> Iterator[str]:
        # What of CURRENT does not change the name that it tells is no damage: the end of its line.
        if not noticed and (file != CURRENT or not found["same"]):
            yield "it was not noticed"
        if noticed and file != CURRENT and not any(name in found["said"] for name in damaged):
            yield f"it is not named: {found['said']}"

    def _served(self, file: str, found: Any, *, noticed: bool) -> Iterator[str]:
        shared = file.startswith("models/")
        wanted = None if shared else (self._last if file == CURRENT else self._before)
        if wanted is None and found["content"] is not None:
            yield "a damaged model is used"
        if wanted is not None and not any(same(found["content"], one["content"]) for one in (wanted, self._before)):
            yield "the generation before does not answer"
        if noticed and found["findings"] and all(good for good, _ in found["findings"]):
            yield "check does not find it"


def _opened(work: Path) -> dict[str, Any]:
    index, said = index_in(work), []
    name = None
    try:
        name = open_current(index, lambda note: said.append(note.line)).name
    except GenerationError as error:
        said.append(str(error))
    return {"said": " ".join(said), "same": name == index.names()[0]}


def _count(call: Call, opened: Counter[str]) -> None:
    if call.name.startswith("open"):
        opened[call.paths[0]] += 1


def _general(file: str) -> str:
    """Return the name of a file without what differs from build to build."""
    return "/".join(re.sub(r"(\d{8}T[\d.]+Z-)?[0-9a-f]{32,64}", "*", part) for part in Path(file).parts)
