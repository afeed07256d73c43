"""In which order updates are processed: a chat's one after the other, all chats at once, each person at a fair rate."""

from __future__ import annotations

import asyncio
import inspect
import logging
import sqlite3
import time
from collections import Counter, OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakValueDictionary

from telegram import Update
from telegram.error import TelegramError
from telegram.ext import BaseUpdateProcessor

from bot.telegram.ops.metrics import NONE, Metrics
from bot.telegram.ui.replying import is_meant_for_bot
from bot.telegram.ui.texts import texts_for

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.telegram.state.journal import Journal


AT_ONCE: Final = 40
A_MINUTE: Final = 30
INLINE_AT_ONCE: Final = 60  # an inline query comes with every few letters typed
INLINE_A_MINUTE: Final = 120
MOST_PEOPLE: Final = 10_000
QUIET: Final = 60.0
"""Seconds between two friendly words to one person."""


class Admission(Enum):
    """What becomes of something asked: it is answered, refused with a word, or passed over."""

    WELCOME = auto()
    TOO_MUCH = auto()
    PASSED_OVER = auto()


@dataclass
class _Bucket:
    left: float
    at: float
    told: float = float("-inf")


class Rates:
    """A token bucket for each person: full at first, refilled steadily.

    Only so many people are remembered, the latest; somebody forgotten had time to get a full bucket again, or is one
    of so many that no rate of one person matters.
    """

    def __init__(
        self,
        at_once: int = AT_ONCE,
        a_minute: float = A_MINUTE,
        most_people: int = MOST_PEOPLE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Give everybody a full bucket.

        Args:
            at_once: how much somebody may ask after a silence.
            a_minute: how much somebody may go on asking.
            most_people: how many people to remember.
            clock: seconds, from any time on.
        """
        self._at_once = at_once
        self._a_second = a_minute / 60
        self._most_people = most_people
        self._clock = clock
        self._buckets: OrderedDict[int, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        """Return how many people are remembered."""
        return len(self._buckets)

    def ask(self, person: int) -> Admission:
        """Count one thing asked by a person and return what becomes of it."""
        now = self._clock()
        bucket = self._buckets.setdefault(person, _Bucket(self._at_once, now))
        self._buckets.move_to_end(person)
        while len(self._buckets) > self._most_people:
            self._buckets.popitem(last=False)
        bucket.left = min(self._at_once, bucket.left + (now - bucket.at) * self._a_second)
        bucket.at = now
        if bucket.left >= 1:
            bucket.left -= 1
            return Admission.WELCOME
        if now - bucket.told < QUIET:
            return Admission.PASSED_OVER
        bucket.told = now
        return Admission.TOO_MUCH


class RateGate:
    """Lets in what a person asks, but not too much of it.

    It stands before the queue of a chat, so that a flood takes no memory; what in a group is not meant for the bot
    counts for nothing.
    """

    def __init__(self, rates: Rates | None = None, inline: Rates | None = None) -> None:
        """Stand open.

        Args:
            rates: of messages and presses of buttons.
            inline: of inline queries.
        """
        self._rates = Rates() if rates is None else rates
        self._inline = Rates(INLINE_AT_ONCE, INLINE_A_MINUTE) if inline is None else inline

    async def admits(self, update: object) -> bool:
        """Return whether an update is to be processed; if not, the person has been told why, or was a moment ago."""
        if not isinstance(update, Update) or not update.effective_user or not _is_asked(update):
            return True
        rates = self._inline if update.inline_query else self._rates
        verdict = rates.ask(update.effective_user.id)
        if verdict is not Admission.WELCOME:
            await _refuse(update, with_a_word=verdict is Admission.TOO_MUCH)
        return verdict is Admission.WELCOME


def _is_asked(update: Update) -> bool:
    return update.message is None or is_meant_for_bot(update.message)


async def _refuse(update: Update, *, with_a_word: bool) -> None:
    text = texts_for(update.effective_user).too_much
    with suppress(TelegramError):
        if update.callback_query:
            await update.callback_query.answer(text)  # always: the client waits for it
        elif update.message and with_a_word:
            await update.message.reply_text(text)


_LOGGER = logging.getLogger(__name__)

UPDATES_AT_ONCE: Final = 4096
MOST_WAITING: Final = 200
"""Updates of one chat that may wait for their turn; a group that is busier than that is not read by anybody."""


class PerChatQueue(BaseUpdateProcessor):
    """Processes the updates of all chats at once, but those of one chat one after the other, in order.

    Waiting for one's turn costs a task and no thread, so the number at once is high: one chat that floods the bot
    must not use it up. As a chat has one question at work at a time, the threads that work on questions take the
    chats in turn, and somebody's first question waits for nobody's fiftieth.

    What is done is struck out of the journal; what is cancelled by the end of the process stays in it.
    """

    def __init__(self, journal: Journal | None = None, gate: RateGate | None = None, metrics: Metrics = NONE) -> None:
        """Be ready.

        Args:
            journal: where updates stand until they are answered; without one, a kill loses those under way.
            gate: what lets them in.
            metrics: counts those that it does not.
        """
        super().__init__(max_concurrent_updates=UPDATES_AT_ONCE)
        self._journal = journal
        self._gate = gate or RateGate()
        self._metrics = metrics
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._waiting: Counter[int] = Counter()
        self._finished: list[int] = []
        self._writing: asyncio.Task[None] | None = None
        self._taken: float | None = None
        self._open = 0

    @property
    def waiting(self) -> int:
        """How many updates are taken and not yet answered."""
        return self._open

    @property
    def taken(self) -> float | None:
        """When the last update was taken, in seconds since 1970; None before the first."""
        return self._taken

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Process an update when its chat's earlier ones are done."""
        self._taken = time.time()
        self._open += 1
        try:
            if self._is_new(update):
                if await self._gate.admits(update):
                    await self._in_turn(update, coroutine)
                else:
                    self._metrics.passed_over("rate")
                self._strike_out(update)
        finally:
            # Cancelled while waiting for its turn, the coroutine was never begun, and Python would complain.
            if inspect.iscoroutine(coroutine):
                coroutine.close()
            self._open -= 1

    async def _in_turn(self, update: object, coroutine: Awaitable[Any]) -> None:
        whose = _whose(update)
        if whose is None:
            await coroutine
            return
        if self._waiting[whose] >= MOST_WAITING:
            self._metrics.passed_over("queue")
            _LOGGER.warning("A chat has more waiting than is ever read; some of it is passed over")
            return
        self._waiting[whose] += 1
        try:
            async with self._turns.setdefault(whose, asyncio.Lock()):
                await coroutine
        finally:
            self._waiting[whose] -= 1
            if not self._waiting[whose]:
                del self._waiting[whose]

    def _is_new(self, update: object) -> bool:
        return self._journal is None or not isinstance(update, Update) or self._journal.begin(update.update_id)

    def _strike_out(self, update: object) -> None:
        if self._journal and isinstance(update, Update):
            self._finished.append(update.update_id)
            if not self._writing or self._writing.done():
                self._writing = asyncio.create_task(self._write(), name="journal")

    async def _write(self) -> None:
        """Strike out what is finished; what more is finished meanwhile goes into the next write together."""
        assert self._journal is not None
        while self._finished:
            finished, self._finished = self._finished, []
            try:
                await asyncio.to_thread(self._journal.finish, finished)
            except asyncio.CancelledError:
                self._finished += finished
                raise
            except sqlite3.Error as error:
                _LOGGER.warning("Answered questions could not be struck out of the journal: %s", error)

    async def initialize(self) -> None:
        """Do nothing; there is nothing to open."""

    async def shutdown(self) -> None:
        """Strike out the last that is finished."""
        if self._writing:
            await asyncio.wait({self._writing})
        if self._finished:
            await self._write()


def _whose(update: object) -> int | None:
    """Return the chat whose turns an update takes part in; an inline query has none, as it is out of date at once."""
    chat = update.effective_chat if isinstance(update, Update) else None
    return chat.id if chat else None
