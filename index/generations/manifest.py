"""The manifest of a generation: what it holds, the sha256 of every file, and whether the files are still those.

FAISS files carry no checksum and are trusted when they are read, so nothing is opened before this said yes. That a
generation was hashed is noted outside the index, in the state folder, by size, time and inode of each file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from index.core.errors import Advice, DamagedError, FormatError, one_line
from index.core.files import hash_file, remove_half_written, replace_file
from index.vectors.milvus_address import CollectionSeal

FORMAT = 8
MANIFEST = "manifest.json"


def counted(number: int, things: str) -> str:
    """Return a number with what it counts, given as a plural in "s".

    >>> counted(1, "articles")
    '1 article'
    """
    return f"{number:,} {things.removesuffix('s') if number == 1 else things}"


@dataclass(frozen=True, slots=True)
class FileSeal:
    """Size in bytes and hex sha256 of a sealed file."""

    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> FileSeal:
        """Return the seal of a file as it stands."""
        return cls(path.stat().st_size, hash_file(path))


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is.

    Attributes:
        created: UTC time of the build, ISO.
        sources: what the user gave to be indexed, as remembered.
        counts: articles, passages, quotations.
        models: ids of the models as they were asked for, by role (encoder, reranker).
        sealed_models: names of their folders under models/, by role.
        quotations: version of the quotation finder.
        files: seal of every other file, by path relative to the generation.
        collection: holds the vectors, where they are not among the files.
        format: version of the format on disk.
    """

    created: str
    sources: tuple[str, ...]
    counts: dict[str, int]
    models: dict[str, str]
    sealed_models: dict[str, str]
    quotations: int
    files: dict[str, FileSeal] = field(default_factory=dict)
    collection: CollectionSeal | None = None
    format: int = FORMAT

    def describe(self) -> str:
        """Return one line for people on what the generation holds."""
        counts = ", ".join(counted(self.counts[what], what) for what in ("articles", "passages", "quotations"))
        return f"{counts}; built {self.created[:16].replace('T', ' ')} UTC"

    def to_bytes(self) -> bytes:
        """Return the content of manifest.json."""
        record = asdict(self)
        if not self.collection:
            del record["collection"]
        return json.dumps(record, indent=1, sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes, where: str) -> Manifest:
        """Return the manifest that `to_bytes` wrote.

        Raises:
            FormatError: another version of the format wrote it.
            DamagedError: it is no manifest.
        """
        try:
            record = json.loads(data)
            if record["format"] != FORMAT:
                raise FormatError(
                    f"{where}: was made by format {record['format']!r} of onrecord, this is format {FORMAT}",
                    Advice.REBUILD_INDEX,
                )
            files = {name: FileSeal(**seal) for name, seal in record.pop("files").items()}
            if collection := record.get("collection"):
                record["collection"] = CollectionSeal(**collection)
            manifest = cls(**record | {"files": files, "sources": tuple(record["sources"])})
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise DamagedError(f"{where}: is not a manifest: {one_line(error)}") from None
        if not manifest.is_of_its_types():
            raise DamagedError(f"{where}: is not a manifest: a value is of another type")
        return manifest

    def is_of_its_types(self) -> bool:
        """Tell whether all values are of the types that they are to have; those from a file may be of any."""
        tables = (self.counts, self.models, self.sealed_models)
        if not all(isinstance(table, dict) for table in tables):
            return False
        texts = [self.created, *self.sources, *self.models.values(), *self.sealed_models.values()]
        texts += [seal.sha256 for seal in self.files.values()]
        numbers = [self.quotations, *self.counts.values(), *(seal.size for seal in self.files.values())]
        if sealed := self.collection:
            texts += [sealed.address, sealed.name]
            numbers += [sealed.passages, sealed.sentences]
        return all(isinstance(text, str) for text in texts) and all(isinstance(number, int) for number in numbers)


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
