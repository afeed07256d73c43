"""Whose words something is: from words, or what they meant, to the quotation and its speaker."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.quotations import Quotation
from index.records import Records
from index.sentences import embedded_sentences
from retrieval.attribution import AROUND, READ, covered
from retrieval.calibration import squashed
from retrieval.names import fold
from retrieval.reranking import windows
from retrieval.search import Scope, Searcher

EXACT = 2.0
"""What it counts that a passage holds the very words, more than all other signals together can differ by."""

Piece = tuple[int, int]
"""A passage, and the position of one of its quotations."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A passage that may hold the words asked for.

    Attributes:
        passage: its id.
        fit: how well it fits, comparable within one question.
        quotation: the quotation in it that fits best, or None where nobody is quoted.
    """

    passage: int
    fit: float
    quotation: Quotation | None


def find_spoken(
    searcher: Searcher, records: Records, sought: str, question: str, *, verbatim: bool, scope: Scope | None
) -> list[Spoken]:
    """Return passages that may hold certain words, or words to that effect, best first.

    Args:
        searcher: of the generation.
        records: of the generation.
        sought: the words, or what they were about.
        question: the whole question.
        verbatim: whether `sought` is meant word for word.
        scope: the articles to search.
    """
    among = scope.passages if scope else None
    found = [
        *searcher.candidates(records, sought, among)[:AROUND],
        *searcher.candidates(records, question, among)[:AROUND],
    ]
    passages = records.passages(list(dict.fromkeys(passage for passage, _ in found)))
    texts = {passage: row.text for passage, row in passages.items()}
    quotations = records.quotations(list(texts))
    pieces = {
        (passage, position): texts[passage][quotation.start : quotation.end]
        for passage, spoken in quotations.items()
        for position, quotation in enumerate(spoken)
    }
    fits = _fits_of_passages(searcher, sought, texts, verbatim=verbatim)
    held = covered(searcher, sought, pieces.items())
    for passage in texts:
        fits[passage] += 0.5 * max((held[p] for p in pieces if p[0] == passage), default=0.0)
    best = sorted(fits, key=lambda passage: -fits[passage])[:READ]
    closeness = _closeness(searcher, sought, texts, {p: quotations[p] for p in best if p in quotations})
    judged = []
    for passage in best:
        piece = max((p for p in closeness if p[0] == passage), key=closeness.__getitem__, default=None)
        fit = fits[passage] + (closeness[piece] if piece else -0.5)
        judged.append(Spoken(passage, fit, quotations[passage][piece[1]] if piece else None))
    wanted = _plain(sought)
    if verbatim and any(wanted in _plain(texts[passage]) for passage in best):
        # The very words stand there; to rerank twice a dozen passages takes a second and could not change that.
        return sorted(judged, key=lambda spoken: -spoken.fit)
    return _reranked(searcher, (sought, question), judged, texts)


def _fits_of_passages(searcher: Searcher, sought: str, texts: Mapping[int, str], *, verbatim: bool) -> dict[int, float]:
    fits = {passage: 0.5 * share for passage, share in covered(searcher, sought, texts.items()).items()}
    wanted = _plain(sought)
    for passage, cosine in searcher.nearness(sought, list(texts)).items():
        fits[passage] += cosine + EXACT * (verbatim and wanted in _plain(texts[passage]))
    return fits


def _reranked(
    searcher: Searcher, asked: Sequence[str], found: Sequence[Spoken], texts: Mapping[int, str]
) -> list[Spoken]:
    """Add to the fit of each passage what the reranker makes of it for each wording of what is asked."""
    read = {spoken.passage: texts[spoken.passage] for spoken in found}
    cut = [windows(searcher, wording, read) for wording in asked]
    logits = zip(
        *(searcher.relevance(wording, list(text.values())) for wording, text in zip(asked, cut, strict=True)),
        strict=True,
    )
    judged = [
        replace(spoken, fit=spoken.fit + sum(0.5 * squashed(logit) for logit in both))
        for spoken, both in zip(found, logits, strict=True)
    ]
    return sorted(judged, key=lambda spoken: -spoken.fit)


def _closeness(
    searcher: Searcher, sought: str, texts: Mapping[int, str], quotations: Mapping[int, Sequence[Quotation]]
) -> dict[Piece, float]:
    """Return how near each quotation is to what is sought: the cosine of the best of its sentences."""
    query = searcher.vector(sought)
    sentences = searcher.generation.sentences.of(list(quotations))
    wholes = searcher.generation.vectors.by_id([passage for passage in quotations if passage not in sentences])
    wanted = _plain(sought)
    near: dict[Piece, float] = {}
    for passage, spoken in quotations.items():
        text = texts[passage]
        parts = embedded_sentences(text) if passage in sentences else [(0, len(text))]
        cosines = sentences[passage] @ query if passage in sentences else [wholes[passage] @ query]
        for position, quotation in enumerate(spoken):
            within = (
                float(cosine)
                for (start, end), cosine in zip(parts, cosines, strict=False)
                if start < quotation.end and quotation.start < end
            )
            exact = wanted in _plain(text[quotation.start : quotation.end])
            near[passage, position] = max(within, default=0.0) + EXACT * exact
    return near


def _plain(text: str) -> str:
    """Return the words of a text alone, so that marks, dashes and case cannot part equal words."""
    return " ".join(["", *re.findall(r"[^\W_]+", fold(text)), ""])
