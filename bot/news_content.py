"""What an alert tells, kept until it has arrived: passages as they were when they were new."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from retrieval.answer import Citation, Copy, Hit, HitQuotation
from retrieval.news import MOST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retrieval.news import News


@dataclass(frozen=True, slots=True)
class NewsContent:
    """News that a chat is to be told.

    Attributes:
        hits: the passages, at most `MOST`.
        count: how many there are.
        articles: ids of the articles that they are from.
    """

    hits: tuple[Hit, ...]
    count: int
    articles: int

    @classmethod
    def of(cls, news: News) -> Self:
        """Return news as what is to be told."""
        return cls(news.hits, news.count, news.articles)

    def with_more(self, later: NewsContent) -> NewsContent:
        """Return this together with what came later, which stands first."""
        hits = (*later.hits, *self.hits)[:MOST]
        return NewsContent(hits, self.count + later.count, self.articles + later.articles)

    def to_json(self) -> str:
        """Return all of it as one line of JSON."""
        return json.dumps(
            {"hits": [hit.to_json() for hit in self.hits], "count": self.count, "articles": self.articles}
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what `to_json` wrote."""
        record: dict[str, Any] = json.loads(text)
        return cls(tuple(map(_hit, record["hits"])), record["count"], record["articles"])


def _hit(record: dict[str, Any]) -> Hit:
    return Hit(
        article=record["article"],
        paragraph=record["paragraph"],
        text=record["text"],
        score=record["score"],
        highlights=_spans(record["highlights"]),
        quotations=tuple(HitQuotation(**one) for one in record["quotations"]),
        also=tuple(Copy(one["article"], one["paragraph"], _citation(one["citation"])) for one in record["also"]),
        citation=_citation(record["citation"]),
    )


def _citation(record: dict[str, Any]) -> Citation:
    start, end = record["chars"]
    return Citation(**{**record, "chars": (start, end)})


def _spans(values: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in values)
