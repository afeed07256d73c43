"""Which verb reports the direct speech that a stand-in holds the place of, and who is its subject."""

from __future__ import annotations

from spacy.tokens import Doc, Token

from index.quotations.cues import ADDRESSED, CUES
from index.quotations.syntax import phrase_after, phrase_from, subject

_LINKS = frozenset({"ccomp", "dobj", "advcl", "parataxis", "intj", "dep", "oprd", "attr"})
_COPULAS = frozenset({"is", "was", "are", "were", "be", "been", "'s", "’s"})
_FAR = 25


def reporter(doc: Doc, begin: int, end: int) -> tuple[Token, Token] | None:
    """Return the reporting verb and the head of its subject for the stand-in at a character range, or None."""
    inside = doc.char_span(begin, end, alignment_mode="expand")
    if inside is None:
        return None
    head = inside.root.head
    if inside.root.dep_ in _LINKS and not inside.start <= head.i < inside.end and _reports(head):
        source = _source(head, inside.start, inside.end)
        if source is not None and (head.lower_ in CUES or _set_off(head, inside.start)):
            return head, source
    return _beside(doc, inside.start, inside.end)


def _reports(verb: Token) -> bool:
    # A capital inside the sentence is a name that the tagger took for a verb ("Trump", "Cruz").
    named = verb.text[0].isupper() and not verb.is_sent_start
    return bool(verb.pos_ in {"VERB", "AUX"} and verb.lower_ not in _COPULAS and not named)


def _set_off(verb: Token, start: int) -> bool:
    """Whether a verb of any meaning reports: it follows the words, or a colon or dash leads to them."""
    at = start - 1
    while at > 0 and verb.doc[at].is_space:
        at -= 1
    return bool(verb.i > start or verb.doc[at].text in {":", "—", "–", "―", "-", "--"})


def _source(verb: Token, start: int, end: int) -> Token | None:
    """The subject of a verb beside a stand-in from one token to another, also where the parser missed it."""
    cue = CUES.get(verb.lower_)
    if cue is not None and cue.lemma in ADDRESSED:  # told a station
        return _own_subject(verb, start, end) or _phrase_behind(verb, end)
    if _follows(verb, end) and not any(one.dep_ == "nsubj" and one.i < verb.i for one in verb.children):
        return phrase_after(verb) or _own_subject(verb, start, end)
    found = _own_subject(verb, start, end)
    if found is not None:
        return found
    if verb.dep_ == "acl" and verb.head.i >= end:
        return verb.head
    if verb.is_sent_start:  # Said Reyes: "…"
        return phrase_after(verb)
    return _name_between(verb, end) if verb.i > end else None


def _own_subject(verb: Token, start: int, end: int) -> Token | None:
    found = subject(verb)
    return found if found is not None and not start <= found.i < end else None


def _phrase_behind(verb: Token, end: int) -> Token | None:
    """The head of the phrase right behind a stand-in, where the verb comes later."""
    at = end
    while at < verb.i and verb.doc[at].is_punct:
        at += 1
    return phrase_from(verb.doc, at) if at < verb.i else None


def _follows(verb: Token, end: int) -> bool:
    at = end
    while at < verb.i and (verb.doc[at].is_punct or verb.doc[at].pos_ == "ADV"):
        at += 1
    return bool(at == verb.i and verb.lower_ in CUES)


def _name_between(verb: Token, end: int) -> Token | None:
    names = [one for one in verb.doc[end : verb.i] if one.ent_type_ == "PERSON"]
    return names[0] if names else None


def _beside(doc: Doc, start: int, end: int) -> tuple[Token, Token] | None:
    """The nearest reporting verb in the sentence of the stand-in, where the parser hung the speech elsewhere."""
    near: list[tuple[int, Token]] = []
    for token in doc[start].sent:
        cue = CUES.get(token.lower_)
        if start <= token.i < end or cue is None or token.pos_ != "VERB" or not (cue.clause or cue.quoted_only):
            continue
        near.append((start - token.i if token.i < start else token.i - end, token))
    for distance, token in sorted(near, key=lambda one: (one[0], one[1].i)):
        source = _source(token, start, end) if distance < _FAR else None
        if source is not None:
            return token, source
    return None
