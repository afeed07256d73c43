"""The words of a text, one by one, and when two are the same but for how they are typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_INVISIBLE = "\u00ad\u200b-\u200d\u2060\ufeff"
_LETTER = rf"(?:[^\W_]|[\u0300-\u036f{_INVISIBLE}])"
_APOSTROPHES = "'’ʼ‘`´"
_WORD = re.compile(
    rf"""(?:(?<![\w.%)-])[-−])?\d+(?:[.,:/]\d+)*{_LETTER}*         # a number, with its sign
      | (?:[^\W\d_]\.){{2,}}                                  # initials: U.S., a.m.
      | {_LETTER}+(?:[{_APOSTROPHES}]{_LETTER}+)*
      | [%‰#@&*]
      | [^\w\s]""",
    re.VERBOSE,
)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_OPENING = re.compile(r"[.!?…:“\"‘«(\[]")
_QUOTES = re.compile(r"[“”„«»\"]|''|``|(?<!\w)[‘’'](?=\w)|(?<=[,.!?])[’']|‘")
_PAUSE = re.compile(r"[,;:—–]|--|(?<!\w)-(?!\w)")
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"}
_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
_STRAIGHT = str.maketrans(dict.fromkeys(_APOSTROPHES, "'") | {"−": "-"})
_SIGNS = frozenset("%‰#@&*")
_TELLING = frozenset({"Sc", "Sm", "So"})
_OTHER_WHEN_CAPITAL = frozenset(
    "us it who aids am or in me hi ok la pa ma id oh who's it's ice pac un dare mad".split()
)
"""Words that are an abbreviation's letters too."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word, a number, or a sign that is read aloud ("$").

    Attributes:
        text: as it stands.
        key: what is compared: no case, straight apostrophes, no invisible characters, no separators of thousands.
        start: its first code point in the text.
        end: one past the last.
        opens: whether a sentence or something quoted begins with it, which gives it its capital letter.
        after: what follows before the next word: "?", "." (also for "!"), "," (any pause) or nothing.
        gap: what stands between it and the next word, but for quotation marks; white space is one space.
        bracketed: whether it stands in square brackets, and so is an editor's.
    """

    text: str
    key: str
    start: int
    end: int
    opens: bool = False
    after: str = ""
    gap: str = ""
    bracketed: bool = False


def words_of(text: str) -> list[Word]:
    """Return the words of a text, in order. Hyphens and dashes part words, marks and other punctuation are none.

    >>> [word.key for word in words_of("“We’ll hold $1,000 — in the U.S.,” he said")]
    ["we'll", 'hold', '$', '1000', 'in', 'the', 'us', 'he', 'said']
    """
    found = [match for match in _WORD.finditer(text) if _counts(match.group())]
    ends = [*(match.start() for match in found[1:]), len(text)][: len(found)]
    inside = _bracketed(text) if "[" in text else []
    words: list[Word] = []
    begin = 0
    for match, end in zip(found, ends, strict=True):
        start, stop = match.span()
        opens = not words or (start - begin > 1 and _OPENING.search(text, begin, start) is not None)
        gap = text[stop:end]
        after = _after(gap) if gap != " " else ""
        shown = " ".join(_QUOTES.sub("", f"|{gap}|").split())[1:-1] if gap != " " else gap
        bracketed = any(first <= start < last for first, last in inside)
        words.append(Word(match.group(), _key(match.group()), start, stop, opens, after, shown, bracketed))
        begin = stop
    return words


def _counts(found: str) -> bool:
    return found[0].isalnum() or found[-1].isdigit() or found in _SIGNS or unicodedata.category(found[0]) in _TELLING


def _key(token: str) -> str:
    if token.isascii() and token.isalpha():
        return token.lower()
    plain = "".join(_LIGATURES.get(char, char) for char in token if char not in _UNSEEN)
    plain = unicodedata.normalize("NFC", plain.translate(_STRAIGHT)).casefold()
    if re.fullmatch(r"(?:[^\W\d_]\.){2,}", plain):
        return plain.replace(".", "")
    return _THOUSANDS.sub(lambda number: number.group().replace(",", ""), plain)


def _after(gap: str) -> str:
    if "?" in gap:
        return "?"
    if re.search(r"[.!…]", gap):
        return "."
    return "," if _PAUSE.search(gap) else ""


def _bracketed(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"\[[^\[\]]*\]", text)]


def typed_without_case(words: Sequence[Word]) -> bool:
    """Tell whether whoever typed some words paid no attention to capitals: there are none, or nothing else."""
    letters = "".join(word.text for word in words)
    return letters in (letters.lower(), letters.upper())


def same_word(claimed: Word, stands: Word, *, caseless: bool) -> bool:
    """Tell whether two words differ in typography at most.

    A capital letter tells nothing where a sentence begins, in either text, nor in letters set in capitals for emphasis;
    elsewhere it makes a name of a word ("Democratic", "March"), and an abbreviation of "us".

    Args:
        claimed: a word of a claim.
        stands: a word of an article.
        caseless: whether the claim is typed without attention to capitals.
    """
    return claimed.key == stands.key and same_case(claimed, stands, caseless=caseless)


def same_case(claimed: Word, stands: Word, *, caseless: bool) -> bool:
    """Tell whether the capitals of two words of the same letters make no difference; see `same_word`."""
    one, other = claimed.text.replace(".", ""), stands.text.replace(".", "")
    if one == other:
        return True
    if _is_capitals(one) != _is_capitals(other):
        meant = one if _is_capitals(one) else other
        return claimed.key not in _OTHER_WHEN_CAPITAL or (meant is one and caseless)
    return caseless or claimed.opens or stands.opens or one[:1].isupper() == other[:1].isupper()


def _is_capitals(text: str) -> bool:
    return len(text) > 1 and text.isupper()


def is_name(word: Word) -> bool:
    """Tell whether a capital makes a name of a word: it is not there for the beginning of a sentence."""
    return word.text[:1].isupper() and not word.opens and word.key not in _I


_I = frozenset("i i'm i've i'd i'll".split())


def plain(words: Sequence[Word]) -> str:
    """Return words as they stand, with what stands between them but for quotation marks."""
    parts = [
        word.text + (word.gap or ("" if word.end == following.start else " ")) for word, following in pairwise(words)
    ]
    return "".join([*parts, *(word.text for word in words[-1:])])
