"""The SQLite file of a generation: articles, passages, quotations and speakers, their rows and their ids."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

from index.core.article import Article
from index.core.errors import DamagedError
from index.quotations.people.linking import family_of
from index.quotations.speech.types import Quotation, Reading, Speaker
from index.store.lexical import LexicalDocument

FEWEST_WORDS = 5
"""A passage of fewer words joins a neighbour: a heading the passage that it stands above, others the one before."""

_STOPS = (".", "!", "?", ",", ";", "”", '"', "’", "'")


def embedded_texts(records: Records, passages: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return, by id, the text under whose vector each passage is found, which citations know nothing of, and its own.

    These two are all that the vectors of a passage and of its sentences are made of.
    """
    rows = records.passages(passages)
    short = [row for row in rows.values() if _is_short(row.text)]
    texts = {i: row.text for i, row in rows.items()}
    if short:
        around = records.passages(records.article_passages(sorted({row.article for row in short})))
        places = sorted(around.values(), key=lambda row: (row.article, row.paragraph))
        positions = {row.id: position for position, row in enumerate(places)}
        texts |= {row.id: _joined(row, places, positions[row.id]) for row in short}
    return {i: (texts[i], rows[i].text) for i in sorted(rows)}


def _joined(row: PassageRow, places: Sequence[PassageRow], position: int) -> str:
    before = _longer(places, range(position - 1, -1, -1), row.article)
    after = _longer(places, range(position + 1, len(places)), row.article)
    opens = not row.text.rstrip().endswith(_STOPS)
    if after and (opens or not before):
        return f"{row.text}\n{after}"
    return f"{before}\n{row.text}" if before else row.text


def _longer(places: Sequence[PassageRow], way: range, article: int) -> str | None:
    """Return the nearest passage of the article, that way, that is long enough to stand alone."""
    for position in way:
        if places[position].article != article:
            return None
        if not _is_short(places[position].text):
            return places[position].text
    return None


def _is_short(text: str) -> bool:
    return len(text.split(None, FEWEST_WORDS)) < FEWEST_WORDS


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article as an index keeps it; `id` is its row, `name` the id people see."""

    id: int
    name: str
    title: str
    outlet: str | None
    date: str | None
    url: str | None
    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A passage as an index keeps it: `id` is its row and its id in the vectors, `article` the row of its article."""

    id: int
    article: int
    paragraph: int
    text: str


@dataclass(frozen=True, slots=True)
class SpeakerRow:
    """A speaker of an article: the row id of the article, the speaker, and how many quotations."""

    article: int
    speaker: Speaker
    quotations: int


def speaker_of(name: str, kind: Any, gender: Any, roles: str, aliases: str) -> Speaker:  # noqa: ANN401  (of SQLite)
    """Return a speaker as the columns of its row tell it, of which the last two are JSON arrays."""
    return Speaker(name, kind, gender, _texts(roles), _texts(aliases))


def _texts(told: str) -> tuple[str, ...]:
    return tuple(json.loads(told)) if told != "[]" else ()


class PersonRow(NamedTuple):
    """A speaker across articles.

    Attributes:
        id: of its row.
        name: the form of the name that most quotations carry.
        kind: person, organisation or group.
        gender: male or female where the articles tell, else None.
        quotations: how many are attributed to it.
        article: row id of the article it is found in first.
        line: row id of the speaker that it is in that article.
        names: words of each form of the name, a space between them, as a JSON array.
        roles: how articles describe it, as a JSON array.
        offices: of each role the words that tell it apart, a space between them, and whether it is that of whoever
            leads something, as a JSON array of pairs.
    """

    id: int
    name: str
    kind: str
    gender: str | None
    quotations: int
    article: int
    line: int
    names: str
    roles: str
    offices: str


@dataclass(frozen=True, slots=True)
class SpeakerSummary:
    """A speaker, how often quoted and in how many articles, and the ISO dates of the first and the last of them."""

    name: str
    kind: str
    quotations: int
    articles: int
    first: str | None
    last: str | None


class KnownArticle(NamedTuple):
    """An article that an index holds: its row, its id, the file and source it came from, and its fingerprint."""

    id: int
    name: str
    file: str
    source: str
    fingerprint: str


class EarlierVersion(NamedTuple):
    """An article as it was before: what its page told then, and the sha256 by which that page is kept."""

    title: str
    outlet: str | None
    date: str | None
    url: str | None
    sha256: str
    paragraphs: tuple[str, ...]


class FiledArticle(NamedTuple):
    """An article with where it is filed: its id, title, outlet, ISO date, source, file, and how many share the file."""

    name: str
    title: str
    outlet: str | None
    date: str | None
    source: str
    file: str
    in_file: int


# AUTOINCREMENT: an id that was removed is never given again, so a vector can never come to lie under another passage.
ARTICLES = """
CREATE TABLE articles (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, title TEXT NOT NULL, outlet TEXT, date TEXT,
    place TEXT, url TEXT, file TEXT NOT NULL, sha256 TEXT NOT NULL, fingerprint TEXT NOT NULL, source TEXT NOT NULL,
    byline TEXT, language TEXT, date_from TEXT);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    paragraph INTEGER NOT NULL, text TEXT NOT NULL, UNIQUE (article, paragraph));
CREATE TABLE quotations (
    passage INTEGER NOT NULL REFERENCES passages ON DELETE CASCADE, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    kind TEXT NOT NULL, speaker TEXT, cue TEXT, number INTEGER NOT NULL);
CREATE TABLE speakers (
    article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE, name TEXT NOT NULL, kind TEXT NOT NULL,
    gender TEXT, roles TEXT NOT NULL, aliases TEXT NOT NULL, quotations INTEGER NOT NULL,
    family TEXT NOT NULL, person INTEGER);
CREATE TABLE versions (
    article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE, number INTEGER NOT NULL, title TEXT NOT NULL,
    outlet TEXT, date TEXT, url TEXT, sha256 TEXT NOT NULL, paragraphs TEXT NOT NULL, PRIMARY KEY (article, number));
CREATE TABLE files (
    source TEXT NOT NULL, name TEXT NOT NULL, readers INTEGER NOT NULL, size INTEGER NOT NULL, changed INTEGER NOT NULL,
    entered INTEGER NOT NULL, inode INTEGER NOT NULL, articles INTEGER NOT NULL, complaints TEXT NOT NULL,
    PRIMARY KEY (source, name)) WITHOUT ROWID;
CREATE INDEX quotations_by_passage ON quotations (passage, start);
CREATE INDEX quotations_by_speaker ON quotations (speaker, passage);
CREATE INDEX speakers_by_article ON speakers (article);
CREATE INDEX speakers_by_family ON speakers (family);
CREATE INDEX speakers_by_person ON speakers (person);
"""

# People are speakers joined across articles. `article` and `line` tell where one is found first; `names`, `roles` and
# `offices` are JSON. `first` and `last` tell whether a word begins or ends a name of a person; both are 0 for others.
PEOPLE = """
CREATE TABLE people (
    id INTEGER PRIMARY KEY, family TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, gender TEXT,
    quotations INTEGER NOT NULL, article INTEGER NOT NULL, line INTEGER NOT NULL, plain TEXT NOT NULL,
    names TEXT NOT NULL, roles TEXT NOT NULL, offices TEXT NOT NULL);
CREATE TABLE people_words (
    word TEXT NOT NULL, person INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (word, person)) WITHOUT ROWID;
CREATE TABLE office_words (word TEXT NOT NULL, person INTEGER NOT NULL, PRIMARY KEY (word, person)) WITHOUT ROWID;
CREATE INDEX people_by_family ON people (family);
CREATE INDEX people_by_name ON people (name);
CREATE INDEX people_by_rank ON people (quotations DESC, name, article, line);
CREATE TABLE changed_families (family TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TRIGGER speaker_added AFTER INSERT ON speakers BEGIN
    INSERT OR IGNORE INTO changed_families VALUES (new.family);
END;
CREATE TRIGGER speaker_removed AFTER DELETE ON speakers BEGIN
    INSERT OR IGNORE INTO changed_families VALUES (old.family);
END;
"""

SCHEMA = ARTICLES + PEOPLE


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
