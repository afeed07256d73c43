"""Which files a generation was made of: their stamps, so that unchanged ones need not be read again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from index.core.files import Stamp
from index.readers.extraction.metadata import ENGLISH
from index.readers.registry import VERSION
from index.store.people import PeopleWriter


class ReadFile(NamedTuple):
    """A file as it was read: its stamp, how many articles of it the index holds, and what could not be read in it."""

    stamp: Stamp
    articles: int
    complaints: tuple[str, ...] = ()


class FileRecords(PeopleWriter):
    """Changes the records of a generation that is being built, the files it is made of among them."""

    def files(self, source: str) -> dict[str, ReadFile]:
        """Return the files of a source by their names within it, without those that other readers read."""
        columns = "name, size, changed, entered, inode, articles, complaints"
        rows = self._db.execute(
            f"SELECT {columns} FROM files WHERE source = ? AND readers = ?",  # noqa: S608  (our own names)
            (source, VERSION),
        )
        return {
            row[0]: ReadFile(Stamp(*row[1:5]), row[5], tuple(json.loads(row[6])) if row[6] != "[]" else ())
            for row in rows
        }

    def put_file(self, source: str, name: str, file: ReadFile) -> None:
        """Add a file, or what has become of it."""
        self._db.execute(
            "INSERT OR REPLACE INTO files VALUES (?,?,?,?,?,?,?,?,?)",
            (source, name, VERSION, *file.stamp, file.articles, json.dumps(file.complaints)),
        )

    def remove_files(self, source: str, names: Iterable[str]) -> None:
        """Take out files that are gone, or have to be read again."""
        self._db.executemany("DELETE FROM files WHERE source = ? AND name = ?", ((source, name) for name in names))

    def remove_all_files(self, source: str) -> None:
        """Take out all files of a source."""
        self._db.execute("DELETE FROM files WHERE source = ?", (source,))

    def languages(self) -> dict[str, int]:
        """Return how many articles are in each language other than English, those with most first."""
        rows = self._db.execute(
            "SELECT language, count(*) FROM articles WHERE language NOT NULL AND language != ?"
            " GROUP BY language ORDER BY count(*) DESC, language",
            (ENGLISH,),
        )
        return dict(rows.fetchall())
