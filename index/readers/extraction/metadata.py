"""What is known of an article beside its words: title, byline, dateline, day of publication, language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from index.core.article import Article
from index.core.sentences import CAPITALS, SMALL

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier


ENGLISH = "en"
_SAMPLE = 4000
_FEWEST_LETTERS = 60
_FEWEST_SIGNS = 20  # of a script that is not Latin, and may write a word with one of them
# Words that English is full of and that its neighbours lack, or nearly so.
_ENGLISH = frozenset(
    "the and of to that with his from have this they said who which would their it he she been were by be has had"
    " will not are but for at as on was".split()
)
_CLEARLY_ENGLISH = 0.18
_HARDLY_ENGLISH = 0.10
_CERTAIN = 0.95
_WORD = re.compile(r"[^\W\d_]+")


def language_of(paragraphs: Iterable[str]) -> str | None:
    """Return the ISO 639-1 code of a text's language; None where it is too short or too odd to tell.

    Where the little words of English make up enough of the text it is English; only other texts are given to the
    classifier, which has to be certain before a text is called anything but English: a wrong guess would cost an
    English article its speakers.
    """
    sample = " ".join(islice(paragraphs, 40))[:_SAMPLE]
    words = _WORD.findall(sample.lower())
    letters = "".join(words)
    foreign = sum(letter > "\u024f" for letter in letters)
    if len(letters) < _FEWEST_LETTERS and foreign < max(_FEWEST_SIGNS, len(letters) / 2):
        return None
    share = sum(word in _ENGLISH for word in words) / max(1, len(words))
    if share >= _CLEARLY_ENGLISH:
        return ENGLISH
    language, certainty = _classify(sample)
    if language == ENGLISH:
        return ENGLISH
    return language if certainty >= _CERTAIN and share < _HARDLY_ENGLISH else None


def _classify(text: str) -> tuple[str, float]:
    """Return the likeliest language and its probability."""
    language, certainty = _classifier().classify(text)
    return str(language), float(certainty)


@cache
def _classifier() -> LanguageIdentifier:
    """Return the classifier, which takes half a second to load, once; English articles do without it."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


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
_NAMED = rf"(?-i:(?![{SMALL}])[^\W\d_][\w.'’-]{{0,20}})"
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


MAX_LENGTH = 90
_WORDS = re.compile(r"\w+")
# A full stop after a single capital or a short title ends no sentence: "J. Doe", "Sen. Doe".
_SENTENCE_END = re.compile(
    rf"(?<![{CAPITALS}])(?<!\b[{CAPITALS}][{SMALL}])(?<!\b[{CAPITALS}][{SMALL}]{{2}})"
    rf"[.!?][”\"’']?(?=\s+[“\"‘{CAPITALS}0-9])|\n"
)


def title_from(text: str) -> str:
    """Return the first sentence of a text, without its full stop, at most `MAX_LENGTH` code points.

    >>> title_from("The pier will close on Monday. Boats must leave.")
    'The pier will close on Monday'
    """
    text = " ".join(text.split())
    end = _SENTENCE_END.search(text)
    sentence = text[: end.start()] if end else text.rstrip(".")
    if len(sentence) <= MAX_LENGTH:
        return sentence or "Untitled"
    start = sentence[:MAX_LENGTH]
    cut = start.rsplit(" ", 1)[0] if " " in start else start[:-1]
    return cut.rstrip(" ,;:-–—") + "…"


def without_title(paragraphs: Sequence[str], titles: Iterable[str | None]) -> list[str]:
    """Return paragraphs without those at the top that only repeat a title or tell a day; one at least is left."""
    known = {key for title in titles if (key := _key(title or ""))}
    start = 0
    while start < len(paragraphs) - 1 and (_key(paragraphs[start]) in known or is_date_line(paragraphs[start])):
        start += 1
    return list(paragraphs[start:])


def _key(text: str) -> str:
    return " ".join(_WORDS.findall(text.casefold()))


_LINES = 4
_LONGEST = 120
_NAME = rf"(?:(?:[{CAPITALS}][\w.'’-]*|van|von|der|den|de|da|di|la|le|al|bin|el)\s+){{1,5}}[{CAPITALS}][\w.'’-]*"
# What may stand behind the names: an office, an outlet, an address for mail, a day.
_BEHIND = rf"(?:\s*[,|·•–—-]\s+\S.*|\s+for\s+(?:the\s+)?[{CAPITALS}].*|\s+\S+@\S+)?"
_LINE = re.compile(rf"(?:(?i:story\s+)?(?i:by):?)\s+(?P<names>{_NAME}(?:(?:,?\s+and|\s+&|,)\s+{_NAME})*){_BEHIND}")
_OFFICE = re.compile(
    r",\s+(?:the\s+|a\s+)?(?:staff|special|associated|contributing|senior|chief|guest|news|political|sports|managing)\b.*"
    r"|,\s+[^,]*\b(?:writers?|reporters?|editors?|correspondents?|columnists?|press|news|times|post|bureau)\b.*",
    re.IGNORECASE,
)
# "By Monday Night", "By Popular Demand" are headings.
_NO_NAME = re.compile(r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|The|This|That|Next|Popular|Then|Now)\b")
_BY = re.compile(r"\A\s*(?:by:?|written\s+by:?)\s+", re.IGNORECASE)


def byline_of_lines(paragraphs: Iterable[str]) -> str | None:
    """Return the names in the first line of a text, of the first four, that is a byline; None where none is.

    >>> byline_of_lines(["Ferry stays", "By Ada Crane and Ben Doe, Staff Writers"])
    'Ada Crane and Ben Doe'
    """
    for line in islice(paragraphs, _LINES):
        is_sentence = len(line) > _LONGEST or line.rstrip().endswith((".", "!", "?", ":"))
        found = None if is_sentence else _LINE.fullmatch(line.strip())
        if found and not _NO_NAME.match(found["names"]):
            return _OFFICE.sub("", found["names"])
    return None


def without_by(told: str) -> str:
    """Return a byline without the "By" that it begins with."""
    return _BY.sub("", told)


_LARGE = rf"(?![{SMALL}])[^\W\d_]"
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
