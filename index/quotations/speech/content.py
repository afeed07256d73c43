"""What was said: the clause that a reporting verb governs, or "denied the charge", "called him a liar"."""

from __future__ import annotations

from spacy.tokens import Doc, Token

from index.core.article import Span
from index.quotations.lexicon import word_set
from index.quotations.lexicon.verbs import CUES, Cue
from index.quotations.speech.clauses import asserted, child, extent, is_passive, trimmed

_OBJECTS = frozenset({"dobj", "attr", "oprd"})
_TIMES = word_set(
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


_NEAR = 12
_SUBORDINATE = frozenset({"because", "if", "unless", "although", "though", "since"})
_BREAKS = frozenset({":", ";", "—", "–", "―", "--", "“", "”", "("})
_CLAUSE_SUBJECTS = frozenset({"nsubj", "nsubjpass", "expl", "csubj"})
_DEPENDENT = frozenset({"as", "after", "when", "while", "before", "since", "although", "though", "once", "until"})


def contents(verb: Token, cue: Cue) -> list[Span]:
    """Return the ranges of what was said, in the order of the text; none where the verb reports nothing here."""
    if is_passive(verb):
        return _passive(verb, cue)
    if cue.naming and not cue.reports_first:
        found = complement(verb, cue)
        if found:
            return found
    for find in (_after_colon, _clause, _that_clause, _around, complement):
        found = find(verb, cue)
        if found:
            return found
    return []


def _clause(verb: Token, cue: Cue) -> list[Span]:
    if not cue.clause:
        return []
    found = [one for one in verb.children if one.dep_ == "ccomp"]
    right = [one for one in found if one.i > verb.i]
    if right:
        start, end = extent(right[0])
        later = [extent(one)[1] for one in verb.children if _goes_on(one, right[0])]
        return [(start, max([end, *later]))]
    if cue.lemma == "ask" and (asked := child(verb, "dobj")) is not None:
        clause = child(asked, "relcl")
        if clause is not None and clause.left_edge.tag_ in {"WP", "WRB"}:  # asked her who would win
            return [extent(clause)]
    stated = _in_statement(verb)
    if stated is not None:
        return [extent(stated)]
    left = [one for one in found if one.i < verb.i]
    return _before(left[-1], verb) if left else []


def _after_colon(verb: Token, cue: Cue) -> list[Span]:
    """What follows the object and a colon: "asked a simple question: Who will win?"."""
    objects = [one for one in verb.children if one.dep_ == "dobj" and one.i > verb.i]
    if not cue.clause or not objects:
        return []
    doc, sentence = verb.doc, verb.sent
    at = objects[-1].i + 1
    if at + 1 >= sentence.end or doc[at].text != ":" or doc[at + 1].is_quote:
        return []
    return [trimmed(doc, at + 1, sentence.end - 1)]


def _that_clause(verb: Token, cue: Cue) -> list[Span]:
    """The words from "that" to the end of the sentence, where the parser lost the clause."""
    if not cue.clause:
        return []
    doc, sentence = verb.doc, verb.sent
    for at in range(verb.i + 1, min(verb.i + _NEAR, sentence.end - 2)):
        token = doc[at]
        if token.lower_ == "that" and token.tag_ in {"IN", "WDT"}:
            return [trimmed(doc, at, _clause_end(doc, at, sentence.end - 1))]
        if token.is_punct or token.lower_ in CUES or token.tag_ in {"VBD", "VBZ", "VBP", "MD"}:
            break
    return []


def _clause_end(doc: Doc, first: int, last: int) -> int:
    """The last token before a participle that reports again (", adding") or before direct speech."""
    for at in range(first + 2, last):
        token = doc[at]
        if token.text in {"“", ";"}:
            return at - 1
        if token.tag_ == "VBG" and token.lower_ in CUES and doc[at - 1].text == ",":
            return at - 2
    return last


def _in_statement(verb: Token) -> Token | None:
    """The clause that the parser hangs from the noun in "said in a statement that …"."""
    for link in verb.children:
        noun = child(link, "pobj") if link.dep_ == "prep" and link.i > verb.i else None
        clause = child(noun, "acl", "ccomp", "relcl") if noun is not None else None
        if clause is not None and clause.left_edge.lower_ == "that" and child(clause, "nsubj", "nsubjpass", "expl"):
            return clause
    return None


def _goes_on(one: Token, clause: Token) -> bool:
    """A clause of reason or condition right after what was said belongs to what was said."""
    if one.dep_ != "advcl" or one.i < clause.i or one.left_edge.i - clause.right_edge.i > 2:
        return False
    return one.left_edge.lower_ in _SUBORDINATE


def _before(clause: Token, verb: Token) -> list[Span]:
    """The clause before the verb; a part of it may follow the verb ("The plan, she said, is bad")."""
    doc = verb.doc
    own = _own_clause(verb)
    if doc[own[0] - 1].text in _BREAKS and doc[own[0] - 1].text not in {"”", "“"}:
        return []
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
    return int(clause.left_edge.i if any(one.text in _BREAKS for one in between) else start)


def _own_clause(verb: Token) -> tuple[int, int]:
    """First and last token of a reporting verb with its subject, addressee and time, without what it reports."""
    first = last = verb.i
    for one in verb.children:
        if one.dep_ in {"nsubj", "aux", "neg", "dobj", "dative", "npadvmod", "advmod", "prep", "prt"}:
            if one.left_edge.i < first and one.dep_ in {"nsubj", "aux", "advmod", "neg"}:
                first = one.left_edge.i
            last = max(last, one.right_edge.i)
    return first, last


def _around(verb: Token, cue: Cue) -> list[Span]:
    """A reporting clause set off by commas, which the parser hangs beside or below what it reports."""
    if not cue.clause or child(verb, "nsubj") is None or verb.dep_ in {"relcl", "acl"}:
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


def inverted_contents(verb: Token, source: Token) -> list[Span]:
    """Return what stands before and after a clause such as ", said Ana Reyes, who owns it,"."""
    doc, sentence = verb.doc, verb.sent
    ranges = [trimmed(doc, sentence.start, verb.i - 2)]
    start = source.i + 2
    if start < sentence.end and doc[start].lower_ in {"who", "which", "whose"}:
        start = next((at + 1 for at in range(start, sentence.end) if doc[at].text == ","), sentence.end)
    if start < sentence.end - 1 and any(doc[at].pos_ in {"VERB", "AUX"} for at in range(start, sentence.end)):
        ranges.append(trimmed(doc, start, sentence.end - 1))
    return ranges


def _is_clause(doc: Doc, first: int, last: int) -> bool:
    """Whether tokens hold a clause that can stand alone."""
    while first <= last and (doc[first].is_space or doc[first].is_punct):
        first += 1
    if first > last or doc[first].lower_ in _DEPENDENT:
        return False
    return any(doc[at].dep_ in _CLAUSE_SUBJECTS for at in range(first, last + 1))


def _passive(verb: Token, cue: Cue) -> list[Span]:
    """Such as "was described by her as a mess", "was told by them that it closes"."""
    if cue.clause:
        clause = child(verb, "ccomp")
        if clause is not None and clause.i > verb.i:
            return [extent(clause)]
    if cue.infinitive:
        clause = child(verb, "xcomp")
        if clause is not None and clause.i > verb.i:
            return [extent(clause)]
    if not (cue.naming or cue.noun) or not asserted(verb):
        return []
    found = child(verb, "nsubjpass")
    ranges = [extent(found)] if found is not None and found.lower_ not in {"who", "that", "which"} else []
    return ranges + [
        extent(one)
        for one in verb.children
        if one.i > verb.i and (one.dep_ == "oprd" or (one.dep_ == "prep" and one.lower_ in {"as", "of"}))
    ]
