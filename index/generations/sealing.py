"""Turning the files of a build into the generation in force, so that a kill at any instant leaves a good one."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from index.core.errors import BusyError, DamagedError, FormatError, GenerationError, OnrecordError
from index.core.files import hash_file, link_or_copy, make_folder, remove_half_written, replace_file, sync, sync_tree
from index.generations.generation import (
    CURRENT,
    LEXICAL,
    RECORDS,
    SENTENCES,
    VECTORS,
    IndexFolder,
    check_vectors,
    is_held,
    short,
    verify_generation,
)
from index.generations.manifest import MANIFEST, FileSeal, Manifest
from index.models.card import CARD, ModelCard, is_sound
from index.store.lexical import LexicalIndex
from index.store.records import Records
from index.vectors.faiss_index import SentenceVectors, VectorIndex

_DAMAGED = ".damaged"
_STAGING = ".staging-"
_LOCK = "lock"


@contextmanager
def writing(index: IndexFolder) -> Iterator[Path]:
    """Hold the writer lock of an index; yield an empty folder for the files of a build, gone when the block ends.

    Raises:
        BusyError: another build holds the lock.
        OnrecordError: the folder cannot be written.
    """
    try:
        make_folder(index.generations)
        make_folder(index.models)
        lock = FileLock(index.path / _LOCK, timeout=0)
        with lock:
            _remove_leftovers(index)
            staging = index.generations / f"{_STAGING}{os.getpid()}"
            staging.mkdir()
            try:
                yield staging
            finally:
                shutil.rmtree(staging, ignore_errors=True)
    except Timeout:
        raise BusyError(f"{index.path}: another build is under way; try again when it is done") from None
    except PermissionError as error:
        raise OnrecordError(
            f"{index.path}: no permission to write the index ({error.filename or index.path})"
        ) from None
    except OSError as error:
        raise OnrecordError(f"{index.path}: the index could not be written: {error.strerror or error}") from error
    except sqlite3.OperationalError as error:
        raise OnrecordError(f"{index.path}: the index could not be written: {error}") from error


def _remove_leftovers(index: IndexFolder) -> None:
    """Remove what a build that was killed had begun."""
    for folder in (index.generations, index.models):
        for leftover in folder.glob(f"{_STAGING}*"):
            shutil.rmtree(leftover, ignore_errors=True)
    remove_half_written(index.path / CURRENT)
    for name in index.names():
        with suppress(OSError):  # the folder of notes may be another's
            remove_half_written(index.notes / name)


def seal(index: IndexFolder, staging: Path, manifest: Manifest) -> str:
    """Make the files of a build the generation in force; return its name.

    Args:
        index: the index, whose writer lock is held.
        staging: folder with the records, the vectors and the terms.
        manifest: what the generation is, its files yet to be filled in.

    Raises:
        DamagedError: the parts of the build do not agree with each other.
    """
    _check_parts(index, staging, manifest)
    files = {
        path.relative_to(staging).as_posix(): FileSeal.of(path) for path in sorted(staging.rglob("*")) if path.is_file()
    }
    data = replace(manifest, files=files).to_bytes()
    (staging / MANIFEST).write_bytes(data)
    sync_tree(staging)
    name = f"{_time_after(index.names())}-{hashlib.sha256(data).hexdigest()}"
    staging.rename(index.generations / name)
    sync(index.generations)
    if (index.path / CURRENT).is_dir():
        _set_aside(index.path / CURRENT)
    replace_file(index.path / CURRENT, f"{name}\n".encode("ascii"))
    return name


def _time_after(names: Sequence[str]) -> str:
    """Return the time for the next name: now, or just after the newest name where the clock has been put back."""
    now = datetime.now(UTC).replace(tzinfo=None)
    for name in names[:1]:
        with suppress(ValueError, OverflowError):
            now = max(now, datetime.fromisoformat(short(name)).replace(tzinfo=None) + timedelta(microseconds=1))
    return f"{now:%Y%m%dT%H%M%S.%fZ}"


def seal_model(index: IndexFolder, prepared: Path, *, trusted: Collection[str], note: Callable[[str], None]) -> str:
    """Put a prepared model into the index, where it is not there yet; return the name of its folder.

    Args:
        index: the index, whose writer lock is held.
        prepared: folder that `index.models.registry.prepare` made.
        trusted: names of folders in the index that were verified already.
        note: told where a damaged folder was set aside.
    """
    name = hash_file(prepared / CARD)
    target = index.models / name
    if target.exists() and name not in trusted and not _is_sealed(target):
        note(f"the model {name[:16]} was damaged; it was set aside as {_set_aside(target)}")
    if not target.exists():
        staging = index.models / f"{_STAGING}{name}"
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        for file in (CARD, *ModelCard.read(prepared).files):
            link_or_copy(prepared / file, staging / file)
        sync_tree(staging)
        staging.rename(target)
        sync(index.models)
    return name


def clean_up(index: IndexFolder, keep: Collection[str]) -> None:
    """Remove generations but those to keep and those that somebody reads, and models that none of those left uses.

    Args:
        index: the index, whose writer lock is held.
        keep: the generation in force, and the one that was before, which serves if the one in force is damaged.
    """
    for name in index.names():
        # Where its note stays for now, the generation does too, so that the next build removes both.
        if name not in keep and not is_held(index.generations / name / MANIFEST) and _forget(index, name):
            _remove(index.generations / name)
    try:
        used = {model for name in index.names() for model in index.manifest(name).sealed_models.values()}
    except GenerationError:
        return
    for folder in index.models.iterdir():
        if folder.name not in used and _DAMAGED not in folder.name:
            _remove(folder)


def clean_up_again(index: IndexFolder, name: str) -> None:
    """Clean up after a build that was killed while it did: its generation is in force and nothing has changed since.

    Args:
        index: the index, whose writer lock is held.
        name: the generation in force.
    """
    before = [other for other in index.names() if other < name]
    clean_up(index, {name, *before[:1]})


def set_aside_damaged(index: IndexFolder, note: Callable[[str], None]) -> None:
    """Rename the generations that are damaged, so that they are kept but never opened.

    Args:
        index: the index, whose writer lock is held.
        note: told what was damaged and where it is now.
    """
    for name in index.names():
        try:
            check_vectors(index, verify_generation(index, name))
        except FormatError:
            continue
        except GenerationError as error:
            _forget(index, name)
            note(f"{error}; that generation was set aside as {_set_aside(index.generations / name)}")


def _forget(index: IndexFolder, name: str) -> bool:
    """Remove the note that a generation was verified; tell whether it is gone, or not ours to remove."""
    try:
        (index.notes / name).unlink(missing_ok=True)
    except OSError as error:  # the folder of notes may be another's
        return error.errno in {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR}
    return True


def _set_aside(folder: Path) -> Path:
    taken = 0
    while (target := folder.with_name(f"{folder.name}{_DAMAGED}{taken or ''}")).exists():
        taken += 1
    folder.rename(target)
    sync(folder.parent)
    return target


def _is_sealed(model: Path) -> bool:
    """Tell whether a model in the index is the one that its folder is named for."""
    card = model / CARD
    return card.is_file() and hash_file(card) == model.name and is_sound(model)


def _remove(folder: Path) -> None:
    """Delete a folder that nobody may find half deleted."""
    doomed = folder.with_name(f"{_STAGING}{os.getpid()}-{folder.name[:16]}")
    folder.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)


def _check_parts(index: IndexFolder, staging: Path, manifest: Manifest) -> None:
    with closing(Records.open(staging / RECORDS)) as records:
        passages = np.asarray(records.passage_ids(), np.int64)
    if manifest.collection:
        check_vectors(index, manifest)
        vectors, whole = manifest.collection.passages, True
    else:
        ids = VectorIndex.open(staging / VECTORS).ids
        sentences = SentenceVectors(VectorIndex.open(staging / SENTENCES)).passages()
        vectors, whole = len(ids), np.array_equal(ids, passages) and bool(np.isin(sentences, passages).all())
    terms = LexicalIndex(staging / LEXICAL).count()
    if vectors != len(passages) or not whole or terms != len(passages):
        raise DamagedError(f"{staging}: {len(passages)} passages, but {vectors} vectors and {terms} lexical documents")
