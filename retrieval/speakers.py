"""Who speaks in a collection: speakers of single articles as persons across articles, and finding whom words name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from index.quotations.names import SUFFIXES, first_names_agree
from index.records import SpeakerRow
from retrieval.names import TITLES, fold, is_plural, name_words, names_a_role, role_words, words

Key = tuple[str, ...]

# Words that a name of an organisation may do without.
_CORPORATE = frozenset(
    "inc corp corporation co company companies ltd llc plc group department dept office party".split()
)

_ALIKE = 0.85
_FEW = 2

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


class Directory:
    """The speakers of a collection."""

    def __init__(self, rows: Iterable[SpeakerRow]) -> None:
        """Join the speakers of single articles.

        The same first and last name is one person, with or without initials between. A last name alone is whoever
        bears it in the other articles, if that is one person, or one far more quoted than the others; else a person
        of its own.
        """
        groups: dict[Key, list[SpeakerRow]] = defaultdict(list)
        for row in rows:
            if row.quotations:
                groups[_key(row)].append(row)
        _join_short_first_names(groups)
        _join_last_names(groups)
        self.people = sorted((_person(group) for group in groups.values()), key=lambda p: (-p.quotations, p.name))

    def within(self, articles: Collection[int]) -> Directory:
        """Return the directory of some articles only, named by the ids of their rows."""
        inside = set(articles)
        narrowed = Directory(())
        narrowed.people = sorted(
            (part for person in self.people if (part := _part(person, inside))), key=lambda p: (-p.quotations, p.name)
        )
        return narrowed

    def person(self, article: int, name: str) -> Person | None:
        """Return who a name stands for in an article, named by the id of its row."""
        return self._by_form.get((article, name))

    def named_in(self, text: str) -> list[Person]:
        """Return the people whose last names, or first names that nobody shares, stand in a text, in its order."""
        found: list[Person] = []
        for word in words(text):
            called = self._called.get(word, ())
            found += self._bearers.get(word, ()) or (called if len(called) == 1 else ())
        return list(dict.fromkeys(found))

    def find(self, mention: str) -> list[Person]:
        """Return who may be meant by words such as a name, a last name or an office, those quoted most first.

        The strictest reading that fits anybody counts: a whole name, a last name, any other form, a role, and last a
        name misspelt.
        """
        mentioned = name_words(mention)
        if not mentioned:
            return []
        variants = (mentioned, [_singular(word) for word in mentioned])
        for reading in (self._by_whole_name, self._by_last_name):
            for variant in variants:
                if found := reading(variant):
                    # "The fire chief" whom one article leaves without a name is whoever bears the office in others.
                    nameless = mentioned[-1] in TITLES and all(person.kind == "group" for person in found)
                    return (nameless and self._by_role(mention)) or _preferring(found, mention)
        if names_a_role(mention) and (found := self._by_role(mention)):
            return found
        for variant in variants:
            if found := self._by_part(variant):
                return found
        return self._by_role(mention) or self._by_spelling(mentioned)

    def similar(self, mention: str) -> list[Person]:
        """Return those whose names look most like words that name nobody, too unlike to be taken for them."""
        typed = " ".join(name_words(mention))
        names = {person.name: " ".join(name_words(person.name)) for person in self.people if person.kind == "person"}
        found = process.extract(typed, names, scorer=JaroWinkler.normalized_similarity, score_cutoff=_ALIKE, limit=_FEW)
        by_name = {person.name: person for person in self.people}
        return [by_name[name] for _, _, name in found]

    def _by_whole_name(self, mentioned: list[str]) -> list[Person]:
        if len(mentioned) < 2:
            return []
        exact = [p for p in self.people if tuple(mentioned) in p.names]
        return exact or [
            p for p in self._bearers.get(mentioned[-1], ()) if any(first_names_agree(mentioned[0], f) for f in p.first)
        ]

    def _by_last_name(self, mentioned: list[str]) -> list[Person]:
        if len(mentioned) == 1:
            return list(self._bearers.get(mentioned[0], ()) or self._called.get(mentioned[0], ()))
        return [p for p in self.people if any(tuple(mentioned) == name[-len(mentioned) :] for name in p.names)]

    def _by_part(self, mentioned: list[str]) -> list[Person]:
        return [p for p in self.people if any(_names(mentioned, name) for name in p.names)]

    def _by_role(self, mention: str) -> list[Person]:
        if is_plural(mention):
            return []
        wanted, leads = role_words(mention)
        wanted = frozenset(map(_singular, wanted))
        scored = []
        for person in self.people:
            if person.kind != "person":
                continue
            for role in person.roles:
                have, leading = role_words(role)
                have = frozenset(map(_singular, have))
                if wanted <= have | person.words and (leading or not leads):
                    scored.append((len(wanted & have) / max(len(have), 1), person))
                    break
        return [person for _, person in sorted(scored, key=lambda item: -item[0] * item[1].quotations)]

    def _by_spelling(self, mentioned: list[str]) -> list[Person]:
        """Return the bearers of the last name that is nearest in spelling, if any is near."""
        typed = mentioned[-1]
        limit = 0 if len(typed) < 4 else 1 if len(typed) < 7 else 2
        distances = {last: OSA.distance(typed, last, score_cutoff=limit) for last in self._bearers}
        nearest = min(distances.values(), default=limit + 1)
        if nearest > limit:
            return []
        found = {p.name: p for last, distance in distances.items() if distance == nearest for p in self._bearers[last]}
        people = sorted(found.values(), key=lambda p: -p.quotations)
        if len(mentioned) > 1:
            people = [p for p in people if any(OSA.distance(mentioned[0], f) <= 1 for f in p.first)]
        return people

    @cached_property
    def _bearers(self) -> dict[str, list[Person]]:
        bearers: dict[str, list[Person]] = defaultdict(list)
        for person in self.people:
            if person.kind == "person":
                for last in person.last:
                    bearers[last].append(person)
        return bearers

    @cached_property
    def _by_form(self) -> dict[tuple[int, str], Person]:
        return {form: person for person in self.people for form in person.forms}

    @cached_property
    def _called(self) -> dict[str, list[Person]]:
        called: dict[str, list[Person]] = defaultdict(list)
        for person in self.people:
            if person.kind == "person":
                for first in person.first:
                    called[first].append(person)
        return called


def clearly_meant(people: list[Person]) -> Person | None:
    """Return who of several is meant, or None where two are about as likely."""
    if len(people) > 1 and people[0].quotations < DOMINANCE * people[1].quotations:
        return None
    return people[0] if people else None


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


def _part(person: Person, articles: set[int]) -> Person | None:
    forms = {form: count for form, count in person.forms.items() if form[0] in articles}
    return replace(person, forms=forms, quotations=sum(forms.values())) if forms else None


def _preferring(found: list[Person], mention: str) -> list[Person]:
    """Return those whose roles hold the titles in a mention ("Gov. Scott"), if any do; else all."""
    titles = set(words(mention)) - set(name_words(mention))
    fitting = [p for p in found if titles and any(titles & set(words(role)) for role in p.roles)]
    return fitting or found


def _names(mentioned: list[str], name: Key) -> bool:
    """Tell whether words name a speaker: a first name, or enough of a longer name with its last word among them.

    "Executive order" is enough for "Trump's executive order", "Trump" is not; nor is it for "Trump Organization".
    """
    if len(mentioned) > len(name) or not set(mentioned) <= set(name):
        return False
    rest = [word for word in name if word not in mentioned]
    return mentioned[-1] == name[-1] or all(word in _CORPORATE for word in rest) or len(mentioned) > len(rest)


def _singular(word: str) -> str:
    """Return a word without the s of a possessive typed without its apostrophe: "trumps"."""
    return word[:-1] if word.endswith("s") and len(word) > 3 else word
