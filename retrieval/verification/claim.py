"""A claimed quotation as it was typed: the words that were said, what was left out, and what an editor put in."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

from retrieval.core.tokens import Word, typed_without_case, words_of

MAX_CLAIM = 5000
"""Code points of a claim; what is longer is an article rather than a quotation."""

_ELLIPSIS = re.compile(r"[\[(]\s*(?:…|\.(?:\s?\.){2,})\s*[\])]|…|\.(?:\s?\.){2,}")
_OUTER = " \t\n\r\"“”„‟«»‘’'`"
_MENDED = re.compile(r"(?<![^\W_])[^\W_]+\[[^\W_]+\][^\W_]*|\[[^\W_]+\][^\W_]+")
_EDITORIAL = re.compile(r"(?<!\w)\[([^\[\]]*)\](?P<suffix>['’](?:s|re|ll|ve|d|m))?(?!\w)")
_INFLECTIONS = frozenset("s es d ed n en ing".split())


@dataclass(frozen=True, slots=True)
class Item:
    """A word of a claim, or what an editor put in square brackets.

    Attributes:
        words: the word, or the words in the brackets.
        editorial: whether they stand in brackets of their own, and for a word or a few that were said.
        keys: what the word may have been, where an editor changed a part of it ("[W]e", "hold[ing]"); else empty.
    """

    words: tuple[Word, ...]
    editorial: bool = False
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Claim:
    """Words that somebody is to have said.

    Attributes:
        text: as typed, without the outer quotation marks.
        by: words that name who is to have said them, or None.
        segments: the items of each stretch that is to have been said without a break; an ellipsis lies between two.
    """

    text: str
    by: str | None
    segments: tuple[tuple[Item, ...], ...]

    @cached_property
    def words(self) -> list[Word]:
        """All words, those in brackets among them."""
        return [word for segment in self.segments for item in segment for word in item.words]

    @cached_property
    def caseless(self) -> bool:
        """Whether it is typed without attention to capitals."""
        return typed_without_case(self.words)


def read_claim(text: str, by: str | None = None) -> Claim:
    """Read a claim.

    An ellipsis parts it into stretches; square brackets hold what was not said, "[sic]" nothing at all. A stretch all
    in brackets claims nothing.

    >>> [len(segment) for segment in read_claim("“[The mayor] will hold … two days”").segments]
    [3, 2]

    Args:
        text: the words, in quotation marks or not.
        by: words that name who is to have said them.
    """
    tidy = " ".join(text.split()).strip(_OUTER)
    stretches = (items for items in map(_items, _ELLIPSIS.split(tidy)) if not all(item.editorial for item in items))
    return Claim(tidy, (by or "").strip() or None, tuple(stretches))


def _items(stretch: str) -> tuple[Item, ...]:
    mended = {match.start(): match for match in _MENDED.finditer(stretch)}
    covered = [match.span() for match in mended.values()]
    editorial = [m for m in _EDITORIAL.finditer(stretch) if not any(a <= m.start() < b for a, b in covered)]
    blank = stretch
    for match in (*mended.values(), *editorial):
        blank = blank[: match.start()] + "\x00" * len(match.group()) + blank[match.end() :]
    items = [(word.start, Item((word,))) for word in words_of(blank)]
    items += [(start, _mended(match)) for start, match in mended.items()]
    items += [(match.start(), _put_in(match)) for match in editorial if match[1].strip() != "sic"]
    return tuple(item for _, item in sorted(items, key=lambda one: one[0]) if item.words)


def _put_in(match: re.Match[str]) -> Item:
    return Item(tuple(words_of(match[1] + (match["suffix"] or ""))), editorial=True)


def _mended(match: re.Match[str]) -> Item:
    """Return a word of which an editor changed the ending, or the case of the first letter."""
    whole = match.group()
    (word,) = words_of(re.sub(r"[\[\]]", "", whole))[:1] or (Word(whole, whole, 0, len(whole)),)
    ending = re.fullmatch(r"(\w+)\[(\w+)\]", whole)
    keys = {word.key, ending[1].casefold()} if ending and ending[2].casefold() in _INFLECTIONS else {word.key}
    return Item((replace(word, opens=True),), keys=frozenset(keys))
