"""The article of a document without facts of its own: what its first lines and the name of its file tell."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from index.articles import Article
from index.readers.days import dated, day_of_lines, day_of_name, first_dated
from index.readers.plain_text import read_dateline
from index.readers.titles import title_from


def document_article(
    name: str, data: bytes, title: str | None, paragraphs: Sequence[str], *, byline: str | None = None
) -> Article:
    """Return the article of a document.

    Args:
        name: of the file, within its source.
        data: the bytes it was read from.
        title: its title; the first sentence by default.
        paragraphs: one at least.
        byline: who wrote it.
    """
    dateline = read_dateline(paragraphs[0])
    day = first_dated(
        dated(dateline.date or day_of_lines(paragraphs), "dateline"), dated(day_of_name(name), "file name")
    )
    return Article(
        id=name,
        title=title or title_from(paragraphs[0][dateline.length :]),
        paragraphs=tuple(paragraphs),
        date=day.day if day else None,
        date_from=day.origin if day else None,
        outlet=dateline.outlet,
        byline=byline,
        place=dateline.place,
        source=name,
        sha256=hashlib.sha256(data).hexdigest(),
    )
