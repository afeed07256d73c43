"""What a difference in words may turn: a negation, a number, a name, how sure something is, who acts.

Small closed classes of English words, by kind: Quirk et al., A Comprehensive Grammar of the English Language (1985),
sections 3.21 (modals), 6.1 (pronouns), 10.54 (negation).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from retrieval.wording import Word, is_name

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


def turned(claimed: Sequence[Word], stands: Sequence[Word], *, caseless: bool = False) -> tuple[str, ...]:
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
