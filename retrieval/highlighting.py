"""The sentence of a passage that answers a question."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from retrieval.answer import Span
from retrieval.attribution import covered
from retrieval.search import Searcher

WEIGHED = 3
"""In how many passages, best first, the reranker chooses the sentence; in the others the words of the question do."""

_MOST = 12
_ABBREVIATIONS = (
    "mr mrs ms dr prof sen gov rep gen lt sgt capt col maj adm rev hon st jr sr vs no inc corp co ltd u.s u.n u.k a.m"
    " p.m jan feb mar apr jun jul aug sept sep oct nov dec"
).split()
_END = re.compile(r"[.!?…]+[\"”’'»)\]]*(?=\s+[\"“‘'«(\[]*[A-Z0-9])")
_WORD_BEFORE = re.compile(r"([\w.]+)$")


def sentences(text: str) -> list[Span]:
    """Return the sentences of a text as code points [start, end), in order, white space around them left out.

    >>> sentences("Mr. Olmo spoke. Then he left.")
    [(0, 15), (16, 29)]
    """
    found, start = [], 0
    for end in _END.finditer(text):
        if not _is_abbreviation(text, end):
            found.append((start, end.end()))
            start = end.end()
    found.append((start, len(text)))
    return [trimmed for span in found if (trimmed := _trim(text, span))[0] < trimmed[1]]


def highlight(searcher: Searcher, question: str, texts: Mapping[int, str]) -> dict[int, list[Span]]:
    """Return for each passage, best first, the code points [start, end) of the sentence that answers best.

    Args:
        searcher: of the generation.
        question: what is asked.
        texts: the passages by id, best first.
    """
    split = {passage: sentences(text)[:_MOST] for passage, text in texts.items()}
    weighed = [(p, span) for p in list(split)[:WEIGHED] if len(split[p]) > 1 for span in split[p]]
    logits = searcher.relevance(question, [texts[p][start:end] for p, (start, end) in weighed])
    score = dict(zip(weighed, logits, strict=True))
    rest = [(p, span) for p in split for span in split[p] if (p, span) not in score]
    score |= covered(searcher, question, (((p, span), texts[p][span[0] : span[1]]) for p, span in rest))
    return {p: [_best(p, spans, score)] for p, spans in split.items() if spans}


def _best(passage: int, spans: Sequence[Span], score: Mapping[tuple[int, Span], float]) -> Span:
    return max(spans, key=lambda span: score[passage, span])


def _is_abbreviation(text: str, end: re.Match[str]) -> bool:
    """Whether a full stop ends an abbreviation or an initial rather than a sentence."""
    if end.group() != ".":
        return False
    before = _WORD_BEFORE.search(text, max(0, end.start() - 12), end.start())
    word = before.group(1).lower() if before else ""
    return word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha())


def _trim(text: str, span: Span) -> Span:
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
