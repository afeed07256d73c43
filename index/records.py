"""The SQLite file of a generation: articles, passages, quotations and speakers, and their ids."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from index.articles import Article
from index.errors import DamagedError
from index.lexical_writing import LexicalDocument
from index.people import family_of
from index.quotations import Quotation, Reading
from index.rows import ArticleRow, EarlierVersion, KnownArticle, PassageRow, SpeakerRow, speaker_of
from index.schema import SCHEMA

__all__ = ["ArticleRow", "EarlierVersion", "KnownArticle", "PassageRow", "Records", "RecordsWriter", "SpeakerRow"]

_CACHE_KIB = 64 << 10
_ARTICLE = "name, title, outlet, date, place, url, file, sha256, fingerprint, source, byline, language, date_from"


class Records:
    """Reads the records of a generation; each thread needs its own."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Wrap a connection; use `open`."""
        self._db = connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a sealed file, which is never written to.

        Raises:
            DamagedError: it is not there, or is no SQLite file.
        """
        try:
            # Connections are handed from thread to thread by a pool, never used by two at once.
            db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error as error:
            raise DamagedError(f"{path}: SQLite cannot read it: {error}") from None
        return cls(db)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def count(self, table: str) -> int:
        """Return how many rows a table has: articles, passages, quotations or speakers."""
        return int(self._db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608  (our own names)

    def passage_ids(self) -> list[int]:
        """Return the ids of all passages, in order."""
        return [row[0] for row in self._db.execute("SELECT id FROM passages ORDER BY id")]

    def passages(self, ids: Sequence[int]) -> dict[int, PassageRow]:
        """Return passages by id."""
        rows = self._among("SELECT id, article, paragraph, text FROM passages WHERE id IN", ids)
        return {row[0]: PassageRow(*row) for row in rows}

    def articles(self, ids: Sequence[int]) -> dict[int, ArticleRow]:
        """Return articles by the ids of their rows."""
        columns = "id, name, title, outlet, date, url, file, sha256"
        rows = self._among(f"SELECT {columns} FROM articles WHERE id IN", ids)  # noqa: S608  (our own names)
        return {row[0]: ArticleRow(*row) for row in rows}

    def earlier_versions(self, articles: Sequence[int]) -> dict[int, list[EarlierVersion]]:
        """Return the earlier versions of articles, newest first, by the ids of their rows."""
        select = "SELECT article, title, outlet, date, url, sha256, paragraphs FROM versions WHERE article IN"
        found: dict[int, list[EarlierVersion]] = {}
        for row in self._among(select, articles, "ORDER BY article, number"):
            title, outlet, date, url, sha256, paragraphs = row[1:]
            version = EarlierVersion(title, outlet, date, url, sha256, tuple(json.loads(paragraphs)))
            found.setdefault(row[0], []).append(version)
        return found

    def quotations(self, passages: Sequence[int]) -> dict[int, list[Quotation]]:
        """Return the quotations of passages, in order, by passage id; passages without any are left out."""
        columns = 'q.passage, p.paragraph, q.start, q."end", q.kind, q.speaker, q.cue, q.number'
        source = "FROM quotations q JOIN passages p ON p.id = q.passage WHERE q.passage IN"
        found: dict[int, list[Quotation]] = {}
        for passage, *values in self._among(f"SELECT {columns} {source}", passages, "ORDER BY q.passage, q.start"):
            found.setdefault(passage, []).append(Quotation(*values))
        return found

    def article_ids(self, names: Iterable[str]) -> dict[str, int]:
        """Return the row ids of articles by the ids people see; unknown ones are left out."""
        found = self._among("SELECT name, id FROM articles WHERE name IN", list(names))
        return dict(found)

    def lexical_documents(self, articles: Sequence[int]) -> Iterator[LexicalDocument]:
        """Yield what is to be searched of the passages of articles."""
        titles = {row.id: row.title for row in self.articles(articles).values()}
        passages = self.passages(self.article_passages(articles))
        quotations = self.quotations(list(passages))
        before: PassageRow | None = None
        for passage in sorted(passages.values(), key=lambda row: (row.article, row.paragraph)):
            speakers = dict.fromkeys(q.speaker for q in quotations.get(passage.id, ()) if q.speaker)
            yield LexicalDocument(
                passage=passage.id,
                article=passage.article,
                text=passage.text,
                title=titles[passage.article],
                before=before.text if before and before.article == passage.article else "",
                speakers=list(speakers),
            )
            before = passage

    def article_passages(self, articles: Sequence[int]) -> list[int]:
        """Return the ids of the passages of articles, in order."""
        rows = self._among("SELECT id FROM passages WHERE article IN", articles, "ORDER BY article, paragraph")
        return [row[0] for row in rows]

    def neighbours(self, article: str, paragraph: int, reach: int) -> list[int]:
        """Return the ids of the passages of an article from `reach` before a paragraph to `reach` after it."""
        rows = self._db.execute(
            "SELECT p.id FROM passages p JOIN articles a ON a.id = p.article"
            " WHERE a.name = ? AND p.paragraph BETWEEN ? AND ? ORDER BY p.paragraph",
            (article, paragraph - reach, paragraph + reach),
        )
        return [row[0] for row in rows]

    def speakers(self, articles: Sequence[int] | None = None) -> Iterator[SpeakerRow]:
        """Yield the speakers of some articles, or of every article, article by article."""
        select = "SELECT article, name, kind, gender, roles, aliases, quotations FROM speakers"
        if articles is None:
            rows: Iterator[tuple[Any, ...]] = self._db.execute(f"{select} ORDER BY article, rowid")
        else:
            rows = self._among(f"{select} WHERE article IN", articles, "ORDER BY article, rowid")
        return (SpeakerRow(article, speaker_of(*told), count) for article, *told, count in rows)

    def passages_quoting(self, forms: Iterable[tuple[int, str]]) -> list[int]:
        """Return the ids of the passages that quote a speaker, in order.

        Args:
            forms: the row id of each article that quotes the speaker, and the name it uses.
        """
        names = set(forms)
        rows = self._among(
            "SELECT p.id, p.article, q.speaker FROM quotations q JOIN passages p ON p.id = q.passage"
            " WHERE q.speaker IN",
            sorted({name for _, name in names}),
        )
        return sorted({passage for passage, article, speaker in rows if (article, speaker) in names})

    def load_reading(self, row: int) -> Reading:
        """Return what was found in an article, named by the id of its row."""
        quotations = self.quotations(self.article_passages([row]))
        speakers = tuple(told.speaker for told in self.speakers([row]))
        return Reading(tuple(q for found in quotations.values() for q in found), speakers)

    def _among(self, select: str, values: Sequence[int] | Sequence[str], order: str = "") -> Iterator[tuple[Any, ...]]:
        """Run a SELECT that ends in ``IN``, in chunks below SQLite's limit on the number of values."""
        for start in range(0, len(values), 900):
            chunk = values[start : start + 900]
            yield from self._db.execute(f"{select} ({','.join('?' * len(chunk))}) {order}", chunk)


class RecordsWriter(Records):
    """Changes the records of a generation that is being built."""

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the file of a build, making its tables where it is new."""
        new = not path.exists()
        db = sqlite3.connect(path, isolation_level=None)
        # The file is private to the build until it is sealed, and sealing makes it durable.
        db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON;")
        db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        if new:
            db.executescript(SCHEMA)
        db.execute("BEGIN")
        return cls(db)

    def finish(self) -> None:
        """Write everything out and close the file, which is of no use before."""
        self._db.execute("COMMIT")
        self.close()

    def known_articles(self) -> list[KnownArticle]:
        """Return what is needed of each article to tell whether it changed or vanished."""
        rows = self._db.execute("SELECT id, name, file, source, fingerprint FROM articles ORDER BY id")
        return [KnownArticle(*row) for row in rows]

    def add_article(self, article: Article, source: str) -> int:
        """Add an article and its passages; return the id of its row."""
        day = article.date.isoformat() if article.date else None
        row = self._db.execute(
            f"INSERT INTO articles ({_ARTICLE}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",  # noqa: S608  (our own names)
            (article.id, article.title, article.outlet, day, article.place, article.url, article.source,
             article.sha256, article.fingerprint(), source, article.byline, article.language, article.date_from),
        ).lastrowid  # fmt: skip
        assert row is not None
        self._db.executemany(
            "INSERT INTO passages (article, paragraph, text) VALUES (?,?,?)",
            ((row, number, text) for number, text in article.passages()),
        )
        self._db.executemany("INSERT INTO versions VALUES (?,?,?,?,?,?,?,?)", _versions(row, article))
        return row

    def remove_article(self, row: int) -> None:
        """Remove an article with all that belongs to it."""
        self._db.execute("DELETE FROM articles WHERE id = ?", (row,))

    def load_article(self, row: int) -> Article:
        """Return an article with the paragraphs that are indexed, each at its number."""
        told = self._db.execute("SELECT name, title, place, language FROM articles WHERE id = ?", (row,)).fetchone()
        passages = self._db.execute("SELECT paragraph, text FROM passages WHERE article = ? ORDER BY paragraph", (row,))
        texts = dict(passages.fetchall())
        paragraphs = tuple(texts.get(number, "") for number in range(max(texts, default=-1) + 1))
        return Article(id=told[0], title=told[1], paragraphs=paragraphs, place=told[2], language=told[3])

    def add_reading(self, row: int, reading: Reading) -> None:
        """Add the quotations and speakers that were found in an article."""
        passages = dict(self._db.execute("SELECT paragraph, id FROM passages WHERE article = ?", (row,)).fetchall())
        counts = Counter(quotation.speaker for quotation in reading.quotations)
        self._db.executemany(
            "INSERT INTO quotations VALUES (?,?,?,?,?,?,?)",
            ((passages[q.paragraph], q.start, q.end, q.kind, q.speaker, q.cue, q.number) for q in reading.quotations),
        )
        self._db.executemany(
            "INSERT INTO speakers VALUES (?,?,?,?,?,?,?,?,NULL)",
            ((row, s.name, s.kind, s.gender, json.dumps(s.roles), json.dumps(s.aliases), counts[s.name],
              family_of(s.name, s.kind)) for s in reading.speakers),
        )  # fmt: skip

    def remove_readings(self) -> None:
        """Remove the quotations and speakers of all articles."""
        self._db.execute("DELETE FROM quotations")
        self._db.execute("DELETE FROM speakers")


def _versions(row: int, article: Article) -> Iterator[tuple[Any, ...]]:
    for number, version in enumerate(article.earlier):
        day = version.date.isoformat() if version.date else None
        told = (version.title, version.outlet, day, version.url, version.sha256, json.dumps(version.paragraphs))
        yield (row, number, *told)
