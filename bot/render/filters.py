"""What people type beside a question: days, outlets, a claim to check; and which articles and passages that leaves."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, Protocol

from bot.render.messages import long_date
from bot.render.text import printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from retrieval.conversation.state import Place
    from retrieval.core.answer import Answer, Citation, Hit

_MARKED = r"[“\"«](?P<words>.+)[”\"»]"

_FORMS = tuple(
    re.compile(form, re.DOTALL)
    for form in (
        rf"\s*{_MARKED}\s*[,;—–-]*\s*(?:(?:by|from|said)\s+)?(?P<by>[^“”\"]*?)\s*",
        rf"\s*(?P<by>[^“”\"]{{1,80}}?)\s*:?\s*{_MARKED}\s*",
        r"\s*(?P<words>.+?)\s+[—–-]+\s*(?P<by>[^“”\"]{1,80}?)\s*",
    )
)


class Typed(NamedTuple):
    """The words of a claim, and whose they are to be, or None."""

    words: str
    by: str | None


def read_typed(text: str) -> Typed:
    """Return the claim in a line such as ``"we hold" by Gimenez``, ``Gimenez: "we hold"`` or ``we hold``.

    >>> read_typed("“we hold” by Gimenez"), read_typed('Gimenez: "we hold"')
    (Typed(words='we hold', by='Gimenez'), Typed(words='we hold', by='Gimenez'))
    """
    for form in _FORMS:
        if found := form.fullmatch(text):
            return Typed(found["words"], found["by"] or None)
    return Typed(text.strip(), None)


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


MOST = 50  # passages that can be reached
NEIGHBOURS = 2  # passages that are shown on either side of one


class FurtherSource(Protocol):
    """What is asked for them."""

    def ask(self, question: str, *, k: int = 5, scope: Sequence[str] | None = None) -> Answer:
        """Answer a question."""


def further_hits(
    engine: FurtherSource, question: str, seen: Collection[Place], scope: Sequence[str] | None = None
) -> list[Hit]:
    """Return the passages that answer a question and were not seen yet, best first.

    Args:
        engine: whom to ask.
        question: the question in full words: by now "and the money?" would be a follow-up to itself.
        seen: where the passages stand that were shown.
        scope: ids of the only articles to search; all by default.
    """
    larger = engine.ask(question, k=MOST, scope=scope)
    return [hit for hit in larger.hits if (hit.article, hit.paragraph) not in seen]


class ArticleLookup(Protocol):
    """What filters need of the engine."""

    def articles(self, *, since: date | None = None, outlet: str | None = None) -> list[str]:
        """Return the ids of the articles that an outlet published from a day on."""


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters in force.

    Attributes:
        since: the first day, or None for any.
        outlet: the outlet as the articles have it, or None for any.
    """

    since: date | None = None
    outlet: str | None = None

    def __bool__(self) -> bool:
        return bool(self.since or self.outlet)

    def __str__(self) -> str:
        since = f"since {long_date(self.since.isoformat())}" if self.since else ""
        return ", ".join(filter(None, (since, f"in {printable(self.outlet)}" if self.outlet else "")))

    def scope(self, engine: ArticleLookup) -> list[str] | None:
        """Return the ids of the articles that pass, as the index has them now; None where all do."""
        return engine.articles(since=self.since, outlet=self.outlet) if self else None

    def hold(self, citation: Citation) -> bool:
        """Tell whether the article of a citation passes."""
        recent = not self.since or bool(citation.date and citation.date >= self.since.isoformat())
        return recent and self.outlet in (None, citation.outlet)


def matching(typed: str, outlets: Iterable[str]) -> list[str]:
    """Return the outlet that is called what was typed or, where none is, those whose names hold it; case is ignored.

    >>> matching("ledger", ["Harbor Ledger", "WQHV"])
    ['Harbor Ledger']
    """
    folded = {outlet: printable(outlet).casefold() for outlet in outlets}
    wanted = " ".join(typed.casefold().split())
    whole = [outlet for outlet, name in folded.items() if " ".join(name.split()) == wanted]
    return whole or [outlet for outlet, name in folded.items() if wanted in " ".join(name.split())]
