"""What is known of an article beside its words, and the article that is made of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.articles import Article
from index.readers.bylines import byline_of_lines
from index.readers.datelines import read_dateline
from index.readers.days import Dated, dated, day_of_address, day_of_lines, day_of_name, first_dated
from index.readers.titles import title_from


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file, page, entry or mail tells of its article; None where it does not."""

    title: str | None = None
    dated: Dated | None = None
    outlet: str | None = None
    byline: str | None = None
    place: str | None = None
    url: str | None = None


def article_of(name: str, paragraphs: Sequence[str], facts: Facts, *, source: str, sha256: str) -> Article:
    """Return an article; without a title, its first sentence is one.

    Args:
        name: its id.
        paragraphs: one at least.
        facts: what is known of it.
        source: the file or link that it was read from.
        sha256: of the bytes that it was read from.
    """
    first = paragraphs[0]
    return Article(
        id=name,
        title=facts.title or title_from(first[read_dateline(first).length :]),
        paragraphs=tuple(paragraphs),
        date=facts.dated.day if facts.dated else None,
        date_from=facts.dated.origin if facts.dated else None,
        outlet=facts.outlet,
        place=facts.place,
        url=facts.url,
        byline=facts.byline,
        source=source,
        sha256=sha256,
    )


def with_first_lines(facts: Facts, paragraphs: Sequence[str], name: str) -> Facts:
    """Return facts with what only the first lines of a text, its address, or the name of its file tell."""
    dateline = read_dateline(paragraphs[0])
    return replace(
        facts,
        dated=first_dated(
            facts.dated,
            dated(dateline.date or day_of_lines(paragraphs), "dateline"),
            dated(day_of_address(facts.url), "url"),
            dated(day_of_name(name), "file name"),
        ),
        outlet=facts.outlet or dateline.outlet,
        byline=facts.byline or byline_of_lines(paragraphs),
        place=facts.place or dateline.place,
    )
