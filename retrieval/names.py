"""Names of people and offices in what is asked: whether words are a name, an office, or several people."""

from __future__ import annotations

import re

from index.names import LEADERS, PERSON_WORDS, SMALL, TITLES, fold, name_words, role_words, singular, words

__all__ = [
    "TITLES",
    "fold",
    "is_plural",
    "may_be_a_name",
    "name_words",
    "names_a_role",
    "related",
    "role_words",
    "singular",
    "words",
]

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
    who, _, whose = _RELATION.sub("\n", mention, count=1).partition("\n")
    return (every[-1], whose) if whose and (every := words(who)) else None


def is_plural(text: str) -> bool:
    """Tell whether words name several: "the protesters", but not "the head of the nurses" or "the boss"."""
    head = re.split(r"\s(?:of|for|at|in)\s", fold(text))[0].split()
    return bool(head) and head[-1].endswith("s") and not head[-1].endswith(("ss", "us", "'s"))
