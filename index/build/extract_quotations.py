"""Who said what in the articles of a build: what was found in unchanged words is kept, others are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from index.build.checkpoint import Checkpoint, Digest, article_digest
from index.core.cores import available_cores
from index.quotations.pipeline import QuotationFinder
from index.quotations.speech.types import Reading
from index.readers.extraction.metadata import ENGLISH
from index.store.records import Records, RecordsWriter

KEPT = 64
"""So many articles are read between two moments at which the work of a build is kept."""

_ARTICLES_A_PROCESS = 64


class QuotationExtractor:
    """Puts the quotations and speakers of articles into the records."""

    def __init__(
        self, records: RecordsWriter, unfinished: Checkpoint, progress: Callable[[int, int | None], None]
    ) -> None:
        """Prepare to read articles.

        Args:
            records: the articles, to which is added what is found.
            unfinished: what an interrupted build has found already.
            progress: told how many of the articles that have to be read are done, and how many there are.
        """
        self._records = records
        self._unfinished = unfinished
        self._progress = progress

    def run(self, articles: Sequence[int], before: Records | None, reusable: Mapping[Digest, int]) -> None:
        """Read articles, named by the ids of their rows.

        Args:
            articles: those that have no reading.
            before: the records of the generation before.
            reusable: see `index.build.sync.Changes.readings`.
        """
        unread = [row for row in articles if not self._take(row, before, reusable)]
        if not unread:
            return
        keep = len(unread) > KEPT
        processes = min(available_cores(), 1 + len(unread) // _ARTICLES_A_PROCESS)
        readings = QuotationFinder().read(map(self._records.load_article, unread), processes=processes)
        fresh: dict[Digest, Reading] = {}
        for done, (row, reading) in enumerate(zip(unread, readings, strict=True), 1):
            self._records.add_reading(row, reading)
            fresh[article_digest(self._records.load_article(row))] = reading
            self._progress(done, len(unread))
            if keep and len(fresh) == KEPT:
                self._unfinished.keep_readings(fresh)
                fresh = {}

    def _take(self, row: int, before: Records | None, reusable: Mapping[Digest, int]) -> bool:
        """Add the reading of an article that need not be read; tell whether it is one."""
        article = self._records.load_article(row)
        key = article_digest(article)
        if article.language not in (None, ENGLISH):
            reading: Reading | None = Reading((), ())
        elif before and key in reusable:
            reading = before.load_reading(reusable[key])
        else:
            reading = self._unfinished.reading(key)
        if reading:
            self._records.add_reading(row, reading)
        return reading is not None
