"""Is every file of a generation the one that was sealed? Sizes always, sha256 the first time on this machine.

FAISS files carry no checksum and are trusted when they are read, so nothing is opened before this said yes. That a
generation was hashed is noted outside the index, in the state folder, by size, time and inode of each file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from index.durable import hash_file, remove_half_written, replace_file
from index.errors import DamagedError
from index.manifest import FileSeal


def verify(seals: Mapping[Path, FileSeal], *, note: Path | None = None) -> None:
    """Check files against their seals.

    Args:
        seals: the seal of each file.
        note: file that notes an earlier check of the same files on this machine, which spares hashing them again;
            None always hashes.

    Raises:
        DamagedError: a file is missing or was changed; the message names it.
    """
    for path, seal in seals.items():
        _check_size(path, seal)
    state = _state_of(seals)
    if note and _read_note(note) == state:
        return
    for path, seal in seals.items():
        check_hash(path, seal.sha256)
    if note:
        _write_note(note, state)


def check_hash(path: Path, sha256: str) -> None:
    """Check the content of one file.

    Raises:
        DamagedError: it cannot be read or was changed; the message names it.
    """
    try:
        good = hash_file(path) == sha256
    except OSError as error:
        raise DamagedError(f"{path}: cannot be read: {error.strerror or error}") from None
    if not good:
        raise DamagedError(f"{path}: was changed after it was sealed (sha256 differs)")


def _check_size(path: Path, seal: FileSeal) -> None:
    try:
        size = path.stat().st_size
    except OSError:
        raise DamagedError(f"{path}: is missing") from None
    if size != seal.size:
        raise DamagedError(f"{path}: has {size} bytes, was sealed with {seal.size}")


def _state_of(seals: Mapping[Path, FileSeal]) -> str:
    """Return a digest of the seals and of what the file system tells of the files without reading them."""
    facts = []
    for path, seal in seals.items():
        stat = path.stat()
        facts.append([str(path), seal.sha256, stat.st_size, stat.st_mtime_ns, stat.st_ino, stat.st_dev])
    return hashlib.sha256(json.dumps(sorted(facts)).encode()).hexdigest()


def _read_note(note: Path) -> str | None:
    try:
        return note.read_text("ascii")
    except (OSError, ValueError):
        return None


def _write_note(note: Path, state: str) -> None:
    """Note a check; where the state folder cannot be written, the next opening hashes again."""
    try:
        note.parent.mkdir(parents=True, exist_ok=True)
        remove_half_written(note)  # were another process just writing it, that one would hash again
        replace_file(note, state.encode("ascii"))
    except OSError:
        return
