"""Whether an act of speaking is told as a fact, or is denied, asked about or only supposed."""

from __future__ import annotations

from spacy.tokens import Token

from index.quotations.cues import NEGATIONS, REFUSALS
from index.quotations.syntax import child

_SUPPOSING = frozenset({"might", "may", "could", "should", "must"})
_SUPPOSED = frozenset({"if", "unless", "whether"})


def asserted(verb: Token) -> bool:
    """Return whether the act of speaking is told as a fact: "to criticize them" and "might criticize them" are not."""
    return not any(one.tag_ == "MD" or (one.dep_ == "aux" and one.lower_ == "to") for one in verb.children)


def is_unsaid(verb: Token) -> bool:
    """Whether a reporting verb is denied, refused, asked about or only supposed: then nothing was said."""
    if _is_supposed(verb) or any(one.dep_ == "neg" or one.lower_ in NEGATIONS for one in verb.children):
        return True
    head = verb.head
    return bool(verb.dep_ in {"xcomp", "pcomp"} and (head.lower_ in REFUSALS or head.lower_ == "without"))


def _is_supposed(verb: Token) -> bool:
    """Such as "if she says", "should have said", "did she say?", "had she said"."""
    helpers = [one for one in verb.children if one.dep_ == "aux"]
    if any(one.lower_ in _SUPPOSING for one in helpers) or any(one.lower_ in _SUPPOSED for one in verb.children):
        return True
    found = child(verb, "nsubj")
    if found is None or not any(one.i < found.i for one in helpers):
        return False
    return bool(helpers[0].lower_ == "had" or verb.sent.text.rstrip("”\"' ").endswith("?"))
