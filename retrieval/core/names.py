"""Names of people and offices in what is asked: whether words are a name, an office, or several people."""

from __future__ import annotations

import re

from index.quotations.lexicon.name_words import (
    LEADERS,
    PERSON_WORDS,
    SMALL,
    TITLES,
    fold,
    name_words,
    role_words,
    singular,
    told_generation,
    words,
)
from index.quotations.lexicon.names import COURTESY

__all__ = [
    "LEADERS",
    "PERSON_WORDS",
    "TITLES",
    "body_with_owner",
    "fold",
    "is_body",
    "is_plural",
    "may_be_a_name",
    "name_words",
    "names_a_role",
    "related",
    "role_head",
    "role_words",
    "singular",
    "titles_within",
    "told_gender",
    "told_generation",
    "words",
]

_ADDRESSES = {"mr": "male", "sir": "male", "mrs": "female", "ms": "female", "miss": "female", "madam": "female"}
_RELATIVES = dict.fromkeys("wife widow mother daughter sister grandmother aunt niece girlfriend".split(), "female")
_RELATIVES |= dict.fromkeys("husband widower father son brother grandfather uncle nephew boyfriend".split(), "male")
# What people work for or belong to, and are not.
_BODIES = frozenset(
    """department office ministry campaign committee council commission board bureau agency union association court
    party administration government team staff camp service authority institute foundation university company coalition
    federation league society church newspaper website""".split()
)
_RELATION = re.compile(r"\s+(?:of|for|to|at|from|with|behind)\s+", re.IGNORECASE)


def names_a_role(text: str) -> bool:
    """Tell whether words name an office rather than a person: a title or a word for a leader, or "the" before them."""
    every = words(text)
    return bool(every) and (every[0] == "the" or not (TITLES | LEADERS | PERSON_WORDS).isdisjoint(every))


def may_be_a_name(mention: str, question: str) -> bool:
    """Tell whether words of a question may name somebody whom no article quotes.

    >>> may_be_a_name("Kowalski", "What did Kowalski say?"), may_be_a_name("frozen soil", "Does frozen soil hold Q?")
    (True, False)
    """
    if names_a_role(mention):
        return mention != mention.lower()
    kept = [word for word in re.findall(r"[\w’'-]+", mention) if word.lower() not in SMALL]
    if question[1:] == question[1:].lower():  # somebody who types no capitals
        return len(kept) <= 2
    return all(not word[0].islower() for word in kept)


def related(mention: str) -> tuple[str, str] | None:
    """Return the word for somebody who is told by another, and that other; None where words are no such relation.

    >>> related("a former aide to Mr. Rubio"), related("the governor's spokeswoman")
    (('aide', 'Mr. Rubio'), None)
    """
    who, *whose = _RELATION.split(mention, maxsplit=1)
    return (every[-1], whose[0]) if whose and (every := words(who)) else None


def is_body(mention: str) -> bool:
    """Tell whether words name something that people work for or belong to: "Trump's campaign", "the council of X"."""
    return role_head(mention) in _BODIES


def body_with_owner(mention: str) -> str | None:
    """Return a mention of a body with whose it is before it, or None where it is none.

    >>> body_with_owner("the campaign of Mayor Olmo"), body_with_owner("a lawyer for Olmo")
    ('Mayor Olmo campaign', None)
    """
    match _RELATION.split(mention):
        case [_, whose] if is_body(mention):
            return f"{whose} {role_head(mention)}"
    return None


def titles_within(mention: str) -> frozenset[str]:
    """Return the titles that are no form of address in a mention, but a part of what a body or a group is called.

    >>> sorted(titles_within("the Justice Department")), sorted(titles_within("Mayor Olmo's campaign"))
    (['justice'], [])
    """
    every = [word for word in words(mention) if word not in SMALL]
    first = len(every) - 1
    while first > 0 and every[first - 1] in TITLES:
        first -= 1
    return frozenset(every[first:-1]) - COURTESY


def told_gender(mention: str) -> str | None:
    """Return the gender that a form of address or a word for a relative tells, or None.

    >>> told_gender("Mrs. Olmo"), told_gender("Olmo's brother"), told_gender("Mayor Olmo")
    ('female', 'male', None)
    """
    every = words(_RELATION.split(mention, maxsplit=1)[0])
    return (_ADDRESSES.get(every[0]) or _RELATIVES.get(every[-1])) if every else None


def role_head(role: str) -> str:
    """Return the word for what somebody is in a role, folded, or nothing: "aide" of "former Pentagon aide in Ohio"."""
    before = words(re.split(r"\s(?:of|for|to|at|from|with|in|on|who|which|that|--)\s|[,;(–—]", role, maxsplit=1)[0])
    return before[-1] if before else ""


def is_plural(text: str) -> bool:
    """Tell whether words name several: "the protesters", but not "the head of the nurses" or "the boss"."""
    head = re.split(r"\s(?:of|for|at|in)\s", fold(text))[0].split()
    return bool(head) and head[-1].endswith("s") and not head[-1].endswith(("ss", "us", "'s"))
