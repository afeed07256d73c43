"""The stretch of time that a question names: "in February 2017", "last week", "from 28 December to 3 January 2019"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from retrieval.query.times import Time, read_time

_LINK = re.compile(
    r"(in|on|at|during|throughout|over|within|for|since|after|before|prior to|until|till|by|from|between) ",
    re.IGNORECASE,
)
_TO = re.compile(r" ?[-–—] ?| (?:to|until|till|through|(?P<also>and|or)) ", re.IGNORECASE)
_NOW = re.compile(r"(?:now|(?:the )?present)\b", re.IGNORECASE)
_BARE = re.compile(r"(?:the )?(\d{1,2})(?:st|nd|rd|th)?\b(?:,? ((?:19|20)\d\d)\b)?", re.IGNORECASE)
_WORD = re.compile(r"(?<![\w-])(?=[\w'’‘])")
_RANGED = frozenset({"", "in", "on", "during", "throughout", "over", "from", "between"})
_LONGEST = 31


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

    A month, or a day of one, without a year is the latest that is not in the future; so is a day of the week. Of two
    ends, one has the year of the other. A month or a year must follow a preposition: "in 2016", not "the 2016 budget",
    nor "may" and "march". A winter has the year in which it ends; early, mid and late are thirds.

    >>> period = find_period("what did Gimenez say in February 2017?", date(2026, 1, 1))
    >>> str(period.first), str(period.last), period.words
    ('2017-02-01', '2017-02-28', 'in February 2017')

    Args:
        text: a question, or a part of one.
        now: the day that "last week" is meant from.
    """
    return next((period for word in _WORD.finditer(text) if (period := _period(text, word.start(), now))), None)


def _period(text: str, at: int, now: date) -> Period | None:
    """Return the stretch whose words begin at a place of a text, if any do."""
    link = _LINK.match(text, at)
    word, begin = (link[1].lower(), link.end()) if link else ("", at)
    between = _between(text, begin, now, word) if word in _RANGED else None
    if between:
        return Period(between.first, between.last, text[at : between.end])
    time = read_time(text, begin, now)
    if not time or not _may_follow(word, time):
        return None
    try:
        first, last = _bounded(word, time, now)
    except OverflowError:  # after the end of all days
        return None
    return Period(first, last, text[at : time.end])


def _may_follow(word: str, time: Time) -> bool:
    match word:
        case "":
            return time.alone
        case "between":
            return False
        case "at":
            return time.kind in {"beginning", "start", "middle", "end"}
        case "over" | "within" | "for":
            return time.kind in {"which", "season"}
    return True


def _bounded(word: str, time: Time, now: date) -> tuple[date, date]:
    """Return what is meant by a time after a preposition."""
    match word:
        case "since" | "from":
            return time.first, max(now, time.last)
        case "after":
            first = time.last + timedelta(1)
            return first, max(now, first)
        case "before" | "prior to" if time.kind != "end":
            return date.min, time.first - timedelta(1)
        case "until" | "till" | "by" | "before" | "prior to":
            return date.min, time.last
    return time.first, time.last


def _between(text: str, at: int, now: date, word: str) -> Time | None:
    """Return the stretch between two times: "January to March 2017", "3 to 5 May", "Monday–Friday"."""
    one = read_time(text, at, now) or _bare_day(text, at)
    link = _TO.match(text, one.end) if one else None
    if not one or not link:
        return None
    other = read_time(text, link.end(), now)
    if not other and (word == "between" or not link["also"]):  # "on May 3 and 5 others" names one day
        other = _present(text, link.end(), now) or _bare_day(text, link.end())
    if not other or not (word or _stand_alone(one, other)):
        return None
    try:
        one, other = _of_one_year(text, now, *_of_one_month(text, now, one, other))
    except ValueError:  # 30 to 31 June
        return None
    first, last = min(one.first, other.first), max(one.last, other.last)
    return Time(first, last, one.begin, other.end, "between")


def _stand_alone(one: Time, other: Time) -> bool:
    """Whether two ends are times without a preposition: "January to March 2017", but not "2016 to 2018"."""
    if one.alone or other.alone:
        return one.alone and other.alone
    return (one.told or other.told) and not {one.kind, other.kind} & {"year", "years", "decade"}


def _present(text: str, at: int, now: date) -> Time | None:
    found = _NOW.match(text, at)
    return Time(now, now, at, found.end(), "near", alone=True) if found else None


def _bare_day(text: str, at: int) -> Time | None:
    """Return a day of a month that only the other end tells; it lies in a January until then."""
    found = _BARE.match(text, at)
    if not found or not 1 <= int(found[1]) <= _LONGEST:
        return None
    day = date(int(found[2] or 1), 1, int(found[1]))
    return Time(day, day, at, found.end(), "bare", told=bool(found[2]))


def _of_one_month(text: str, now: date, one: Time, other: Time) -> tuple[Time, Time]:
    """Return two ends, of which the one that is a number alone has the month of the other."""
    if one.kind == "bare" and other.kind == "day":
        day = other.first.replace(day=one.first.day)
        return replace(one, first=day, last=day, told=True), other
    if other.kind == "bare" and one.kind == "day":
        whole = read_time(text, one.begin, now, other.first.year) if other.told else one
        if not whole:
            raise ValueError(one)
        day = whole.first.replace(day=other.first.day)
        return whole, replace(other, first=day, last=day, told=True)
    if "bare" in (one.kind, other.kind):
        raise ValueError(one)
    return one, other


def _of_one_year(text: str, now: date, one: Time, other: Time) -> tuple[Time, Time]:
    """Return two ends, of which the one that names no year lies as near to the other as may be."""
    if one.kind == "weekday" and one.first > other.last:
        return replace(one, first=one.first - timedelta(7), last=one.last - timedelta(7)), other
    if not one.told:
        of_years = (read_time(text, one.begin, now, other.last.year - back) for back in range(2))
        return next((end for end in of_years if end and end.first <= other.last), one), other
    if not other.told:
        of_years = (read_time(text, other.begin, now, one.first.year + more) for more in range(2))
        return one, next((end for end in of_years if end and end.last >= one.first), other)
    return one, other
