"""Which articles the questions of a conversation are asked of: those from a day on, those of an outlet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.rendering import long_date, printable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from retrieval.answer import Citation


class Articles(Protocol):
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

    def scope(self, engine: Articles) -> list[str] | None:
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
