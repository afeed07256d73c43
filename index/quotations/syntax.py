"""Questions to a dependency parse: who does a verb's action, is it denied, where does a phrase end."""

from __future__ import annotations

from spacy.tokens import Doc, Token

from index.quotations.cues import CUES, NEGATIONS, REFUSALS

_SUBJECTS = frozenset({"nsubj", "csubj"})
_PASSIVE = frozenset({"nsubjpass", "csubjpass", "auxpass"})
_RELATIVE = frozenset({"who", "which", "that"})
# A participle or infinitive without a subject of its own borrows that of the verb it hangs from.
_BORROWING = frozenset({"conj", "xcomp", "advcl", "pcomp", "ccomp", "dep", "parataxis"})
_MAX_CLIMB = 6
_MESSAGES = frozenset(
    """statement memo letter tweet tweets email e-mail message release report post note video ad advertisement speech
    interview remarks testimony op-ed editorial essay article affidavit brief filing complaint motion lawsuit order
    resolution petition blog comment sign signs banner banners placard placards poster posters series""".split()
)


def child(token: Token, *relations: str) -> Token | None:
    """Return the first dependent of a token in one of the relations."""
    return next((one for one in token.children if one.dep_ in relations), None)


def is_passive(verb: Token) -> bool:
    """Whether a verb stands in the passive."""
    if any(one.dep_ in _PASSIVE for one in verb.children):
        return True
    return bool(verb.tag_ in {"VBN", "VBD"} and verb.dep_ == "acl")


def subject(verb: Token) -> Token | None:
    """Return the head of the noun phrase whose speech act a verb is, or None where the syntax does not tell."""
    if is_passive(verb):
        agent = child(verb, "agent")
        return child(agent, "pobj") if agent is not None else None
    return _active_subject(verb)


def _active_subject(verb: Token) -> Token | None:
    current = verb
    for _ in range(_MAX_CLIMB):
        found = next((one for one in current.children if one.dep_ in _SUBJECTS), None)
        if found is None and current is not verb:
            found = child(current, "nsubjpass")
        if found is not None:
            return _antecedent(found, current)
        above = _above(current)
        if above is None or above.pos_ in {"NOUN", "PROPN", "PRON"}:
            return above
        current = above
    return None


def _above(verb: Token) -> Token | None:
    """The verb or noun from which a verb without a subject of its own borrows one."""
    if verb.dep_ == "acl":
        return _issuer(verb)
    if verb.dep_ != "prep" and (verb.dep_ not in _BORROWING or verb.head is verb):
        return None
    controller = _object_controller(verb)
    if controller is not None:
        return controller
    if verb.tag_ == "VBG" and verb.dep_ in {"advcl", "conj"}:
        return _speaking(verb)
    return verb.head


def _issuer(verb: Token) -> Token | None:
    """In "issued a statement saying", and after a comma, it is the subject above that says."""
    noun = verb.head
    above = noun.head
    if above.pos_ != "VERB" or noun.dep_ not in {"dobj", "attr"}:
        return noun
    if noun.lower_ in _MESSAGES or (verb.left_edge.i and verb.doc[verb.left_edge.i - 1].text == ","):
        return above
    return noun


def _speaking(verb: Token) -> Token:
    """A participle after reported words belongs to the one who reports them, not to those they are about."""
    current = verb.head
    found = current
    for _ in range(_MAX_CLIMB):
        if current.dep_ == "ccomp" and current.head.lower_ in CUES and verb.i > current.i > current.head.i:
            found = current.head
        if current.head is current:
            break
        current = current.head
    return found


def _object_controller(verb: Token) -> Token | None:
    """In "heard him say", "asked her to explain", the object of the verb above speaks."""
    if verb.dep_ not in {"xcomp", "ccomp"} or verb.tag_ not in {"VB", "VBG"}:
        return None
    return child(verb.head, "dobj")


def _antecedent(found: Token, verb: Token) -> Token | None:
    if found.lower_ in _RELATIVE and found.tag_ in {"WP", "WDT"}:
        return verb.head if verb.dep_ == "relcl" else None
    return found


def is_negated(verb: Token) -> bool:
    """Whether a reporting verb is denied, refused or only asked about: then nothing was said."""
    if any(one.dep_ == "neg" or one.lower_ in NEGATIONS for one in verb.children):
        return True
    head = verb.head
    return bool(verb.dep_ in {"xcomp", "pcomp"} and (head.lower_ in REFUSALS or head.lower_ == "without"))


def extent(token: Token) -> tuple[int, int]:
    """Return the character range of a token and all that depends on it, punctuation at its edges left out."""
    doc = token.doc
    return trimmed(doc, token.left_edge.i, token.right_edge.i)


def trimmed(doc: Doc, first: int, last: int) -> tuple[int, int]:
    """Return the character range from one token to another, without spaces and punctuation at the edges."""
    while first < last and _is_edge(doc[first]):
        first += 1
    while last > first and _is_edge(doc[last]):
        last -= 1
    return doc[first].idx, doc[last].idx + len(doc[last])


def _is_edge(token: Token) -> bool:
    return bool(token.is_space or token.text in {",", ".", ";", ":", "-", "–", "—", "--", "…"})
