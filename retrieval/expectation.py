"""The kind of answer a question expects (how many, how long, when, what share …), and whether a text holds one.

The kinds are those of Li and Roth, Learning Question Classifiers (COLING 2002), table 1, whose answers can be told from
their form alone: numeric ones, times, people and places.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from retrieval.names import words

Kind = Literal["duration", "clock", "date", "share", "money", "number", "person", "place"]

_NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
    " nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million millions"
    " billion billions dozen dozens half third quarter twice no none nobody couple several".split()
)
_NUMBER = rf"(?:\d[\d,.]*|\b(?:{'|'.join(_NUMBER_WORDS)})\b)"
_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_DAYS = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_CLOCK = r"\b\d{1,2}(?::\d\d)?\s?[ap]\.?\s?m\b|\b\d{1,2}:\d\d\b|\bnoon\b|\bmidnight\b|o['’]clock"

_ASKED: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("clock", r"\b(?:what|which) (?:time|hour)\b"),
        ("duration", r"\bhow long\b(?! ago)|\bhow many (?:minutes|hours|days|weeks|months|years|decades)\b"),
        (
            "share",
            r"\b(?:what|which|how (?:big|large|high)(?: a| was the| is the)?) (?:\w+ )?"
            r"(?:share|percent(?:age)?|proportion|fraction)\b|\bwhat per ?cent\b",
        ),
        (
            "money",
            r"\bhow much\b.*\b(?:cost|costs|pay|paid|pays|charged?|spen[dt]|raised?|earn(?:ed|s)?|worth|money|price|fee|"
            r"bid|gave|given|give|donated?|owed?|sell|sold|make|made)\b|\bhow much (?:money|cash)\b|"
            r"\bwhat (?:was|is|were|are) the (?:\w+ ){0,3}(?:price|bid|cost|fee|salary|fine|budget)\b",
        ),
        ("number", r"\bhow (?:many|much|old|far|tall|fast|large|big|deep|high|often)\b|\bwhat (?:number|age|score)\b"),
        ("date", r"^\W*(?:\w+ )?when\b|\b(?:what|which) (?:day|date|year|month|century|decade)\b|\bhow long ago\b"),
        ("place", r"^\W*(?:\w+ )?where\b|\b(?:what|which) (?:city|town|state|states|country|countries|county|place|places|venue)\b"),
        ("person", r"^\W*(?:(?:and|so|but) )?(?:who|whom|whose)\b|\bwhat(?: is|['’]s| was) the name of\b"),
    )
)
_HELD: dict[Kind, re.Pattern[str]] = {
    kind: re.compile(pattern, re.IGNORECASE)
    for kind, pattern in {
        "duration": (
            rf"{_NUMBER}(?:[ -]| and a half )?(?:\w+ )?(?:second|minute|hour|day|week|month|year|decade|centur)|"
            rf"\b(?:a|an|all|this|last|few|for|since|until) (?:few |whole |full )?(?:minute|hour|day|week|month|year|"
            rf"decade|night|{_MONTHS}|\d{{4}})|\d{{4}} ?(?:to|until|-|–) ?\d{{4}}"
        ),
        "clock": _CLOCK,
        "date": (
            rf"\b{_MONTHS}\b|\b{_DAYS}\b|\b1[0-9]\d\d\b|\b20\d\d\b|\d{{1,2}}/\d{{1,2}}|{_CLOCK}|\bago\b|"
            r"\b(?:yesterday|today|tomorrow|tonight|century)\b|\b(?:last|this|next) (?:week|month|year|spring|summer|"
            r"fall|autumn|winter|night)|['’]\d0s\b|\b\d+0s\b"
        ),
        "share": rf"%|\bper ?cent|\b{_NUMBER}[ -](?:in|out of)[ -]{_NUMBER}|\bhalf\b|\bthirds?\b|\bquarters?\b|\bfifths?\b",
        "money": r"[$€£¥]\s?\d|\b(?:dollars?|euros?|pounds?|cents?)\b|\bfree\b|\bnothing\b",
        "number": _NUMBER,
    }.items()
}
_NAME = re.compile(r"(?<![.!?“\"] )(?<!^)\b[A-Z][\w’'-]+")


def expected(question: str) -> Kind | None:
    """Return the kind of answer a question expects, or None where its form does not tell.

    >>> expected("how long did the vote take"), expected("What share of voters liked the levy?"), expected("why")
    ('duration', 'share', None)
    """
    return next((kind for kind, pattern in _ASKED if pattern.search(question)), None)


def holds(kind: Kind, text: str, question: str) -> bool:
    """Tell whether a text holds something of a kind that the question has not said itself.

    >>> holds("duration", "The vote took 36 minutes.", "how long did the vote take")
    True
    """
    if kind in ("person", "place"):
        said = set(words(question))
        return any(not said.issuperset(words(found.group())) for found in _NAME.finditer(text))
    asked = {found.group().casefold() for found in _HELD[kind].finditer(question)}
    return any(found.casefold() not in asked for found in _matches(_HELD[kind], text))


def _matches(pattern: re.Pattern[str], text: str) -> Iterable[str]:
    return (found.group() for found in pattern.finditer(text))
