"""In which order updates are processed: a chat's one after the other, all chats at once, none lost or done twice."""

from __future__ import annotations

import asyncio
import inspect
import logging
import sqlite3
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakValueDictionary

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from bot.metrics import NONE, Metrics
from bot.rates import Gate

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from bot.journal import Journal

_LOGGER = logging.getLogger(__name__)

UPDATES_AT_ONCE: Final = 4096
MOST_WAITING: Final = 200
"""Updates of one chat that may wait for their turn; a group that is busier than that is not read by anybody."""


class InTurn(BaseUpdateProcessor):
    """Processes the updates of all chats at once, but those of one chat one after the other, in order.

    Waiting for one's turn costs a task and no thread, so the number at once is high: one chat that floods the bot
    must not use it up. As a chat has one question at work at a time, the threads that work on questions take the
    chats in turn, and somebody's first question waits for nobody's fiftieth.

    What is done is struck out of the journal; what is cancelled by the end of the process stays in it.
    """

    def __init__(self, journal: Journal | None = None, gate: Gate | None = None, metrics: Metrics = NONE) -> None:
        """Be ready.

        Args:
            journal: where updates stand until they are answered; without one, a kill loses those under way.
            gate: what lets them in.
            metrics: counts those that it does not.
        """
        super().__init__(max_concurrent_updates=UPDATES_AT_ONCE)
        self._journal = journal
        self._gate = gate or Gate()
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
