"""The dateline that opens a story: "date 2017-02-07 MIAMI (WSVN) - "."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_LARGE = r"(?![a-zß-öø-ÿ])[^\W\d_]"
_DATELINE = re.compile(
    r"\s*(?:date\s+(?P<date>\d{4}-\d{2}-\d{2})\s+)?"
    rf"(?P<place>{_LARGE}[\w.,'’ -]{{0,60}}?)\s*"
    rf"\((?P<outlet>[^()\n]{{1,60}})\)\s*(?:[-–—]{{1,2}})\s+"
)
_BARE_DATE = re.compile(r"\s*date\s+(?P<date>\d{4}-\d{2}-\d{2})\s+")
_LARGE_WORD = re.compile(_LARGE)
_JOINING = frozenset("of the de la le el am an der do da del sur upon on in".split())


@dataclass(frozen=True, slots=True)
class Dateline:
    """What stands before an article's first word; `length` counts its code points."""

    date: date | None = None
    place: str | None = None
    outlet: str | None = None
    length: int = 0


def read_dateline(paragraph: str) -> Dateline:
    """Return the dateline that a paragraph begins with; an empty one where it has none.

    Without a day, only names are one: "The company (NYSE: ABC) — which makes boats —" is the beginning of a sentence.
    """
    match = _DATELINE.match(paragraph)
    if match and not match["date"] and not _is_named(match["place"], match["outlet"]):
        match = None
    match = match or _BARE_DATE.match(paragraph)
    if not match:
        return Dateline()
    found = match.groupdict()
    return Dateline(_day(found["date"]), _tidy(found.get("place")), _tidy(found.get("outlet")), match.end())


def _is_named(place: str, outlet: str) -> bool:
    words = all(_LARGE_WORD.match(word) or word in _JOINING for word in place.replace(",", " ").split())
    return words and len(outlet) > 1 and ":" not in outlet


def _day(iso: str | None) -> date | None:
    try:
        return date.fromisoformat(iso) if iso else None
    except ValueError:
        return None


def _tidy(words: str | None) -> str | None:
    return " ".join(words.split()).strip(" ,-") or None if words else None
