"""What every handler of the Telegram bot shares: the engine and the memory, both off the event loop."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from bot.render.filters import FurtherSource
from bot.telegram.access import Access, Standing, chat_in, person_in
from bot.telegram.ops.metrics import NONE, Metrics
from bot.telegram.state.messages import FeedbackStore, PassageLookup
from bot.telegram.state.store import Workers
from retrieval.core.tracing import timed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from telegram import Update

    from bot.config.settings import Settings
    from bot.telegram.state.messages import MessageStore
    from bot.telegram.state.store import Store
    from index.generations.manifest import Manifest
    from retrieval.attribution.listing import Quoted, SpeakerSummary
    from retrieval.conversation.state import Dialog
    from retrieval.core.answer import Answer
    from retrieval.newsroom.new_passages import Newsroom
    from retrieval.newsroom.timeline import Timeline
    from retrieval.verification.verdict import Verdict

_LOGGER = logging.getLogger(__name__)

QUESTIONS_AT_ONCE: Final = 2  # a search uses several cores by itself: four at once are slower than two
TYPING_AT_ONCE: Final = 8
T = TypeVar("T")


class BotEngine(FurtherSource, PassageLookup, Protocol):
    """What the bot asks: thread-safe and blocking; see `retrieval.engine.Engine`."""

    @property
    def generation(self) -> str:
        """Name of the generation that answers now."""

    @property
    def manifest(self) -> Manifest:
        """What the generation is that answers now."""

    def converse(self, question: str, dialog: Dialog) -> tuple[Answer, Dialog]:
        """Return what the articles say to a question within a conversation, and the conversation with it."""

    def describe(self) -> str:
        """Return one line about the index."""

    def newsroom(self) -> Newsroom:
        """Return what a newsroom asks of the generation that answers now."""

    def outlets(self) -> dict[str, int]:
        """Return how many articles each outlet has, those with most first."""

    def quotations(self, speaker: str | None = None) -> Iterator[Quoted]:
        """Yield the quotations of a speaker."""

    def record(self, speaker: str, *, about: str | None = None) -> Timeline:
        """Return what somebody said, by topic and in order of time."""

    def verify(self, words: str, by: str | None = None) -> Verdict:
        """Check words that somebody is to have said."""

    def sources(self) -> list[str]:
        """Return what the index was built from."""

    def speakers(self) -> list[str]:
        """Return the canonical names of everybody quoted."""

    def speaker_summaries(self) -> Iterator[SpeakerSummary]:
        """Yield who speaks, those quoted most first."""


class Services:
    """Takes work off the event loop: questions to a few threads, what is to be remembered to one.

    Attributes:
        engine: whom to ask, in `work`.
        memory: what is remembered, in `recall` and `remember`.
        store: what nobody could make again, likewise.
        access: who may do what; see `standing` and `is_admin`.
        settings: what the operator set.
        misses: what was not meant, likewise.
        metrics: what is counted.
        typing_slots: for typing actions, which are many where many people wait.
    """

    def __init__(
        self,
        engine: BotEngine,
        memory: MessageStore,
        store: Store,
        settings: Settings,
        state: Path | None,
        *,
        metrics: Metrics = NONE,
    ) -> None:
        """Begin with the engine, which stays open, and the memory and the store, which `close` closes."""
        self.metrics = metrics
        self.engine = engine
        self.memory = memory
        self.store = store
        self.access = Access(store, settings.telegram)
        self.settings = settings
        self.misses = FeedbackStore(state)
        self.typing_slots = asyncio.Semaphore(TYPING_AT_ONCE)
        self._workers = Workers(QUESTIONS_AT_ONCE, "question")
        self._writer = Workers(1, "memory")

    async def work(self, function: Callable[[], T]) -> T:
        """Return what the engine says, when its turn has come."""
        return await self._workers.work(function)

    def answered(self, answer: Callable[[], tuple[Answer, T]]) -> tuple[Answer, T]:
        """Return what the engine answers to a question, and count it; blocking, so it belongs in `work`."""
        with timed() as timings:
            try:
                found = answer()
            except Exception:
                self.metrics.answered("failed", timings)
                raise
        self.metrics.answered(found[0].status, timings)
        return found

    async def recall(self, read: Callable[[], T], otherwise: T) -> T:
        """Return what is remembered, or something else where the memory cannot be read."""
        try:
            return await self._writer.work(read)
        except (sqlite3.Error, OSError) as error:
            _LOGGER.warning("The memory in the state folder fails (%s); answers go out without buttons", error)
            return otherwise

    async def remember(self, write: Callable[[], object]) -> None:
        """Write something down; where that fails, a warning is all that comes of it."""
        await self.recall(write, None)

    async def standing(self, update: Update) -> Standing:
        """Return what whoever an update is from may do; where that cannot be read, to ask if everybody may."""
        chat, person = chat_in(update), person_in(update)
        otherwise = Standing.GUEST if self.access.everybody else Standing.NOBODY
        return await self.recall(lambda: self.access.standing(chat, person), otherwise)

    async def is_admin(self, person: int | None) -> bool:
        """Return whether a person may change the articles; not, where that cannot be read."""
        return await self.recall(lambda: self.access.is_admin(person), otherwise=False)

    async def close(self) -> None:
        """Wait for what is being worked on, because the engine may be closed next, and close the memory."""
        await self._workers.close()
        await self._writer.close(at_once=False)
        self.memory.close()
        self.store.close()
