"""The kind of answer a question expects (how many, how long, when, what share …), and whether a text holds one.

The kinds are those of Li and Roth, Learning Question Classifiers (COLING 2002), table 1, that the form of an answer
tells: amounts, times, people and places.
"""

from __future__ import annotations

import re
from typing import Literal, get_args

from retrieval.names import words

Kind = Literal["clock", "duration", "share", "money", "number", "date", "place", "person"]

_NUMBER_WORDS = """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands
million millions billion billions dozen dozens half third quarter twice no none nobody couple several""".split()
# Bounded, and from its first digit on: a thousand digits would be read in a billion ways.
_NUMBER = rf"(?:(?<!\d)\d[\d,.]{{0,20}}|\b(?:{'|'.join(_NUMBER_WORDS)})\b)"
_PERIOD = r"(?:second|minute|hour|night|day|week|month|year|decade|centur)"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_CLOCK = [r"\b\d{1,2}(?::\d\d)?\s?[ap]\.?\s?m\b", r"\b\d{1,2}:\d\d\b", r"\bnoon\b", r"\bmidnight\b", r"o['’]clock"]

_ASKED: dict[str, list[str]] = {  # the first that fits counts
    "clock": [r"\b(?:what|which) (?:time|hour)\b"],
    "duration": [r"\bhow long\b(?! ago)", r"\bhow many (?:minutes|hours|nights|days|weeks|months|years|decades)\b"],
    "share": [
        r"\b(?:what|which|how (?:big|large|high)(?: a| was the| is the)?) (?:\w+ )?(?:share|percentage|proportion)\b",
        r"\b(?:what|which) (?:per ?cent|fraction)\b",
    ],
    "money": [
        r"\bhow much\b.*\b(?:costs?|pays?|paid|charged?|spen[dt]|raised?|earn(?:s|ed)?|worth|money|price|fees?|bid)\b",
        r"\bhow much\b.*\b(?:gave|given?|donated?|owed?|sell|sold|make|made)\b",
        r"\bhow much (?:money|cash)\b",
        r"\bwhat (?:was|is|were|are) the (?:\w+ ){0,3}(?:price|bid|cost|fee|salary|fine|budget)\b",
    ],
    "number": [r"\bhow (?:many|much|old|far|tall|fast|large|big|deep|high|often)\b", r"\bwhat (?:number|age|score)\b"],
    "date": [
        r"^\W*(?:\w+ )?when\b",
        r"\b(?:what|which) (?:day|date|year|month|century|decade)\b",
        r"\bhow long ago\b",
    ],
    "place": [
        r"^\W*(?:\w+ )?where\b",
        r"\b(?:what|which) (?:city|town|states?|country|countries|county|places?|venue)\b",
    ],
    "person": [r"^\W*(?:(?:and|so|but) )?who(?:m|se|['’]s)?\b", r"\bwhat(?: is|['’]s| was) the name of\b"],
}
_FORMS: dict[str, list[str]] = {
    "clock": _CLOCK,
    "duration": [
        rf"{_NUMBER}(?:[ -]| and a half )?(?:\w+ )?{_PERIOD}",
        rf"\b(?:an?|all|this|last|few|for|since|until) (?:few |whole |full )?(?:{_PERIOD}|{_MONTH}\b|\d{{4}})",
        r"\b\d{4} ?(?:to|until|-|–) ?\d{4}\b",
    ],
    "share": [
        r"%",
        r"\bper ?cent",
        rf"\b{_NUMBER}[ -](?:in|out of)[ -]{_NUMBER}",
        r"\b(?:half|thirds?|quarters?|fifths?)\b",
    ],
    "money": [r"[$€£¥]\s?\d", r"\b(?:dollars?|euros?|pounds?|cents?|free|nothing)\b"],
    "number": [_NUMBER],
    "date": [
        rf"\b{_MONTH}\b",
        r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
        r"\b(?:1\d|20)\d\d\b",
        r"\d{1,2}/\d{1,2}",
        r"\b(?:ago|yesterday|today|tomorrow|tonight|century)\b",
        r"\b(?:last|this|next) (?:week|month|year|spring|summer|fall|autumn|winter|night)",
        r"\d0s\b",
        *_CLOCK,
    ],
}
_ANY_NAME = re.compile(r"(?<![.!?“\"] )(?<!^)\b[A-Z][\w’'-]+")


def _either(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_QUESTIONS = {kind: _either(_ASKED[kind]) for kind in get_args(Kind)}
_ANSWERS = {kind: _either(forms) for kind, forms in _FORMS.items()}


def expected(question: str) -> Kind | None:
    """Return the kind of answer a question expects, or None where its form does not tell.

    >>> expected("how long did the vote take"), expected("What share of voters liked the levy?"), expected("why")
    ('duration', 'share', None)
    """
    return next((kind for kind, pattern in _QUESTIONS.items() if pattern.search(question)), None)


def holds(kind: Kind, text: str, question: str) -> bool:
    """Tell whether a text holds something of a kind that the question has not said itself.

    >>> holds("duration", "The vote took 36 minutes.", "how long did the vote take")
    True
    """
    if kind in ("person", "place"):
        said = set(words(question))
        return any(not said.issuperset(words(found.group())) for found in _ANY_NAME.finditer(text))
    asked = {found.group().casefold() for found in _ANSWERS[kind].finditer(question)}
    return any(found.group().casefold() not in asked for found in _ANSWERS[kind].finditer(text))
