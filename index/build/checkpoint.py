"""What an interrupted build had worked out, so that the next one goes on where it stopped."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple
from hashlib import blake2b
from pathlib import Path

import numpy as np

from index.core.article import Article
from index.models.onnx import Floats
from index.quotations.speech.types import VERSION, Quotation, Reading, Speaker
from index.readers.extraction.metadata import ENGLISH

Digest = bytes

_SCHEMA = """
CREATE TABLE made_with (encoder TEXT NOT NULL, quotations INTEGER NOT NULL);
CREATE TABLE vectors (digest BLOB PRIMARY KEY, dimension INTEGER NOT NULL, numbers BLOB NOT NULL, crc INTEGER NOT NULL);
CREATE TABLE readings (digest BLOB PRIMARY KEY, reading BLOB NOT NULL, crc INTEGER NOT NULL);
"""


def digest(*texts: str) -> Digest:
    """Return what tells texts, in this order, from all others, 16 bytes."""
    return blake2b(json.dumps(texts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def article_digest(article: Article) -> Digest:
    """Return what tells an article from all that may be read otherwise: by its paragraphs, and by their language."""
    return digest(article.language or ENGLISH, *article.paragraphs)


class Checkpoint:
    """Vectors and quotations of texts, kept by what they were worked out from, until a build is sealed.

    It is a convenience: where it cannot be read or written, or a row of it is damaged, the work is done again.
    """

    def __init__(self, folder: Path, encoder: str) -> None:
        """Take up what a build left.

        Args:
            folder: where it lies, made when there is something to keep; what other models made is passed over.
            encoder: name of the sealed encoder.
        """
        self._folder = folder
        self._made_with = (encoder, VERSION)
        self._db: sqlite3.Connection | None = None
        if folder.exists():
            self._open()

    def vectors(self, digests: Sequence[Digest]) -> dict[Digest, Floats]:
        """Return the vectors that are kept under some digests, shape (vectors, dimension) each."""
        found = {}
        for key, dimension, numbers, crc in self._rows("digest, dimension, numbers, crc", "vectors", digests):
            if zlib.crc32(numbers) == crc:
                found[key] = np.frombuffer(numbers, np.float32).reshape(-1, dimension)
        return found

    def keep_vectors(self, vectors: Mapping[Digest, Floats]) -> None:
        """Keep vectors, shape (vectors, dimension) each, by digest; they survive a kill from then on."""
        rows = ((key, rows.shape[1], numbers := rows.tobytes(), zlib.crc32(numbers)) for key, rows in vectors.items())
        self._keep("INSERT OR REPLACE INTO vectors VALUES (?,?,?,?)", list(rows))

    def reading(self, key: Digest) -> Reading | None:
        """Return what was found in an article, if that is kept."""
        for reading, crc in self._rows("reading, crc", "readings", [key]):
            if zlib.crc32(reading) == crc:
                return _from_json(reading)
        return None

    def keep_readings(self, readings: Mapping[Digest, Reading]) -> None:
        """Keep what was found in articles, by digest; it survives a kill from then on."""
        rows = ((key, data := _to_json(reading), zlib.crc32(data)) for key, reading in readings.items())
        self._keep("INSERT OR REPLACE INTO readings VALUES (?,?,?)", list(rows))

    def discard(self) -> None:
        """Close the file and delete everything."""
        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def close(self) -> None:
        """Close the file."""
        if self._db:
            self._db.close()
        self._db = None

    def _rows(self, columns: str, table: str, digests: Sequence[Digest]) -> list[tuple]:  # type: ignore[type-arg]
        if not self._db:
            return []
        marks = ",".join("?" * len(digests))
        try:
            return self._db.execute(
                f"SELECT {columns} FROM {table} WHERE digest IN ({marks})",  # noqa: S608  (our own names)
                digests,
            ).fetchall()
        except sqlite3.Error:
            return []

    def _keep(self, insert: str, rows: Sequence[tuple]) -> None:  # type: ignore[type-arg]
        if not self._db:
            self._open()
        try:
            if self._db:
                with self._db:
                    self._db.executemany(insert, rows)
        except sqlite3.Error:
            self.discard()

    def _open(self) -> None:
        """Open the file; begin a new one where it is damaged or other models made it."""
        for _ in range(2):
            with suppress(OSError, sqlite3.Error):
                self._folder.mkdir(exist_ok=True)
                self._db = sqlite3.connect(self._folder / "work.sqlite")
                if self._is_ours(self._db):
                    return
            self.discard()

    def _is_ours(self, db: sqlite3.Connection) -> bool:
        """Tell whether a file is of the same models, after making its tables where it is new."""
        db.execute("PRAGMA journal_mode = WAL")
        if not db.execute("SELECT 1 FROM sqlite_master").fetchone():
            db.executescript(_SCHEMA)
            with db:
                db.execute("INSERT INTO made_with VALUES (?,?)", self._made_with)
        return db.execute("SELECT encoder, quotations FROM made_with").fetchall() == [self._made_with]


def _to_json(reading: Reading) -> bytes:
    return json.dumps([list(map(astuple, reading.quotations)), list(map(astuple, reading.speakers))]).encode()


def _from_json(data: bytes) -> Reading:
    quotations, speakers = json.loads(data)
    return Reading(
        tuple(Quotation(*values) for values in quotations),
        tuple(
            Speaker(name, kind, gender, tuple(roles), tuple(aliases)) for name, kind, gender, roles, aliases in speakers
        ),
    )
