"""The people of one article under one name each, and which of them a noun phrase means."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from spacy.tokens import Doc, Token

from index.quotations.lexicon.names import (
    GENDERS,
    SUFFIXES,
    TITLES,
    Gender,
    bare_name_words,
    by_first_name,
    by_role,
    by_title,
    clean,
    compared_form,
    last_name,
    same_first,
    spelled_out,
)
from index.quotations.lexicon.verbs import CUES
from index.quotations.people.names_in_text import Found, find_names
from index.quotations.speech.clauses import child, is_subject, roles, title_before

_ENOUGH = 2
_LINKS = frozenset({"of", "for", "at", "in", "from", "with", "and"})
_DETERMINERS = frozenset({"", "the", "this", "that", "a", "an"})
_DOMINANCE = 3
_AT_THE_END = (sys.maxsize, 0)


@dataclass(slots=True, eq=False)
class Entity:
    """Somebody whom an article names.

    Attributes:
        forms: the names under which the article mentions the person, with how often.
        roles: descriptions given beside the name.
        told: how often a title or description tells a gender.
        seen: how often a pronoun seems to.
        since: paragraph and token of the first mention.
    """

    forms: Counter[tuple[str, ...]] = field(default_factory=Counter)
    roles: list[str] = field(default_factory=list)
    told: Counter[Gender] = field(default_factory=Counter)
    seen: Counter[Gender] = field(default_factory=Counter)
    since: tuple[int, int] = (sys.maxsize, 0)

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
    def prominence(self) -> int:
        """How often the article gives the full name: whom a bare surname means, of those who bear it."""
        full = len(self.words) > 1
        return sum(count for form, count in self.forms.items() if len(form) > 1 or not full)

    @property
    def gender(self) -> Gender | None:
        """What titles tell, else the first name, else the pronouns where they hardly disagree."""
        named = by_first_name(self.words[0]) if len(self.words) > 1 else None
        return _clearly(self.told, 1) or named or _clearly(self.seen, _ENOUGH)


def _clearly(votes: Counter[Gender], least: int) -> Gender | None:
    (first, count), *rest = [*votes.most_common(2), (None, 0)]
    return first if count >= least and count >= _DOMINANCE * rest[0][1] else None


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

    person: Entity
    paragraph: int
    first: int
    last: int
    subject: bool


class EntityClusters:
    """Everybody named in one article."""

    def __init__(self, docs: Sequence[Doc]) -> None:
        """Read the names from the parsed paragraphs of an article."""
        self.people: list[Entity] = []
        self._at: dict[tuple[int, int], Mention] = {}
        self._by_last: dict[str, list[Entity]] = {}
        self._by_first: dict[str, list[Entity]] = {}
        self._named: dict[int, list[Mention]] = {}
        found = find_names(docs)
        for number, first, last, words in found:
            if len(words) > 1:
                self._add(docs[number], (number, first, last, words), self._full(words))
        self._single(docs, found)
        for mention in sorted(self._at.values(), key=lambda one: (one.paragraph, one.first)):
            named = self._named.setdefault(mention.paragraph, [])
            if not named or named[-1] is not mention:
                named.append(mention)
        self._learn_genders(docs)

    def _learn_genders(self, docs: Sequence[Doc]) -> None:
        """A sentence that names one person only tells the gender by its later pronouns: "Reyes sold her mill"."""
        for number, doc in enumerate(docs):
            for sentence in doc.sents:
                named = [one for one in (self._at.get((number, token.i)) for token in sentence) if one is not None]
                told = [token for token in sentence if token.lower_ in GENDERS]
                if len({id(one.person) for one in named}) == 1 and told and named[0].first < told[0].i:
                    genders = {GENDERS[token.lower_] for token in told}
                    if len(genders) == 1:
                        named[0].person.seen[genders.pop()] += 1

    def _single(self, docs: Sequence[Doc], found: Iterable[Found]) -> None:
        for number, first, last, words in found:
            if len(words) == 1:
                person = self._short(words[0], title_before(docs[number], first), (number, first))
                if person is None:
                    person = self._new(words)
                self._add(docs[number], (number, first, last, words), person)
        # Surnames that the parser's names missed ("Gimenez" read as a place).
        for number, doc in enumerate(docs):
            for token in doc:
                if (number, token.i) not in self._at and _may_name(token) and last_name((token.text,)) in self._by_last:
                    self._unseen(doc, number, token)

    def _unseen(self, doc: Doc, number: int, token: Token) -> None:
        beside = [token.i - 1, token.i + 1]
        if any(
            0 <= i < len(doc) and doc[i].pos_ == "PROPN" and compared_form(doc[i].text) not in TITLES for i in beside
        ):
            return
        person = self._short(token.text, title_before(doc, token.i), (number, token.i))
        if person is not None:
            self._add(doc, (number, token.i, token.i, (clean(token.text),)), person)

    def _full(self, words: tuple[str, ...]) -> Entity:
        for person in self._by_last.get(last_name(words), ()):
            if same_first(person.words, words) and _suffix(person.words) == _suffix(words):
                return person
        return self._new(words)

    def _new(self, words: tuple[str, ...]) -> Entity:
        person = Entity()
        person.forms[words] = 0
        self.people.append(person)
        self._by_last.setdefault(last_name(words), []).append(person)
        if len(words) > 1:
            self._by_first.setdefault(compared_form(words[0]), []).append(person)
        return person

    def _short(self, word: str, title: str | None, at: tuple[int, int]) -> Entity | None:
        """Whom a single name means: of those who bear it the most named, one introduced before the place if any was."""
        found = self._by_last.get(last_name((word,))) or self._by_first.get(compared_form(word), [])
        gender = by_title(title) if title else None
        if gender:
            found = [one for one in found if one.gender in {gender, None}]
        introduced = [one for one in found if one.since <= at]
        return max(introduced or found, key=lambda one: (one.prominence, (-one.since[0], -one.since[1])), default=None)

    def _add(self, doc: Doc, found: Found, person: Entity) -> None:
        number, first, last, words = found
        subject = any(is_subject(doc[at]) for at in range(first, last + 1))
        mention = Mention(person, number, first, last, subject)
        person.forms[words] += 1
        person.since = min(person.since, (number, first))
        for position in range(first, last + 1):
            self._at[number, position] = mention
        title = title_before(doc, first)
        gender = by_title(title) if title else None
        if gender:
            person.told[gender] += 1
        for role in roles(doc, first, last):
            if role not in person.roles:
                person.roles.append(role)
                told = by_role(role)
                if told:
                    person.told[told] += 1

    def named(self, paragraph: int) -> Sequence[Mention]:
        """Return the people named in a paragraph, in the order of the text."""
        return self._named.get(paragraph, ())

    def at(self, paragraph: int, position: int) -> Mention | None:
        """Return the person named at a token of a paragraph."""
        return self._at.get((paragraph, position))

    def called(self, name: str) -> Entity | None:
        """Return the person whom a name outside any sentence means, one new to the article if need be.

        "Said: …" names nobody where the article has nobody of that name.
        """
        words = bare_name_words(name.title() if name.isupper() else name)
        if not words:
            return None
        if len(words) > 1:
            return self._full(words)
        known = self._short(words[0], None, _AT_THE_END)
        return known or (None if _is_inflected_verb(words[0]) else self._new(words))

    def in_role(self, phrase: str, before: tuple[int, int]) -> Entity | None:
        """Return the one person whom a description ("the county's mayor") fits, of those named before a place.

        Where others were named since that person was, the description may be one of theirs that the article left out.
        """
        words = [word for word in map(spelled_out, phrase.split()) if word not in _DETERMINERS]
        if not words:
            return None
        fitting = [one for one in self.people if one.since < before and any(_fits(words, role) for role in one.roles)]
        if len(fitting) != 1:
            return None
        here = [one.person for one in self.named(before[0]) if one.first < before[1]]
        near = [*here, *(one.person for one in self.named(before[0] - 1))]
        return fitting[0] if fitting[0] in near or not here else None


def _is_inflected_verb(word: str) -> bool:
    cue = CUES.get(compared_form(word))
    return cue is not None and cue.lemma != compared_form(word)


def _suffix(words: tuple[str, ...]) -> str:
    return compared_form(words[-1]) if compared_form(words[-1]) in SUFFIXES else ""


def _fits(wanted: list[str], role: str) -> bool:
    """Whether a description says nothing of a person beyond what the article has said: "the senator from Ohio"."""
    given = [spelled_out(word) for word in role.split()]
    return _noun(given) == _noun(wanted) and set(wanted) - _LINKS <= {*given, "former", "now"}


def _noun(description: list[str]) -> str:
    """The word before the first preposition: what somebody is."""
    stop = next((at for at, word in enumerate(description) if word in _LINKS and at), len(description))
    return description[stop - 1] if description else ""


def _may_name(token: Token) -> bool:
    if token.pos_ == "PROPN":
        return True
    # The tagger takes many surnames for nouns or verbs; a capital inside a sentence tells, or a verb of its own.
    if not token.text[0].isupper() or token.pos_ not in {"NOUN", "ADJ", "VERB", "AUX", "X"}:
        return False
    return bool(not token.is_sent_start or token.dep_ in {"nsubj", "nsubjpass"})


def apposed_name(head: Token, cast: EntityClusters, paragraph: int) -> Mention | None:
    """Return the person named in apposition to a noun phrase ("the mayor, Ana Reyes,")."""
    link = child(head, "prep")
    other = child(link, "pobj") if link is not None else None
    one = child(head, "appos")
    if one is None and other is not None and other.pos_ == "PROPN":
        one = child(other, "appos")  # the parser takes her for Olmo in "a lawyer for Olmo, Ilse Quist,"
    if one is None:
        return None
    found = cast.at(paragraph, one.i) or apposed_name(one, cast, paragraph)
    if found is not None and other is not None and other.pos_ == "NOUN" and _bears(found.person, head, other):
        return None
    return found


def _bears(person: Entity, head: Token, office: Token) -> bool:
    """Whether an article calls it somebody's office through which it tells of another: "a lawyer for the mayor"."""
    roles = ([spelled_out(word) for word in role.split()] for role in person.roles)
    return any(_noun(role) == compared_form(office.text) and compared_form(head.text) not in role for role in roles)
