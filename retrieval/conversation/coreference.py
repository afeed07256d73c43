"""Whom and what the words of a follow-up point to: pronouns to the names of earlier turns, by gender and number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.core.sentences import CAPITALS
from index.quotations.lexicon.names import GENDERS, SUFFIXES, by_first_name, by_title, is_first_name
from retrieval.conversation.state import Dialog, NamedSpeaker
from retrieval.core.names import LEADERS, name_words, words
from retrieval.query.speakers import Directory, Person, clearly_meant

_PRONOUN = re.compile(
    r"(?<![\w’'-])(?P<word>he|him|his|she|her|hers|they|them|their|theirs)(?P<short>['’](?:s|d|ll|ve|re))?(?![\w’'-])",
    re.IGNORECASE,
)
_SUBJECTS = frozenset(("he", "she", "they"))
_POSSESSIVE = frozenset(("his", "their", "hers", "theirs"))
# What may follow "her" where it is no possessive: "what did the board tell her about the fees".
_AFTER_OBJECT = frozenset(
    """a an the about on of in at to for from by with over after before during since and or but as so when where why
    how that this then again back up out off down not say says said do did does make made think go into this last
    first now today yesterday there here instead""".split()
)
_LEANS = re.compile(
    r"\b(?:he|him|his|she|her|hers|they|them|their|theirs|it|its|that|this|these|those|there|then|one|ones|else|again|"
    r"still|himself|herself|itself|themselves|the (?:other|others|same|former|latter|first|second))\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"(?<=\w) that(?= \w+ \w)", re.IGNORECASE)
_LEADING = re.compile(r"(?:and|but|so|or|then|also)\b", re.IGNORECASE)
_AT = re.compile(r"\b(?:in|at|from|to|near|into|across|the)\s+$", re.IGNORECASE)
_BODIES = frozenset(
    """department committee party council university college company bank court house senate congress commission agency
    association union times post board bureau ministry office group institute institution federation police army fund
    foundation county city state states school hospital church team club network news""".split()
)
_ANSWERS = re.compile(
    r"\b(?:answer|reply|replied|respond|retort|react|say back|hit back|fire back)(?:ed|s)?\b", re.IGNORECASE
)
_NAME = re.compile(
    rf"(?<![\w’'-])(?:(?:Mr|Mrs|Ms|Dr|Gov|Sen|Rep|St)\. )?[{CAPITALS}][\w’'-]*\w"
    rf"(?:\s+(?:(?:van|von|de|del|della|da|di|la|le|bin|al|of the|of)\s+)?[{CAPITALS}](?:\.|[\w’'-]*))*"
    rf"(?:\s+(?:{'|'.join(sorted(LEADERS))})\b)?"
)
_NO_NAME = frozenset(
    """what who whom whose when where why how which did does do is are was were has have had will would can could should
    and but so or then the a an i no yes not ok okay anything tell show list find in on at of for to from by with also
    please he she it they his her their him them we you your our its this that these those there any some other others
    if january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday""".split()
)


# "Who says he would pay?": he is whoever says so.
_WHOEVER = re.compile(
    r"\bwho(?:ever)?\s+(?:else\s+)?(?!(?:did|does|do|is|are|was|were|has|have|had|will|would)\b)\w+\s+(?:that\s+)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A text whose pronouns are resolved as far as that is certain.

    Attributes:
        text: the text with names in place of pronouns.
        people: who was named in place of them.
        rivals: who may be meant by a pronoun that several fit equally; empty where there is none.
        pronoun: that pronoun.
    """

    text: str
    people: tuple[NamedSpeaker, ...] = ()
    rivals: tuple[NamedSpeaker, ...] = ()
    pronoun: str = ""


def mention_of(person: Person) -> NamedSpeaker:
    """Return what is remembered of a speaker."""
    return NamedSpeaker(
        person.name, person.kind, person.gender or (_told_by_name(person.name) if person.kind == "person" else None)
    )


def named_in(text: str) -> list[NamedSpeaker]:
    """Return the names that stand in a text with capital letters, in order, with who leads what they name.

    >>> [mention.name for mention in named_in("What did Adela Brandvold say about Mr. Olmo's order to the ABC boss?")]
    ['Adela Brandvold', 'Mr. Olmo', 'ABC boss']
    """
    found = []
    for match in _NAME.finditer(text):
        name = _without_small_words(match.group())
        if name:
            found.append(NamedSpeaker(name, _kind(name, text[: match.start()]), _told_by_name(name)))
    return found


def _kind(name: str, before: str) -> str:
    """Return what a name that nobody is known by probably names: a place and an office are no persons."""
    every = name.split()
    if every[-1].lower() in _BODIES or any(len(word) > 1 and word.isupper() for word in every):
        return "organisation"
    if not _told_by_name(name) and not is_first_name(every[0]) and _AT.search(before):
        return "place"
    return "person"


def whom(everybody: Directory, near: Directory | None, mention: str) -> Person | None:
    """Return whom words name: by name rather than by role, and near rather than anywhere.

    Args:
        everybody: who speaks anywhere.
        near: who speaks in the articles at hand, if there are such.
        mention: the words.
    """
    sought = set(name_words(mention))
    found = [near.find(mention) if near else [], everybody.find(mention)]
    by_name = [[person for person in people if _bears(person, sought)] for people in found]
    for people in (*(by_name if len(sought) < 2 else by_name[::-1]), *found):
        person = clearly_meant(people)
        if person:
            return everybody.same(person)
        if people and people is by_name[-1]:
            return None
    return None


def _bears(person: Person, sought: set[str]) -> bool:
    """Whether words are a person's name, or at least half of the name of a group or an organisation."""
    return any(
        sought <= set(name) and (person.kind == "person" or 2 * len(sought) >= len(name)) for name in person.names
    )


def is_context_dependent(text: str, everybody: Directory | None = None, *, surely: bool = False) -> bool:
    """Tell whether a question has words that point to what was said before.

    Such are a pronoun that nobody named earlier in the question may be meant by, "else", and an "and" before it all.

    Args:
        text: the question.
        everybody: who speaks in the collection, whose names may be typed without capital letters.
        surely: count only words that cannot do without what was said before: "there" and "again" can.
    """
    bare = _RELATIVE.sub(" ", " ".join(text.split()).strip(" ?!.,"))
    if _LEADING.match(bare):
        return True
    for match in _LEANS.finditer(bare):
        personal = _PRONOUN.fullmatch(match.group()) is not None
        if personal and not _antecedent(match.group(), bare[: match.start()], everybody):
            return True
        if not personal and not surely:
            return True
    return False


def _antecedent(word: str, before: str, everybody: Directory | None) -> bool:
    """Whether words before a pronoun name somebody it may stand for."""
    named = any(one.kind != "place" for one in named_in(before)) or (everybody and everybody.named_in(before))
    return bool(named) or (word.lower() in _SUBJECTS and _WHOEVER.search(before) is not None)


def in_full(mention: NamedSpeaker, dialog: Dialog) -> NamedSpeaker:
    """Return a mention by the fuller name that an earlier turn gave: "Olmo" after "Otto Olmo"."""
    named = set(words(mention.name))
    for turn in dialog.latest():
        for one in turn.people:
            if named < set(words(one.name)) and (None in (one.gender, mention.gender) or one.gender == mention.gender):
                return one
    return mention


def is_pronoun(text: str) -> bool:
    """Tell whether a text is nothing but a pronoun."""
    return _LEANS.fullmatch(text.strip()) is not None


def resolve_references(text: str, dialog: Dialog) -> Resolved:
    """Put names in the place of pronouns.

    A pronoun stays where its own question names somebody it may stand for, and where nobody fits. One that two people
    of the same turn fit equally is left, and both are reported.
    """
    named: list[NamedSpeaker] = []
    rivals: Sequence[NamedSpeaker] = ()
    pieces, start, pronoun = [], 0, ""
    for match in _PRONOUN.finditer(text):
        word = match["word"].lower()
        owns = _stands_for_owner(word, text[match.end() :])
        inside = [one for one in named_in(text[: match.start()]) if stands_for(word, one)]
        # "What did Olmo say about her?": an object is never the subject of its own sentence.
        if word in _SUBJECTS and _WHOEVER.search(text[: match.start()]):
            break
        if inside and (owns or word in _SUBJECTS):
            continue
        inner = [one for one in named if stands_for(word, one)]
        # What somebody owns is owned by whoever was named last: "what did she tell him about his plan?"
        meant = inner[-1:] if owns else _meant(word, dialog, text, () if word in _SUBJECTS else named)
        meant = meant or _meant(word, dialog, text, ())
        if len(meant) != 1:
            rivals, pronoun = rivals or meant, pronoun or match["word"]
            continue
        if meant[0].name in {one.name for one in named} and not owns:
            continue
        named.append(replace(meant[0], gender=meant[0].gender or GENDERS.get(word)))
        name = meant[0].name + (_owned(meant[0].name) if owns else "")
        pieces += [text[start : match.start()], name + (match["short"] or "")]
        start = match.end()
    return Resolved("".join([*pieces, text[start:]]), tuple(dict.fromkeys(named)), tuple(rivals), pronoun)


def stands_for(word: str, mention: NamedSpeaker) -> bool:
    """Tell whether a pronoun may stand for somebody, as far as gender and number are known."""
    gender = GENDERS.get(word.lower())
    if gender is None:
        return mention.kind in {"organisation", "group"} or " and " in mention.name
    return mention.kind in {"person", "group"} and mention.gender in (gender, None) and " and " not in mention.name


def _meant(word: str, dialog: Dialog, text: str, taken: Sequence[NamedSpeaker]) -> Sequence[NamedSpeaker]:
    """Return whom a pronoun stands for: one, several that fit equally, or nobody."""
    replies = _ANSWERS.search(text) is not None
    known_not: set[str] = set()
    for turn in dialog.latest():
        fitting = [one for one in turn.people if stands_for(word, one) and one.name not in known_not]
        known_not |= {one.name for one in turn.people if one not in fitting}
        if replies and turn is dialog.last and len(fitting) > 1 and fitting[0].name == turn.speaker:
            fitting = fitting[1:]
        # Nobody is the object of what he does himself: "what did he tell him?"
        fitting = [one for one in fitting if one not in taken]
        if not fitting:
            continue
        first = fitting[0]
        known = [one for one in fitting if one.gender is not None]
        if first.gender is None and known and word in GENDERS and first.name != turn.speaker:
            return known[:1]
        if turn.speaker is None and turn.asks == "anything" and len(known) > 1:
            return known
        return [first] if turn.speaker else known or [first]
    return ()


def _stands_for_owner(word: str, after: str) -> bool:
    if word != "her":
        return word in _POSSESSIVE
    following = re.match(r"\s+([\w’'-]+)", after)
    return following is not None and following[1].lower() not in _AFTER_OBJECT


def _owned(name: str) -> str:
    return "’" if name.endswith("s") else "’s"


def _without_small_words(name: str) -> str:
    every = name.split()
    while every and re.split("[.’']", every[0].lower())[0] in _NO_NAME:
        del every[0]
    while every and every[-1].lower() in _NO_NAME:
        del every[-1]
    return re.sub(r"['’]s?$", "", " ".join(every))


def _told_by_name(name: str) -> str | None:
    """Return the gender that a title or a first name tells."""
    every = name.split()
    title = by_title(every[0].strip(".")) if every else None
    plain = [word for word in every if word.lower().strip(".") not in SUFFIXES]
    first = plain[0] if len(plain) > 1 and is_first_name(plain[0]) else None
    return title or (by_first_name(first) if first else None)
