"""Articles in plain text files: paragraphs between blank lines, the first with a dateline."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from index.articles import Article
from index.errors import ArticleError
from index.readers.days import dated, day_of_name, first_dated
from index.readers.decoding import decode
from index.readers.originals import Original
from index.readers.titles import title_from

_HARD_WRAP = 100
_DATELINE = re.compile(
    r"\s*(?:date\s+(?P<date>\d{4}-\d{2}-\d{2})\s+)?"
    r"(?P<place>[A-Z][\w.,'’ -]{0,60}?)\s*"
    r"\((?P<outlet>[^()\n]{1,60})\)\s*(?:[-–—]{1,2})\s+"
)
_BARE_DATE = re.compile(r"\s*date\s+(?P<date>\d{4}-\d{2}-\d{2})\s+")


@dataclass(frozen=True, slots=True)
class Dateline:
    """What stands before an article's first word; `length` counts its code points."""

    date: date | None = None
    place: str | None = None
    outlet: str | None = None
    length: int = 0


def read_plain_text(original: Original) -> Iterator[Article | ArticleError]:
    """Yield the one article of a text file.

    The first line may be a headline; the first paragraph may begin with a dateline such as
    ``date 2017-02-07 MIAMI (WSVN) - ``, which stays part of it. Where it tells no day, the file's name may.

    Raises:
        ArticleError: it is no text, or holds none.
    """
    name, data = original.name, original.read()
    paragraphs = split_paragraphs(decode(data, name))
    if not paragraphs:
        raise ArticleError(f"{name}: holds no text")
    headline, paragraphs = _split_headline(paragraphs)
    dateline = read_dateline(paragraphs[0])
    day = first_dated(dated(dateline.date, "dateline"), dated(day_of_name(name), "file name"))
    yield Article(
        id=name,
        title=headline or title_from(paragraphs[0][dateline.length :]),
        paragraphs=tuple(paragraphs),
        date=day.day if day else None,
        date_from=day.origin if day else None,
        outlet=dateline.outlet,
        place=dateline.place,
        url=original.url,
        source=name,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def split_paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text, trimmed; lines wrapped by hand within a paragraph are joined by a space.

    Blank lines part paragraphs. Where there is none, each line is a paragraph, unless all are short enough to be one
    paragraph wrapped by hand.
    """
    lines = [line.strip() for line in text.splitlines()]
    blocks = [block for block in re.split(r"\n\n+", "\n".join(lines)) if block.strip()]
    if len(blocks) == 1 and max(map(len, lines)) > _HARD_WRAP:
        blocks = lines
    return [" ".join(block.split("\n")).strip() for block in blocks if block.strip()]


def read_dateline(paragraph: str) -> Dateline:
    """Return the dateline that a paragraph begins with; an empty one where it has none."""
    match = _DATELINE.match(paragraph) or _BARE_DATE.match(paragraph)
    if not match:
        return Dateline()
    found = match.groupdict()
    return Dateline(_day(found["date"]), _tidy(found.get("place")), _tidy(found.get("outlet")), match.end())


def _day(iso: str | None) -> date | None:
    try:
        return date.fromisoformat(iso) if iso else None
    except ValueError:
        return None


def _tidy(words: str | None) -> str | None:
    return " ".join(words.split()).strip(" ,-") or None if words else None


def _split_headline(paragraphs: list[str]) -> tuple[str | None, list[str]]:
    """Take a first paragraph that reads as a headline away: short, no full stop, no dateline, text after it."""
    first = paragraphs[0]
    is_headline = (
        len(paragraphs) > 1 and len(first) <= 150 and not read_dateline(first).length and first[-1] not in ".!?,;:”\"'’"
    )
    return (first, paragraphs[1:]) if is_headline else (None, paragraphs)
