"""The record of a speaker: what was said, by topic and in order of time, and where it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from index.core.article import Span
from retrieval.core.answer import Citation


@dataclass(frozen=True, slots=True)
class TimelinePassage:
    """A paragraph that holds a statement, or a part of it.

    Attributes:
        article: id of the article.
        paragraph: number of the paragraph, from 0.
        text: the paragraph, unchanged.
        spans: code points [start, end) of the speaker's words in it.
        before: the paragraph before it, or nothing.
        after: the paragraph after it, or nothing.
        citation: where it stands.
    """

    article: str
    paragraph: int
    text: str
    spans: tuple[Span, ...]
    before: str
    after: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class Entry:
    """A statement.

    Attributes:
        words: what was said, its pieces joined by an ellipsis.
        kind: direct, indirect or mixed.
        date: ISO date of the first article that has it, or None.
        role: what that article calls the speaker ("Mayor"), or None.
        places: where it stands, one place for each paragraph that a piece of it is in, the first article's first.
        also: the same in each article that printed it too.
    """

    words: str
    kind: str
    date: str | None
    role: str | None
    places: tuple[TimelinePassage, ...]
    also: tuple[tuple[TimelinePassage, ...], ...] = ()

    @property
    def citations(self) -> list[Citation]:
        """Where it stands, one citation an article."""
        return [places[0].citation for places in (self.places, *self.also)]

    @property
    def outlets(self) -> list[str]:
        """Which outlets printed it, each once; the file where an article names none."""
        return list(dict.fromkeys(outlet_of(citation) for citation in self.citations))

    def to_json(self) -> dict[str, Any]:
        """Return the statement as a JSON object."""
        return {
            "words": self.words,
            "kind": self.kind,
            "date": self.date,
            "role": self.role,
            "places": [_place_json(one) for places in (self.places, *self.also) for one in places],
        }


@dataclass(frozen=True, slots=True)
class Topic:
    """What some statements are about, in their own words, and those statements in order of time."""

    label: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """All of it.

    Attributes:
        speaker: canonical name.
        about: the topic that was asked for, or None.
        since: the first day that was asked for, or None.
        until: the last day, or None.
        topics: those with most statements first.
        quotations: how many quotations they come from, the same one in several outlets counted each time.
    """

    speaker: str
    about: str | None
    since: date | None
    until: date | None
    topics: tuple[Topic, ...]
    quotations: int

    @property
    def entries(self) -> list[Entry]:
        """All statements in order of time; those without a date last."""
        return in_time(entry for topic in self.topics for entry in topic.entries)

    @property
    def outlets(self) -> list[tuple[str, int]]:
        """How many of the statements each outlet printed, those that quoted most first."""
        counts = Counter(outlet for entry in self.entries for outlet in entry.outlets)
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))

    @property
    def roles(self) -> list[tuple[str, str | None]]:
        """What the speaker is called more than once, and from which day, in order of time."""
        first: dict[str, tuple[str, str | None]] = {}
        for entry in self.entries:
            if entry.role:
                first.setdefault(entry.role.casefold(), (entry.role, entry.date))
        counts = Counter(entry.role.casefold() for entry in self.entries if entry.role)
        return [first[role] for role in first if counts[role] > 1 or len(first) == 1]

    @property
    def days(self) -> tuple[str, str] | None:
        """The ISO dates of the first and the last statement; None where no article has a date."""
        dates = [entry.date for entry in self.entries if entry.date]
        return (dates[0], dates[-1]) if dates else None

    def to_json(self) -> dict[str, Any]:
        """Return the timeline as a JSON object."""
        return {
            "speaker": self.speaker,
            "about": self.about,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "quotations": self.quotations,
            "statements": len(self.entries),
            "outlets": dict(self.outlets),
            "roles": [{"role": role, "from": day} for role, day in self.roles],
            "topics": [
                {"label": topic.label, "statements": [entry.to_json() for entry in topic.entries]}
                for topic in self.topics
            ],
        }


def in_time(entries: Iterable[Entry]) -> list[Entry]:
    """Return statements in order of time, those without a date last."""
    return sorted(entries, key=lambda one: (one.date is None, one.date or "", one.places[0].article, _first(one)))


def outlet_of(citation: Citation) -> str:
    """Return the outlet of a citation, or the file where the article names none."""
    return citation.outlet or citation.source


def _first(entry: Entry) -> Sequence[int]:
    place = entry.places[0]
    return place.paragraph, place.spans[0][0]


def _place_json(place: TimelinePassage) -> dict[str, Any]:
    return {
        "article": place.article,
        "paragraph": place.paragraph,
        "spans": [list(span) for span in place.spans],
        "citation": place.citation.to_json(),
    }
