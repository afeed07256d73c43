"""What is name and what is title in "Miami-Dade County Mayor Carlos Gimenez, 63"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from nicknames import NickNamer, name_triplets

from index.quotations.lexicon import word_set

TITLES = word_set(
    """mr mrs ms miss dr sir dame sen rep gov lt col gen maj cpl capt cmdr adm sgt rev hon fr prof st pvt det supt atty
    president senator congressman congresswoman governor secretary mayor judge justice general vice speaker chairman
    chairwoman chair attorney professor director ambassador king queen prince princess pope lord lady first former ex
    prime minister republican democratic democrat rival candidate nominee spokesman spokeswoman spokesperson host
    strategist pollster manager adviser advisor chief representative sheriff officer analyst pastor rabbi bishop
    cardinal archbishop father sister brother detective deputy reporter columnist author editor historian economist
    activist actor actress singer comedian billionaire businessman businesswoman lawyer protester delegate councilman
    councilwoman commissioner superintendent principal coach doctor nurse captain colonel major lieutenant sergeant
    corporal admiral commander reverend imam sheikh chancellor president-elect premier state lawmaker legislator
    assemblyman assemblywoman alderman treasurer executive ceo founder owner mogul tycoon journalist correspondent
    anchor blogger critic scientist professor-emeritus scholar researcher expert consultant veteran farmer teacher
    student organizer operative aide assistant deputy acting interim incumbent then-president gop u.s us fellow
    """
)
COURTESY = frozenset({"mr", "mrs", "ms", "miss", "dr", "sir", "dame"})
HONORIFICS = COURTESY | {"sen", "rep", "gov"}
SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
PARTICLES = frozenset({"de", "la", "van", "von", "der", "del", "al", "bin", "el", "di", "da", "dos", "du", "le", "den"})
# Particles that are first names where they begin a name with a capital: Al Brandvold, Van Marlowe.
_FORENAMES_TOO = frozenset({"al", "van"})

_ABBREVIATIONS = {
    "sen": "senator",
    "gov": "governor",
    "rep": "representative",
    "gen": "general",
    "atty": "attorney",
    "lt": "lieutenant",
    "prof": "professor",
    "rev": "reverend",
    "supt": "superintendent",
    "det": "detective",
    "sgt": "sergeant",
    "capt": "captain",
}
_ARTICLE = re.compile(r"^[ae]l-(?=.)")
_POSSESSIVE = re.compile(r"['’]s?$")
_SHORTEST = 3
_EDGES = '.,;:!?"“”‘()[]<>'


def clean(word: str) -> str:
    """Return a word without a possessive ending and the punctuation around it; an initial keeps its full stop."""
    bare = _POSSESSIVE.sub("", word.strip(_EDGES + "'’"))
    return bare + "." if len(bare) == 1 and bare.isupper() and word.startswith(bare + ".") else bare


def compared_form(word: str) -> str:
    """Return a word in the form in which names are compared."""
    return clean(word).replace(".", "").replace("’", "'").casefold()


def spelled_out(word: str) -> str:
    """Return a word of a description in its compared form, the usual abbreviations of offices spelled out."""
    return _ABBREVIATIONS.get(compared_form(word), compared_form(word))


def bare_name_words(text: str) -> tuple[str, ...]:
    """Return the words of a name without titles before it, possessive and punctuation; empty where nothing is left.

    >>> bare_name_words("Mayor Ana Reyes’s"), bare_name_words("van Houten")
    (('Ana', 'Reyes'), ('Houten',))
    """
    words = [clean(word) if compared_form(word) not in SUFFIXES else word.strip(",") for word in text.split()]
    words = [word for word in words if word and _may_name(word)]
    cut = max((at + 1 for at, word in enumerate(words) if compared_form(word) in TITLES), default=0)
    words = words[cut:]
    while len(words) > 1 and compared_form(words[0]) in PARTICLES and not _is_forename(words):
        words = words[1:]
    return tuple(words)


def _may_name(word: str) -> bool:
    """Whether a word may be part of a name: it has a capital, or is "al", or as "al-Farsi" ends in one that has."""
    particle, _, rest = word.partition("-")
    return word[0].isupper() or (compared_form(particle) in PARTICLES and (not rest or rest[0].isupper()))


def without_particle(words: tuple[str, ...], longer: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return "Lindqvist" for "Van Lindqvist" where one of some longer names shows that Van is no first name there."""
    begins = len(words) == 2 and compared_form(words[0]) in _FORENAMES_TOO
    if not begins:
        return words
    # "Pieter van Houten" is "Van Houten" where no first name comes before.
    surname = [compared_form(word) for word in words]
    return (
        words[1:]
        if any(len(one) > 2 and [compared_form(word) for word in one[-2:]] == surname for one in longer)
        else words
    )


def _is_forename(words: list[str]) -> bool:
    return len(words) == 2 and words[0] in {word.title() for word in _FORENAMES_TOO} and words[1][0].isupper()


def last_name(words: tuple[str, ...]) -> str:
    """Return the surname in its compared form, without the article of "al-Farsi"."""
    kept = [word for word in words if compared_form(word) not in SUFFIXES]
    return _ARTICLE.sub("", compared_form(kept[-1])) if kept else ""


def same_first(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether the first names of two names may belong to one person; a surname alone contradicts nobody."""
    return len(one) < 2 or len(other) < 2 or first_names_agree(compared_form(one[0]), compared_form(other[0]))


def first_names_agree(one: str, other: str) -> bool:
    """Whether two first names in their compared form may be one person's: equal, an initial, a short or pet form."""
    short, long = sorted((one, other), key=len)
    if one == other or ((len(short) == 1 or len(short) > 2) and long.startswith(short)):
        return True
    return long in _pet_names().canonicals_of(short) or short in _pet_names().canonicals_of(long)


def full_first_names(first: str) -> set[str]:
    """Return the first names that one in its compared form is a pet form of."""
    return _pet_names().canonicals_of(first)


@cache
def known_first_names() -> frozenset[str]:
    """Return first names that have pet forms, and those forms of four letters or more, in their compared form."""
    return frozenset(name for one in name_triplets() for name in (one.name1, one.name2) if len(name) > _SHORTEST)


@cache
def _pet_names() -> NickNamer:
    return NickNamer()
