"""Where the sentences of a passage begin and end, without a parser; and what is a capital in any alphabet."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.core.article import Span

# The alphabets that have both, as far as names in the news go: Latin, Greek, Cyrillic, Armenian. To ask all of Unicode
# takes a tenth of a second, which every process would pay.
_ALPHABETS = (range(0x0590), range(0x1E00, 0x2000))


def _ranges(belongs: Callable[[str], bool]) -> str:
    """Return the letters that belong, neighbours as a range, to stand within the brackets of a pattern."""
    found: list[list[str]] = []
    for letter in (chr(code) for codes in _ALPHABETS for code in codes):
        if belongs(letter):
            if found and ord(letter) == ord(found[-1][1]) + 1:
                found[-1][1] = letter
            else:
                found.append([letter, letter])
    return "".join(first if first == last else f"{first}-{last}" for first, last in found)


CAPITALS = _ranges(lambda letter: letter.isupper() or letter.istitle())
"""What begins names and sentences: `re.compile(rf"[{CAPITALS}]\\w+")`."""

SMALL = _ranges(str.islower)
"""Letters that are no capitals."""


MOST = 64
"""How many sentences of a passage have a vector of their own; what stands further back has that of the passage."""

_ABBREVIATIONS = (
    "mr mrs ms dr prof sen gov rep gen lt sgt capt col maj adm rev hon st jr sr vs no inc corp co ltd u.s u.n u.k a.m"
    " p.m jan feb mar apr jun jul aug sept sep oct nov dec"
).split()
_END = re.compile(rf"[.!?…]+[\"”’'»)\]]*(?=\s+[\"“‘'«(\[]*[{CAPITALS}0-9])")
_WORD_BEFORE = re.compile(r"([\w.]+)$")


def sentences(text: str) -> list[Span]:
    """Return the sentences of a text as code points [start, end), in order, white space around them left out.

    >>> sentences("Mr. Olmo spoke. Then he left.")
    [(0, 15), (16, 29)]
    """
    found, start = [], 0
    for end in _END.finditer(text):
        if not _is_abbreviation(text, end):
            found.append((start, end.end()))
            start = end.end()
    found.append((start, len(text)))
    return [trimmed for span in found if (trimmed := _trim(text, span))[0] < trimmed[1]]


def embedded_sentences(text: str) -> Sequence[Span]:
    """Return the sentences of a passage that are embedded beside it: none where it is a single one."""
    found = sentences(text)
    return found[:MOST] if len(found) > 1 else ()


def _is_abbreviation(text: str, end: re.Match[str]) -> bool:
    """Whether a full stop ends an abbreviation or an initial rather than a sentence."""
    if end.group() != ".":
        return False
    before = _WORD_BEFORE.search(text, max(0, end.start() - 12), end.start())
    word = before.group(1).lower() if before else ""
    return word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha())


def _trim(text: str, span: Span) -> Span:
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
