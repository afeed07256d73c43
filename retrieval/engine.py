"""The engine behind every front end: questions in, Answers out, from whichever generation is in force."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from types import TracebackType
from typing import Self

from index.errors import OnrecordError, UsageError
from index.generation import Generation, IndexFolder, open_current
from index.records import Records
from retrieval.answer import Answer, Hit
from retrieval.asked import Asked
from retrieval.conversing import converse
from retrieval.dialog import Dialog
from retrieval.hits import make_hits
from retrieval.listing import Quoted, SpeakerSummary, list_quotations, list_speakers
from retrieval.search import ModelShelf, Searcher

WATCH_SECONDS = 0.5

HISTORY_SHOWS = 5
"""How many passages each earlier question of a history is taken to have shown."""

KNOWN_HISTORIES = 64

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Told:
    """What the answers to a history depend on, apart from its questions."""

    searcher: Searcher
    scope: tuple[str, ...] | None
    now: date


class _Recent:
    """The dialogs of the latest histories, so that a file of questions does not ask the same ones anew each line."""

    def __init__(self) -> None:
        self._dialogs: OrderedDict[tuple[_Told, tuple[str, ...]], Dialog] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[_Told, tuple[str, ...]]) -> Dialog | None:
        with self._lock:
            return self._dialogs.get(key)

    def put(self, key: tuple[_Told, tuple[str, ...]], dialog: Dialog) -> None:
        with self._lock:
            self._dialogs[key] = dialog
            while len(self._dialogs) > KNOWN_HISTORIES:
                self._dialogs.popitem(last=False)


class Engine:
    """Answers questions from an index. Safe to share by threads.

    A new generation is opened beside the old one, which goes on answering, and takes over between two questions.
    """

    def __init__(self, index: IndexFolder, *, watch: bool = False) -> None:
        """Open the generation in force.

        Args:
            index: the index.
            watch: look for new generations in the background until `close`.

        Raises:
            NoIndexError: there is no index.
            FormatError: another version of the format wrote it.
            DamagedError: no generation of it is good.
        """
        self._index = index
        self._searcher = self._open()
        self._known = _Recent()
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
        told = _Told(self._searcher, tuple(scope) if scope is not None else None, today)
        dialog = Dialog()
        for turns in range(1, len(history) + 1):
            key = (told, tuple(history[:turns]))
            known = self._known.get(key)
            if known is None:
                known = self._converse(history[turns - 1], dialog, HISTORY_SHOWS, told, time=0.0, marking=False)[1]
                self._known.put(key, known)
            dialog = known
        answer, after = self._converse(question, dialog, k, told, time=0.0)
        if k >= HISTORY_SHOWS:
            self._known.put((told, (*history, question)), after.showing(HISTORY_SHOWS))
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
        told = _Told(self._searcher, tuple(scope) if scope is not None else None, today)
        at = time.time()
        return self._converse(question, dialog.as_of(at), k, told, time=at)

    def _converse(
        self, question: str, dialog: Dialog, k: int, told: _Told, *, time: float, marking: bool = True
    ) -> tuple[Answer, Dialog]:
        area = None
        if told.scope is not None:
            area, unknown = told.searcher.scope(told.scope)
            if unknown:
                raise UsageError(f"scope: no article {unknown[0]!r} in this index")
        with closing(told.searcher.generation.open_records()) as records:
            return converse(Asked(told.searcher, records, question, dialog, k, told.now, area, marking), time)

    def speakers(self) -> list[str]:
        """Return the canonical names of all who are quoted, those quoted most first."""
        with self._records() as records:
            return records.speaker_names()

    def quotations(self, speaker: str | None = None, about: str | None = None) -> Iterator[Quoted]:
        """Yield quotations with where they stand; see `retrieval.listing.list_quotations`."""
        searcher = self._searcher
        with closing(searcher.generation.open_records()) as records:
            yield from list_quotations(searcher, records, speaker, about)

    def speaker_summaries(self) -> Iterator[SpeakerSummary]:
        """Yield who speaks, how often and when, those quoted most first."""
        searcher = self._searcher
        with closing(searcher.generation.open_records()) as records:
            yield from list_speakers(searcher, records)

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

    def describe(self) -> str:
        """Return one line on what the index holds."""
        manifest = self._searcher.generation.manifest
        counts = ", ".join(f"{manifest.counts[what]:,} {what}" for what in ("articles", "passages", "quotations"))
        return f"{counts}; built {manifest.created[:16].replace('T', ' ')} UTC"

    def warm_up(self) -> None:
        """Load the models now rather than at the first question."""
        self.ask("What was said?", k=1)

    def _records(self) -> closing[Records]:
        return closing(self._searcher.generation.open_records())

    def _open(self, shelf: ModelShelf | None = None) -> Searcher:
        generation = open_current(self._index, log.warning)
        return Searcher(generation, _shelf_for(generation, shelf))

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
            except (OnrecordError, OSError) as error:  # a full disk, say; the next look may go well
                if str(error) != complaint:
                    log.warning("%s; going on with the index as it was", error)
                complaint = str(error)


def _shelf_for(generation: Generation, shelf: ModelShelf | None) -> ModelShelf:
    wanted = (generation.encoder, generation.reranker)
    return shelf if shelf and shelf.folders == wanted else ModelShelf(*wanted)
