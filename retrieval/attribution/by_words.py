"""Whose words something is: from words, or what they meant, to the quotation and its speaker."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.core.sentences import embedded_sentences
from index.quotations.speech.types import Quotation
from index.store.records import Records
from retrieval.attribution.by_speaker import AROUND, READ
from retrieval.core.names import fold
from retrieval.core.scores import SPOKEN, probability, squashed
from retrieval.core.tracing import staged
from retrieval.query.parser import Question
from retrieval.search.rerank import windows
from retrieval.search.searcher import Scope, Searcher

UNQUOTED = -0.5
"""How near a passage is taken to be that quotes nobody."""

Piece = tuple[int, int]
"""A passage, and the position of one of its quotations."""


@dataclass(frozen=True, slots=True)
class SpokenPassage:
    """A passage that may hold the words asked for.

    Attributes:
        passage: its id.
        evidence: how much speaks for it; of use to compare, and for `probability`.
        quotation: the quotation in it that fits best, or None where nobody is quoted.
    """

    passage: int
    evidence: float
    quotation: Quotation | None

    @property
    def probability(self) -> float:
        """The probability that it holds the words asked for, or words to that effect."""
        return probability(self.evidence)


@staged("speakers")
def find_spoken(searcher: Searcher, records: Records, question: Question, scope: Scope | None) -> list[SpokenPassage]:
    """Return passages that may hold the words that a question asks for, or words to that effect, best first.

    Args:
        searcher: of the generation.
        records: of the generation.
        question: the question; words in quotation marks are meant word for word.
        scope: the articles to search.
    """
    sought, verbatim = question.quoted or question.topic, question.quoted is not None
    among = scope.passages if scope else None
    wordings = (sought, question.text)
    found = [hit for wording in wordings for hit in searcher.candidates(records, wording, among)[:AROUND]]
    passages = records.passages(list(dict.fromkeys(passage for passage, _ in found)))
    texts = {passage: row.text for passage, row in passages.items()}
    quotations = records.quotations(list(texts))
    closeness = _closeness(searcher, sought, texts, quotations)
    signals = _signals(searcher, sought, texts, quotations, closeness, verbatim=verbatim)
    evidence = {passage: SPOKEN.evidence(**known) for passage, known in signals.items()}
    best = sorted(evidence, key=lambda passage: -evidence[passage])[:READ]
    # Where the very words stand, to read a dozen passages closely takes time and could not change that.
    if not any(signals[passage]["exact"] for passage in best):
        cut = windows(searcher, question.text, {passage: texts[passage] for passage in best})
        for passage, logit in searcher.relevance(question.text, cut).items():
            evidence[passage] = SPOKEN.evidence(**signals[passage], relevance=squashed(logit))
    spoken = [SpokenPassage(passage, evidence[passage], _nearest(passage, quotations, closeness)) for passage in best]
    return sorted(spoken, key=lambda one: -one.evidence)


def _nearest(
    passage: int, quotations: Mapping[int, Sequence[Quotation]], closeness: Mapping[Piece, float]
) -> Quotation | None:
    spoken = quotations.get(passage, ())
    return max(enumerate(spoken), key=lambda item: closeness[passage, item[0]], default=(0, None))[1]


def _signals(
    searcher: Searcher,
    sought: str,
    texts: Mapping[int, str],
    quotations: Mapping[int, Sequence[Quotation]],
    closeness: Mapping[Piece, float],
    *,
    verbatim: bool,
) -> dict[int, dict[str, float]]:
    """Return for each passage what `SPOKEN` weighs, all but the reranker's opinion."""
    pieces = {
        (passage, position): texts[passage][quotation.start : quotation.end]
        for passage, spoken in quotations.items()
        for position, quotation in enumerate(spoken)
    }
    shares = searcher.terms.idf_coverage(sought, texts)
    near = searcher.max_cosine(sought, list(texts))
    best: dict[int, dict[str, float]] = {}
    wanted = _plain(sought)
    held = searcher.terms.idf_coverage(sought, pieces)
    for passage, text in texts.items():
        own = [(passage, position) for position in range(len(quotations.get(passage, ())))]
        best[passage] = {
            "near": near[passage],
            "words": shares[passage],
            "held": max((held[piece] for piece in own), default=0.0),
            "close": max((closeness[piece] for piece in own), default=UNQUOTED),
            "exact": float(verbatim and wanted in _plain(text)),
            "quoted": float(verbatim and any(wanted in _plain(pieces[piece]) for piece in own)),
        }
    return best


def _closeness(
    searcher: Searcher, sought: str, texts: Mapping[int, str], quotations: Mapping[int, Sequence[Quotation]]
) -> dict[Piece, float]:
    """Return how near each quotation is to what is sought: the cosine of the best of its sentences.

    A quotation that holds the very words is nearest of all.
    """
    query = searcher.vector(sought)
    sentences = searcher.generation.sentences.of(list(quotations))
    wholes = searcher.generation.vectors.by_id([passage for passage in quotations if passage not in sentences])
    near: dict[Piece, float] = {}
    wanted = _plain(sought)
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
            near[passage, position] = 1.0 if exact else max(within, default=0.0)
    return near


def _plain(text: str) -> str:
    """Return the words of a text alone, so that marks, dashes and case cannot part equal words."""
    return " ".join(["", *re.findall(r"[^\W_]+", fold(text)), ""])
