"""Whom "he", "she" or "they" means, by the subjects of the sentences before; None where two people would do.

The ranking follows centering theory (Grosz, Joshi and Weinstein, Computational Linguistics 21, 1995): what the sentence
before was about, its subject first, is what a pronoun most likely goes on about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeGuard

from spacy.tokens import Token

from index.quotations.lexicon import word_set
from index.quotations.lexicon.names import GENDERS, TITLES, Gender
from index.quotations.people.entities import Entity, EntityClusters, Mention
from index.quotations.speech.types import Speaker

_PLURALS = frozenset({"they", "them", "themselves"})
PRONOUNS = (
    frozenset(GENDERS)
    | _PLURALS
    | word_set(
        """i me we us you it its who whom which what this that these those there everyone all anyone nobody someone
        something nothing myself ourselves"""
    )
)
_REACH = 1
_PERSON_NOUNS = TITLES | word_set(
    """man woman person boy girl mother father son daughter husband wife brother sister friend neighbor neighbour
    resident voter official source ally supporter opponent witness victim survivor worker employee driver pilot
    employer member leader insider speaker participant attendee protester passenger customer shopper tourist patient
    scientist biologist physician surgeon therapist counselor engineer architect developer broker banker investor
    trader manager producer musician writer novelist poet prosecutor investigator agent soldier firefighter paramedic
    politician diplomat envoy adviser advisor biographer colleague classmate roommate cousin uncle aunt grandmother
    grandfather widow widower parent dancer player athlete runner rider hunter fisherman farmer rancher vendor
    """
)


@dataclass(slots=True)
class Focus:
    """What each sentence read so far was about, in the order of the text."""

    people: list[tuple[int, int, Entity | Speaker | None]] = field(default_factory=list)
    groups: list[tuple[int, int, Speaker]] = field(default_factory=list)

    def unclear(self, paragraph: int, sentence: int) -> None:
        """Note that a sentence was about somebody whom nothing else names: a pronoun after it may mean them."""
        self.people.append((paragraph, sentence, None))

    def on(self, paragraph: int, sentence: int, who: Entity | Speaker) -> None:
        """Note the subject of a sentence, given by the number of its paragraph and its first token."""
        if is_one(who):
            self.people.append((paragraph, sentence, who))
        elif isinstance(who, Speaker):
            self.groups.append((paragraph, sentence, who))

    def latest(self, paragraph: int, since: tuple[int, int]) -> Entity | Speaker | None:
        """Return the person whom a sentence of this paragraph, after a place, was about; the last one."""
        number, sentence, person = self.people[-1] if self.people else (-1, -1, None)
        return person if number == paragraph and (number, sentence) > since else None

    def resolve(self, token: Token, paragraph: int, cast: EntityClusters) -> Entity | Speaker | None:
        """Return whom a pronoun in a paragraph means, or None."""
        if token.lower_ in _PLURALS:
            return self._group(paragraph)
        gender = GENDERS.get(token.lower_)
        if gender is None:
            return None
        person = _in_sentence(token, paragraph, cast, gender) or self._before(token, paragraph, cast, gender)
        if isinstance(person, Entity):
            person.seen[gender] += 1
        return person

    def _group(self, paragraph: int) -> Speaker | None:
        if not self.groups:
            return None
        number, sentence, who = self.groups[-1]
        last = self.people[-1][:2] if self.people else (-1, -1)
        return who if number >= paragraph - 1 and last < (number, sentence) else None

    def _surer(self, paragraph: int, gender: Gender) -> bool:
        """Whether a sentence of this paragraph was about somebody known to be of that gender."""
        return any(
            number == paragraph and person is not None and person.gender == gender for number, _, person in self.people
        )

    def _before(self, token: Token, paragraph: int, cast: EntityClusters, gender: Gender) -> Entity | Speaker | None:
        for number, _, person in reversed(self.people):
            if number < paragraph - _REACH:
                break
            if person is None:
                return None
            if person.gender not in {gender, None}:
                continue
            if isinstance(person, Entity) and person.gender is None and self._surer(paragraph, gender):
                return None
            return person
        return _only(cast, paragraph, token, gender)


def is_one(who: Entity | Speaker | None) -> TypeGuard[Entity | Speaker]:
    """Whether a speaker may be called he or she: a person, or one who is only described ("a neighbor of hers")."""
    if not isinstance(who, Speaker):
        return who is not None
    head = re.split(r" (?:of|for|with|from|in|at|on|who)\b|,", who.name.casefold())[0].split()
    return who.kind == "group" and bool(head) and head[-1] in _PERSON_NOUNS


def _in_sentence(token: Token, paragraph: int, cast: EntityClusters, gender: Gender) -> Entity | None:
    """The subject of the sentence before the pronoun, the main one if there are several."""
    found = [
        one
        for one in _mentions(cast, paragraph, token.sent.start, token.i)
        if one.subject and one.person.gender in {gender, None} and _leads(token.doc[one.last], token)
    ]
    people = {id(one.person): one.person for one in found}
    return next(iter(people.values())) if len(people) == 1 else None


def _leads(name: Token, pronoun: Token) -> bool:
    """Whether the clause of a subject is the main one, or hangs directly from it or from that of the pronoun."""
    verb = name.head.head if name.dep_ == "appos" else name.head
    root = pronoun.sent.root
    if verb == root:
        return True
    return bool(verb.dep_ in {"conj", "advcl"} and verb.head in {root, pronoun.head})


def _mentions(cast: EntityClusters, paragraph: int, first: int, end: int) -> list[Mention]:
    return [one for one in cast.named(paragraph) if first <= one.first < end]


def _only(cast: EntityClusters, paragraph: int, token: Token, gender: Gender) -> Entity | None:
    people = {
        id(one.person): one.person
        for one in _mentions(cast, paragraph, 0, token.i)
        if one.person.gender in {gender, None}
    }
    return next(iter(people.values())) if len(people) == 1 else None
