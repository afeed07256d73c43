"""Names of people and offices as words that compare: no case, no accents, no titles."""

from __future__ import annotations

import re
import unicodedata

from index.quotations.lexicon.names import SUFFIXES
from index.quotations.lexicon.names import TITLES as NEWS_TITLES

# Words that stand among titles in articles, but are names themselves in what people ask ("the State Department").
_NO_TITLES = frozenset("state gop u.s us fellow republican democratic democrat rival".split())
TITLES = (NEWS_TITLES | {"ma'am", "madam", "protester"}) - _NO_TITLES
SMALL = frozenset("the a an of for and at in on his her their its himself herself themselves itself own".split())
# The words people use for whoever leads something; articles use others for the same person.
LEADERS = frozenset("boss head chief director president ceo executive leader chair chairman chairwoman founder".split())
PERSON_WORDS = frozenset("man woman guy lady person people folks".split())
# They tell no office apart without a word beside them.
_TELL_NOBODY = frozenset(
    "former ex late new old current incumbent acting interim then next vice deputy first us".split()
)
_NO_NAMES = TITLES | PERSON_WORDS

_PARTICLE = re.compile(r"(?<=\b[odl])'(?=\w{3})")
_INITIALS = re.compile(r"\b(?:\w\.){2,}")
_POSSESSIVE = re.compile(r"(?<=\w)'s?(?!\w)")
_WORD = re.compile(r"[^\W_]+")


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
    text = _PARTICLE.sub("", fold(text))
    text = _INITIALS.sub(lambda initials: initials.group().replace(".", ""), text)
    return _WORD.findall(_POSSESSIVE.sub("", text))


def name_words(text: str) -> list[str]:
    """Return the words of a name: titles, articles and suffixes are dropped, but not the last word ("Peter King").

    >>> name_words("Mayor Carlos Giménez Jr."), name_words("Amy Pope"), name_words("the mayor")
    (['carlos', 'gimenez'], ['amy', 'pope'], ['mayor'])
    """
    every = [word for word in words(text) if word not in SMALL]
    kept = [word for word in every if word not in SUFFIXES] or every
    return [word for word in kept[:-1] if word not in _NO_NAMES] + kept[-1:]


def told_generation(name: str) -> str:
    """Return what tells a son from a father of the same name, or nothing: "jr" of "Wendell Olmo Jr."."""
    every = words(name)
    return every[-1] if len(every) > 1 and every[-1] in SUFFIXES else ""


def role_words(text: str) -> tuple[frozenset[str], bool]:
    """Return the words that tell a role apart, and whether it is that of whoever leads something.

    >>> words, leads = role_words("the head of the harbor board")
    >>> sorted(words), leads
    (['board', 'harbor'], True)
    >>> sorted(role_words("the former president")[0]), sorted(role_words("the first lady")[0])
    (['former', 'president'], ['first', 'lady'])
    """
    every = frozenset(word for word in words(text) if word not in SMALL)
    things = every - PERSON_WORDS
    rest = things - LEADERS
    telling = (one for one in (rest, things) if not one <= _TELL_NOBODY)
    return next(telling, every), len(rest) < len(things)


def singular(word: str) -> str:
    """Return a word without the s of a possessive typed without its apostrophe: "trumps"."""
    return word[:-1] if word.endswith("s") and len(word) > 3 else word
