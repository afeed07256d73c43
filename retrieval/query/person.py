"""Speakers across articles: which of them words mean where they fit several, each looked up in the records once."""

from __future__ import annotations

import json
import threading
import weakref
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TypeVar

from index.quotations.people.linking import DOMINANCE, Key
from index.store.people import Form, PeopleRecords
from index.store.records import PersonRow
from retrieval.core.names import told_generation


class Person:
    """A speaker across articles; what is long of it is read when it is asked for.

    Attributes:
        id: of its row in the records.
        name: the form of the name that most quotations carry.
        kind: person, organisation or group.
        gender: male or female where the articles tell, else None.
        quotations: how many are attributed to the speaker.
    """

    def __init__(self, row: PersonRow, forms: Callable[[], Mapping[Form, int]]) -> None:
        """Wrap a row of the records.

        Args:
            row: the row.
            forms: gives how many quotations each article attributes to each name of the speaker.
        """
        self._row = row
        self._load = forms
        self.id = row.id
        self.name = row.name
        self.kind = row.kind
        self.gender = row.gender
        self.quotations = row.quotations

    @property
    def rank(self) -> tuple[int, str, int, int]:
        """What people are ordered by when they are offered: those quoted most first."""
        return (-self.quotations, self.name, self._row.article, self._row.line)

    @cached_property
    def forms(self) -> Mapping[Form, int]:
        """How many quotations each article, by its row id, attributes to each name of the speaker."""
        return self._load()

    @property
    def knows_forms(self) -> bool:
        """Whether its forms were read."""
        return "forms" in vars(self)

    @cached_property
    def names(self) -> frozenset[Key]:
        """Words of each form of the name, in order."""
        return frozenset(tuple(name.split(" ")) for name in json.loads(self._row.names))

    @cached_property
    def roles(self) -> frozenset[str]:
        """How articles describe the speaker."""
        return frozenset(json.loads(self._row.roles))

    @cached_property
    def first(self) -> frozenset[str]:
        """First words of names of two words or more."""
        return frozenset(name[0] for name in self.names if len(name) > 1)

    @cached_property
    def generations(self) -> frozenset[str]:
        """What tells a son from a father in forms of the name ("jr"); nothing for forms without."""
        return frozenset(told_generation(name) for _, name in self.forms)

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
        return tuple((frozenset(told.split()), leads) for told, leads in json.loads(self._row.offices))

    def within(self, articles: Collection[int]) -> Person | None:
        """Return the speaker as some articles alone have it, named by the ids of their rows; None if none quotes it."""
        forms = {form: count for form, count in self.forms.items() if form[0] in articles}
        return self.quoted_as(forms) if forms else None

    def quoted_as(self, forms: Mapping[Form, int]) -> Person:
        """Return the speaker as the articles have it that attribute so many quotations to each of its names."""
        return Person(self._row._replace(quotations=sum(forms.values())), lambda: forms)


def clearly_meant(people: Sequence[Person]) -> Person | None:
    """Return who of several is meant, or None where two are about as likely."""
    if len(people) > 1 and people[0].quotations < DOMINANCE * people[1].quotations:
        return None
    return people[0] if people else None


T = TypeVar("T")


class PersonCache:
    """Looks up people; whoever is in use is one and the same object. Safe to share by threads."""

    def __init__(self, path: Path) -> None:
        """Open the records of a generation.

        Raises:
            DamagedError: SQLite cannot read them.
        """
        self._records = PeopleRecords.open(path)
        self._lock = threading.Lock()
        self._in_use: weakref.WeakValueDictionary[int, Person] = weakref.WeakValueDictionary()
        self._close = weakref.finalize(self, self._records.close)

    def close(self) -> None:
        """Close the records; nobody can be looked up any more."""
        with self._lock:
            self._close()

    def look(self, up: Callable[[PeopleRecords], T]) -> T:
        """Return what a look into the records gives."""
        with self._lock:
            return up(self._records)

    def people(self, up: Callable[[PeopleRecords], Sequence[PersonRow]]) -> list[Person]:
        """Return the people that a look into the records gives, in its order."""
        with self._lock:
            return [self._person(row) for row in up(self._records)]

    def read_forms(self, people: Iterable[Person]) -> None:
        """Read at once of several people which articles quote them; `Person.forms` would one by one."""
        unread = {person.id: person for person in people if not person.knows_forms}
        for person, forms in self.look(lambda records: records.forms(list(unread))).items():
            unread[person].forms = forms

    def _person(self, row: PersonRow) -> Person:
        person = self._in_use.get(row.id)
        if person is None:
            person = self._in_use[row.id] = Person(row, partial(self._forms, row.id))
        return person

    def _forms(self, person: int) -> dict[Form, int]:
        return self.look(lambda records: records.forms([person]))[person]
