"""The index folder: sealed generations, the models they use, leases on them, and CURRENT, which names one of them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.core.errors import Advice, DamagedError, FormatError, GenerationError, NoIndexError, Note
from index.generations.manifest import MANIFEST, FileSeal, Manifest, check_hash, verify
from index.models.card import CARD, ModelCard
from index.store.lexical import LexicalIndex
from index.store.records import Records

if TYPE_CHECKING:
    from index.vectors.backend import Sentences, Vectors


try:
    import fcntl
except ImportError:  # Windows, where files that are open cannot be removed anyway
    fcntl = None  # type: ignore[assignment]


class Lease:
    """A shared lock on a file of a generation, which ends with this object, or with its process however that ends."""

    def __init__(self, file: Path) -> None:
        """Lock a file that is there; where locks are not supported nothing is held.

        Raises:
            OSError: the file cannot be opened.
        """
        descriptor = os.open(file, os.O_RDONLY)
        if fcntl:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        self._end = weakref.finalize(self, os.close, descriptor)

    def end(self) -> None:
        """Hold the generation no longer."""
        self._end()


def is_held(file: Path) -> bool:
    """Tell whether a process, this one included, holds a file."""
    if not fcntl:
        return False
    try:
        descriptor = os.open(file, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


CURRENT = "CURRENT"
FETCHED = "fetched"
RECORDS = "articles.sqlite"
VECTORS = "passages.faiss"
SENTENCES = "sentences.faiss"
LEXICAL = "lexical"
# Names sort by the time of their builds, so it is told to the microsecond.
_NAME = re.compile(r"\d{8}T\d{6}(\.\d{6})?Z-[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class IndexFolder:
    """Where the parts of an index lie.

    Attributes:
        path: the index folder.
        notes: folder, outside the index, that notes which generations were verified on this machine.
    """

    path: Path
    notes: Path

    @property
    def generations(self) -> Path:
        """Folder of the generations."""
        return self.path / "generations"

    @property
    def models(self) -> Path:
        """Folder of the models."""
        return self.path / "models"

    def current(self) -> str:
        """Return the name of the generation in force.

        Raises:
            NoIndexError: there is no index here.
            DamagedError: CURRENT names none, or is missing where there are generations.
        """
        try:
            name = (self.path / CURRENT).read_text("ascii").strip()
        except FileNotFoundError:
            if self.names():
                raise DamagedError(f"{self.path / CURRENT}: is missing") from None
            raise NoIndexError(f"{self.path}: there is no index here", Advice.MAKE_INDEX) from None
        except (OSError, ValueError) as error:
            raise DamagedError(f"{self.path / CURRENT}: cannot be read: {error}") from None
        if not _NAME.fullmatch(name):
            raise DamagedError(f"{self.path / CURRENT}: names no generation")
        return name

    def names(self) -> list[str]:
        """Return the names of the generations that are there, newest first."""
        if not self.generations.is_dir():
            return []
        return sorted((path.name for path in self.generations.iterdir() if _NAME.fullmatch(path.name)), reverse=True)

    def manifest(self, name: str) -> Manifest:
        """Return the manifest of a generation, whose sha256 its name holds.

        Raises:
            DamagedError: it is missing or was changed.
            FormatError: another version of the format wrote it.
        """
        return Manifest.from_bytes(self._manifest_bytes(name), str(self.generations / name / MANIFEST))

    def remembered_sources(self) -> list[str] | None:
        """Return what was given to be indexed, as the newest manifest that can be read tells, whatever its format.

        None where no manifest tells.
        """
        try:
            names = [self.current(), *self.names()]
        except GenerationError:
            names = self.names()
        for name in names:
            try:
                sources = json.loads(self._manifest_bytes(name))["sources"]
                return [str(source) for source in sources]
            except (DamagedError, ValueError, TypeError, KeyError):
                continue
        return None

    def _manifest_bytes(self, name: str) -> bytes:
        path = self.generations / name / MANIFEST
        try:
            data = path.read_bytes()
        except OSError as error:
            raise DamagedError(f"{path}: cannot be read: {error.strerror}") from None
        if hashlib.sha256(data).hexdigest() != name.rpartition("-")[2]:
            raise DamagedError(f"{path}: was changed after it was sealed (sha256 differs)")
        return data

    def seals(self, name: str, manifest: Manifest) -> dict[Path, FileSeal]:
        """Return the seal of every file that a generation needs, those of its models among them.

        Raises:
            DamagedError: a model is missing, or its card was changed.
        """
        folder = self.generations / name
        seals = {folder / file: seal for file, seal in manifest.files.items()}
        for sealed in manifest.sealed_models.values():
            card_path = self.models / sealed / CARD
            check_hash(card_path, sealed)
            card = ModelCard.read(card_path.parent)
            for file, digest in card.files.items():
                path = card_path.parent / file
                size = path.stat().st_size if path.exists() else 0
                seals[path] = FileSeal(size, digest)
        return seals


@dataclass(frozen=True, slots=True)
class Generation:
    """An opened generation: everything a question needs, read-only.

    The parts are safe to share by threads; records are opened by each thread for itself. As long as this object is
    there, no build removes the generation.
    """

    name: str
    manifest: Manifest
    vectors: Vectors
    sentences: Sentences
    lexical: LexicalIndex
    records_path: Path
    encoder: Path
    reranker: Path
    lease: Lease

    def open_records(self) -> Records:
        """Return a new connection to the records."""
        return Records.open(self.records_path)

    def close(self) -> None:
        """Close its vectors and hold it no longer: a build may remove it."""
        self.vectors.close()
        self.sentences.close()
        self.lease.end()


def verify_generation(index: IndexFolder, name: str) -> Manifest:
    """Verify a generation, hashing its files if this machine never did; return its manifest.

    Raises:
        DamagedError: a file is missing or was changed.
        FormatError: another version of the format wrote it.
    """
    manifest = index.manifest(name)
    verify(index.seals(name, manifest), note=index.notes / name)
    return manifest


def check_vectors(index: IndexFolder, manifest: Manifest) -> None:
    """Check that the collection that a manifest names, if any, is there and holds what was sealed.

    Raises:
        DamagedError: it is missing, or holds another number of rows.
        EngineError: Milvus cannot be asked.
    """
    if manifest.collection:
        from index.vectors.milvus import check_collection  # noqa: PLC0415  (an extra, for who names such an index)

        check_collection(index.path, manifest.collection)


def short(name: str) -> str:
    """Return a name of a generation for people: the time of its build."""
    return name.partition("-")[0]


def open_generation(index: IndexFolder, name: str) -> Generation:
    """Open a generation after verifying it.

    Raises:
        DamagedError: a file is missing or was changed.
        FormatError: another version of the format wrote it.
        EngineError: its vectors lie in Milvus, which cannot be asked.
    """
    return open_verified(index, name, verify_generation(index, name))


def open_verified(index: IndexFolder, name: str, manifest: Manifest) -> Generation:
    """Open a generation whose files were verified.

    Raises:
        DamagedError: a part of it cannot be read.
    """
    folder = index.generations / name
    try:
        lease = Lease(folder / MANIFEST)
    except OSError as error:
        raise DamagedError(f"{folder / MANIFEST}: cannot be read: {error.strerror}") from None
    vectors, sentences = _open_vectors(index, folder, manifest)
    return Generation(
        name=name,
        manifest=manifest,
        vectors=vectors,
        sentences=sentences,
        lexical=LexicalIndex(folder / LEXICAL),
        records_path=folder / RECORDS,
        encoder=index.models / manifest.sealed_models["encoder"],
        reranker=index.models / manifest.sealed_models["reranker"],
        lease=lease,
    )


def _open_vectors(index: IndexFolder, folder: Path, manifest: Manifest) -> tuple[Vectors, Sentences]:
    if manifest.collection:
        from index.vectors.milvus import open_collection  # noqa: PLC0415  (an extra, for who names such an index)

        return open_collection(index.path, manifest.collection)
    # faiss takes most of half a second to import: whoever only looks what there is does without.
    from index.vectors.faiss_index import SentenceVectors, VectorIndex  # noqa: PLC0415

    return VectorIndex.open(folder / VECTORS), SentenceVectors(VectorIndex.open(folder / SENTENCES))


def open_current(index: IndexFolder, warn: Callable[[Note], None]) -> Generation:
    """Open the generation in force or, where it is damaged, the newest good one before it.

    Args:
        index: the index.
        warn: told what is damaged and what serves instead.

    Raises:
        NoIndexError: there is no index.
        FormatError: another version of the format wrote it.
        DamagedError: no generation is good.
        EngineError: its vectors lie in Milvus, which cannot be asked.
    """
    name = None
    try:
        name = index.current()
        return open_generation(index, name)
    except (NoIndexError, FormatError):
        raise
    except GenerationError as error:
        for other in index.names():
            if other != name and (older := _open_if_good(index, other)):
                warn(Note(f"{error}; the index of {short(other)} answers instead", Advice.MEND_INDEX))
                return older
        raise DamagedError(str(error), Advice.MEND_INDEX) from None


def _open_if_good(index: IndexFolder, name: str) -> Generation | None:
    try:
        return open_generation(index, name)
    except GenerationError:
        return None
