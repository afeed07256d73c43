"""Where people are named in a parsed article: what the parser's names say, corrected by titles and first names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TypeAlias

from spacy.tokens import Doc, Token

from index.core.sentences import CAPITALS, SMALL
from index.quotations.lexicon.names import (
    HONORIFICS,
    PARTICLES,
    TITLES,
    bare_name_words,
    clean,
    compared_form,
    is_first_name,
    without_particle,
)
from index.quotations.speech.clauses import child, is_surname

Found: TypeAlias = tuple[int, int, int, tuple[str, ...]]
"""A paragraph's number, the first and last token of a name in its parse, and the words of the name."""

_Name: TypeAlias = tuple[int, int, tuple[str, ...]]
_Spans: TypeAlias = dict[int, tuple[int, tuple[str, ...]]]

_ELSE = frozenset({"ORG", "GPE", "NORP", "FAC", "LOC", "PRODUCT", "WORK_OF_ART", "EVENT", "LAW"})
_PLACES = frozenset({"GPE", "LOC", "FAC", "NORP"})
# Names that stand like people's in the news and are none.
_NOBODY = frozenset({"twitter", "facebook", "instagram", "youtube", "google", "congress", "senate", "god", "internet"})
_LONGEST = 5
_SURNAME = re.compile(rf"(?:[DO]['’]|Mc)[{CAPITALS}][{SMALL}]{{2,}}")
_PARTY = re.compile(r"\( ?[RDI] ?-")  # (R-Tex.)


def find_names(docs: Sequence[Doc]) -> list[Found]:
    """Return the names of people in the paragraphs of an article, in the order of the text."""
    other = _other_names(docs)
    spans: list[_Spans] = []
    for doc in docs:
        spans.append({first: (last, words) for first, last, words in _entities(doc) if other[_key(words)] <= 0})
        _add(spans[-1], _lexical(doc))
        _add(spans[-1], _described(doc))
        _add(spans[-1], _shaped(doc))
    # The longest first: where two begin alike, the shorter one would take the place of the other.
    full = sorted({words for named in spans for _, words in named.values() if len(words) > 1}, key=len, reverse=True)
    for doc, named in zip(docs, spans, strict=True):
        _add(named, _known(doc, full))
    return [
        (number, first, last, without_particle(words, full))
        for number, named in enumerate(spans)
        for first, (last, words) in sorted(named.items())
    ]


def _key(words: tuple[str, ...]) -> str:
    return compared_form(" ".join(words))


def _add(spans: _Spans, found: Iterable[_Name]) -> None:
    """Add names where none was found before."""
    for first, last, words in found:
        if not any(first <= at <= last or at <= first <= end for at, (end, _) in spans.items()):
            spans[first] = (last, words)


def _other_names(docs: Sequence[Doc]) -> Counter[str]:
    """How much more often the parser took a name for a place or organisation than for a person."""
    counts: Counter[str] = Counter()
    for doc in docs:
        for entity in doc.ents:
            if entity.label_ == "PERSON" or entity.label_ in _ELSE:
                counts[_key(bare_name_words(entity.text))] += 1 if entity.label_ in _ELSE else -1
    return counts


def _entities(doc: Doc) -> Iterator[_Name]:
    for entity in doc.ents:
        if entity.label_ != "PERSON" or doc[entity.end - 1].tag_ == "NNPS":  # "the Reyeses"
            continue
        first, last = entity.start, entity.end - 1
        while first < last and (compared_form(doc[first].text) in TITLES or not doc[first].text[0].isupper()):
            first += 1
        while last > first and (doc[last].tag_ == "POS" or not doc[last].text[0].isalpha()):
            last -= 1
        if any(doc[at].tag_ == "POS" for at in range(first, last)):  # "Editor's Note"
            continue
        words = bare_name_words(doc[first : last + 1].text)
        if len(words) == 1 and compared_form(words[0]) in _NOBODY:
            continue
        if words and any(char.isalpha() for char in words[-1]) and len(words) <= _LONGEST:
            yield first, last, words


def _lexical(doc: Doc) -> Iterator[_Name]:
    """Names that the parser missed: after "Mayor" or "Ms.", and those that begin with a common first name."""
    at = 0
    while at < len(doc) - 1:
        token = doc[at]
        if _opens_name(token):
            first, last = _before_hyphen(doc, at), _name_end(doc, at)
            words = bare_name_words(doc[first : last + 1].text)
            placed = doc[last].ent_type_ in _PLACES and not _is_possessed(doc[at])
            if last > at and len(words) in {2, 3, 4} and not placed:
                yield first, last, words
                at = last
            elif first and compared_form(doc[first - 1].text) in HONORIFICS and len(words) == 1:
                yield first, last, words
        at += 1


def _described(doc: Doc) -> Iterator[_Name]:
    """Names that the words behind them show to be a person's: "Moe Ostrander, director of …", "Ada Brandt, 43,"."""
    for token in doc:
        if token.pos_ != "PROPN" or token.i + 2 >= len(doc) or doc[token.i + 1].text not in {",", "("}:
            continue
        first = token.i
        while first and doc[first - 1].pos_ == "PROPN" and _is_capitalized(doc[first - 1]):
            first -= 1
        words = bare_name_words(doc[first : token.i + 1].text)
        if len(words) in {2, 3} and all(map(str.isalpha, words)) and _is_person_beside(token):
            yield token.i + 1 - len(words), token.i, words


def _is_person_beside(name: Token) -> bool:
    doc, at = name.doc, name.i + 1
    if doc[at].text == "(":
        return bool(_PARTY.match(doc[at : at + 4].text))
    age = doc[at + 1].text
    if (age.isdigit() and 10 <= int(age) < 110 and doc[at + 2 : at + 3].text == ",") or doc[at + 1].lower_ == "who":
        return True
    apposed = child(name, "appos")
    return apposed is not None and apposed.pos_ == "NOUN" and compared_form(apposed.text) in TITLES


def _shaped(doc: Doc) -> Iterator[_Name]:
    """Surnames that their form gives away: D'Arcy, O'Hare, McNeal."""
    for token in doc:
        if _SURNAME.fullmatch(token.text) and token.ent_type_ not in _ELSE:
            before = doc[token.i - 1] if token.i else None
            first = (
                token.i - 1 if before is not None and before.pos_ == "PROPN" and _is_capitalized(before) else token.i
            )
            words = bare_name_words(doc[first : token.i + 1].text)
            yield token.i + 1 - len(words), token.i, words


def _known(doc: Doc, full: Collection[tuple[str, ...]]) -> Iterator[_Name]:
    """Full names known from elsewhere in the article."""
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for words in full:
        by_first.setdefault(words[0], []).append(words)
    for token in doc:
        for words in by_first.get(token.text, ()):
            last = token.i + len(words) - 1
            if last < len(doc) and all(clean(doc[token.i + at].text) == word for at, word in enumerate(words)):
                yield token.i, last, words
    yield from _hyphenated(doc, [words for words in full if "-" in words[-1]])


def _hyphenated(doc: Doc, full: Iterable[tuple[str, ...]]) -> Iterator[_Name]:
    """Known names whose surname the parser took apart at its hyphen."""
    for words in sorted(full):
        for name in (words, words[-1:]):
            for found in re.finditer(rf"(?<![\w-]){re.escape(' '.join(name))}(?![\w-])", doc.text):
                span = doc.char_span(*found.span())
                if span is not None:
                    yield span.start, span.end - 1, name


def _is_capitalized(token: Token) -> bool:
    return bool(token.text[0].isupper() and token.text.isalpha())


def _opens_name(token: Token) -> bool:
    if not token.text[0].isupper() or token.pos_ != "PROPN" or compared_form(token.text) in TITLES:
        return False
    if token.i and compared_form(token.nbor(-1).text) in TITLES and token.nbor(-1).text[0].isupper():
        return True
    return (token.ent_type_ not in _PLACES or _is_possessed(token)) and is_first_name(token.text)


def _is_possessed(token: Token) -> bool:
    """Whether somebody or something has it: "Dunmeer's Ada Brandt" is no place, whatever the parser says."""
    return bool(token.i and token.nbor(-1).tag_ == "POS")


def _before_hyphen(doc: Doc, first: int) -> int:
    """The first token of "Jean-Marc"."""
    while first > 1 and doc[first - 1].text == "-" and not (doc[first - 2].whitespace_ or doc[first - 1].whitespace_):
        first -= 2
    return first


def _name_end(doc: Doc, first: int) -> int:
    last = _after_hyphen(doc, first)
    while last + 1 < len(doc) and last - first < _LONGEST:
        token, end = doc[last + 1], _after_hyphen(doc, last + 1)
        followed = end > last + 1 or (last + 2 < len(doc) and doc[last + 2].pos_ == "PROPN")
        particle = compared_form(token.text) in PARTICLES and followed
        proper = token.pos_ == "PROPN" and token.text[0].isupper() and token.text[0].isalpha()
        if not particle and not proper and not is_surname(token):
            break
        last = end
    return last


def _after_hyphen(doc: Doc, at: int) -> int:
    """The last token of "Márquez-Nuñez"."""
    while at + 2 < len(doc) and doc[at + 2].is_title and doc[at : at + 3].text == f"{doc[at]}-{doc[at + 2]}":
        at += 2
    return at
