"""What an engine tells of what it holds, without a question: articles, outlets, speakers, their quotations."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date

from index.catalogue import Catalogue
from index.records import Records
from index.rows import SpeakerSummary
from retrieval.answer import Hit
from retrieval.hits import make_hits
from retrieval.listing import Quoted, list_quotations, list_speakers
from retrieval.search import Searcher


class Holdings:
    """Lists what the generation holds that an engine has in force."""

    _searcher: Searcher

    def articles(self, *, since: date | None = None, outlet: str | None = None) -> list[str]:
        """Return the ids of the articles that an outlet published from a day on, which `ask` takes as a scope.

        Args:
            since: the first day; articles without a date are then left out. Any day by default.
            outlet: the outlet, as `outlets` has it; any by default.
        """
        with self._catalogue() as catalogue:
            return catalogue.article_names(since=since.isoformat() if since else None, outlet=outlet)

    def outlets(self) -> dict[str, int]:
        """Return how many articles each outlet has, those with most first."""
        with self._catalogue() as catalogue:
            return catalogue.outlets()

    def speakers(self) -> list[str]:
        """Return the canonical names of all who are quoted, those quoted most first."""
        return self._searcher.directory.names()

    def quotations(self, speaker: str | None = None, about: str | None = None) -> Iterator[Quoted]:
        """Yield quotations with where they stand; see `retrieval.listing.list_quotations`."""
        searcher = self._searcher
        with closing(searcher.generation.open_records()) as records:
            yield from list_quotations(searcher, records, speaker, about)

    def speaker_summaries(self, *, scope: Sequence[str] | None = None) -> Iterator[SpeakerSummary]:
        """Yield who speaks, how often and when, those quoted most first.

        Args:
            scope: ids of the only articles to count; all by default.

        Raises:
            UsageError: the scope names an article that is not in the index.
        """
        searcher = self._searcher
        yield from list_speakers(searcher, searcher.scope(scope))

    def article(self, name: str) -> list[Hit]:
        """Return all passages of an article, in order; none where the index has no such article.

        Args:
            name: id of the article.
        """
        return self.neighbours(name, 0, sys.maxsize)

    def neighbours(self, article: str, paragraph: int, reach: int) -> list[Hit]:
        """Return the passages of an article around a paragraph, in order, the paragraph among them.

        Args:
            article: id of the article.
            paragraph: its number, from 0.
            reach: how many paragraph numbers to go back and forth.
        """
        with self._records() as records:
            return make_hits(records, [(passage, 1.0) for passage in records.neighbours(article, paragraph, reach)])

    def unknown_articles(self, names: Sequence[str]) -> list[str]:
        """Return those of some ids that no article in the index has."""
        with self._records() as records:
            known = records.article_ids(names)
        return [name for name in names if name not in known]

    def sources(self) -> list[str]:
        """Return what the index was built from."""
        return list(self._searcher.generation.manifest.sources)

    def _records(self) -> closing[Records]:
        return closing(self._searcher.generation.open_records())

    def _catalogue(self) -> closing[Catalogue]:
        return closing(Catalogue.open(self._searcher.generation.records_path))
