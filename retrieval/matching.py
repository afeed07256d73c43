"""A claim found word for word in a statement: stretches in order, brackets as editors use them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from index.lexical import stems
from retrieval.claims import Claim, Item
from retrieval.meaning import is_amount, is_modal, is_negator, person_of
from retrieval.wording import Word, is_name, same_word

_LONGEST_REPLACED = 4
_POINTING = frozenset("it its this that these those here there".split())

_POSSESSIVE = frozenset("my your his her its our their".split())

Stretch = tuple[int, int]
"""The positions [first, stop) of the words of a statement that a stretch of a claim is."""


@dataclass(frozen=True, slots=True)
class _Matcher:
    """Holds one stretch of a claim against the words of a statement.

    Attributes:
        items: of the stretch.
        words: of the statement.
        caseless: whether the claim is typed without attention to capitals.
        known: where the stretch ends if an item of it begins with a word, None where it does not go on from there.
            Claims full of brackets can be read in more ways than anybody can try twice.
    """

    items: Sequence[Item]
    words: Sequence[Word]
    caseless: bool
    known: dict[tuple[int, int], int | None] = field(default_factory=dict)

    def stop(self, start: int) -> int | None:
        """Return where the stretch ends that begins with a word, or None where it does not begin there."""
        end = None
        way = [(start, self._stops(start, 0))]
        while way and end is None:
            item, begin = len(way), next(way[-1][1], None)
            if begin is None:
                way.pop()
            elif item == len(self.items):
                end = begin
            elif (begin, item) in self.known:
                end = self.known[begin, item]
            else:
                self.known[begin, item] = None
                way.append((begin, self._stops(begin, item)))
        self.known.update({(begin, item): end for item, (begin, _) in enumerate(way)})
        return end

    def _stops(self, start: int, item: int) -> Iterator[int]:
        """Yield where an item may end that begins with a word, the likeliest first."""
        wanted = self.items[item]
        if wanted.editorial:
            yield from self._editorial(start, item)
        elif start < len(self.words):
            if self._is(wanted, self.words[start]):
                yield start + 1
            # What the article's editor put in brackets was not said either.
            if self.words[start].bracketed and item > 0 and not self.words[start - 1].bracketed:
                beyond = start
                while beyond < len(self.words) and self.words[beyond].bracketed:
                    beyond += 1
                if not any(map(_tells, self.words[start:beyond])):
                    yield from self._stops(beyond, item)

    def _editorial(self, start: int, item: int) -> Iterator[int]:
        inserted = self.items[item].words
        rest = self.words[start : start + len(inserted)]
        if len(rest) == len(inserted) and all(a.key == b.key for a, b in zip(inserted, rest, strict=True)):
            yield start + len(inserted)
        if any(map(_tells, (*inserted[:-1], _bare(inserted[-1])))):
            return
        for count in range(_LONGEST_REPLACED + 1):
            replaced = self.words[start : start + count]
            if len(replaced) < count:
                break
            if _may_stand_for(inserted, replaced) if count else self._may_add(start, item):
                yield start + count

    def _may_add(self, start: int, item: int) -> bool:
        """Tell whether brackets may stand for nothing: between words, or where a sentence begins or ends.

        Elsewhere they may stand for what was cut off there: "[the pier] will close" for "the ferry will close".
        """
        if "'" in self.items[item].words[-1].key:
            return False
        at_edge = item in {0, len(self.items) - 1}
        return not at_edge or start in {0, len(self.words)} or self.words[start - 1].after in {".", "?"}

    def _is(self, item: Item, word: Word) -> bool:
        (wanted,) = item.words
        if item.keys:
            return word.key in item.keys
        return same_word(wanted, word, caseless=self.caseless)


def find_stretches(claim: Claim, words: Sequence[Word]) -> list[Stretch] | None:
    """Return where each stretch of a claim stands in the words of one statement, in order; None where one does not.

    Of several ways, the one that leaves out fewest words between the stretches.

    Args:
        claim: what is claimed.
        words: of the statement.
    """
    first, *others = claim.segments
    best: list[Stretch] | None = None
    for start, stop in _places(first, words, 0, caseless=claim.caseless):
        found = [(start, stop)]
        for segment in others:
            place = next(_places(segment, words, found[-1][1], caseless=claim.caseless), None)
            if place is None:
                return best
            found.append(place)
        if best is None or _left_out(found) < _left_out(best):
            best = found
    return best


def _left_out(stretches: Sequence[Stretch]) -> int:
    return sum(start - stop for (_, stop), (start, _) in pairwise(stretches))


def _places(items: Sequence[Item], words: Sequence[Word], start: int, *, caseless: bool) -> Iterator[Stretch]:
    """Yield where a stretch stands, from a word on."""
    matcher = _Matcher(items, words, caseless)
    head = items[0]
    keys = head.keys or {head.words[0].key}
    for at in range(start, len(words)):
        if (head.editorial or words[at].key in keys) and (stop := matcher.stop(at)) is not None:
            yield at, stop


def _tells(word: Word) -> bool:
    """Tell whether a word may turn what is said, and so must not be put in or taken out unseen."""
    return is_negator(word) or is_amount(word) or is_modal(word)


def _may_stand_for(inserted: Sequence[Word], replaced: Sequence[Word]) -> bool:
    """Tell whether words in an editor's brackets may stand for words that were said.

    They name what a pronoun means, give a name in full, or are another form of the same word. One noun or name for
    another is no such thing.
    """
    bare = [*replaced[:-1], _bare(replaced[-1])]
    if any(map(_tells, bare)) or not _end_alike(inserted[-1], replaced[-1]):
        return False
    points = bare[0].key in _POINTING or person_of(bare[0]) is not None
    if len(bare) == 1 and points:
        return True
    if all(map(is_name, bare)):
        return not {word.key for word in bare}.isdisjoint(word.key for word in inserted)
    alone = len(bare) == len(inserted) == 1 or (points and len(bare) == 2)
    return alone and stems(bare[-1].key) == stems(inserted[-1].key)


def _bare(word: Word) -> Word:
    """Return a word without what is contracted to it: "they" for "they'll"."""
    return replace(word, key=word.key.partition("'")[0])


def _end_alike(inserted: Word, replaced: Word) -> bool:
    """Tell whether as much is contracted to one word as to the other: "[the mayor]'ll" is not "he'd"."""
    ours, theirs = (word.key.partition("'")[2] for word in (inserted, replaced))
    return ours == theirs or (ours == "s" and replaced.key in _POSSESSIVE) or (theirs == "s" and is_name(replaced))
