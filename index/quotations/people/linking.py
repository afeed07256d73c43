"""People across articles: the speakers of single articles joined, by first and last name or by last name alone.

Only speakers of one family can be one person, so that a build joins the families anew in which something changed. Where
the rules here change, the format of the index does.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from index.quotations.lexicon.name_words import fold, name_words, role_words, singular, told_generation, words
from index.quotations.lexicon.names import COURTESY, SUFFIXES, full_first_names
from index.quotations.speech.types import Speaker

Key = tuple[str, ...]

DOMINANCE = 3
"""How many times as often the likelier of two people must be quoted to be meant without asking."""


# "The Olmo campaign" and "Mr. Olmo's campaign" are one.
_NOT_OF_GROUPS = COURTESY | {"the"}
_SON = "\0"
"""Begins what stands for the first name of a son: so it is no beginning of another, and no other is one of it."""


class ArticleSpeaker(NamedTuple):
    """A speaker of an article as it is joined with others: its row, and the row of the article."""

    row: int
    article: int
    speaker: Speaker
    quotations: int


class Office(NamedTuple):
    """Of a role the words that tell it apart, and whether it is that of whoever leads something."""

    words: frozenset[str]
    leads: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """A speaker across articles.

    Attributes:
        lines: the speakers of single articles that it is.
        first: row of the article, and of the speaker in it, that it is found in first.
        name: the form of the name that most quotations carry.
        kind: person, organisation or group.
        gender: male or female where the articles tell, else None.
        quotations: how many are attributed to it.
        names: words of each form of the name, in order.
        plain: words of the name itself.
        roles: how articles describe it.
        offices: what those roles are.
    """

    lines: tuple[int, ...]
    first: tuple[int, int]
    name: str
    kind: str
    gender: str | None
    quotations: int
    names: tuple[Key, ...]
    plain: Key
    roles: tuple[str, ...]
    offices: tuple[Office, ...]


def family_of(name: str, kind: str) -> str:
    """Return what speakers have in common who may be one person: a last name, or the name of what is no person.

    >>> family_of("Carlos Giménez Jr.", "person"), family_of("Harbor Board", "organisation")
    ('gimenez', 'harbor board')
    """
    return _key(name, kind)[-1]


def join_family(lines: Iterable[ArticleSpeaker]) -> Iterator[Joined]:
    """Yield the people that the speakers of one family are.

    The same first and last name is one person, with or without initials between. A last name alone is whoever bears it
    in the other articles, if that is one person, or one far more quoted than the others; else a person of its own.
    A son ("Wendell Olmo Jr.") is told from his father if anybody calls him "Olmo Jr.", or an article quotes both.

    Args:
        lines: all who are quoted, article by article.
    """
    groups: dict[Key, list[ArticleSpeaker]] = defaultdict(list)
    for line in lines:
        groups[_key(line.speaker.name, line.speaker.kind)].append(line)
    _part_sons(groups)
    first = {key: (found[0].article, found[0].row) for key, found in groups.items()}
    _join_short_first_names(groups)
    _join_last_names(groups)
    return (_joined(found, first[key]) for key, found in groups.items())


@lru_cache(maxsize=16384)
def _key(name: str, kind: str) -> Key:
    dropped = SUFFIXES if kind == "person" else _NOT_OF_GROUPS
    kept = [word for word in words(name) if word not in dropped] or [fold(name)]
    if kind != "person":
        return ("", " ".join(kept))
    return (kept[0], kept[-1]) if len(kept) > 1 else (kept[0],)


def _part_sons(groups: dict[Key, list[ArticleSpeaker]]) -> None:
    """Give sons groups of their own, where they are told from their fathers."""
    sons = {key: theirs for key, found in groups.items() if (theirs := [one for one in found if _generation(one)])}
    without_first_name = any(len(key) == 1 for key in sons)
    for key, theirs in sons.items():
        quoted = {(one.article, _generation(one)) for one in groups[key]}
        if not without_first_name and len(quoted) == len({article for article, _ in quoted}):
            continue
        if fathers := [one for one in groups.pop(key) if not _generation(one)]:
            groups[key] = fathers
        for one in theirs:
            groups.setdefault((f"{_SON}{_generation(one)} {''.join(key[:-1])}", key[-1]), []).append(one)
    for generation in SUFFIXES:
        named = [key for key in groups if key[0].startswith(f"{_SON}{generation} ")]
        match sorted(named):
            case [nameless, only] if nameless[0] == f"{_SON}{generation} ":
                groups[only] += groups.pop(nameless)


def _generation(line: ArticleSpeaker) -> str:
    """Return what tells a son from his father, such as "jr", or nothing."""
    return told_generation(line.speaker.name) if line.speaker.kind == "person" else ""


def _join_short_first_names(groups: dict[Key, list[ArticleSpeaker]]) -> None:
    """Join Ken and Kenneth of one last name, unless their genders differ."""
    keys = {key[0]: key for key in groups if len(key) == 2 and key[0]}
    agreeing = _agreeing(keys)
    for name, short in keys.items():
        longer = [keys[other] for other in agreeing.get(name, ()) if keys[other] in groups]
        if len(longer) == 1 and short in groups and not _genders(groups, short) ^ _genders(groups, longer[0]):
            groups[longer[0]] += groups.pop(short)


def _agreeing(names: Iterable[str]) -> dict[str, set[str]]:
    """Return which other of some first names each agrees with: `first_names_agree`, of many."""
    known = set(names)
    pairs = {(name, full) for name in known for full in full_first_names(name) & known}
    pairs |= {
        (name, name[:length])
        for name in known
        for length in range(1, len(name))
        if length != 2 and name[:length] in known
    }
    agreeing: dict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        if one != other:
            agreeing[one].add(other)
            agreeing[other].add(one)
    return agreeing


def _genders(groups: dict[Key, list[ArticleSpeaker]], key: Key) -> set[str]:
    return {line.speaker.gender for line in groups[key] if line.speaker.gender}


def _join_last_names(groups: dict[Key, list[ArticleSpeaker]]) -> None:
    quoted = {key: sum(line.quotations for line in found) for key, found in groups.items()}
    bearers = Counter({key: count for key, count in quoted.items() if len(key) == 2 and key[0]})
    for key in [key for key in groups if key not in bearers]:
        # What was taken for an organisation but has a person's last name ("Trump" at the head of a sentence) counts
        # as a rival of the person.
        rival = 0 if len(key) == 1 else quoted[key]
        likely = bearers.most_common(2)
        second = max(rival, likely[1][1] if len(likely) > 1 else 0)
        if likely and likely[0][1] >= DOMINANCE * second:
            groups[likely[0][0]] += groups.pop(key)


def _joined(lines: list[ArticleSpeaker], first: tuple[int, int]) -> Joined:
    carried: Counter[str] = Counter()
    for line in lines:
        carried[line.speaker.name] += line.quotations
    best = max(carried, key=lambda name: (len(_words(name)) > 1, carried[name], len(name)))
    genders = {line.speaker.gender for line in lines if line.speaker.gender}
    forms = dict.fromkeys([*carried, *(alias for line in lines for alias in line.speaker.aliases)])
    roles = tuple(dict.fromkeys(role for line in lines for role in line.speaker.roles))
    return Joined(
        lines=tuple(line.row for line in lines),
        first=first,
        name=best,
        kind=next(line.speaker.kind for line in lines if line.speaker.name == best),
        gender=genders.pop() if len(genders) == 1 else None,
        quotations=sum(carried.values()),
        names=tuple(dict.fromkeys(name for form in forms if (name := _name_words(form)))),
        plain=_name_words(best),
        roles=roles,
        offices=tuple(dict.fromkeys(map(_office, roles))),
    )


@lru_cache(maxsize=16384)
def _words(name: str) -> Key:
    return tuple(words(name))


@lru_cache(maxsize=16384)
def _name_words(form: str) -> Key:
    return tuple(name_words(form))


@lru_cache(maxsize=16384)
def _office(role: str) -> Office:
    told, leads = role_words(role)
    return Office(frozenset(map(singular, told)), leads)
