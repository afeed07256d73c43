"""The Article: one news story, and the passages it is made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any


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
