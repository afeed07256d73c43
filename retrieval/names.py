"""Names of people and offices as words that compare: no case, no accents, no titles."""

from __future__ import annotations

import re
import unicodedata

from index.quotations.names import SUFFIXES
from index.quotations.names import TITLES as NEWS_TITLES

# Words that stand among titles in articles, but are names themselves in what people ask ("the State Department").
_NO_TITLES = frozenset("state gop u.s us fellow republican democratic democrat rival".split())
TITLES = (NEWS_TITLES | {"ma'am", "madam", "protester"}) - _NO_TITLES
_SMALL = frozenset("the a an of for and at in on his her their its himself herself themselves itself own".split())
# The words people use for whoever leads something; articles use others for the same person.
_LEADERS = frozenset(
    "boss head chief director president ceo executive leader chair chairman chairwoman founder".split()
)
_PERSON_WORDS = frozenset("man woman guy lady person people folks".split())


def fold(text: str) -> str:
    """Return text without case and accents, curly apostrophes straightened."""
    text = text.replace("’", "'")
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


def words(text: str) -> list[str]:
    """Return the words of a text, folded; a possessive 's is dropped, a hyphen parts words, initials are one word.

    >>> words("Clinton’s F.B.I. López-Cantera")
    ['clinton', 'fbi', 'lopez', 'cantera']
    """
    text = re.sub(r"(?<=\b[odl])'(?=\w{3})", "", fold(text))
    text = re.sub(r"\b(?:\w\.){2,}", lambda initials: initials.group().replace(".", ""), text)
    return re.findall(r"[^\W_]+", re.sub(r"(?<=\w)'s?(?!\w)", "", text))


def name_words(text: str) -> list[str]:
    """Return the words of a name: titles, articles and suffixes are dropped, but not the last word ("Peter King").

    >>> name_words("Mayor Carlos Giménez Jr."), name_words("Amy Pope"), name_words("the mayor")
    (['carlos', 'gimenez'], ['amy', 'pope'], ['mayor'])
    """
    every = [word for word in words(text) if word not in _SMALL]
    kept = [word for word in every if word not in SUFFIXES] or every
    return [word for word in kept[:-1] if word not in TITLES | _PERSON_WORDS] + kept[-1:]


def names_a_role(text: str) -> bool:
    """Tell whether words name an office rather than a person: a title or a word for a leader, or "the" before them."""
    every = words(text)
    return bool(every) and (every[0] == "the" or not (TITLES | _LEADERS | _PERSON_WORDS).isdisjoint(every))


def may_be_a_name(mention: str, question: str) -> bool:
    """Tell whether words of a question may name somebody whom no article quotes.

    >>> may_be_a_name("Kowalski", "What did Kowalski say?"), may_be_a_name("frozen soil", "Does frozen soil hold Q?")
    (True, False)
    """
    if names_a_role(mention):
        return mention != mention.lower()
    kept = [word for word in re.findall(r"[\w’'-]+", mention) if word.lower() not in _SMALL]
    if question[1:] == question[1:].lower():  # somebody who types no capitals
        return len(kept) <= 2
    return all(not word[0].islower() for word in kept)


def is_plural(text: str) -> bool:
    """Tell whether words name several: "the protesters", but not "the head of the nurses" or "the boss"."""
    head = re.split(r"\s(?:of|for|at|in)\s", fold(text))[0].split()
    return bool(head) and head[-1].endswith("s") and not head[-1].endswith(("ss", "us", "'s"))


def role_words(text: str) -> tuple[frozenset[str], bool]:
    """Return the words that tell a role apart, and whether it is that of whoever leads something.

    >>> words, leads = role_words("the head of the harbor board")
    >>> sorted(words), leads
    (['board', 'harbor'], True)
    """
    every = [word for word in words(text) if word not in _SMALL | _PERSON_WORDS]
    rest = frozenset(word for word in every if word not in _LEADERS)
    return (rest or frozenset(every)), len(rest) < len(set(every))


def singular(word: str) -> str:
    """Return a word without the s of a possessive typed without its apostrophe: "trumps"."""
    return word[:-1] if word.endswith("s") and len(word) > 3 else word
