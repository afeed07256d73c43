"""Where people are named in a parsed article: what the parser's names say, corrected by titles and first names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from spacy.tokens import Doc, Token

from index.quotations.gender import is_first_name
from index.quotations.names import HONORIFICS, PARTICLES, TITLES, fold, name_words

Found: TypeAlias = tuple[int, int, int, tuple[str, ...]]
"""A paragraph's number, the first and last token of a name in its parse, and the words of the name."""

_ELSE = frozenset({"ORG", "GPE", "NORP", "FAC", "LOC", "PRODUCT", "WORK_OF_ART", "EVENT", "LAW"})
_PLACES = frozenset({"GPE", "LOC", "FAC", "NORP"})
# Names that stand like people's in the news and are none.
_NOBODY = frozenset({"twitter", "facebook", "instagram", "youtube", "google", "congress", "senate", "god", "internet"})
_LONGEST = 5


def find_names(docs: Sequence[Doc]) -> list[Found]:
    """Return the names of people in the paragraphs of an article, in the order of the text."""
    other = _other_names(docs)
    found: list[Found] = []
    for number, doc in enumerate(docs):
        spans = {first: (last, words) for first, last, words in _entities(doc) if other[fold(" ".join(words))] <= 0}
        for first, last, words in _lexical(doc):
            if not any(first <= at <= last or at <= first <= end for at, (end, _) in spans.items()):
                spans[first] = (last, words)
        found.extend((number, first, last, words) for first, (last, words) in sorted(spans.items()))
    return found


def _other_names(docs: Sequence[Doc]) -> Counter[str]:
    """How much more often the parser took a name for a place or organisation than for a person."""
    counts: Counter[str] = Counter()
    for doc in docs:
        for entity in doc.ents:
            if entity.label_ == "PERSON" or entity.label_ in _ELSE:
                counts[fold(" ".join(name_words(entity.text)))] += 1 if entity.label_ in _ELSE else -1
    return counts


def _entities(doc: Doc) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    for entity in doc.ents:
        if entity.label_ != "PERSON" or doc[entity.end - 1].tag_ == "NNPS":  # "the Clintons"
            continue
        first, last = entity.start, entity.end - 1
        while first < last and (fold(doc[first].text) in TITLES or not doc[first].text[0].isupper()):
            first += 1
        while last > first and (doc[last].tag_ == "POS" or not doc[last].text[0].isalpha()):
            last -= 1
        if any(doc[at].tag_ == "POS" for at in range(first, last)):  # "Editor's Note"
            continue
        words = name_words(doc[first : last + 1].text)
        if len(words) == 1 and fold(words[0]) in _NOBODY:
            continue
        if words and any(char.isalpha() for char in words[-1]) and len(words) <= _LONGEST:
            yield first, last, words


def _lexical(doc: Doc) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Names that the parser missed: after "Mayor" or "Ms.", and those that begin with a common first name."""
    at = 0
    while at < len(doc) - 1:
        token = doc[at]
        if _opens_name(token):
            last = _name_end(doc, at)
            words = name_words(doc[at : last + 1].text)
            if last > at and len(words) in {2, 3, 4} and doc[last].ent_type_ not in _PLACES:
                yield at, last, words
                at = last
            elif at and fold(doc[at - 1].text) in HONORIFICS and len(words) == 1:
                yield at, last, words
        at += 1


def _opens_name(token: Token) -> bool:
    if not token.text[0].isupper() or token.pos_ != "PROPN" or fold(token.text) in TITLES:
        return False
    if token.i and fold(token.nbor(-1).text) in TITLES and token.nbor(-1).text[0].isupper():
        return True
    return token.ent_type_ not in _PLACES and is_first_name(token.text)


def _name_end(doc: Doc, first: int) -> int:
    last = first
    while last + 1 < len(doc) and last - first < _LONGEST:
        token = doc[last + 1]
        particle = fold(token.text) in PARTICLES and last + 2 < len(doc) and doc[last + 2].pos_ == "PROPN"
        if not particle and not (token.pos_ == "PROPN" and token.text[0].isupper() and token.text[0].isalpha()):
            break
        last += 1
    return last
