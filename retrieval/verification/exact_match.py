"""A claim found word for word in a statement, brackets as editors use them; and what a difference in words may turn.

Small closed classes of English words, by kind: Quirk et al., A Comprehensive Grammar of the English Language (1985),
sections 3.21 (modals), 6.1 (pronouns), 10.54 (negation).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from index.store.lexical import stems
from retrieval.core.tokens import Word, is_name, same_word
from retrieval.verification.claim import Claim, Item

NEGATORS = frozenset(
    """not no never none nobody nothing nowhere neither nor without hardly scarcely barely rarely seldom refuse refuses
    refused deny denies denied fail fails failed lack lacks zero ain't""".split()
)
_MODALS = frozenset("can could may might will would shall should must ought need gonna".split())
_HEDGES = frozenset(
    """if unless until maybe perhaps probably possibly allegedly apparently reportedly likely almost nearly about only
    just sometimes always often usually seems seem seemed hope think believe guess""".split()
)
_PERSONS = {
    form: person
    for person, forms in {
        "i": "i me my mine myself",
        "we": "we us our ours ourselves",
        "you": "you your yours",
        "he": "he him his himself",
        "she": "she her hers herself",
        "they": "they them their theirs themselves",
    }.items()
    for form in forms.split()
}
_UNITS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen""".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_VALUES = {word: str(value) for value, word in enumerate(_UNITS)}
_VALUES |= {word: str(10 * value) for value, word in enumerate(_TENS, 2)}
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_AMOUNTS = frozenset(
    """hundred hundreds thousand thousands million millions billion billions trillion dozen dozens half twice once
    double triple quarter percent per all some most every each many few several both any more less fewer least
    % $ € £ ¥""".split()
) | frozenset(_ORDINALS)
_DAYS = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december""".split()
)
_OPPOSITES = frozenset(
    frozenset(pair.split("/"))
    for pair in """more/less up/down in/out support/oppose supports/opposes supported/opposed before/after win/lose
    won/lost increase/decrease raise/lower raised/lowered open/close opened/closed good/bad better/worse best/worst
    right/wrong true/false high/low higher/lower rise/fall start/stop started/stopped begin/end accept/reject
    accepted/rejected yes/no for/against with/without above/below love/hate strong/weak safe/dangerous guilty/innocent
    agree/disagree buy/sell bought/sold add/remove import/export friend/enemy ally/enemy first/last early/late
    public/private rich/poor left/right old/new big/small large/small long/short hot/cold easy/hard""".split()
)
_PREFIXES = ("un", "in", "im", "il", "ir", "dis", "non", "mis", "anti")
_CONTRACTIONS = {
    "won't": "will not", "can't": "can not", "cannot": "can not", "shan't": "shall not", "let's": "let us",
    "gonna": "going to", "wanna": "want to", "gotta": "got to", "ain't": "is not",
}  # fmt: skip
_ENDINGS = {"n't": "not", "'ll": "will", "'re": "are", "'ve": "have", "'d": "would", "'m": "am"}


def expanded(word: str) -> list[str]:
    """Return the words of a contraction.

    >>> expanded("won't"), expanded("we'll"), expanded("mayor's")
    (['will', 'not'], ['we', 'will'], ["mayor's"])
    """
    if word in _CONTRACTIONS:
        return _CONTRACTIONS[word].split()
    for ending, full in _ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending):
            return [word[: -len(ending)], full]
    return [word]


def is_negator(word: Word) -> bool:
    """Tell whether a word denies something."""
    return not NEGATORS.isdisjoint(expanded(word.key))


def is_conditional(word: Word) -> bool:
    """Tell whether a word makes something depend on something else."""
    return word.key in {"if", "unless"}


def is_amount(word: Word) -> bool:
    """Tell whether a word is a number, or a part of one."""
    return word.key[:1].isdigit() or word.key in _VALUES or word.key in _AMOUNTS or word.key in "-$€£¥%"


def is_modal(word: Word) -> bool:
    """Tell whether a word tells how certain or wanted something is."""
    return not _MODALS.isdisjoint(expanded(word.key))


def person_of(word: Word) -> str | None:
    """Return which person a pronoun is of: "i" for "my"; None for other words."""
    return _PERSONS.get(expanded(word.key)[0])


def changed_aspects(claimed: Sequence[Word], stands: Sequence[Word], *, caseless: bool = False) -> tuple[str, ...]:
    """Return what it may turn to say some words in place of others: kinds in the order in which they matter.

    Nothing is turned by another spelling of the same ("won't", "will not"; "two", "2").

    Args:
        claimed: the words of a claim.
        stands: the words of the article, in the same place.
        caseless: whether the claim is typed without attention to capitals.
    """
    one, other = _meant(claimed), _meant(stands)
    if one == other:
        return ()
    found = {
        "negation": _of(one, NEGATORS) != _of(other, NEGATORS) or _is_prefixed(one, other),
        "number": _numbers(one) != _numbers(other),
        "name": _names(claimed, stands, caseless=caseless) or _of(one, _DAYS) != _of(other, _DAYS),
        "modal": _modals(claimed) != _modals(stands),
        "condition": _of(one, _HEDGES) != _of(other, _HEDGES),
        "person": _persons(one) != _persons(other),
        "opposite": any(frozenset((a, b)) in _OPPOSITES for a in one for b in other),
    }
    return tuple(kind for kind, is_so in found.items() if is_so)


def _meant(words: Iterable[Word]) -> list[str]:
    return [_VALUES.get(part, part) for word in words for part in expanded(word.key)]


def _of(words: Iterable[str], kind: frozenset[str]) -> Counter[str]:
    return Counter(word for word in words if word in kind)


def _numbers(words: Iterable[str]) -> Counter[str]:
    return Counter(word for word in words if word[:1].isdigit() or word in _AMOUNTS or word == "-")


def _modals(words: Iterable[Word]) -> Counter[str]:
    return _of(_meant(word for word in words if not is_name(word)), _MODALS)


def _persons(words: Iterable[str]) -> Counter[str]:
    return Counter(_PERSONS[word] for word in words if word in _PERSONS)


def _names(claimed: Sequence[Word], stands: Sequence[Word], *, caseless: bool) -> bool:
    ours = {word.key for word in claimed if is_name(word)}
    theirs = {word.key for word in stands if is_name(word)}
    if caseless:
        return bool(theirs - {word.key for word in claimed})
    return bool((ours - {word.key for word in stands}) | (theirs - {word.key for word in claimed}))


def _is_prefixed(one: Sequence[str], other: Sequence[str]) -> bool:
    return any(
        a != b and (longer := max(a, b, key=len)).endswith(shorter := min(a, b, key=len)) and len(shorter) > 2
        and longer[: -len(shorter)] in _PREFIXES
        for a in one for b in other
    )  # fmt: skip


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
