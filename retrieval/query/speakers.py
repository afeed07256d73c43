"""Who speaks in a collection: speakers across articles, each looked up once, and whom words name."""

from __future__ import annotations

import json
import threading
import weakref
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from index.quotations.lexicon.names import first_names_agree
from index.quotations.people.linking import DOMINANCE, Key
from index.store.people import Form, PeopleRecords
from index.store.records import PersonRow
from retrieval.core.names import (
    LEADERS,
    PERSON_WORDS,
    TITLES,
    body_with_owner,
    is_body,
    is_plural,
    name_words,
    names_a_role,
    related,
    role_head,
    role_words,
    singular,
    titles_within,
    told_gender,
    told_generation,
    words,
)


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


def preferring(found: list[Person], mention: str) -> list[Person]:
    """Return those whose roles hold the titles in a mention ("Gov. Scott"), if any do; else all."""
    titles = set(words(mention)) - set(name_words(mention))
    fitting = [p for p in found if titles and any(titles & set(words(role)) for role in p.roles)]
    return fitting or found


def called_so(found: list[Person], mention: str) -> list[Person]:
    """Return those of some people, bodies and groups whose names have the titles that are part of a mention.

    The Justice Department is no other department, and "the king" is no Peter King; but whoever articles call Brandvold
    may be "Mayor Brandvold".
    """
    every = words(mention)
    if every[0] == "the" and TITLES.issuperset(every[1:]):
        return [p for p in found if set(words(p.name)) <= set(every)]
    titles = titles_within(mention)
    if not titles:
        return found
    if exact := [p for p in found if {"the", *words(p.name)} == {"the", *every}]:
        return exact
    fitting = [p for p in found if p.kind == "person" or titles <= set(words(p.name))]
    without_a_name = is_body(mention) or every[-1] in TITLES | LEADERS | PERSON_WORDS
    return fitting if without_a_name or any(p.kind != "person" for p in fitting) else found


def of_gender(found: list[Person], gender: str) -> list[Person]:
    """Return those of a gender or, where it is told of none of them, those of whom none is: "Mrs. Obama" is not he."""
    return [p for p in found if p.gender == gender] or [p for p in found if p.gender is None]


# Words that a name of an organisation may do without.
_CORPORATE = frozenset(
    "inc corp corporation co company companies ltd llc plc group department dept office party".split()
)

_ALIKE = 0.85
_FEW = 2

_MANY = 300
"""Of how many articles it is looked up at once whom they quote, before any name is."""


class Directory:
    """The speakers of a collection, or of some articles of it."""

    def __init__(self, roll: PersonCache, inside: frozenset[int] | None = None) -> None:
        """List who speaks.

        Args:
            roll: who speaks in the collection.
            inside: the only articles that count, by the ids of their rows; all by default.
        """
        self._roll = roll
        self._inside = inside
        self._parts: dict[int, Person | None] = {}

    def within(self, articles: Collection[int]) -> Directory:
        """Return the directory of some articles only, named by the ids of their rows."""
        inside = frozenset(articles)
        return Directory(self._roll, inside if self._inside is None else inside & self._inside)

    def names(self, most: int = -1) -> list[str]:
        """Return the canonical names of all who speak in the collection, those quoted most first; at most so many."""
        return self._roll.look(lambda records: records.names(most))

    def person(self, article: int, name: str) -> Person | None:
        """Return who a name stands for in an article, named by the id of its row."""
        if self._inside is not None and article not in self._inside:
            return None
        found = self._look(lambda records: records.called(article, name))
        return found[-1] if found else None

    def same(self, person: Person) -> Person | None:
        """Return whom another directory of the collection lists, as this one does; None if it does not."""
        found = self._look(lambda records: records.people([person.id]))
        return found[0] if found else None

    def named(self, name: str) -> list[Person]:
        """Return those of a canonical name, those quoted most first."""
        return self._look(lambda records: records.named(name))

    def with_words(self, every: Sequence[str]) -> list[Person]:
        """Return those whose names have all of some words, as `name_words` gives them, those quoted most first."""
        return self._look(lambda records: records.with_words(every)) if every else []

    def named_in(self, text: str) -> list[Person]:
        """Return the people whose last names, or first names that nobody shares, stand in a text, in its order."""
        found: list[Person] = []
        for word in dict.fromkeys(words(text)):
            found += self._bearers(word) or (called if len(called := self._called(word)) == 1 else ())
        return list(dict.fromkeys(found))

    def find(self, mention: str) -> list[Person]:
        """Return who may be meant by words such as a name, a last name or an office, those quoted most first.

        The strictest reading that fits anybody counts: a whole name, a last name, any other form, a role, and last a
        name misspelt. Of "the brother of Ted Cruz", Cruz is not the one who is meant.
        """
        mentioned = name_words(mention)
        if not mentioned:
            return []
        if (other_way := body_with_owner(mention)) and not self._by_whole_name(mentioned):
            return self.find(other_way)
        relation, gender, generation = related(mention), told_gender(mention), told_generation(mention)
        for by_name, found in self._readings(mention, mentioned):
            meant = called_so(found, mention) if by_name else found
            meant = self._told_apart(meant, relation, by_name=by_name) if relation else meant
            meant = of_gender(meant, gender) if gender else meant
            if meant := [p for p in meant if generation in p.generations] if generation else meant:
                return meant
        return []

    def _readings(self, mention: str, mentioned: list[str]) -> Iterator[tuple[bool, list[Person]]]:
        """Yield whether it is by name, and whom it finds, of each reading of a mention, the strictest first."""
        variants = (mentioned, [singular(word) for word in mentioned])
        for reading in (self._by_whole_name, self._by_last_name):
            for found in map(reading, variants):
                if found and mentioned[-1] in TITLES and all(person.kind == "group" for person in found):
                    # "The fire chief" whom one article leaves without a name is whoever bears the office in others.
                    yield False, self._by_role(mention)
                yield True, preferring(found, mention)
        if names_a_role(mention):
            yield False, self._by_role(mention)
        yield from ((True, self._by_part(variant)) for variant in variants)
        yield False, self._by_role(mention)
        yield True, self._by_spelling(mentioned)

    def _told_apart(self, found: list[Person], relation: tuple[str, str], *, by_name: bool) -> list[Person]:
        """Return those of some people who are told by another: not that other ("the brother of Ted Cruz").

        Args:
            found: whom a reading of the mention finds.
            relation: as `related` gives it.
            by_name: whether by name; that has to hold the first word then, as in "University of Michigan".
        """
        who, whose = relation
        if by_name:
            return [person for person in found if who in words(person.name)]
        others = [*self._by_whole_name(named), *self._by_last_name(named)] if (named := name_words(whose)) else []
        return [person for person in found if person not in others]

    def similar(self, mention: str) -> list[Person]:
        """Return those whose names look most like words that name nobody, too unlike to be taken for them."""
        typed = " ".join(name_words(mention))
        names = self._plain_names()
        found = process.extract(typed, names, scorer=JaroWinkler.normalized_similarity, score_cutoff=_ALIKE, limit=None)
        here = (people[-1] for _, _, name in found if (people := self.named(name)))
        return list(islice(here, _FEW))

    def _plain_names(self) -> dict[str, str]:
        """Return the canonical names of persons, and of each the words that compare.

        Where the articles that count are many, names that only others have are among them.
        """
        if self._few is None:
            return self._roll.look(lambda records: records.plain_names())
        few = self._few
        people = self._look(lambda records: records.people(sorted(few)))
        return {person.name: " ".join(name_words(person.name)) for person in people if person.kind == "person"}

    def _by_whole_name(self, mentioned: list[str]) -> list[Person]:
        if len(mentioned) < 2:
            return []
        exact = [p for p in self.with_words(mentioned) if tuple(mentioned) in p.names]
        return exact or [
            p for p in self._bearers(mentioned[-1]) if any(first_names_agree(mentioned[0], f) for f in p.first)
        ]

    def _by_last_name(self, mentioned: list[str]) -> list[Person]:
        if len(mentioned) == 1:
            return self._bearers(mentioned[0]) or self._called(mentioned[0])
        bearers = self.with_words(mentioned)
        return [p for p in bearers if any(tuple(mentioned) == name[-len(mentioned) :] for name in p.names)]

    def _by_part(self, mentioned: list[str]) -> list[Person]:
        return [p for p in self.with_words(mentioned) if any(_names(mentioned, name) for name in p.names)]

    def _by_role(self, mention: str) -> list[Person]:
        if is_plural(mention) or is_body(mention):
            return []
        wanted, leads = role_words(mention)
        wanted = frozenset(map(singular, wanted))
        every = frozenset(map(singular, words(mention)))
        scored = []
        for person in self._look(lambda records: records.in_office(wanted)):
            shares = [
                len(wanted & have) / max(len(have), 1)
                for have, leading in person.offices
                if wanted <= have | person.words and (leading or not leads)
            ]
            if not shares:
                continue
            # Not all who have to do with the Pentagon are "the Pentagon", as "the Pentagon man" is.
            told = leads or every & (person.words | PERSON_WORDS)
            if told or any(singular(role_head(role)) in every for role in person.roles):
                scored.append((max(shares), person))
        return [person for _, person in sorted(scored, key=lambda item: -item[0] * item[1].quotations)]

    def _by_spelling(self, mentioned: list[str]) -> list[Person]:
        """Return the bearers of the last name that is nearest in spelling, if any is near."""
        people = sorted(self._nearly_called(mentioned[-1]), key=lambda p: -p.quotations)
        if len(mentioned) > 1:
            people = [p for p in people if any(OSA.distance(mentioned[0], f) <= 1 for f in p.first)]
        return people

    def _nearly_called(self, typed: str) -> Iterable[Person]:
        limit = 0 if len(typed) < 4 else 1 if len(typed) < 7 else 2
        known = self._roll.look(lambda records: records.last_names(len(typed) - limit, len(typed) + limit))
        near: dict[int, list[str]] = defaultdict(list)
        for last in known:
            near[OSA.distance(typed, last, score_cutoff=limit)].append(last)
        for distance in range(limit + 1):
            bearers = sorted(filter(None, map(self._bearers, near[distance])), key=lambda people: people[0].rank)
            if bearers:
                return {person.name: person for people in bearers for person in people}.values()
        return ()

    def _bearers(self, last: str) -> list[Person]:
        """Return the persons of a last name."""
        return self._look(lambda records: records.with_last_name(last))

    def _called(self, first: str) -> list[Person]:
        """Return the persons of a first name."""
        return self._look(lambda records: records.with_first_name(first))

    def _look(self, up: Callable[[PeopleRecords], Sequence[PersonRow]]) -> list[Person]:
        """Return whom a look into the records gives, as the articles that count have them, those quoted most first."""
        people = self._roll.people(up)
        if self._inside is None:
            return people
        if self._few is None:
            self._roll.read_forms(people)
        parts = [part for person in people if (part := self._part(person))]
        return sorted(parts, key=lambda person: person.rank)

    def _part(self, person: Person) -> Person | None:
        if person.id not in self._parts:
            self._parts[person.id] = (
                person.within(self._inside or ()) if self._few is None else self._one_of_few(person)
            )
        return self._parts[person.id]

    def _one_of_few(self, person: Person) -> Person | None:
        forms = (self._few or {}).get(person.id)
        return person.quoted_as(forms) if forms else None

    @cached_property
    def _few(self) -> dict[int, dict[Form, int]] | None:
        """By the ids of all whom the articles that count quote, how often they do; None where those are too many."""
        inside = self._inside
        if inside is None or len(inside) > _MANY:
            return None
        return self._roll.look(lambda records: records.quoted_in(sorted(inside)))


def _names(mentioned: list[str], name: Key) -> bool:
    """Tell whether words name a speaker: a first name, or enough of a longer name with its last word among them.

    "Executive order" is enough for "Trump's executive order", "Trump" is not; nor is it for "Trump Organization".
    """
    if len(mentioned) > len(name) or not set(mentioned) <= set(name):
        return False
    rest = [word for word in name if word not in mentioned]
    return mentioned[-1] == name[-1] or all(word in _CORPORATE for word in rest) or len(mentioned) > len(rest)
