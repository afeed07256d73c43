"""The quotations in a draft, each with its presumed speaker, as claims to check."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.core.article import Article
from index.quotations.pipeline import QuotationFinder
from index.quotations.speech.quote_marks import QuotedSpan, find_marked
from index.quotations.speech.types import Quotation
from retrieval.verification.claim import Claim, read_claim

FEWEST_ALONE = 4
"""How many words in quotation marks must have that nobody is said to say; fewer are titles, terms, scare quotes."""

_ENDED = re.compile(r"[.!?…][\"”’'»)\]]*\s*$")

Pieces = list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Drafted:
    """A quotation in a draft.

    Attributes:
        article: id of the draft.
        paragraph: number of the paragraph, from 0.
        claim: the words, and the name that the draft gives their speaker, if any.
    """

    article: str
    paragraph: int
    claim: Claim


def drafted(articles: Iterable[Article]) -> Iterator[Drafted]:
    """Yield the words that drafts have in quotation marks, in order.

    Who is to have said them is read from a draft as from any article. Pieces between which the draft tells who speaks
    are one claim where no sentence ends, so that nothing can be left out there unseen.

    Args:
        articles: the drafts; the parser that reads them takes a second to load.
    """
    read = list(articles)
    for article, reading in zip(read, QuotationFinder().read(read), strict=True):
        yield from _claims(article, reading.quotations)


def _claims(article: Article, quotations: Sequence[Quotation]) -> list[Drafted]:
    marked = find_marked(article.paragraphs)
    found: list[Drafted] = []
    attached: set[tuple[int, int]] = set()
    for number in dict.fromkeys(one.number for one in quotations):
        pieces: Pieces = []
        speaker = None
        for quotation in (one for one in quotations if one.number == number):
            speaker = quotation.speaker or speaker
            for stretch in _within(marked[quotation.paragraph], quotation):
                if (place := (quotation.paragraph, stretch.inner_start)) not in attached:
                    attached.add(place)
                    pieces.append((quotation.paragraph, _text(article, quotation.paragraph, stretch)))
        found += _joined(article.id, pieces, speaker)
    for paragraph, stretches in enumerate(marked):
        for stretch in stretches:
            text = _text(article, paragraph, stretch)
            if (paragraph, stretch.inner_start) not in attached and len(text.split()) >= FEWEST_ALONE:
                found.append(Drafted(article.id, paragraph, read_claim(text)))
    return sorted((one for one in found if one.claim.words), key=lambda one: one.paragraph)


def _within(marked: Iterable[QuotedSpan], quotation: Quotation) -> Iterator[QuotedSpan]:
    for stretch in marked:
        if stretch.inner_start < quotation.end and quotation.start < stretch.inner_end:
            yield stretch


def _text(article: Article, paragraph: int, stretch: QuotedSpan) -> str:
    return article.paragraphs[paragraph][stretch.inner_start : stretch.inner_end]


def _joined(article: str, pieces: Pieces, speaker: str | None) -> Iterator[Drafted]:
    """Yield a claim for each run of pieces in which no sentence ends before the last."""
    run: Pieces = []
    for paragraph, text in pieces:
        if run and _ENDED.search(run[-1][1]):
            yield _drafted(article, run, speaker)
            run = []
        run.append((paragraph, text))
    if run:
        yield _drafted(article, run, speaker)


def _drafted(article: str, run: Pieces, speaker: str | None) -> Drafted:
    return Drafted(article, run[0][0], read_claim(" ".join(text.strip() for _, text in run), speaker))
