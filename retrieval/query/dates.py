"""The stretch of time that a question names: "in February 2017", "last week", "since Monday", "before 3 May"."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_DAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_NUMBERS = {word: number for number, word in enumerate("one two three four five six seven eight nine ten".split(), 1)}
_UNITS = {"day": 1, "week": 7, "month": 30, "year": 365}

_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WHEN = rf"""
    (?P<iso>\d{{4}}-\d\d-\d\d)
  | (?P<m1>{_MONTH})\.?\ (?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\ (?P<y1>\d{{4}}))?
  | (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\ (?:of\ )?(?P<m2>{_MONTH})\b\.?(?:,?\ (?P<y2>\d{{4}}))?
  | (?P<m3>{_MONTH})\b\.?(?:,?\ (?:of\ )?(?P<y3>\d{{4}}))?
  | (?P<y4>(?:19|20)\d\d)\b
  | (?:last\ |this\ )?(?P<weekday>{"|".join(_DAYS)})\b
  | (?P<near>yesterday|today)\b
  | (?:the\ )?(?P<which>last|past|this)\ (?:(?P<count>\d+|{"|".join(_NUMBERS)})\ )?(?P<unit>day|week|month|year)s?\b
  | (?P<ago>\d+|{"|".join(_NUMBERS)}|an?)\ (?P<ago_unit>day|week|month|year)s?\ ago\b
"""
_PERIOD = re.compile(
    rf"(?<![\w-])(?:(?P<link>in|on|during|since|after|before|until|by|from)\ )?(?:{_WHEN})", re.IGNORECASE | re.VERBOSE
)
_UNLINKED = ("weekday", "near", "which", "ago", "iso")


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time.

    Attributes:
        first: the first day that belongs to it.
        last: the last day.
        words: how the question put it.
    """

    first: date
    last: date
    words: str

    def holds(self, iso: str | None) -> bool:
        """Tell whether an article's ISO date lies in it; one without a date does not."""
        return iso is not None and self.first <= date.fromisoformat(iso) <= self.last


def find_period(text: str, now: date) -> Period | None:
    """Return the first stretch of time that a text names, or None.

    A month, or a day of one, without a year is the latest that is not in the future; so is a day of the week. A month
    or a year must follow a preposition: "in 2016", not "the 2016 budget", nor "may" and "march".

    >>> period = find_period("what did Gimenez say in February 2017?", date(2026, 1, 1))
    >>> str(period.first), str(period.last), period.words
    ('2017-02-01', '2017-02-28', 'in February 2017')

    Args:
        text: a question, or a part of one.
        now: the day that "last week" is meant from.
    """
    for found in _PERIOD.finditer(text):
        if not found["link"] and not any(found[name] for name in _UNLINKED):
            continue
        try:
            first, last = _span(found, now)
        except (ValueError, OverflowError):  # 31 June; ten million weeks ago
            continue
        match (found["link"] or "").lower():
            case "since" | "from":
                last = max(now, last)
            case "after":
                first, last = last + timedelta(1), max(now, last)
            case "before":
                first, last = date(MINYEAR, 1, 1), first - timedelta(1)
            case "until" | "by":
                first = date(MINYEAR, 1, 1)
        return Period(first, last, found.group().strip())
    return None


def _span(found: re.Match[str], now: date) -> tuple[date, date]:
    if found["m3"]:
        return _month(_MONTHS[found["m3"].lower()], found["y3"], now)
    if found["y4"]:
        return date(int(found["y4"]), 1, 1), date(int(found["y4"]), 12, 31)
    if found["ago"]:
        unit = _UNITS[found["ago_unit"].lower()]
        day = now - timedelta(_number(found["ago"]) * unit)
        return day - timedelta(unit // 2), day + timedelta(unit // 2)
    if found["which"]:
        return _calendar(found["which"].lower(), found["count"], found["unit"].lower(), now)
    day = _day(found, now)
    return day, day


def _day(found: re.Match[str], now: date) -> date:
    if found["iso"]:
        return date.fromisoformat(found["iso"])
    if found["near"]:
        return now - timedelta(found["near"].lower() == "yesterday")
    if found["weekday"]:
        back = (now.weekday() - _DAYS[found["weekday"].lower()]) % 7
        return now - timedelta(back or 7 * found.group().lower().count("last"))
    month, day = _MONTHS[(found["m1"] or found["m2"]).lower()], int(found["d1"] or found["d2"])
    year = found["y1"] or found["y2"]
    whole = date(int(year) if year else now.year, month, day)
    return whole if year or whole <= now else date(now.year - 1, month, day)


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS.get(word.lower(), 1)


def _month(month: int, year: str | None, now: date) -> tuple[date, date]:
    number = int(year) if year else now.year - (month > now.month)
    if not MINYEAR <= number <= MAXYEAR:
        raise ValueError(year)
    return date(number, month, 1), date(number, month, calendar.monthrange(number, month)[1])


def _calendar(which: str, count: str | None, unit: str, now: date) -> tuple[date, date]:
    """Return "this week", "last month", "the past three days": whole weeks, months, years unless they are counted."""
    if count or which == "past" or unit == "day":
        return now - timedelta(_number(count or "one") * _UNITS[unit]), now
    back = which == "last"
    if unit == "week":
        monday = now - timedelta(now.weekday() + 7 * back)
        return monday, monday + timedelta(6)
    if unit == "year":
        return date(now.year - back, 1, 1), date(now.year - back, 12, 31)
    last_of_before = date(now.year, now.month, 1) - timedelta(1)
    month = last_of_before if back else now
    return _month(month.month, str(month.year), now)
