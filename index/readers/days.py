"""Days of publication, as metadata, addresses, file names and first lines tell them; nothing is filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_YEAR = r"(?P<year>(?:19|20|21)\d{2})"
_ISO = re.compile(rf"\s*{_YEAR}-?(?P<month>\d{{2}})-?(?P<day>\d{{2}})(?!\d)")
_DAY_FIRST = re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.?[ -]{_MONTH},?[ -]{_YEAR}(?!\d)", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}(?!\d)", re.IGNORECASE)
_IN_ADDRESS = (
    re.compile(rf"/{_YEAR}/(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})(?=/|$|[-_.])"),
    re.compile(rf"/{_YEAR}/{_MONTH}/(?P<day>\d{{1,2}})(?=/|$|[-_.])", re.IGNORECASE),
    re.compile(rf"(?<!\d){_YEAR}-(?P<month>\d{{2}})-(?P<day>\d{{2}})(?!\d)"),
    re.compile(rf"[/_-]{_YEAR}(?P<month>\d{{2}})(?P<day>\d{{2}})(?=/|$|[-_.])"),
)
_IN_NAME = (
    re.compile(rf"(?<!\d){_YEAR}(?P<sep>[-_.])(?P<month>\d{{2}})(?P=sep)(?P<day>\d{{2}})(?!\d)"),
    re.compile(rf"(?<!\d){_YEAR}(?P<month>\d{{2}})(?P<day>\d{{2}})(?!\d)"),
)
_FOLDERS = re.compile(rf"(?:^|/){_YEAR}/(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})/")
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun)"
_CLOCK = r"(?:[\s,|@–—-]*(?:at\s+)?\d{1,2}[:.]\d{2}.{0,20})?"
_LABEL = r"(?:(?:first\s+)?(?:published|posted|released|updated|date)(?:\s+on)?:?\s+|for immediate release[:,\s–—-]*)?"
_BEFORE = re.compile(rf"{_LABEL}(?:{_WEEKDAY}\.?,?\s+)?", re.IGNORECASE)
# The groups of its second alternative have other names, since no two groups of one pattern may have the same.
_DATE_LINE = re.compile(
    rf"{_BEFORE.pattern}"
    rf"(?:{_DAY_FIRST.pattern}|{_MONTH_FIRST.pattern.replace('?P<', '?P<us')}|(?:19|20|21)\d\d-\d\d-\d\d){_CLOCK}",
    re.IGNORECASE,
)
# The place is a name: "She was born in Paris, Jan. 3, 1931 – a cold day" tells no day of publication.
_NAMED = r"(?-i:(?![a-zß-öø-ÿ])[^\W\d_][\w.'’-]{0,20})"
_FULL_DATELINE = re.compile(
    rf"{_NAMED}(?: {_NAMED}){{0,4}}(?:,[\w. ]{{2,20}})?,\s+(?:\([^)]{{1,40}}\)\s+)?{_MONTH_FIRST.pattern}"
    r"(?:\s*[(/][^)\n]{1,40}[)/])?\s*(?:[-–—]{1,2})\s",
    re.IGNORECASE,
)
_LONGEST_DATE_LINE = 90


@dataclass(frozen=True, slots=True)
class Dated:
    """A day of publication, and what told it: "metadata", "dateline", "url", "page", "feed", "mail", "file name"."""

    day: date
    origin: str


def first_dated(*candidates: Dated | None) -> Dated | None:
    """Return the first of the days that is known."""
    return next(filter(None, candidates), None)


def dated(day: date | None, origin: str) -> Dated | None:
    """Return the day with its origin, or None where there is none."""
    return Dated(day, origin) if day else None


def parse_day(text: str | None) -> date | None:
    """Return the day that a date, or date and time, tells; None where it leaves anything open.

    ISO 8601 ("2031-01-14T23:30:00-05:00", "20310114"), RFC 2822 ("Tue, 14 Jan 2031 23:30 -0500") and English dates
    ("Jan. 14, 2031", "14 January 2031"). The day is the one that is written, in the time zone that it is written in:
    the calendar day on which the outlet published.

    >>> parse_day("2031-01-14T23:30:00-05:00")
    datetime.date(2031, 1, 14)
    """
    text = (text or "")[:200]
    found = _ISO.match(text) or _DAY_FIRST.search(text) or _MONTH_FIRST.search(text)
    return _from_match(found) if found else None


def day_of_address(url: str | None) -> date | None:
    """Return the day in the path of an address such as ``/2031/01/14/pier``, or None."""
    path = re.sub(r"^[a-z]+://[^/]*", "", url or "", flags=re.IGNORECASE).partition("?")[0]
    return _first_match(pattern.search(path) for pattern in _IN_ADDRESS)


def day_of_name(name: str) -> date | None:
    """Return the day in the name of a file, ``2031-01-14-pier.html``, or in its folders, ``2031/01/14/``, or None."""
    stem = PurePosixPath(name).name.rpartition(".")[0]
    return _first_match([*(pattern.search(stem) for pattern in _IN_NAME), _FOLDERS.search(name)])


def day_of_lines(paragraphs: Iterable[str]) -> date | None:
    """Return the day that one of the first paragraphs tells: a line that is a date, or a dateline that has one."""
    for paragraph in list(paragraphs)[:6]:
        if is_date_line(paragraph):
            return parse_day(_BEFORE.sub("", paragraph.strip(), count=1))
        if _FULL_DATELINE.match(paragraph):
            return parse_day(paragraph)
    return None


def is_date_line(paragraph: str) -> bool:
    """Tell whether a paragraph is nothing but a date, as "Published 14 January 2031, 9:30"."""
    return len(paragraph) <= _LONGEST_DATE_LINE and _DATE_LINE.fullmatch(paragraph.strip()) is not None


def _first_match(matches: Iterable[re.Match[str] | None]) -> date | None:
    return next((day for match in matches if match and (day := _from_match(match))), None)


def _from_match(match: re.Match[str]) -> date | None:
    month = match["month"]
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1
    try:
        return date(int(match["year"]), number, int(match["day"]))
    except ValueError:
        return None
