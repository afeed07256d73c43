"""What reading an article yields: quotations, and the speakers they are attributed to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

VERSION = 7
"""Changes whenever the same article would be read differently, so that an index knows to read it again."""

Kind = Literal["direct", "indirect", "mixed"]


@dataclass(frozen=True, slots=True)
class Quotation:
    """One contiguous piece of reported speech.

    Attributes:
        paragraph: number of the paragraph, from 0.
        start: first code point of the content in the paragraph's text, outer quotation marks left out.
        end: one past the last code point.
        kind: direct (in quotation marks), indirect (reported), mixed (reported, with quoted words).
        speaker: canonical name for all mentions in the article, or None where it cannot be told.
        cue: the words that report ("said", "according to"), or None for a piece that has none.
        number: shared by the pieces of one quotation, also across paragraphs; counts from 0 in an article.
    """

    paragraph: int
    start: int
    end: int
    kind: Kind
    speaker: str | None
    cue: str | None
    number: int


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody to whom an article attributes words.

    Attributes:
        name: the fullest name that the article gives, without titles; for a group, the words that name it.
        kind: person, organisation (has a name of its own) or group (described only: "protesters").
        gender: male or female where the article or the first name tells, else None.
        roles: how the article describes the speaker ("Miami-Dade County Mayor"), in order of appearance.
        aliases: the other forms under which the article mentions the speaker ("Gimenez"), in order of appearance.
    """

    name: str
    kind: Literal["person", "organisation", "group"]
    gender: Literal["male", "female"] | None = None
    roles: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one article reports.

    Attributes:
        quotations: in the order of the text: by paragraph, then by start.
        speakers: those of the quotations, in the order of their first words.
    """

    quotations: tuple[Quotation, ...]
    speakers: tuple[Speaker, ...]
