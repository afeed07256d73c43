"""The Article: one news story, the passages it is made of, and its JSON forms."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from index.core.errors import ArticleError, Note

Span = tuple[int, int]
"""First code point of a text and one past the last."""


@dataclass(frozen=True, slots=True)
class Article:
    """One news story, as a reader of a source understood it.

    Attributes:
        id: name of the article, unique in an index and stable across builds.
        title: headline, or one made from the first sentence.
        paragraphs: text of each paragraph, verbatim; their positions are the paragraph numbers, from 0.
        date: day of publication, or None where the source tells none.
        outlet: who published it, or None.
        place: where it was written, as its dateline has it, or None.
        url: address of the original, or None.
        source: name of the file it was read from, relative to the source's folder.
        sha256: hex digest of the bytes it was read from.
        byline: who wrote it, or None.
        language: ISO 639-1 code of the language it is in, or None where that cannot be told.
        date_from: what told the date, such as "metadata", "dateline" or "file name"; None where there is no date.
        earlier: versions of it that were fetched before this one, newest first.
    """

    id: str
    title: str
    paragraphs: tuple[str, ...]
    date: date | None = None
    outlet: str | None = None
    place: str | None = None
    url: str | None = None
    source: str = ""
    sha256: str = ""
    byline: str | None = None
    language: str | None = None
    date_from: str | None = None
    earlier: tuple[Article, ...] = ()

    def passages(self) -> Iterator[tuple[int, str]]:
        """Yield the paragraphs worth indexing as (number from 0, text); blank ones keep their number."""
        return ((number, text) for number, text in enumerate(self.paragraphs) if text.strip())

    def fingerprint(self) -> str:
        """Return the hex sha256 of everything an index keeps of this article: equal means unchanged."""
        day = self.date.isoformat() if self.date else None
        origin = [self.outlet, self.place, self.url, self.source, self.sha256, self.byline, self.language]
        kept: list[object] = [self.id, self.title, self.paragraphs, day, *origin, self.date_from]
        if self.earlier:
            kept.append([version.fingerprint() for version in self.earlier])
        return hashlib.sha256(json.dumps(kept).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return the article in the form that `.jsonl` sources have, with what else was understood beside."""
        return {
            "id": self.id,
            "title": self.title,
            "date": self.date.isoformat() if self.date else None,
            "source": self.outlet,
            "place": self.place,
            "url": self.url,
            "byline": self.byline,
            "language": self.language,
            "date_from": self.date_from,
            "paragraphs": list(self.paragraphs),
        }


def to_record(article: Article) -> dict[str, Any]:
    """Return what JSON holds of an article: all but its earlier versions."""
    record = asdict(replace(article, earlier=()))
    del record["earlier"]
    return record | {"date": article.date.isoformat() if article.date else None}


def from_record(record: dict[str, Any]) -> Article:
    """Return the article that `to_record` was given."""
    day = record["date"]
    told = {"paragraphs": tuple(record["paragraphs"]), "date": date.fromisoformat(day) if day else None}
    return Article(**record | told)


def to_wire(found: Article | ArticleError) -> dict[str, Any]:
    """Return an article or an error as JSON holds it."""
    if isinstance(found, ArticleError):
        return {"error": found.note().to_json(), "lasting": found.lasting}
    return to_record(found)


def from_wire(record: dict[str, Any], name: str) -> Article | ArticleError:
    """Return what `to_wire` was given; `name` is the file it was read from."""
    if "error" not in record:
        return from_record(record)
    note = Note.from_json(record["error"])
    error = ArticleError(note.line, note.advice, **note.parameters)
    error.file = name
    error.lasting = record["lasting"]
    return error
