"""The generation that answers: opened, watched for a newer one, which takes over between two questions, and closed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from index.generations.generation import IndexFolder, open_current
from retrieval.search.models import ModelCache, models_for
from retrieval.search.searcher import Searcher
from retrieval.search.terms import topics_of

WATCH_SECONDS = 0.5

log = logging.getLogger(__name__)


class InForce:
    """What answers now. Safe to share by threads.

    A generation that answers no more is closed by whoever held it last letting go of it: a question that began with it
    ends with it.
    """

    def __init__(self, index: IndexFolder, *, watch: bool, fast: bool) -> None:
        """Open the generation in force; see `retrieval.engine.Engine`."""
        self._index = index
        self._fast = fast
        self._searcher: Searcher | None = self._open()
        self._topics: tuple[str | None, list[str]] = (None, [])
        self._asked = 0
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="onrecord-watch", daemon=True) if watch else None
        if self._watcher:
            self._watcher.start()

    @property
    def searcher(self) -> Searcher:
        """What searches the generation that answers now.

        Raises:
            RuntimeError: it was closed.
        """
        searcher = self._searcher
        if searcher is None:
            raise RuntimeError("the engine is closed")
        return searcher

    @contextmanager
    def asked(self) -> Iterator[Searcher]:
        """Yield what searches, for a question that is to end well even where the engine is closed meanwhile.

        Raises:
            RuntimeError: it was closed before.
        """
        with self._lock:
            searcher = self.searcher
            self._asked += 1
        try:
            yield searcher
        finally:
            with self._lock:
                self._asked -= 1

    def topics(self) -> list[str]:
        """Return what the articles are about; see `retrieval.engine.Engine.topics`."""
        known, topics = self._topics
        generation = self.searcher.generation
        # Who completes words does not wait for those of a new generation: where it is watched for, they follow.
        if known is None or (known != generation.name and not self._watcher):
            topics = topics_of(generation)
            self._topics = (generation.name, topics)
        return topics

    def close(self) -> None:
        """Stop watching; close the generation, its records, and all threads, or leave that to a question under way."""
        self._closing.set()
        if self._watcher:
            self._watcher.join()
        with self._lock:
            searcher, self._searcher = self._searcher, None
            idle = not self._asked
        if searcher and idle:
            searcher.close()
            searcher.models.close()

    def _open(self, known: ModelCache | None = None) -> Searcher:
        generation = open_current(self._index, log.warning)
        return Searcher(generation, models_for(generation, known), fast=self._fast)

    def _watch(self) -> None:
        complaint = None
        opened = self.searcher.generation.name
        while not self._closing.wait(WATCH_SECONDS):
            try:
                current = self._index.current()
                if current != opened:
                    self._searcher = self._open(self.searcher.models)
                    opened = current  # where it is damaged, an older one answers, and is not looked at again
                    log.info("now answering from %s", self.searcher.generation.manifest.describe())
                if self._topics[0] not in {None, self.searcher.generation.name}:
                    generation = self.searcher.generation
                    self._topics = (generation.name, topics_of(generation))
            except Exception as error:  # noqa: BLE001  (a full disk, damaged records: the next look may go well)
                if str(error) != complaint:
                    log.warning("%s; going on with the index as it was", error)
                complaint = str(error)
