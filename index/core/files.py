"""Files: found and stamped, and written so that they survive a power cut."""

from __future__ import annotations

import gc
import glob
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple


def sync(path: Path) -> None:
    """Flush a file, or the entries of a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> None:
    """Make a folder that is not there, and those that it lies in, each flushed into the one above it."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(exist_ok=True)
        sync(path.parent)


def sync_tree(folder: Path) -> None:
    """Flush a folder with everything in it, files before the folders that name them."""
    for parent, _, files in os.walk(folder, topdown=False):
        for name in files:
            sync(Path(parent, name))
        sync(Path(parent))


def replace_file(path: Path, data: bytes) -> None:
    """Put new content in place of a file at once: a reader sees the old or the new, whatever happens."""
    staging = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        staging.write_bytes(data)
        sync(staging)
        staging.replace(path)
    except BaseException:
        staging.unlink(missing_ok=True)
        raise
    sync(path.parent)


def remove_half_written(path: Path) -> None:
    """Remove what `replace_file` left beside a file where it was killed; nobody may be replacing the file now."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*"):
        left.unlink(missing_ok=True)


def hash_file(path: Path) -> str:
    """Return the hex sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def link_or_copy_tree(source: Path, target: Path) -> None:
    """Make a copy of a folder that shares the content of its files where the file system can."""
    target.mkdir()
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir()
        else:
            link_or_copy(path, place)


def link_or_copy(source: Path, target: Path) -> None:
    """Make a copy of a file that shares its content where the file system can."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


# A file may change again within one tick of its file system's clock and keep its times. Clocks of whole seconds are
# those of old file systems; others tick at least a hundred times a second.
_TICK = 50_000_000
_COARSE_TICK = 2_000_000_000


@contextmanager
def without_collecting() -> Iterator[None]:
    """Suspend the search for unreachable cycles while very many things are read that all stay.

    It would go over all of them again and again: a seventh of the time of a scan of 100,000 files.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Stamp(NamedTuple):
    """What changes when a file does: size in bytes, times of its content and of its entry in nanoseconds, inode."""

    size: int
    changed: int
    entered: int
    inode: int

    @classmethod
    def of(cls, stat: os.stat_result) -> Stamp:
        """Return the stamp that a file has."""
        return cls(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)

    def is_settled(self) -> bool:
        """Tell whether a file read from now on cannot change without changing its stamp."""
        tick = _TICK if self.changed % 1_000_000_000 else _COARSE_TICK
        return time.time_ns() - max(self.changed, self.entered) > tick


class FoundFile(NamedTuple):
    """A file of a source: where it is, its name within the source, its stamp (None where that cannot be told)."""

    path: str
    name: str
    stamp: Stamp | None


def walk(folder: str, wanted: Callable[[str], bool], unread: list[OSError]) -> Iterator[FoundFile]:
    """Yield the files of a folder and of those in it, sorted by name; each folder's files come before its folders.

    Hidden files and folders, such as a built index, are passed over, and links to folders are not followed.

    Args:
        folder: where to begin.
        wanted: tells by its name whether a file is of a known kind.
        unread: folders that cannot be read are added to it.
    """
    waiting = [(folder, "")]
    while waiting:
        path, prefix = waiting.pop()
        try:
            with os.scandir(path) as entries:
                seen = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda e: e.name)
        except OSError as error:
            unread.append(error)
            continue
        folders = []
        for entry in seen:
            if _is_folder(entry):
                if not entry.is_symlink():
                    folders.append((entry.path, f"{prefix}{entry.name}/"))
            elif wanted(entry.name):
                yield FoundFile(entry.path, prefix + entry.name, _stamp(entry))
        waiting += reversed(folders)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _stamp(entry: os.DirEntry[str]) -> Stamp | None:
    try:
        return Stamp.of(entry.stat())
    except OSError:
        return None
