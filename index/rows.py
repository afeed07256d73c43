"""Rows of the records, as they are handed out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

from index.quotations import Speaker


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article as an index keeps it; `id` is its row, `name` the id people see."""

    id: int
    name: str
    title: str
    outlet: str | None
    date: str | None
    url: str | None
    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A passage as an index keeps it: `id` is its row and its id in the vectors, `article` the row of its article."""

    id: int
    article: int
    paragraph: int
    text: str


@dataclass(frozen=True, slots=True)
class SpeakerRow:
    """A speaker of an article: the row id of the article, the speaker, and how many quotations."""

    article: int
    speaker: Speaker
    quotations: int


def speaker_of(name: str, kind: Any, gender: Any, roles: str, aliases: str) -> Speaker:  # noqa: ANN401  (of SQLite)
    """Return a speaker as the columns of its row tell it, of which the last two are JSON arrays."""
    return Speaker(name, kind, gender, _texts(roles), _texts(aliases))


def _texts(told: str) -> tuple[str, ...]:
    return tuple(json.loads(told)) if told != "[]" else ()


class PersonRow(NamedTuple):
    """A speaker across articles.

    Attributes:
        id: of its row.
        name: the form of the name that most quotations carry.
        kind: person, organisation or group.
        gender: male or female where the articles tell, else None.
        quotations: how many are attributed to it.
        article: row id of the article it is found in first.
        line: row id of the speaker that it is in that article.
        names: words of each form of the name, a space between them, as a JSON array.
        roles: how articles describe it, as a JSON array.
        offices: of each role the words that tell it apart, a space between them, and whether it is that of whoever
            leads something, as a JSON array of pairs.
    """

    id: int
    name: str
    kind: str
    gender: str | None
    quotations: int
    article: int
    line: int
    names: str
    roles: str
    offices: str


@dataclass(frozen=True, slots=True)
class SpeakerSummary:
    """A speaker, how often quoted and in how many articles, and the ISO dates of the first and the last of them."""

    name: str
    kind: str
    quotations: int
    articles: int
    first: str | None
    last: str | None


class KnownArticle(NamedTuple):
    """An article that an index holds: its row, its id, the file and source it came from, and its fingerprint."""

    id: int
    name: str
    file: str
    source: str
    fingerprint: str


class EarlierVersion(NamedTuple):
    """An article as it was before: what its page told then, and the sha256 by which that page is kept."""

    title: str
    outlet: str | None
    date: str | None
    url: str | None
    sha256: str
    paragraphs: tuple[str, ...]


class FiledArticle(NamedTuple):
    """An article with where it is filed: its id, title, outlet, ISO date, source, file, and how many share the file."""

    name: str
    title: str
    outlet: str | None
    date: str | None
    source: str
    file: str
    in_file: int
