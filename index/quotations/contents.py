"""What a reporting verb says was said: the ranges of its content in the parsed text."""

from __future__ import annotations

from spacy.tokens import Doc, Token

from index.quotations.cues import Cue
from index.quotations.syntax import child, extent, is_passive, trimmed

Range = tuple[int, int]
_OBJECTS = frozenset({"dobj", "attr", "oprd"})
_TIMES = frozenset(
    """today yesterday tonight tomorrow monday tuesday wednesday thursday friday saturday sunday morning afternoon
    evening night week month year day""".split()
)
_PARTICLED = frozenset({"point", "points", "pointed", "pointing"})
_SUBORDINATE = frozenset({"because", "if", "unless", "although", "though", "since"})
_NAMING_LINKS = frozenset({"as", "to", "of", "for", "with"})
_BREAKS = frozenset({":", ";", "—", "–", "―", "--", "“", "”", "("})
_CLAUSE_SUBJECTS = frozenset({"nsubj", "nsubjpass", "expl", "csubj"})
_DEPENDENT = frozenset({"as", "after", "when", "while", "before", "since", "although", "though", "once", "until"})


def contents(verb: Token, cue: Cue) -> list[Range]:
    """Return the ranges of what was said, in the order of the text; none where the verb reports nothing here."""
    if is_passive(verb):
        return _passive(verb, cue)
    for find in (_clause, _around, _complement):
        found = find(verb, cue)
        if found:
            return found
    return []


def _clause(verb: Token, cue: Cue) -> list[Range]:
    if not cue.clause:
        return []
    found = [one for one in verb.children if one.dep_ == "ccomp" and one.i != verb.i]
    right = [one for one in found if one.i > verb.i]
    if right:
        start, end = extent(right[0])
        return [(start, max([end, *(extent(one)[1] for one in verb.children if _goes_on(one, right[0]))]))]
    left = [one for one in found if one.i < verb.i]
    return _before(left[-1], verb) if left else []


def _goes_on(one: Token, clause: Token) -> bool:
    """A clause of reason or condition right after what was said belongs to what was said."""
    if one.dep_ != "advcl" or one.i < clause.i or one.left_edge.i - clause.right_edge.i > 2:
        return False
    return one.left_edge.lower_ in _SUBORDINATE


def _before(clause: Token, verb: Token) -> list[Range]:
    """The clause before the verb; a part of it may follow the verb ("The plan, she said, is bad")."""
    doc = verb.doc
    own = _own_clause(verb)
    last = min(clause.right_edge.i, own[0] - 1)
    first = _sentence_start(clause, verb)
    ranges = [trimmed(doc, first, last)] if last >= first else []
    if clause.right_edge.i > own[1]:
        ranges.append(trimmed(doc, own[1] + 1, clause.right_edge.i))
    return ranges


def _sentence_start(clause: Token, verb: Token) -> int:
    """Where fronted words begin: at the sentence's first word, unless a mark stronger than a comma comes between."""
    doc, start = clause.doc, verb.sent.start
    while start < clause.left_edge.i and (doc[start].is_punct or doc[start].is_space):
        start += 1
    between = doc[start : clause.left_edge.i]
    return clause.left_edge.i if any(one.text in _BREAKS for one in between) else start


def _own_clause(verb: Token) -> tuple[int, int]:
    """First and last token of a reporting verb with its subject, addressee and time, without what it reports."""
    first = last = verb.i
    for one in verb.children:
        if one.dep_ in {"nsubj", "aux", "neg", "dobj", "dative", "npadvmod", "advmod", "prep", "prt", "cc"}:
            if one.left_edge.i < first and one.dep_ in {"nsubj", "aux", "advmod", "neg"}:
                first = one.left_edge.i
            last = max(last, one.right_edge.i)
    return first, last


def _around(verb: Token, cue: Cue) -> list[Range]:
    """A reporting clause set off by commas, which the parser hangs beside or below what it reports."""
    if not cue.clause or child(verb, "nsubj") is None:
        return []
    if any(one.dep_ in {"dobj", "ccomp", "xcomp"} and one.i > verb.i for one in verb.children):
        return []
    doc, sentence = verb.doc, verb.sent
    first, last = _own_clause(verb)
    if first <= sentence.start or doc[first - 1].text not in {",", "—", "–", "―"}:
        return []
    if last + 1 < sentence.end and not doc[last + 1].is_punct:
        return []
    before, after = (sentence.start, first - 2), (last + 2, sentence.end - 1)
    whole = _is_clause(doc, *before)
    ranges = [trimmed(doc, *before)] if whole else []
    if after[0] < after[1] and doc[last + 1].text in {",", "—", "–", "―"} and (not whole or verb.dep_ != "ROOT"):
        if not whole and _is_clause(doc, *after) and before[1] > before[0]:
            ranges.append(trimmed(doc, *before))
        if whole or _is_clause(doc, *after):
            ranges.append(trimmed(doc, *after))
    return ranges


def _is_clause(doc: Doc, first: int, last: int) -> bool:
    """Whether tokens hold a clause that can stand alone."""
    while first <= last and (doc[first].is_space or doc[first].is_punct):
        first += 1
    if first > last or doc[first].lower_ in _DEPENDENT:
        return False
    return any(doc[at].dep_ in _CLAUSE_SUBJECTS for at in range(first, last + 1))


def _complement(verb: Token, cue: Cue) -> list[Range]:
    for find in (_naming, _quoted, _infinitive, _noun, _preposition):
        found = find(verb, cue)
        if found is not None:
            return [found]
    return []


def _objects(verb: Token) -> list[Token]:
    if child(verb, "prt") is not None and verb.lower_ not in _PARTICLED:
        return []
    return [one for one in verb.children if one.dep_ in _OBJECTS and one.i > verb.i]


def _naming(verb: Token, cue: Cue) -> Range | None:
    """"called him a liar", "described it as dead", "accused her of lying"."""
    if not cue.naming or not _asserted(verb) or child(verb, "prt") is not None:
        return None
    parts = [one for one in verb.children if one.i > verb.i and (
        one.dep_ in {"dobj", "oprd", "ccomp", "xcomp", "attr", "acomp"}
        or (one.dep_ == "prep" and one.lower_ in _PARTICLED = frozenset({"point", "points", "pointed", "pointing"})
_SUBORDINATE = frozenset({"because", "if", "unless", "although", "though", "since"})
_NAMING_LINKS))]
    if not parts or (parts[0].dep_ == "prep" and not cue.noun):
        return None
    return trimmed(verb.doc, parts[0].left_edge.i, max(one.right_edge.i for one in parts))


def _asserted(verb: Token) -> bool:
    """Whether the act of speaking is told as a fact: "to criticize them" and "might criticize them" are not."""
    return not any(one.tag_ == "MD" or (one.dep_ == "aux" and one.lower_ == "to") for one in verb.children)


def _quoted(verb: Token, cue: Cue) -> Range | None:
    """Words in quotation marks as the object of a verb of saying: said "yes"."""
    if not cue.clause:
        return None
    for one in verb.children:
        if one.i > verb.i and one.dep_ in {"dobj", "oprd", "attr", "acomp", "xcomp", "advcl"}:
            start, end = extent(one)
            if "“" in verb.doc.text[max(start - 1, 0) : end]:
                return start, end
    return None


def _infinitive(verb: Token, cue: Cue) -> Range | None:
    if not cue.infinitive or not _asserted(verb):
        return None
    for one in verb.children:
        if one.i > verb.i and one.dep_ in {"xcomp", "ccomp"} and child(one, "aux") is not None:
            return extent(one)
    return None


def _noun(verb: Token, cue: Cue) -> Range | None:
    if not cue.noun or not _asserted(verb):
        return None
    found = [one for one in _objects(verb) if one.lower_ not in _TIMES]
    if not found:
        gerund = child(verb, "xcomp")
        return extent(gerund) if gerund is not None and gerund.i > verb.i else None
    last = found[-1].right_edge.i
    for one in verb.children:
        if one.dep_ == "prep" and one.left_edge.i == last + 1 and one.lower_ in {"of", "for", "as", "to", "about"}:
            last = one.right_edge.i
    return trimmed(verb.doc, found[0].left_edge.i, last)


def _preposition(verb: Token, cue: Cue) -> Range | None:
    if not _asserted(verb):
        return None
    for one in verb.children:
        if one.i < verb.i or one.lower_ not in cue.prepositions:
            continue
        if one.dep_ == "prep":
            inner = child(one, "pobj", "pcomp", "prep")
            if inner is not None:
                return extent(inner)
        if one.dep_ == "prt":
            found = _objects(verb)
            if found:
                return extent(found[0])
    return None


def _passive(verb: Token, cue: Cue) -> list[Range]:
    """"was described by her as a mess", "was told by them that it closes"."""
    if cue.clause:
        clause = child(verb, "ccomp")
        if clause is not None and clause.i > verb.i:
            return [extent(clause)]
    if cue.infinitive:
        clause = child(verb, "xcomp")
        if clause is not None and clause.i > verb.i:
            return [extent(clause)]
    if not (cue.naming or cue.noun):
        return []
    found = child(verb, "nsubjpass")
    ranges = [extent(found)] if found is not None and found.lower_ not in {"who", "that", "which"} else []
    for one in verb.children:
        if one.i > verb.i and (one.dep_ == "oprd" or (one.dep_ == "prep" and one.lower_ in {"as", "of"})):
            ranges.append(extent(one))
    return ranges
