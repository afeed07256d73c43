"""People across articles: the speakers of single articles joined, by first and last name or by last name alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from index.quotations.names import SUFFIXES, first_names_agree
from index.records import SpeakerRow
from retrieval.names import fold, name_words, role_words, singular, words

Key = tuple[str, ...]

DOMINANCE = 3
"""How many times as often the likelier of two people must be quoted to be meant without asking."""


@dataclass(frozen=True, eq=False)
class Person:
    """A speaker across articles.

    Attributes:
        name: the form of the name that most quotations carry.
        kind: person, organisation or group.
        gender: male or female where the articles tell, else None.
        quotations: how many are attributed to the speaker.
        forms: how many quotations each article, by its row id, attributes to each name of the speaker.
        names: words of each form of the name, in order.
        roles: how articles describe the speaker.
    """

    name: str
    kind: str
    gender: str | None
    quotations: int
    forms: Mapping[tuple[int, str], int]
    names: frozenset[Key]
    roles: frozenset[str]

    @cached_property
    def first(self) -> frozenset[str]:
        """First words of names of two words or more."""
        return frozenset(name[0] for name in self.names if len(name) > 1)

    @cached_property
    def words(self) -> frozenset[str]:
        """All words of the names."""
        return frozenset(word for name in self.names for word in name)

    @cached_property
    def last(self) -> frozenset[str]:
        """Last words of the names."""
        return frozenset(name[-1] for name in self.names)

    @cached_property
    def offices(self) -> tuple[tuple[frozenset[str], bool], ...]:
        """Of each role the words that tell it apart, and whether it is that of whoever leads something."""
        read = map(role_words, self.roles)
        return tuple((frozenset(map(singular, told)), leads) for told, leads in read)

    def within(self, articles: Collection[int]) -> Person | None:
        """Return the speaker as some articles alone have it, named by the ids of their rows; None if none quotes it."""
        forms = {form: count for form, count in self.forms.items() if form[0] in articles}
        return replace(self, forms=forms, quotations=sum(forms.values())) if forms else None


def join_speakers(rows: Iterable[SpeakerRow]) -> list[Person]:
    """Return the people that the speakers of single articles are, those quoted most first.

    The same first and last name is one person, with or without initials between. A last name alone is whoever bears it
    in the other articles, if that is one person, or one far more quoted than the others; else a person of its own.
    """
    groups: dict[Key, list[SpeakerRow]] = defaultdict(list)
    for row in rows:
        if row.quotations:
            groups[_key(row)].append(row)
    _join_short_first_names(groups)
    _join_last_names(groups)
    return most_quoted_first(_person(group) for group in groups.values())


def most_quoted_first(people: Iterable[Person]) -> list[Person]:
    """Return people in the order in which they are offered."""
    return sorted(people, key=lambda person: (-person.quotations, person.name))


def _key(row: SpeakerRow) -> Key:
    if row.speaker.kind != "person":
        return ("", " ".join(words(row.speaker.name)))
    name = [word for word in words(row.speaker.name) if word not in SUFFIXES] or [fold(row.speaker.name)]
    return (name[0], name[-1]) if len(name) > 1 else (name[0],)


def _join_short_first_names(groups: dict[Key, list[SpeakerRow]]) -> None:
    """Join Ken and Kenneth of one last name, unless their genders differ."""
    by_last: dict[str, list[Key]] = defaultdict(list)
    for key in groups:
        if len(key) == 2 and key[0]:
            by_last[key[1]].append(key)
    for keys in by_last.values():
        for short in keys:
            longer = [key for key in keys if key != short and first_names_agree(short[0], key[0]) and key in groups]
            if len(longer) == 1 and short in groups and not _genders(groups, short) ^ _genders(groups, longer[0]):
                groups[longer[0]] += groups.pop(short)


def _genders(groups: dict[Key, list[SpeakerRow]], key: Key) -> set[str]:
    return {row.speaker.gender for row in groups[key] if row.speaker.gender}


def _join_last_names(groups: dict[Key, list[SpeakerRow]]) -> None:
    bearers: dict[str, Counter[Key]] = defaultdict(Counter)
    for key, rows in groups.items():
        if len(key) == 2 and key[0]:
            bearers[key[1]][key] = sum(row.quotations for row in rows)
    for key in [key for key in groups if len(key) == 1 or (not key[0] and key[1] in bearers)]:
        # What was taken for an organisation but has a person's last name ("Trump" at the head of a sentence) counts
        # as a rival of the person.
        rival = 0 if len(key) == 1 else sum(row.quotations for row in groups[key])
        likely = bearers[key[-1]].most_common(2)
        second = max(rival, likely[1][1] if len(likely) > 1 else 0)
        if likely and likely[0][1] >= DOMINANCE * second:
            groups[likely[0][0]] += groups.pop(key)


def _person(rows: list[SpeakerRow]) -> Person:
    carried: Counter[str] = Counter()
    for row in rows:
        carried[row.speaker.name] += row.quotations
    best = max(carried, key=lambda name: (len(words(name)) > 1, carried[name], len(name)))
    genders = {row.speaker.gender for row in rows if row.speaker.gender}
    forms = [row.speaker.name for row in rows] + [alias for row in rows for alias in row.speaker.aliases]
    return Person(
        name=best,
        kind=next(row.speaker.kind for row in rows if row.speaker.name == best),
        gender=genders.pop() if len(genders) == 1 else None,
        quotations=sum(carried.values()),
        forms={(row.article, row.speaker.name): row.quotations for row in rows},
        names=frozenset(tuple(name_words(form)) for form in forms if name_words(form)),
        roles=frozenset(role for row in rows for role in row.speaker.roles),
    )
