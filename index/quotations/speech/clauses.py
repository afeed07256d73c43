"""Questions to a dependency parse: who does a verb's action, is it told as a fact, where does a phrase end."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from spacy.tokens import Doc, Span, Token

from index.quotations.lexicon import word_set
from index.quotations.lexicon.names import COURTESY, TITLES, compared_form
from index.quotations.lexicon.verbs import CUES, NEGATIONS, REFUSALS

_LINKING = frozenset({"ADP", "ADV", "CCONJ", "DET", "PART", "PRON", "SCONJ"})
FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
"""The tags of verbs with a tense: no name or description holds one."""


def title_before(doc: Doc, first: int) -> str | None:
    """Return the title that stands before a name, or None."""
    return str(doc[first - 1].text) if first and compared_form(doc[first - 1].text) in TITLES else None


def is_subject(token: Token) -> bool:
    """Whether a token heads a subject, or stands in apposition to one."""
    head = token.head if token.dep_ == "appos" else token
    return bool(head.dep_ in {"nsubj", "nsubjpass"})


def roles(doc: Doc, first: int, last: int) -> Iterable[str]:
    """Yield the descriptions that stand beside a name: before it, or in apposition."""
    head = doc[last]
    left = first
    while (
        left > 0
        and doc[left - 1].head.i in range(left - 1, last + 1)
        and doc[left - 1].dep_ in {"compound", "amod", "nmod", "poss", "case", "punct", "nummod"}
        and doc[left - 1].text not in {",", "“", "”"}
    ):
        left -= 1
    while 0 < left < first and _continues_title(doc[left - 1]):
        left -= 1
    while left < first and compared_form(doc[left].text) in COURTESY:
        left += 1
    if left < first and not any(one.tag_ in FINITE for one in doc[left:first]):
        yield doc[left:first].text.strip()
    for one in head.children:
        if one.dep_ == "appos" and one.tag_ in {"NN", "NNP"} and one.i > last and doc[one.left_edge.i - 1].text == ",":
            yield _role_text(one)
    if head.dep_ == "appos" and head.head.tag_ in {"NN", "NNP"} and head.head.i < first:
        yield _role_text(head.head, before=first)


def _continues_title(token: Token) -> bool:
    """Whether a word belongs to the title behind it however it was parsed: "Corvale" in "Corvale police Chief"."""
    proper = token.text.isalpha() and token.text[0].isupper() and not token.is_sent_start
    return proper and token.pos_ not in _LINKING and token.ent_type_ != "DATE"


def _role_text(head: Token, before: int | None = None) -> str:
    start, stop = head.left_edge.i, head.i
    for one in head.children:
        if one.dep_ == "prep" and one.i > head.i and (before is None or one.right_edge.i < before):
            stop = max(stop, one.right_edge.i)
    while start < stop and head.doc[start].pos_ in {"DET", "PUNCT", "SPACE"}:
        start += 1
    return str(head.doc[start : stop + 1].text)


def noun_phrase(head: Token) -> Span:
    """Return a noun phrase up to a relative clause, an apposition or a participle."""
    doc = head.doc
    start, stop = head.left_edge.i, head.i
    for one in sorted(head.children, key=lambda each: each.i):
        if one.i < head.i:
            continue
        if one.dep_ in {"relcl", "appos", "punct"} or (one.dep_ == "acl" and one.tag_ != "VBN"):
            break
        if one.dep_ in {"prep", "cc", "conj", "nmod", "nummod", "compound", "acl", "amod", "advmod"}:
            stop = max(stop, one.right_edge.i)
    while stop + 2 < len(doc) and doc[stop + 1].text == "-" and not doc[stop].whitespace_:
        stop += 2
    while start < stop and doc[start].pos_ in {"PUNCT", "SPACE", "CCONJ"}:
        start += 1
    return doc[start : stop + 1]


_SUBJECTS = frozenset({"nsubj", "csubj"})
_PASSIVE = frozenset({"nsubjpass", "csubjpass", "auxpass"})
_RELATIVE = frozenset({"who", "which", "that"})
# A participle or infinitive without a subject of its own borrows that of the verb it hangs from.
_BORROWING = frozenset({"conj", "xcomp", "advcl", "pcomp", "ccomp", "dep", "parataxis"})
_NOMINAL = frozenset({"DET", "ADJ", "NOUN", "PROPN", "NUM", "PRON"})
_MAX_CLIMB = 6
_TURNS = word_set("while whereas but and although though after before as when since until")
# How many words may stand between one of those and the subject: "but on Friday morning Olmo said".
_FRONTED = 6
# "Made a point of saying", "took the unusual step of criticizing": who made it or took it says so.
_OCCASIONS = word_set("point habit practice career step opportunity occasion liberty")
MESSAGES = word_set(
    """statement memo letter tweet tweets email e-mail message release report post note video ad advertisement speech
    interview remarks testimony op-ed editorial essay article affidavit brief filing complaint motion lawsuit order
    resolution petition blog comment sign signs banner banners placard placards poster posters words messages letters
    memoir diary submission reply response answer"""
)


def child(token: Token, *relations: str) -> Token | None:
    """Return the first dependent of a token in one of the relations."""
    return next((one for one in token.children if one.dep_ in relations), None)


def is_passive(verb: Token) -> bool:
    """Whether a verb stands in the passive."""
    if any(one.dep_ in _PASSIVE for one in verb.children):
        return True
    if verb.tag_ in {"VBN", "VBD"} and verb.dep_ == "acl":
        return True
    # "was reviled and then hailed", "when advised to stop": a participle with neither auxiliary nor subject.
    if verb.tag_ != "VBN" or any(one.dep_ in {"aux", "nsubj"} for one in verb.children):
        return False
    return is_passive(verb.head) if verb.dep_ == "conj" and verb.head != verb else verb.dep_ in {"advcl", "amod"}


def subject(verb: Token) -> Token | None:
    """Return the head of the noun phrase whose speech act a verb is, or None where the syntax does not tell."""
    if is_passive(verb):
        agent = child(verb, "agent")
        return child(agent, "pobj") if agent is not None else None
    if verb.dep_ == "conj" and child(verb, "nsubj", "csubj") is None and not _is_joined(verb):
        return _before(verb)
    found = _active_subject(outer(verb) or verb) or _before(verb)
    return _agreeing(found, verb) if found is not None and verb.dep_ == "conj" else found


def _agreeing(found: Token, verb: Token) -> Token:
    """The subject further out where the borrowed one disagrees in number: "Some fear that Lee is late and warn …"."""
    # The tagger also takes the plural form for an infinitive, which "to" or a modal verb would show.
    bare = verb.tag_ == "VB" and verb.head.tag_ != "VB" and child(verb, "aux") is None
    if verb.tag_ not in {"VBP", "VBZ"} and not bare:
        return found
    plural = verb.tag_ != "VBZ"
    if found.head == verb or _is_plural(found) == plural:
        return found
    outwards = (child(above, "nsubj") for above in islice(verb.ancestors, _MAX_CLIMB))
    return next((one for one in outwards if one is not None and _is_plural(one) == plural), found)


def _is_plural(noun: Token) -> bool:
    if child(noun, "conj") is not None or noun.lower_ in {"they", "we", "who", "that", "which"}:
        return True
    return noun.tag_ in {"NNS", "NNPS"}


def outer(verb: Token) -> Token | None:
    """Return the reporting verb whose subject a verb shares, where the parser put it inside the reported words.

    "He said the mill is old, adding …", "she says it is safe and asked …": a participle after a comma, or a verb of
    the tense of the one that reports and not of the reported ones, goes on with the reporting.
    """
    if any(one.dep_ in _SUBJECTS for one in verb.children):
        return None
    if verb.dep_ == "conj" and verb.tag_ == verb.head.tag_ == "VBG":
        return outer(verb.head)
    after_comma = verb.tag_ == "VBG" and verb.left_edge.i > 0 and verb.doc[verb.left_edge.i - 1].text == ","
    if verb.dep_ == "acl":
        above = verb.head.head
        return above if after_comma and verb.head.dep_ == "dobj" and above.lower_ in CUES else None
    shifted = verb.dep_ == "conj" and verb.tag_ != verb.head.tag_
    current = verb
    for _ in range(_MAX_CLIMB):
        head = current.head
        reported = current.dep_ == "ccomp" and head.lower_ in CUES and head.i < verb.i
        if reported and (after_comma or (shifted and verb.tag_ == head.tag_)):
            return head
        if head == current:
            break
        current = head
    return None


def _before(verb: Token) -> Token | None:
    """The noun phrase right before a finite verb to which the parser gave no subject."""
    doc, at = verb.doc, verb.i - 1
    if verb.tag_ == "VBG" and verb.dep_ == "ROOT":
        clause = child(verb, "ccomp")
        return child(clause, "nsubj") if clause is not None and clause.i < verb.i else None
    if at >= 0 and is_surname(doc[at]):
        return doc[at]
    if verb.tag_ not in {"VBD", "VBZ", "VBP"} or verb.dep_ in {"acl", "relcl", "xcomp", "pcomp"}:
        return None
    while at > verb.sent.start and doc[at].pos_ in {"ADV", "AUX"}:
        at -= 1
    if doc[at].text == ")" and verb.dep_ == "ROOT" and child(verb, "nsubj") is None:  # Ana Reyes (D-Dunmore) said
        opening = next((i for i in range(at, verb.sent.start, -1) if doc[i].text == "("), at)
        return doc[opening - 1] if doc[opening - 1].ent_type_ == "PERSON" else None
    above = islice(doc[at].ancestors, _MAX_CLIMB)
    found = [one for one in (doc[at], *above) if one.right_edge.i == at and one.pos_ in {"NOUN", "PROPN"}]
    if verb.dep_ == "conj":
        return found[-1] if found and (found[-1].dep_ != "pobj" or found[-1].head.lower_ in {"as", "while"}) else None
    return found[-1] if found and found[-1].dep_ not in {"pobj", "dobj"} else None


def turn_to_another(verb: Token) -> int | None:
    """Return where a clause begins that turns to what somebody else says: ", while Olmo said the ferry is new"."""
    if verb.dep_ == "xcomp" and verb.head.lower_ in REFUSALS:  # declined to comment
        verb = verb.head
    found = child(verb, "nsubj")
    if found is None or found.i > verb.i or verb.dep_ == "relcl":
        return None
    doc, first = verb.doc, max(verb.sent.start, found.left_edge.i - _FRONTED)
    for at in range(found.left_edge.i - 1, first, -1):
        if doc[at].lower_ in _TURNS:
            return at if doc[at - 1].text == "," else None
        if doc[at].is_punct:
            break
    return None


def is_surname(token: Token) -> bool:
    """Whether what looks like an auxiliary verb is a surname: a capital inside a sentence ("Will wrote")."""
    if token.pos_ != "AUX" or not token.text.istitle() or token.is_sent_start:
        return False
    return not any(one.tag_ == "VB" for one in token.doc[token.i + 1 : token.i + 2])


def _is_joined(verb: Token) -> bool:
    """Whether a coordinated verb follows "and" or a comma; else the words before it are its subject."""
    at = verb.i - 1
    while at > 0 and verb.doc[at].pos_ in {"ADV", "AUX", "PART"}:
        at -= 1
    return verb.doc[at].pos_ not in {"NOUN", "PROPN", "PRON"}


def _active_subject(verb: Token) -> Token | None:
    current = verb
    for _ in range(_MAX_CLIMB):
        found = next((one for one in current.children if one.dep_ in _SUBJECTS), None)
        if found is None and current != verb:
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
    if verb.dep_ == "pcomp":
        return _over_preposition(verb)
    if verb.dep_ != "prep" and (verb.dep_ not in _BORROWING or verb.head == verb):
        return None
    controller = _object_controller(verb)
    if controller is not None:
        return controller
    if verb.tag_ == "VBG" and verb.dep_ in {"advcl", "conj"}:
        return _speaking(verb)
    return verb.head


def _over_preposition(verb: Token) -> Token | None:
    """In "kept her from saying" she says; in "left after saying" the one who left."""
    above = verb.head.head
    if above.dep_ == "dobj" and above.lower_ in _OCCASIONS and above.head.pos_ == "VERB":
        return above.head
    if above.pos_ == "NOUN" and above.dep_ == "dobj":  # gave her credit for saying
        above = above.head
    if above.pos_ not in {"VERB", "AUX"}:
        return None
    if verb.head.lower_ in {"from", "for", "of", "into"} and not is_passive(above):
        controller = child(above, "dative") or child(above, "dobj")
        if controller is not None:
            return controller
    return above


def _issuer(verb: Token) -> Token | None:
    """In "issued a statement saying", and after a comma, it is the subject above that says."""
    noun = verb.head
    above = noun.head
    if above.pos_ != "VERB" or noun.dep_ not in {"dobj", "attr"}:
        return noun
    if noun.lower_ in MESSAGES or (verb.left_edge.i and verb.doc[verb.left_edge.i - 1].text == ","):
        return above
    return noun


def _speaking(verb: Token) -> Token:
    """A participle after reported words belongs to the one who reports them, not to those they are about."""
    current = verb.head
    found = current
    for _ in range(_MAX_CLIMB):
        if current.dep_ == "ccomp" and current.head.lower_ in CUES and verb.i > current.i > current.head.i:
            found = current.head
        if current.head == current:
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


def phrase_after(verb: Token) -> Token | None:
    """Return the head of the noun phrase after an inverted verb: "said acting sheriff Ana Reyes"."""
    return phrase_from(verb.doc, verb.i + 1)


def phrase_from(doc: Doc, at: int) -> Token | None:
    """Return the head of the noun phrase that begins at a token, or None."""
    found = None
    while at < len(doc) and (_continues_phrase(doc[at]) or _ends_title(doc, at)):
        if doc[at].pos_ in {"NOUN", "PROPN", "PRON"} and doc[at].ent_type_ != "DATE":
            found = doc[at]
        at += 1
    return found


def _continues_phrase(token: Token) -> bool:
    return token.pos_ in _NOMINAL or token.tag_ in {"VBG", "VBN", "POS", "HYPH", "NN"} or token.text == "-"


def _ends_title(doc: Doc, at: int) -> bool:
    """Whether a full stop belongs to a title that the tokenizer took apart: "Lt. Tyler Ostrander"."""
    return doc[at].text == "." and compared_form(doc[at - 1].text) in TITLES and doc[at + 1 : at + 2].text[:1].isupper()


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
