"""Which of the people whose names fit can be meant: by the titles, the gender and the kind that a mention tells."""

from __future__ import annotations

from retrieval.names import LEADERS, PERSON_WORDS, TITLES, is_body, name_words, titles_within, words
from retrieval.people import Person


def preferring(found: list[Person], mention: str) -> list[Person]:
    """Return those whose roles hold the titles in a mention ("Gov. Scott"), if any do; else all."""
    titles = set(words(mention)) - set(name_words(mention))
    fitting = [p for p in found if titles and any(titles & set(words(role)) for role in p.roles)]
    return fitting or found


def called_so(found: list[Person], mention: str) -> list[Person]:
    """Return those of some people, bodies and groups whose names have the titles that are part of a mention.

    The Justice Department is no other department, and "the king" is no Peter King; but whoever articles call Brandvold
    may be "Mayor Brandvold".
    """
    every = words(mention)
    if every[0] == "the" and TITLES.issuperset(every[1:]):
        return [p for p in found if set(words(p.name)) <= set(every)]
    titles = titles_within(mention)
    if not titles:
        return found
    if exact := [p for p in found if {"the", *words(p.name)} == {"the", *every}]:
        return exact
    fitting = [p for p in found if p.kind == "person" or titles <= set(words(p.name))]
    without_a_name = is_body(mention) or every[-1] in TITLES | LEADERS | PERSON_WORDS
    return fitting if without_a_name or any(p.kind != "person" for p in fitting) else found


def of_gender(found: list[Person], gender: str) -> list[Person]:
    """Return those of a gender or, where it is told of none of them, those of whom none is: "Mrs. Obama" is not he."""
    return [p for p in found if p.gender == gender] or [p for p in found if p.gender is None]
