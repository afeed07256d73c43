"""Who speaks in a generation, looked up in its records by several threads at once."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from index.people_records import Form, PeopleRecords
from index.rows import PersonRow
from retrieval.people import Person

T = TypeVar("T")


class Roll:
    """Looks up people; whoever is in use is one and the same object. Safe to share by threads."""

    def __init__(self, path: Path) -> None:
        """Open the records of a generation.

        Raises:
            DamagedError: SQLite cannot read them.
        """
        self._records = PeopleRecords.open(path)
        self._lock = threading.Lock()
        self._in_use: weakref.WeakValueDictionary[int, Person] = weakref.WeakValueDictionary()
        weakref.finalize(self, self._records.close)

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
