"""Who speaks in a collection, and whom words name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from index.quotations.names import first_names_agree
from index.records import SpeakerRow
from retrieval.names import TITLES, is_plural, name_words, names_a_role, role_words, singular, words
from retrieval.people import DOMINANCE, Key, Person, join_speakers, most_quoted_first

# Words that a name of an organisation may do without.
_CORPORATE = frozenset(
    "inc corp corporation co company companies ltd llc plc group department dept office party".split()
)

_ALIKE = 0.85
_FEW = 2


class Directory:
    """The speakers of a collection."""

    def __init__(self, people: Iterable[Person]) -> None:
        """List people, those quoted most first."""
        self.people = list(people)

    @classmethod
    def of(cls, rows: Iterable[SpeakerRow]) -> Directory:
        """Return the directory of the speakers of single articles."""
        return cls(join_speakers(rows))

    def within(self, articles: Collection[int]) -> Directory:
        """Return the directory of some articles only, named by the ids of their rows."""
        inside = set(articles)
        quoted = dict.fromkeys(person for article in inside for person in self._quoted.get(article, ()))
        return Directory(most_quoted_first(part for person in quoted if (part := person.within(inside))))

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
        variants = (mentioned, [singular(word) for word in mentioned])
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
        exact = [p for p in self._with_word.get(mentioned[-1], ()) if tuple(mentioned) in p.names]
        return exact or [
            p for p in self._bearers.get(mentioned[-1], ()) if any(first_names_agree(mentioned[0], f) for f in p.first)
        ]

    def _by_last_name(self, mentioned: list[str]) -> list[Person]:
        if len(mentioned) == 1:
            return list(self._bearers.get(mentioned[0], ()) or self._called.get(mentioned[0], ()))
        bearers = self._with_word.get(mentioned[-1], ())
        return [p for p in bearers if any(tuple(mentioned) == name[-len(mentioned) :] for name in p.names)]

    def _by_part(self, mentioned: list[str]) -> list[Person]:
        return [p for p in self._with_word.get(mentioned[-1], ()) if any(_names(mentioned, name) for name in p.names)]

    def _by_role(self, mention: str) -> list[Person]:
        if is_plural(mention):
            return []
        wanted, leads = role_words(mention)
        wanted = frozenset(map(singular, wanted))
        scored = []
        for person in self.people:
            if person.kind != "person":
                continue
            for have, leading in person.offices:
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
    def _with_word(self) -> dict[str, list[Person]]:
        named: dict[str, list[Person]] = defaultdict(list)
        for person in self.people:
            for word in person.words:
                named[word].append(person)
        return named

    @cached_property
    def _quoted(self) -> dict[int, list[Person]]:
        """The people that each article quotes, by the id of its row."""
        quoted: dict[int, list[Person]] = defaultdict(list)
        for person in self.people:
            for article in {article for article, _ in person.forms}:
                quoted[article].append(person)
        return quoted

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
