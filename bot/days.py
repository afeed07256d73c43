"""Days as people type them: 2017-02-07, February 2017, 7 Feb 2017, 2017."""

from __future__ import annotations

import calendar
import re
from datetime import date

_MONTHS = "january february march april may june july august september october november december".split()
_FEWEST_LETTERS = 3
_PARTS_OF_A_DAY = 3


def first_day(text: str) -> date | None:
    """Return a day, or the first one of a month or a year; None where the words tell none.

    >>> first_day("february 2017"), first_day("Feb. 7, 2017"), first_day("2017-02-07"), first_day("last week")
    (datetime.date(2017, 2, 1), datetime.date(2017, 2, 7), datetime.date(2017, 2, 7), None)
    """
    if iso := re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", text.strip(), re.ASCII):
        return _day(*(int(part or 1) for part in iso.groups()))
    words = re.findall(r"\w+", text.casefold())
    months = [month for word in words if (month := _month(word))]
    years = [int(word) for word in words if re.fullmatch(r"\d{4}", word, re.ASCII)]
    days = [int(day[1]) for word in words if (day := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", word, re.ASCII))]
    if len(months) != 1 or len(years) != 1 or len(days) > 1 or len(words) > 2 + len(days):
        return None
    return _day(years[0], months[0], days[0] if days else 1)


def last_day(text: str) -> date | None:
    """Return a day, or the last one of a month or a year; None where the words tell none.

    >>> last_day("february 2017"), last_day("2017"), last_day("7 Feb 2017")
    (datetime.date(2017, 2, 28), datetime.date(2017, 12, 31), datetime.date(2017, 2, 7))
    """
    first = first_day(text)
    parts = len(re.findall(r"\w+", text))
    if first is None or parts >= _PARTS_OF_A_DAY:
        return first
    month = first.month if parts > 1 else 12
    return date(first.year, month, calendar.monthrange(first.year, month)[1])


def _month(word: str) -> int | None:
    word = {"sept": "sep"}.get(word, word)
    if len(word) < _FEWEST_LETTERS:
        return None
    return next((number for number, month in enumerate(_MONTHS, 1) if month.startswith(word)), None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
