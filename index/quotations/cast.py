"""The people of one article under one name each, and which of them a noun phrase means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from spacy.tokens import Doc, Token

from index.quotations.gender import Gender, by_first_name, by_role, by_title
from index.quotations.names import SUFFIXES, TITLES, clean, fold, last_name, name_words, same_first
from index.quotations.phrases import is_subject, roles, title_before
from index.quotations.syntax import child

_NOT_PERSONS = frozenset({"ORG", "GPE", "NORP", "FAC", "LOC", "PRODUCT", "WORK_OF_ART", "EVENT", "LAW"})


@dataclass(slots=True, eq=False)
class Person:
    """Somebody whom an article names.

    Attributes:
        forms: the names under which the article mentions the person, with how often.
        roles: descriptions given beside the name.
        gender: votes for male and female.
    """

    forms: Counter[tuple[str, ...]] = field(default_factory=Counter)
    roles: list[str] = field(default_factory=list)
    votes: Counter[Gender] = field(default_factory=Counter)

    @property
    def words(self) -> tuple[str, ...]:
        """The name: the commonest of the fullest forms."""
        longest = [form for form in self.forms if len(form) > 1] or list(self.forms)
        return max(longest, key=lambda form: (self.forms[form], len(form)))

    @property
    def name(self) -> str:
        """The name as one string."""
        return " ".join(self.words)

    @property
    def gender(self) -> Gender | None:
        """What the article tells, else what the first name tells."""
        if self.votes:
            (first, count), *rest = self.votes.most_common(2)
            if not rest or count >= 2 * rest[0][1]:
                return first
        return by_first_name(self.words[0]) if len(self.words) > 1 else None


@dataclass(frozen=True, slots=True, eq=False)
class Mention:
    """A person named at one place of the article.

    Attributes:
        person: who.
        paragraph: number of the paragraph, from 0.
        first: position of the first token of the name in the parse of the paragraph.
        last: position of its last token.
        subject: whether the name is the subject of its clause.
    """

    person: Person
    paragraph: int
    first: int
    last: int
    subject: bool


class Cast:
    """Everybody named in one article."""

    def __init__(self, docs: Sequence[Doc]) -> None:
        """Read the names from the parsed paragraphs of an article."""
        self.people: list[Person] = []
        self.mentions: list[Mention] = []
        self._at: dict[tuple[int, int], Mention] = {}
        self._by_last: dict[str, list[Person]] = {}
        found = [(number, first, last, words) for number, doc in enumerate(docs)
                 for first, last, words in _names(doc)]
        for number, first, last, words in found:
            if len(words) > 1:
                self._add(docs[number], number, first, last, self._full(words), words)
        self._single(docs, found)
        self.mentions.sort(key=lambda one: (one.paragraph, one.first))

    def _single(self, docs: Sequence[Doc], found: Iterable[tuple[int, int, int, tuple[str, ...]]]) -> None:
        for number, first, last, words in found:
            if len(words) == 1:
                person = self._short(words[0], title_before(docs[number], first))
                if person is None:
                    person = self._new(words)
                self._add(docs[number], number, first, last, person, words)
        # Surnames that the parser's names missed ("Gimenez" read as a place).
        for number, doc in enumerate(docs):
            for token in doc:
                if token.pos_ == "PROPN" and (number, token.i) not in self._at and fold(token.text) in self._by_last:
                    self._unseen(doc, number, token)

    def _unseen(self, doc: Doc, number: int, token: Token) -> None:
        beside = [token.i - 1, token.i + 1]
        if any(0 <= i < len(doc) and doc[i].pos_ == "PROPN" and fold(doc[i].text) not in TITLES for i in beside):
            return
        person = self._short(token.text, title_before(doc, token.i))
        if person is not None:
            self._add(doc, number, token.i, token.i, person, (clean(token.text),))

    def _full(self, words: tuple[str, ...]) -> Person:
        for person in self._by_last.get(last_name(words), ()):
            if same_first(person.words, words) and _suffix(person.words) == _suffix(words):
                return person
        return self._new(words)

    def _new(self, words: tuple[str, ...]) -> Person:
        person = Person()
        person.forms[words] = 0
        self.people.append(person)
        self._by_last.setdefault(last_name(words), []).append(person)
        return person

    def _short(self, word: str, title: str | None) -> Person | None:
        """Whom a single name means: the bearer of the surname, most often named where there are several."""
        found = self._by_last.get(fold(word)) or [
            one for one in self.people if len(one.words) > 1 and fold(one.words[0]) == fold(word)]
        gender = by_title(title) if title else None
        if gender and len(found) > 1:
            found = [one for one in found if one.gender in {gender, None}] or found
        return max(found, key=lambda one: sum(one.forms.values()), default=None)

    def _add(self, doc: Doc, number: int, first: int, last: int, person: Person, words: tuple[str, ...]) -> None:
        subject = any(is_subject(doc[at]) for at in range(first, last + 1))
        mention = Mention(person, number, first, last, subject)
        person.forms[words] += 1
        self.mentions.append(mention)
        for position in range(first, last + 1):
            self._at[number, position] = mention
        title = title_before(doc, first)
        gender = by_title(title) if title else None
        if gender:
            person.votes[gender] += 3
        for role in roles(doc, first, last):
            if role not in person.roles:
                person.roles.append(role)
                told = by_role(role)
                if told:
                    person.votes[told] += 2

    def at(self, paragraph: int, position: int) -> Mention | None:
        """Return the person named at a token of a paragraph."""
        return self._at.get((paragraph, position))

    def called(self, name: str) -> Person | None:
        """Return the person whom a name outside any sentence means, one new to the article if need be."""
        words = name_words(name.title() if name.isupper() else name)
        if not words:
            return None
        if len(words) == 1:
            return self._short(words[0], None) or self._new(words)
        return self._full(words)

    def in_role(self, phrase: str, before: tuple[int, int]) -> Person | None:
        """Return the one person whom a description ("the county's mayor") fits, of those named before a place."""
        words = [fold(word) for word in phrase.split()]
        words = [word for word in words if word and word not in {"the", "this", "that", "a", "an"}]
        if not words:
            return None
        named = {id(one.person) for one in self.mentions if (one.paragraph, one.first) < before}
        fitting = [one for one in self.people if id(one) in named and any(_fits(words, role) for role in one.roles)]
        return fitting[0] if len(fitting) == 1 else None


def _suffix(words: tuple[str, ...]) -> str:
    return fold(words[-1]) if fold(words[-1]) in SUFFIXES else ""


def _fits(words: list[str], role: str) -> bool:
    given = [fold(word) for word in role.split()]
    for stop in ("of", "for", "at", "in", "from", "with"):
        if stop in given[1:]:
            given = given[: given.index(stop)]
    wanted = words
    for stop in ("of", "for", "at", "in", "from", "with"):
        if stop in wanted[1:]:
            wanted = wanted[: wanted.index(stop)]
    return bool(given) and given[-1] == wanted[-1] and set(wanted) <= {fold(word) for word in role.split()} | {"former"}


def _names(doc: Doc) -> Iterable[tuple[int, int, tuple[str, ...]]]:
    for entity in doc.ents:
        if entity.label_ != "PERSON":
            continue
        first, last = entity.start, entity.end - 1
        while first < last and (fold(doc[first].text) in TITLES or not doc[first].text[0].isupper()):
            first += 1
        while last > first and (doc[last].tag_ == "POS" or not doc[last].text[0].isalpha()):
            last -= 1
        words = name_words(doc[first : last + 1].text)
        if words and any(char.isalpha() for char in words[-1]) and len(words) < 6:
            yield first, last, words


def apposed_name(head: Token, cast: Cast, paragraph: int) -> Mention | None:
    """Return the person named in apposition to a noun phrase ("the mayor, Ana Reyes,")."""
    one = child(head, "appos")
    return cast.at(paragraph, one.i) if one is not None else None
