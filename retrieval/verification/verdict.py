"""A claim beside one statement, word by word, and the verdict that comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal, get_args

import numpy as np
from rapidfuzz.distance import Levenshtein

from index.core.article import Span
from retrieval.core.answer import Hit
from retrieval.core.tokens import Word, plain, same_case
from retrieval.verification.claim import Claim, Item
from retrieval.verification.exact_match import (
    Stretch,
    changed_aspects,
    find_stretches,
    is_amount,
    is_conditional,
    is_negator,
)
from retrieval.verification.statements import SpokenWord, Statement

DifferenceKind = Literal["same", "left out", "added", "changed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where a claim departs from the words as they stand, or words that are the same in both.

    Attributes:
        kind: words of the statement left out, words added to them, words changed, or the same words.
        claimed: the words of the claim; empty where some were left out.
        stands: the words of the statement; empty where some were added.
        turns: what it may turn; see `changed_aspects`; empty where none of the known kinds.
    """

    kind: DifferenceKind
    claimed: str
    stands: str
    turns: tuple[str, ...] = ()


def departures(parts: Iterable[Difference], beside: Iterable[Difference]) -> tuple[Difference, ...]:
    """Return where a claim departs from the words as they stand, of all its parts and of what is beside it."""
    return (*(part for part in parts if part.kind != "same"), *beside)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A claim held against a statement.

    Attributes:
        statement: what it was held against.
        similarity: the share of the claim's words that stand there in order, 0 to 1; 1 for all.
        parts: the claim and the statement side by side, word by word, in the order of the text.
        beside: words next to the claim, or under an ellipsis of it, without which the rest says something else.
        stretches: which words of the statement correspond to the claim.
        caution: what of the same sentence was cut off that may turn the words, or None.
    """

    statement: Statement
    similarity: float
    parts: tuple[Difference, ...]
    beside: tuple[Difference, ...]
    stretches: tuple[Stretch, ...]
    caution: str | None = None

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What differs; nothing where the claim is exact."""
        return departures(self.parts, self.beside)

    @property
    def is_exact(self) -> bool:
        """Whether there is no difference but typography."""
        return not self.differences

    @property
    def is_quoted(self) -> bool:
        """Whether the article has all of these words in quotation marks."""
        return all(one.quoted for one in self._spoken())

    @property
    def stands(self) -> str:
        """The words as they stand, an ellipsis where the claim has one."""
        words = self.statement.words
        return " … ".join(plain([one.word for one in words[first:stop]]) for first, stop in self.stretches)

    def spans(self) -> dict[int, list[Span]]:
        """Return the code points of the corresponding words, by passage."""
        found: dict[int, list[Span]] = {}
        for first, stop in self.stretches:
            for passage in dict.fromkeys(one.passage for one in self.statement.words[first:stop]):
                inside = [one.word for one in self.statement.words[first:stop] if one.passage == passage]
                found.setdefault(passage, []).append((inside[0].start, inside[-1].end))
        return found

    def _spoken(self) -> Iterator[SpokenWord]:
        for first, stop in self.stretches:
            yield from self.statement.words[first:stop]


def compare(claim: Claim, statement: Statement) -> Comparison | None:
    """Return a claim beside the words of a statement that are nearest to it; None where it shares none.

    Args:
        claim: what is claimed; it has words.
        statement: what was said.
    """
    words = [one.word for one in statement.words]
    found = find_stretches(claim, words)
    if found is not None:
        parts = [Difference("same", plain(said := words[first:stop]), plain(said)) for first, stop in found]
        return Comparison(statement, 1.0, tuple(parts), _beside(claim, words, found), tuple(found), _rest(words, found))
    return _otherwise_ordered(claim, statement, words) or _nearest(claim, statement, words)


def _otherwise_ordered(claim: Claim, statement: Statement, words: Sequence[Word]) -> Comparison | None:
    """Return a claim whose stretches all stand in a statement, but in another order."""
    if len(claim.segments) == 1:
        return None
    alone = [find_stretches(replace(claim, segments=(segment,)), words) for segment in claim.segments]
    found = sorted(place for one in alone if one for place in one)
    if len(found) < len(alone):
        return None
    stands = " … ".join(plain(words[first:stop]) for first, stop in found)
    return Comparison(statement, 1.0, (Difference("changed", claim.text, stands, ("order",)),), (), tuple(found))


def _nearest(claim: Claim, statement: Statement, words: Sequence[Word]) -> Comparison | None:
    found: list[Stretch] = []
    parts: list[Difference] = []
    distance, beginning = 0, 0
    for segment in claim.segments:
        wanted = [word for item in segment for word in item.words]
        missed, first, stop = best_window([word.key for word in wanted], [word.key for word in words[beginning:]])
        if first == stop:
            return None
        found.append((beginning + first, beginning + stop))
        distance, beginning = distance + missed, beginning + stop
        parts += _side_by_side(claim, segment, words[slice(*found[-1])])
    similarity = max(0.0, 1 - distance / len(claim.words))
    return Comparison(statement, similarity, tuple(parts), _beside(claim, words, found), tuple(found))


def _beside(claim: Claim, words: Sequence[Word], found: Sequence[Stretch]) -> tuple[Difference, ...]:
    return (*_questions(claim, words, found), *_cut_off(claim, words, found))


def best_window(wanted: Sequence[str], words: Sequence[str]) -> tuple[int, int, int]:
    """Return the stretch of some words that is fewest changes away from wanted ones, as (changes, first, stop).

    Source: Sellers, The theory and computation of evolutionary distances (1980); row by row over all ends at once.

    >>> best_window("hold them two days".split(), "we will hold them for two days now".split())
    (1, 2, 7)
    """
    stop_costs = _window_costs(wanted, words)
    stop = int(np.argmin(stop_costs))
    start_costs = _window_costs(wanted[::-1], words[:stop][::-1], anchored=True)
    near = np.abs(np.arange(len(start_costs)) - len(wanted))
    # Of stretches that are as near, the one that begins as the wanted one does; so "won't" is set beside "will not".
    begins_otherwise = np.array([True, *(word != wanted[0] for word in words[:stop][::-1])])
    length = int(np.lexsort((near, begins_otherwise, start_costs))[0])
    return int(start_costs[length]), stop - length, stop


def _window_costs(wanted: Sequence[str], words: Sequence[str], *, anchored: bool = False) -> np.ndarray:
    """Return the fewest changes with which a stretch that ends before each word becomes the wanted one."""
    place = np.arange(len(words) + 1)
    row = place.copy() if anchored else np.zeros(len(words) + 1, int)
    text = np.array([*words, ""], object)[:-1]
    for word in wanted:
        following = row + 1
        following[1:] = np.minimum(following[1:], row[:-1] + (text != word))
        row = np.minimum.accumulate(following - place) + place
    return row


def _side_by_side(claim: Claim, segment: Sequence[Item], words: Sequence[Word]) -> Iterator[Difference]:
    claimed = [word for item in segment for word in item.words]
    for first, last, from_, to in _groups(claim, claimed, words):
        stood, said = words[first:last], claimed[from_:to]
        same = bool(said) and _are_same(claim, said, stood)
        kind: DifferenceKind = "same" if same else "changed" if said and stood else "added" if said else "left out"
        yield Difference(kind, plain(said), plain(stood), () if same else _turns(said, stood, claim))


def _groups(claim: Claim, claimed: Sequence[Word], words: Sequence[Word]) -> list[list[int]]:
    """Return stretches of words that are the same, and that differ, by turns: positions in the words and the claim."""
    groups: list[tuple[bool, list[int]]] = []
    for code in Levenshtein.opcodes([word.key for word in words], [word.key for word in claimed]):
        shift = code.dest_start - code.src_start
        steps = [(at, at + 1, at + shift, at + shift + 1) for at in range(code.src_start, code.src_end)]
        whole = [(code.src_start, code.src_end, code.dest_start, code.dest_end)]
        for i, after, j, beyond in steps if code.tag == "equal" else whole:
            same = code.tag == "equal" and _are_same(claim, claimed[j:beyond], words[i:after])
            if groups and groups[-1][0] == same:
                groups[-1][1][1::2] = [after, beyond]
            else:
                groups.append((same, [i, after, j, beyond]))
    return [group for _, group in groups]


def _are_same(claim: Claim, said: Sequence[Word], stood: Sequence[Word]) -> bool:
    return len(said) == len(stood) and all(
        one.key == other.key and same_case(one, other, caseless=claim.caseless)
        for one, other in zip(said, stood, strict=True)
    )


def _turns(said: Sequence[Word], stood: Sequence[Word], claim: Claim) -> tuple[str, ...]:
    if [word.key for word in said] == [word.key for word in stood]:
        capitals = any(w.text.isupper() != o.text.isupper() for w, o in zip(said, stood, strict=True))
        return ("name",) if capitals else ()
    return changed_aspects(said, stood, caseless=claim.caseless)


def _questions(claim: Claim, words: Sequence[Word], stretches: Sequence[Stretch]) -> Iterator[Difference]:
    """Yield where a statement became a question, or a question a statement."""
    for segment, (first, stop) in zip(claim.segments, stretches, strict=True):
        said = [word.after for item in segment for word in item.words]
        asked = "?" in said[:-1]
        inside = any(word.after == "?" for word in words[first : stop - 1])
        ends = (said[-1], words[stop - 1].after)
        ending = said[-1] in {"?", "."} and "?" in ends and ends[0] != ends[1]
        if asked != inside or ending:
            yield Difference("changed", "?" if "?" in said else ".", "?" if "?" not in said else ".", ("question",))


def _cut_off(claim: Claim, words: Sequence[Word], stretches: Sequence[Stretch]) -> Iterator[Difference]:
    """Yield words beside the claim, or under an ellipsis of it, without which the rest says something else."""
    before, after = stretches[0][0] - 1, stretches[-1][1]
    if before >= 0 and words[before].after == "":
        if is_negator(words[before]):
            yield Difference("left out", "", words[before].text, ("negation",))
        elif is_amount(words[before]) and is_amount(words[before + 1]) and words[before + 1].key not in "$€£¥":
            yield Difference("left out", "", words[before].text, ("number",))
    if after < len(words) and words[after - 1].after == "" and is_amount(words[after]) and _counts(words[after - 1]):
        yield Difference("left out", "", words[after].text, ("number",))
    for (_, first), (stop, _) in pairwise(stretches):
        hidden = _hidden(words, first, stop)
        turns = changed_aspects((), hidden, caseless=claim.caseless)
        if telling := tuple(turn for turn in turns if turn == "negation"):
            yield Difference("left out", "", plain(hidden), telling)
        elif any(map(is_conditional, hidden)):
            yield Difference("left out", "", plain(hidden), ("condition",))


def _counts(word: Word) -> bool:
    return is_amount(word) and (word.key[:1].isdigit() or word.key not in {"all", "both", "some", "any", "each"})


def _hidden(words: Sequence[Word], first: int, stop: int) -> list[Word]:
    """Return what an ellipsis hides of the sentences before and after it; whole sentences between may go."""
    ends = [at for at in range(first - 1, stop) if words[at].after in {".", "?"}]
    if not ends:
        return list(words[first:stop])
    return [*words[first : ends[0] + 1], *words[ends[-1] + 1 : stop]]


def _rest(words: Sequence[Word], stretches: Sequence[Stretch]) -> str | None:
    """Return the rest of the sentence that the claim was cut from, where it denies it or depends on something."""
    first, stop = stretches[0][0], stretches[-1][1]
    begin = first
    while begin > 0 and words[begin - 1].after not in {".", "?"}:
        begin -= 1
    end = stop
    while 0 < end < len(words) and words[end - 1].after not in {".", "?"}:
        end += 1
    for part in (words[begin:first], words[stop:end]):
        if any(is_negator(word) or is_conditional(word) for word in part):
            return plain(words[begin:end])
    return None


VerdictName = Literal["exact", "altered", "other speaker", "about, not by", "unattributed", "paraphrase", "not found"]
VERDICTS: tuple[VerdictName, ...] = get_args(VerdictName)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the articles say to a claimed quotation.

    Attributes:
        claim: the words, as typed.
        by: who is to have said them, as typed, or None.
        verdict: "exact": word for word, in quotation marks, by that speaker; "altered": that speaker's words, but not
            these; "other speaker": somebody else's; "about, not by": said or written about that speaker;
            "unattributed": quoted, but the article does not tell of whom; "paraphrase": the same matter in reported
            speech or other words; "not found": none of it.
        meant: canonical name of whom `by` means first; None where it names nobody who is quoted.
        speaker: canonical name of whose words they are, or None.
        written: whether the words stand in an article, said by nobody ("not found").
        reported: whether the matter stands there as reported speech only ("paraphrase").
        stands: the words as they stand; empty where nothing corresponds.
        parts: claim and words as they stand side by side, word by word, in the order of the text.
        beside: words next to the claim, or under an ellipsis of it, without which the rest says something else.
        caution: the whole sentence, where the claim is a part of it and the rest denies it or makes it depend.
        hits: where the words stand, best first.
        nearest: what comes nearest where they do not stand anywhere.
    """

    claim: str
    by: str | None
    verdict: VerdictName
    meant: str | None = None
    speaker: str | None = None
    written: bool = False
    reported: bool = False
    stands: str = ""
    parts: tuple[Difference, ...] = ()
    beside: tuple[Difference, ...] = ()
    caution: str | None = None
    hits: tuple[Hit, ...] = ()
    nearest: tuple[Hit, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether the claim may be printed as it is."""
        return self.verdict == "exact"

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What differs; nothing where the claim is exact, or stands nowhere."""
        return departures(self.parts, self.beside)

    @property
    def turns(self) -> tuple[str, ...]:
        """What the differences may turn, each once."""
        return tuple(dict.fromkeys(turn for difference in self.differences for turn in difference.turns))

    def to_json(self, message: str) -> dict[str, Any]:
        """Return the verdict as a JSON object; `hits` stand under "passages", as in an Answer.

        Args:
            message: the verdict as one sentence for people.
        """
        return {
            "claim": self.claim,
            "by": self.by,
            "verdict": self.verdict,
            "message": message,
            "speaker": self.speaker,
            "stands": self.stands,
            "words": [_json(part) for part in self.parts],
            "differences": [_json(one) for one in self.differences],
            "turns": list(self.turns),
            "caution": self.caution,
            "passages": [hit.to_json() for hit in self.hits],
            "nearest": [hit.to_json() for hit in self.nearest],
        }


def _json(part: Difference) -> dict[str, Any]:
    return {"kind": part.kind, "claimed": part.claimed, "stands": part.stands, "turns": list(part.turns)}
