"""Reads invented articles and shows what was found in a form that tests can compare."""

from __future__ import annotations

from index.core.article import Article
from index.quotations.pipeline import QuotationFinder
from index.quotations.speech.types import Quotation, Reading


class Reader:
    """What was found in the paragraphs of an article."""

    def __init__(self, finder: QuotationFinder) -> None:
        self.finder = finder

    def read(self, *paragraphs: str) -> Reading:
        return next(self.finder.read([Article("a", "A title", paragraphs)]))

    def said(self, *paragraphs: str) -> list[tuple[str | None, str]]:
        """Who said which words, in order."""
        return [(one.speaker, _words(paragraphs, one)) for one in self.read(*paragraphs).quotations]

    def kinds(self, *paragraphs: str) -> list[tuple[str, str]]:
        return [(one.kind, _words(paragraphs, one)) for one in self.read(*paragraphs).quotations]

    def speakers(self, *paragraphs: str) -> list[str | None]:
        return [one.speaker for one in self.read(*paragraphs).quotations]


def _words(paragraphs: tuple[str, ...], one: Quotation) -> str:
    return paragraphs[one.paragraph][one.start : one.end]
