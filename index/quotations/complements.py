"""What was said where no clause says it: "denied the charge", "called him a liar", "urged them to go"."""

from __future__ import annotations

from spacy.tokens import Token

from index.quotations.asserting import asserted
from index.quotations.cues import Cue
from index.quotations.syntax import child, extent, trimmed
from index.quotations.wordlists import words
from index.spans import Span

_OBJECTS = frozenset({"dobj", "attr", "oprd"})
_TIMES = words(
    """today yesterday tonight tomorrow monday tuesday wednesday thursday friday saturday sunday morning afternoon
    evening night week month year day"""
)
_PARTICLED = frozenset({"point", "points", "pointed", "pointing"})
_NAMING_LINKS = frozenset({"as", "to", "of", "for", "with", "against"})
_NARROW_LINKS = frozenset({"of", "for", "as", "to", "about"})
_OBJECT_LINKS = frozenset({"of", "for", "as", "to", "about", "in", "at", "on", "against", "by", "from", "with"})


def complement(verb: Token, cue: Cue) -> list[Span]:
    """Return the range of what a verb reports by an object, an infinitive or a preposition; at most one."""
    for find in (_naming, _quoted, _infinitive, _noun, _preposition):
        found = find(verb, cue)
        if found is not None:
            return [found]
    return []


def _objects(verb: Token) -> list[Token]:
    if child(verb, "prt") is not None and verb.lower_ not in _PARTICLED:
        return []
    return [one for one in verb.children if one.dep_ in _OBJECTS and one.i > verb.i]


def _naming(verb: Token, cue: Cue) -> Span | None:
    """Such as "called him a liar", "described it as dead", "accused her of lying"."""
    if not cue.naming or not asserted(verb) or child(verb, "prt") is not None:
        return None
    parts = [
        one
        for one in verb.children
        if one.i > verb.i
        and (
            one.dep_ in {"dobj", "oprd", "ccomp", "xcomp", "attr", "acomp"}
            or (one.dep_ == "prep" and (one.lower_ in _NAMING_LINKS or (one.lower_ == "on" and cue.lemma == "blame")))
            or (one.dep_ == "advcl" and one.left_edge.lower_ == "as")
        )
    ]
    if not parts or (parts[0].dep_ == "prep" and not cue.noun):
        return None
    if cue.lemma == "call" and len(parts) == 1 and (parts[0].dep_ == "dobj" or parts[0].pos_ == "PROPN"):
        return None  # by telephone
    return trimmed(verb.doc, parts[0].left_edge.i, max(one.right_edge.i for one in parts))


def _quoted(verb: Token, cue: Cue) -> Span | None:
    """Words in quotation marks as the object of a verb of saying: said "yes"."""
    if not cue.clause:
        return None
    for one in verb.children:
        if one.i > verb.i and one.dep_ in {"dobj", "oprd", "attr", "acomp", "xcomp", "advcl"}:
            start, end = extent(one)
            if "“" in verb.doc.text[max(start - 1, 0) : end]:
                return start, end
    return None


def _infinitive(verb: Token, cue: Cue) -> Span | None:
    if not cue.infinitive or not asserted(verb):
        return None
    for one in verb.children:
        if one.i > verb.i and one.dep_ in {"xcomp", "ccomp"} and child(one, "aux") is not None:
            return extent(one)
    return None


def _noun(verb: Token, cue: Cue) -> Span | None:
    if not cue.noun or not asserted(verb):
        return None
    found = [one for one in _objects(verb) if one.lower_ not in _TIMES]
    if not found:
        gerund = child(verb, "xcomp")
        return extent(gerund) if gerund is not None and gerund.i > verb.i else None
    last = found[-1].right_edge.i
    for one in verb.children:
        if (
            one.dep_ == "prep"
            and one.left_edge.i == last + 1
            and one.lower_ in (_OBJECT_LINKS if cue.naming or not cue.clause else _NARROW_LINKS)
        ):
            last = one.right_edge.i
    return trimmed(verb.doc, found[0].left_edge.i, last)


def _with_as(verb: Token, found: Span, last: int) -> Span:
    """Such as "pointed to the cracks as a warning": what the thing is called belongs to what was said."""
    for one in verb.children:
        if one.dep_ == "prep" and one.lower_ == "as" and one.left_edge.i == last + 1:
            return found[0], extent(one)[1]
    return found


def _preposition(verb: Token, cue: Cue) -> Span | None:
    if not asserted(verb):
        return None
    for one in verb.children:
        if one.i < verb.i or one.lower_ not in cue.prepositions:
            continue
        if one.dep_ == "prep":
            inner = child(one, "pobj", "pcomp", "prep")
            if inner is not None:
                return _with_as(verb, extent(inner), inner.right_edge.i)
        if one.dep_ == "prt":
            found = _objects(verb)
            if found:
                return extent(found[0])
    return None
