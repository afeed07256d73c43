"""The engine behind every front end: questions in, Answers out, from whichever generation is in force."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime
from types import TracebackType
from typing import Self

from index.errors import OnrecordError
from index.generation import IndexFolder, open_current
from index.manifest import Manifest
from retrieval.answer import Answer
from retrieval.asked import Asked
from retrieval.conversing import converse
from retrieval.dialog import Dialog, places
from retrieval.explaining import Explanation, explain
from retrieval.histories import RecentHistories, Told
from retrieval.holdings import Holdings
from retrieval.newsroom import Newsroom
from retrieval.on_record import OnRecord
from retrieval.search import ModelShelf, Searcher, shelf_for
from retrieval.topics import topics_of

WATCH_SECONDS = 0.5

HISTORY_SHOWS = 5
"""How many passages each earlier question of a history is taken to have shown."""

log = logging.getLogger(__name__)


class Engine(OnRecord, Holdings):
    """Answers questions from an index. Safe to share by threads.

    A new generation is opened beside the old one, which goes on answering, and takes over between two questions.
    """

    def __init__(self, index: IndexFolder, *, watch: bool = False, fast: bool = False) -> None:
        """Open the generation in force.

        Args:
            index: the index.
            watch: look for new generations in the background until `close`.
            fast: leave the cross-encoder out: answers come sooner, and the best passage is first a little less often.

        Raises:
            NoIndexError: there is no index.
            FormatError: another version of the format wrote it.
            DamagedError: no generation of it is good.
            EngineError: its vectors lie in Milvus, which cannot be asked.
        """
        self._index = index
        self._fast = fast
        self._searcher = self._open()
        self._topics: tuple[str | None, list[str]] = (None, [])
        self._known = RecentHistories()
        self._closing = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="onrecord-watch", daemon=True) if watch else None
        if self._watcher:
            self._watcher.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop watching."""
        self._closing.set()
        if self._watcher:
            self._watcher.join()

    def ask(
        self,
        question: str,
        *,
        k: int = 5,
        now: date | None = None,
        history: Sequence[str] = (),
        scope: Sequence[str] | None = None,
    ) -> Answer:
        """Answer a question.

        Args:
            question: as typed.
            k: how many passages to return at most.
            now: the day that "last week" is meant from; today by default.
            history: earlier questions of the conversation, oldest first.
            scope: ids of the only articles to search; all by default.

        Raises:
            UsageError: the scope names an article that is not in the index.
        """
        today = now or datetime.now().astimezone().date()
        told = Told(self._searcher, tuple(scope) if scope is not None else None, today)
        dialog = Dialog()
        for turns in range(1, len(history) + 1):
            known = self._known.get(told, history[:turns])
            if known is None:
                known = self._converse(history[turns - 1], dialog, HISTORY_SHOWS, told, time=0.0, marking=False)[1]
                self._known.put(told, history[:turns], known)
            dialog = known
        answer, after = self._converse(question, dialog, k, told, time=0.0)
        # Where it went on with the answer before, its turn also tells what that one showed, and cannot be cut to fit.
        if k >= HISTORY_SHOWS and after.last and after.last.shown == places(answer.hits or answer.nearest):
            self._known.put(told, [*history, question], after.showing(HISTORY_SHOWS))
        return answer

    def converse(
        self,
        question: str,
        dialog: Dialog,
        *,
        k: int = 5,
        now: date | None = None,
        scope: Sequence[str] | None = None,
    ) -> tuple[Answer, Dialog]:
        """Answer a question within a conversation.

        Args:
            question: as typed.
            dialog: the conversation so far; `Dialog()` begins one.
            k: how many passages to return at most.
            now: the day that "last week" is meant from; today by default.
            scope: ids of the only articles to search; all by default.

        Returns:
            The answer, and the conversation with it.

        Raises:
            UsageError: the scope names an article that is not in the index.
        """
        today = now or datetime.now().astimezone().date()
        told = Told(self._searcher, tuple(scope) if scope is not None else None, today)
        at = time.time()
        return self._converse(question, dialog.as_of(at), k, told, time=at)

    def _converse(
        self, question: str, dialog: Dialog, k: int, told: Told, *, time: float, marking: bool = True
    ) -> tuple[Answer, Dialog]:
        scope = told.searcher.scope(told.scope)
        with closing(told.searcher.generation.open_records()) as records:
            return converse(Asked(told.searcher, records, question, dialog, k, told.now, scope, marking), time)

    def explain(self, question: str, *, scope: Sequence[str] | None = None, count: int = 10) -> Explanation:
        """Return how a question that stands for itself is read, and what each stage of the search makes of it.

        Args:
            question: a question in full words, such as `Answer.standalone`.
            scope: ids of the only articles to search; all by default.
            count: how many passages to tell of at most.

        Raises:
            UsageError: the scope names an article that is not in the index.
        """
        searcher = self._searcher
        with closing(searcher.generation.open_records()) as records:
            return explain(searcher, records, question, scope=searcher.scope(scope), count=count)

    def topics(self) -> list[str]:
        """Return words and short phrases that many of the newest articles use, the most frequent first.

        Soon after a new generation took over, they may still be those of the one before.
        """
        known, topics = self._topics
        generation = self._searcher.generation
        # Who completes words does not wait for those of a new generation: where it is watched for, they follow.
        if known is None or (known != generation.name and not self._watcher):
            topics = topics_of(generation)
            self._topics = (generation.name, topics)
        return topics

    def newsroom(self) -> Newsroom:
        """Return what a newsroom asks of the generation that answers now."""
        return Newsroom(self._searcher, self._index)

    @property
    def generation(self) -> str:
        """Name of the generation that answers now."""
        return self._searcher.generation.name

    @property
    def manifest(self) -> Manifest:
        """What the generation is that answers now."""
        return self._searcher.generation.manifest

    def describe(self) -> str:
        """Return one line on what the index holds."""
        return self._searcher.generation.manifest.describe()

    def load_models(self) -> None:
        """Load the models now rather than at the first question, both at once."""
        self._searcher.load()

    def warm_up(self) -> None:
        """Do now what makes the first question slower than others."""
        self.load_models()
        self.ask("What was said?", k=1)

    def _open(self, shelf: ModelShelf | None = None) -> Searcher:
        generation = open_current(self._index, log.warning)
        return Searcher(generation, shelf_for(generation, shelf), fast=self._fast)

    def _watch(self) -> None:
        complaint = None
        opened = self._searcher.generation.name
        while not self._closing.wait(WATCH_SECONDS):
            try:
                current = self._index.current()
                if current != opened:
                    self._searcher = self._open(self._searcher.models)
                    opened = current  # where it is damaged, an older one answers, and is not looked at again
                    log.info("now answering from %s", self.describe())
                    if self._topics[0]:
                        self._topics = (self.generation, topics_of(self._searcher.generation))
            except (OnrecordError, OSError) as error:  # a full disk, say; the next look may go well
                if str(error) != complaint:
                    log.warning("%s; going on with the index as it was", error)
                complaint = str(error)
