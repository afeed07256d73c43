"""Files that survive a power cut: written aside, flushed, renamed, and the folder flushed too."""

from __future__ import annotations

import glob
import hashlib
import os
import shutil
from pathlib import Path


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
