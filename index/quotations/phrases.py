"""The words around a name or a noun: titles, descriptions in apposition, the extent of a noun phrase."""

from __future__ import annotations

from collections.abc import Iterable

from spacy.tokens import Doc, Span, Token

from index.quotations.names import COURTESY, TITLES, fold

_LINKING = frozenset({"ADP", "ADV", "CCONJ", "DET", "PART", "PRON", "SCONJ"})
FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
"""The tags of verbs with a tense: no name or description holds one."""


def title_before(doc: Doc, first: int) -> str | None:
    """Return the title that stands before a name, or None."""
    return str(doc[first - 1].text) if first and fold(doc[first - 1].text) in TITLES else None


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
    while left < first and fold(doc[left].text) in COURTESY:
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
