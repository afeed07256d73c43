"""One time as words name it: "3 May 2018", "early March", "the 1990s", "last week", "two days ago".

A grammar of our own: what libraries find in running words (dateparser, parsedatetime, python-dateutil) takes "may",
"march" and "sat" for dates and knows no stretch but a day, and to import them takes 40 to 200 ms.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeAlias

_Stretch: TypeAlias = tuple[date, date]
_Reader: TypeAlias = Callable[[re.Match[str], date, int | None], _Stretch]

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_DAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_NUMBERS = {
    word: number
    for number, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)
} | {"a couple of": 2, "couple of": 2, "a few": 3, "few": 3, "several": 5}
_UNITS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365, "decade": 3652}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_DECADES = {"noughties": 0} | {
    word: 10 * number
    for number, word in enumerate("twenties thirties forties fifties sixties seventies eighties nineties".split(), 2)
}
_ORDINALS = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "last": 3}
_THIRDS = {"early": 0, "beginning": 0, "start": 0, "mid": 1, "middle": 1, "late": 2, "end": 2}

_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_COUNT = rf"\d+|{'|'.join(sorted(map(re.escape, _NUMBERS), key=len, reverse=True))}"
_SEASON = "|".join(_SEASONS)
_NTH = r"(?:st|nd|rd|th)?"
# A hyphen after a name makes another one of it, "Mar-a-Lago", unless another time follows.
_WHOLE = rf"\b(?!-(?!\d|(?:{_MONTH}|{'|'.join(_DAYS)})\b))"
_TIME = re.compile(
    rf"""
    (?P<iso>\d{{4}}-\d\d-\d\d)
  | (?P<y6>(?:19|20)\d\d)(?P<dash>[-–/])(?P<short>\d\d)(?![\w-])
  | (?P<m1>{_MONTH})\.?\ (?P<d1>\d{{1,2}}){_NTH}\b(?:,?\ (?P<y1>\d{{4}})\b)?
  | (?:the\ )?(?P<d2>\d{{1,2}}){_NTH}\ (?:of\ )?(?P<m2>{_MONTH}){_WHOLE}\.?(?:,?\ (?P<y2>\d{{4}})\b)?
  | (?P<recent>last|this)\ (?P<m4>{_MONTH}){_WHOLE}
  | (?P<m3>{_MONTH}){_WHOLE}\.?(?:,?\ (?:of\ )?(?P<y3>\d{{4}})\b)?
  | (?:the\ )?(?P<decade>(?:18[1-9]|19[1-9]|20\d)0)s\b
  | (?P<its>the\ ['’‘]?|['’‘])?(?P<digit>\d)0s\b
  | (?P<the2>the\ )?(?P<spelt>{"|".join(_DECADES)})\b
  | (?:the\ )?(?P<season>{_SEASON})\ (?:of\ )?(?P<y7>(?:19|20)\d\d)(?:[-–/](?P<short7>\d\d))?(?![\w-])
  | (?P<which_season>last|this|past)\ (?P<season2>{_SEASON})\b
  | q(?P<q>[1-4])(?:\ (?:of\ )?(?P<y8>(?:19|20)\d\d))?\b
  | (?P<y4>(?:19|20)\d\d){_WHOLE}
  | (?:last\ |this\ )?(?P<weekday>{"|".join(_DAYS)}){_WHOLE}
  | (?P<near>yesterday|today|last\ night|this\ (?:morning|afternoon|evening))\b
  | (?P<the>the\ )?(?P<which>last|past|this)\ (?:(?P<count>{_COUNT})\ (?P<units>{"|".join(_UNITS)})s?
      |(?P<unit>{"|".join(_UNITS)}|weekend))\b
  | (?P<ago>{_COUNT}|an?)\ (?P<ago_unit>{"|".join(_UNITS)})s?\ ago\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PART = re.compile(
    rf"""
    (?:the\ )?
    (?: (?P<third>early|mid|late)(?P<within>\ in\ |-|\ )
      | (?:(?P<edge>beginning|start|middle|end)
          |(?P<half>first|second|1st|2nd)\ half
          |(?P<quarter>{"|".join(_ORDINALS)})\ quarter)\ of[ ]
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_THE_UNIT = re.compile(r"the (week|month|quarter|year|decade)\b", re.IGNORECASE)
_EARLY = re.compile(r"\b(?:early|mid|late)[ -](?:in )?$", re.IGNORECASE)
_LEAP = 9  # years within which there is a 29 February
_PARTED = frozenset({"month", "year", "decade", "season", "quarter", "which"})
_EVERY_YEAR = frozenset({"day", "month", "season", "quarter"})
_ALONE = frozenset({"iso", "weekday", "near", "which", "ago", "m4", "season2"})
_WHOSE = re.compile(r"\b(?:his|her|their|its|my|our|your|whose|['’]s?) $", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Time:
    """A time as it stands in a text.

    Attributes:
        first: its first day.
        last: its last day.
        begin: where its words begin.
        end: where they end.
        kind: what it is.
        told: whether it says of which year it is.
        alone: whether it needs no preposition to be one.
    """

    first: date
    last: date
    begin: int
    end: int
    kind: str
    told: bool = True
    alone: bool = False


def read_time(text: str, at: int, now: date, year: int | None = None) -> Time | None:
    """Return the time whose words begin at a place of a text, if any do.

    >>> str(read_time("May 2030", 0, date(2031, 5, 14)).last)
    '2030-05-31'

    Args:
        text: the text.
        at: the place.
        now: the day that it is meant from.
        year: of which year it is, where it does not say so.
    """
    part = _PART.match(text, at)
    try:
        if not part:
            return _whole(text, at, now, year)
        whole = _whole(text, part.end(), now, year) or _this(text, part.end(), now)
        return _part(part, whole) if whole and whole.kind in _PARTED else None
    except (ValueError, OverflowError):  # 31 June; ten million weeks ago
        return None


def _part(part: re.Match[str], whole: Time) -> Time:
    """Return "early", "the end of", "the second quarter of" a time."""
    name = next(filter(None, part.group("third", "edge", "half", "quarter"))).lower()
    if part["half"] or part["quarter"]:
        number, of, kind = _ORDINALS[name], 2 if part["half"] else 4, "part"
    else:
        number, of, kind = _THIRDS[name], 3, name
    first, last = _share(whole.first, whole.last, number, of)
    alone = whole.alone or (part["within"] or "").strip() == "in"
    return replace(whole, first=first, last=last, begin=part.start(), kind=kind, alone=alone)


def _share(first: date, last: date, number: int, of: int) -> _Stretch:
    """Return one of the equal parts of a stretch: whole months where it has enough of them, else days."""
    months = 12 * (last.year - first.year) + last.month - first.month + 1
    after = last + timedelta(1)
    if first.day == after.day == 1 and months >= of:
        begins = [_plus(first, months * part // of) for part in (number, number + 1)]
    else:
        days = (after - first).days
        # What is too short to be parted, such as a weekend, is meant as a whole.
        ends = (number, number + 1) if days >= of else (0, of)
        begins = [first + timedelta(days * part // of) for part in ends]
    return begins[0], begins[1] - timedelta(1)


def _plus(first: date, months: int) -> date:
    """Return the first day of a month so many months later or, below 0, earlier."""
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)


def _this(text: str, at: int, now: date) -> Time | None:
    """Return the unit that "the end of the year" is of."""
    found = _THE_UNIT.match(text, at)
    return Time(*_unit("this", found[1].lower(), now), at, found.end(), "which") if found else None


def _whole(text: str, at: int, now: date, year: int | None) -> Time | None:
    found = _TIME.match(text, at)
    if not found or _is_something_else(found):
        return None
    group = next(group for group in _READERS if found[group])
    kind, read = _READERS[group]
    told = group in _ALONE or kind not in _EVERY_YEAR or _year_in(found) is not None
    return Time(*read(found, now, year), at, found.end(), kind, told=told, alone=group in _ALONE)


def _is_something_else(found: re.Match[str]) -> bool:
    """Whether what looks like a time is somebody's name, or a part of what it does not tell."""
    before, after = found.string[: found.start()], found.string[found.end() :]
    if found["m3"] and not found["y3"]:
        return found["m3"][0].isupper() and _goes_on_as_a_name(after)  # by Jan Olmo
    if found["recent"]:
        return not found["m4"][0].isupper() or _WHOSE.search(before) is not None  # the last march
    if found["digit"] or found["spelt"]:
        return not (found["its"] or found["the2"] or _EARLY.search(before))  # in his nineties
    if found["which_season"]:
        return _WHOSE.search(before) is not None  # his last fall
    the = found["the"] or before.lower().endswith("the ")
    return bool(the and found["which"]) and after.lower().startswith(" of ")  # the last week of the strike


def _goes_on_as_a_name(after: str) -> bool:
    word = after[1:].partition(" ")[0]
    return after[:1] == " " and word[:1].isupper() and word.strip(".,?!").lower() not in _MONTHS | _DAYS


def _year_in(found: re.Match[str]) -> int | None:
    told = next(filter(None, found.group("y1", "y2", "y3", "y7", "y8")), None)
    return int(told) if told else None


def _latest(begins: Callable[[int], date], now: date, year: int | None) -> date:
    """Return a day that comes every year: in a certain year, else the latest that is not in the future.

    Raises:
        ValueError: there is no such day.
    """
    for one in [year] if year is not None else range(now.year, now.year - _LEAP, -1):
        with suppress(ValueError):
            if (day := begins(one)) <= now or year is not None:
                return day
    raise ValueError(year)


def _day(found: re.Match[str], now: date, year: int | None) -> _Stretch:
    month, number = _MONTHS[(found["m1"] or found["m2"]).lower()], int(found["d1"] or found["d2"])
    told = _year_in(found)
    day = _latest(lambda one: date(one, month, number), now, year if told is None else told)
    return day, day


def _month(found: re.Match[str], now: date, year: int | None) -> _Stretch:
    month, told = _MONTHS[(found["m3"] or found["m4"]).lower()], _year_in(found)
    recent = (found["recent"] or "").lower()
    since = date(now.year, now.month, 1) - timedelta(1) if recent == "last" else now
    if recent == "this":
        told = now.year
    return _months(_latest(lambda one: date(one, month, 1), since, year if told is None else told), 1)


def _months(first: date, count: int) -> _Stretch:
    return first, _plus(first, count) - timedelta(1)


def _year(found: re.Match[str], _: date, __: int | None) -> _Stretch:
    number = int(found["y4"])
    return date(number, 1, 1), date(number, 12, 31)


def _two_years(found: re.Match[str], _: date, __: int | None) -> _Stretch:
    """Return "2016-17" or "1969-76"; "2016-11" is a month."""
    number, short = int(found["y6"]), int(found["short"])
    if short == (number + 1) % 100 or (short > number % 100 and (found["dash"] == "–" or short > _MONTHS["december"])):
        return date(number, 1, 1), date(number - number % 100 + short + 100 * (short < number % 100), 12, 31)
    if found["dash"] != "-":
        raise ValueError(short)
    return _months(date(number, short, 1), 1)


def _decade(found: re.Match[str], now: date, _: int | None) -> _Stretch:
    if found["decade"]:
        number = int(found["decade"])
    else:
        tens = int(found["digit"]) * 10 if found["digit"] else _DECADES[found["spelt"].lower()]
        number = now.year - now.year % 100 + tens
        number -= 100 * (number > now.year)
    return date(number, 1, 1), date(number + 9, 12, 31)


def _season(found: re.Match[str], now: date, year: int | None) -> _Stretch:
    name, told = (found["season"] or found["season2"]).lower(), _year_in(found)
    if found["short7"]:  # winter 2016-17
        if name != "winter" or int(found["short7"]) != ((told or 0) + 1) % 100:
            raise ValueError(found["short7"])
        told = (told or 0) + 1
    if (found["which_season"] or "").lower() == "this":
        told = now.year + (name == "winter" and now.month > _SEASONS["autumn"])
    since = _plus(now, -3) if found["which_season"] else now  # the last one is over
    return _months(_latest(lambda one: _season_of(name, one), since, year if told is None else told), 3)


def _season_of(name: str, year: int) -> date:
    """Return the first day of a season; a winter is of the year in which it ends."""
    return date(year - (name == "winter"), _SEASONS[name], 1)


def _quarter(found: re.Match[str], now: date, year: int | None) -> _Stretch:
    first, told = 3 * int(found["q"]) - 2, _year_in(found)
    return _months(_latest(lambda one: date(one, first, 1), now, year if told is None else told), 3)


def _weekday(found: re.Match[str], now: date, _: int | None) -> _Stretch:
    back = (now.weekday() - _DAYS[found["weekday"].lower()]) % 7
    day = now - timedelta(back or 7 * found.group().lower().count("last"))
    return day, day


def _near(found: re.Match[str], now: date, _: int | None) -> _Stretch:
    day = now - timedelta(found["near"].lower() in {"yesterday", "last night"})
    return day, day


def _iso(found: re.Match[str], _: date, __: int | None) -> _Stretch:
    day = date.fromisoformat(found["iso"])
    return day, day


def _ago(found: re.Match[str], now: date, _: int | None) -> _Stretch:
    unit = _UNITS[found["ago_unit"].lower()]
    day = now - timedelta(_number(found["ago"]) * unit)
    return day - timedelta(unit // 2), day + timedelta(unit // 2)


def _which(found: re.Match[str], now: date, _: int | None) -> _Stretch:
    if found["count"]:
        return now - timedelta(_number(found["count"]) * _UNITS[found["units"].lower()]), now
    return _unit(found["which"].lower(), found["unit"].lower(), now)


def _number(word: str) -> int:
    return int(word) if word.isdecimal() else _NUMBERS.get(word.lower(), 1)


def _unit(which: str, unit: str, now: date) -> _Stretch:
    """Return "this week", "last month", "last year": whole ones; "the past year" is the one that ends today.

    Raises:
        ValueError: it is no stretch of time: "the last day".
    """
    back = which == "last"
    match unit:
        case "day" if which != "past":
            raise ValueError(unit)
        case "week":
            monday = now - timedelta(now.weekday() + 7 * back)
            stretch = monday, monday + timedelta(6)
        case "weekend":
            saturday = now - timedelta((now.weekday() + 2) % 7 + 7 * (back and now.weekday() > 4))
            stretch = saturday, saturday + timedelta(1)
        case "quarter":
            stretch = _months(_plus(date(now.year, 3 * ((now.month - 1) // 3) + 1, 1), -3 * back), 3)
        case "month":
            stretch = _months(_plus(now, -back), 1)
        case _:
            length = 10 if unit == "decade" else 1
            year = now.year - now.year % length - length * back
            stretch = date(year, 1, 1), date(year + length - 1, 12, 31)
    if which == "past" and unit != "weekend":
        return now - timedelta(_UNITS[unit]), now
    return stretch


_READERS: dict[str, tuple[str, _Reader]] = {
    "iso": ("iso", _iso), "short": ("years", _two_years), "m1": ("day", _day), "m2": ("day", _day),
    "m3": ("month", _month), "m4": ("month", _month), "decade": ("decade", _decade), "digit": ("decade", _decade),
    "spelt": ("decade", _decade), "season": ("season", _season), "season2": ("season", _season),
    "q": ("quarter", _quarter), "y4": ("year", _year), "weekday": ("weekday", _weekday),
    "near": ("near", _near), "which": ("which", _which), "ago": ("ago", _ago),
}  # fmt: skip
"""What the groups of `_TIME` are, one of which every match has, and what reads it."""
