"""What this process holds, as Linux tells it: memory, files, threads, and what it left in the temporary folder."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_DELETED = " (deleted)"
_GENERATION = re.compile(r"(?<=/generations/)[^/]+")


@dataclass(frozen=True, slots=True)
class Sample:
    """The process at one moment.

    Attributes:
        seconds: since the beginning.
        questions: how many had been answered.
        memory_anonymous: resident memory that no file stands behind, in MB.
        memory_files: resident memory of mapped files, in MB.
        files: open file descriptors.
        held: files in the folder that are deleted, and still open or mapped.
        generations: how many generations are open or mapped, those that are deleted among them.
        threads: how many there are.
        temporary: how many files and folders stand in the temporary folder.
    """

    seconds: float
    questions: int
    memory_anonymous: float
    memory_files: float
    files: int
    held: tuple[str, ...]
    generations: int
    threads: int
    temporary: int

    @property
    def deleted(self) -> int:
        """How many deleted files are held."""
        return len(self.held)

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"held": self.deleted}


def sample(seconds: float, questions: int, folder: Path) -> Sample:
    """Return what this process holds now.

    Args:
        seconds: since the beginning.
        questions: how many have been answered.
        folder: what lies in it counts.
    """
    status = status_of_this_process()
    opened = _opened()
    ours = {path for path in (*opened, *_mapped()) if path.startswith(str(folder))}
    held = {path for path in ours if path.endswith(_DELETED)}
    return Sample(
        seconds,
        questions,
        memory_anonymous=status["RssAnon"] / 1000,
        memory_files=status["RssFile"] / 1000,
        files=len(opened),
        held=tuple(sorted(held)),
        generations=len({found.group() for path in ours if (found := _GENERATION.search(path))}),
        threads=status["Threads"],
        temporary=len(list((folder / "temporary").iterdir())),
    )


def status_of_this_process() -> dict[str, int]:
    """Return the numbers of /proc/self/status by their names; of memory, in kB."""
    found = re.findall(r"^(\w+):\s+(\d+)", Path("/proc/self/status").read_text("ascii"), re.MULTILINE)
    return {name: int(number) for name, number in found}


def _opened() -> list[str]:
    """Return where each open file descriptor leads; a deleted file's name ends in "(deleted)"."""
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            found.append(str(descriptor.readlink()))
        except FileNotFoundError:  # the one by which the folder was read
            continue
    return found


def _mapped() -> set[str]:
    """Return the files that are mapped into memory."""
    lines = Path("/proc/self/maps").read_text("utf-8", "replace").splitlines()
    return {fields[5] for line in lines if len(fields := line.split(None, 5)) == 6}
