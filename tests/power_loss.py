"""What a power cut could take, told from the system calls of a build: a disk keeps what was flushed, and maybe no more.

What gets a name that is looked for has to be whole on the disk before: the files of a folder and the entries of folders
in it before the folder is renamed into its place, and everything there is before CURRENT names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.system_calls import DELETED, Call

_FLUSHED = {"fsync", "fdatasync"}
_NAMED = {"rename", "renameat", "renameat2", "link", "linkat"}
_REMOVED = {"unlink", "unlinkat", "rmdir"}  # what a power cut brings back is removed by the next build
_MADE = {"mkdir", "mkdirat", "open", "openat", "openat2", "creat", "symlink", "symlinkat"}


class _Disk:
    """What of a folder and the one it lies in is not flushed: the content of files, and the entries of folders."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._unflushed: set[str] = set()

    def happen(self, call: Call) -> None:
        path = call.paths[-1]
        if path.endswith(DELETED) or call.name == "flock":
            return
        if call.name in _FLUSHED:
            self._unflushed.discard(path)
        elif call.name in _NAMED:
            self._name(call.paths[0], path, moved=call.name.startswith("rename"))
        elif call.name in _REMOVED:
            self._unflushed.discard(path)
        elif call.name not in _MADE:
            self._unflushed.add(path)
        elif not all(call.existed):
            self._unflushed.add(path)
            self._enter(path)
        elif not call.name.startswith("mkdir"):
            self._unflushed.add(path)

    def _name(self, source: str, target: str, *, moved: bool) -> None:
        if not moved:  # whether the content was ever flushed cannot be told
            self._unflushed.add(target)
        for path in self.unflushed(source) if moved else ():
            self._unflushed.remove(path)
            self._unflushed.add(target + path.removeprefix(source))
        self._enter(target)

    def _enter(self, path: str) -> None:
        # The next build removes what lies under such a name, should a power cut bring it back.
        if not self.is_private(path):
            self._unflushed.add(str(Path(path).parent))

    def unflushed(self, within: str) -> list[str]:
        """Return what is not flushed of a file or folder and of what lies in it."""
        return sorted(path for path in self._unflushed if path == within or path.startswith(f"{within}/"))

    def is_private(self, path: str) -> bool:
        """Tell whether only builds look for a name: that of a lock, of what is not complete, or may be thrown away."""
        inner = path.removeprefix(self._folder)
        begun = (".staging", ".CURRENT", "unfinished")
        return inner == "/lock" or any(part.startswith(begun) for part in inner.split("/"))


def endangered(calls: Iterable[Call], folder: Path) -> Iterator[str]:
    """Yield what could be lost or half there after a power cut, each with when that is.

    Args:
        calls: those of a build, in order, as `tests.system_calls` tells them.
        folder: the folder of the index.
    """
    disk, index = _Disk(folder), str(folder)
    for call in calls:
        if not any(path in (index, str(folder.parent)) or path.startswith(f"{index}/") for path in call.paths):
            continue
        target = call.paths[-1]
        if call.name.startswith("rename") and not disk.is_private(target):
            yield from (f"{path} is not flushed when it becomes {target}" for path in disk.unflushed(call.paths[0]))
            if Path(target).parent == folder:
                kept = (path for path in disk.unflushed(index) if not disk.is_private(path))
                yield from (f"{path} is not flushed when {target} is replaced" for path in kept)
        disk.happen(call)
    for path in disk.unflushed(str(folder.parent)):
        if not disk.is_private(path):
            yield f"{path} is not flushed at the end"
