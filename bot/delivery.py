"""How updates come in and messages go out: in order within a chat, and patiently with Telegram's servers."""

from __future__ import annotations

import asyncio
import inspect
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakValueDictionary

import httpx
from telegram import Update
from telegram.error import NetworkError, RetryAfter, TimedOut
from telegram.ext import BaseRateLimiter, BaseUpdateProcessor
from telegram.request import HTTPXRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

_LOGGER = logging.getLogger(__name__)

Json = dict[str, Any]

UPDATES_AT_ONCE: Final = 4096
LONGEST_FLOOD_WAIT: Final = 120.0
PAUSES: Final = (0.5, 2.0)


class InTurn(BaseUpdateProcessor):
    """Processes the updates of all chats at once, but those of one chat one after the other, in order.

    Waiting for one's turn costs a task and no thread, so the number at once is high: one chat that floods the bot
    must not use it up.
    """

    def __init__(self) -> None:
        super().__init__(max_concurrent_updates=UPDATES_AT_ONCE)
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Process an update when its chat's earlier ones are done."""
        try:
            async with self._turn(update):
                await coroutine
        finally:
            # Cancelled while waiting for its turn, the coroutine was never begun, and Python would complain.
            if inspect.iscoroutine(coroutine):
                coroutine.close()

    def _turn(self, update: object) -> asyncio.Lock:
        if isinstance(update, Update) and (whose := update.effective_chat or update.effective_user):
            return self._turns.setdefault(whose.id, asyncio.Lock())
        return asyncio.Lock()

    async def initialize(self) -> None:
        """Do nothing; there is nothing to open."""

    async def shutdown(self) -> None:
        """Do nothing; there is nothing to close."""


class FloodWait(BaseRateLimiter[None]):
    """Waits as long as Telegram asks when it says "Too Many Requests", in the chat concerned and no other.

    AIORateLimiter would also throttle beforehand, count typing actions as messages, and stop every chat at one
    chat's 429. A bot that only answers sends about as much as it is asked, one message at a time in a chat; it
    comes near no limit but a busy group's twenty a minute, where waiting as told is enough.
    """

    def __init__(self, patience: float = LONGEST_FLOOD_WAIT) -> None:
        self._patience = patience

    async def process_request(  # noqa: PLR0917 - as in BaseRateLimiter
        self,
        callback: Callable[..., Coroutine[Any, Any, bool | Json | list[Json]]],
        args: Any,  # noqa: ANN401 - as in BaseRateLimiter
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,  # noqa: ARG002 - as in BaseRateLimiter
    ) -> bool | Json | list[Json]:
        """Call the Bot API; again after the time it asks for, until the patience for one message is used up."""
        # "Is typing" is worth nothing later, and what belongs to no chat has its own second chances at start.
        patience = self._patience if "chat_id" in data and endpoint != "sendChatAction" else 0.0
        while True:
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                pause = _seconds(error.retry_after)
                patience -= pause
                if patience < 0:
                    raise
                _LOGGER.info("Telegram asks to wait %s s before %s", pause, endpoint)
                await asyncio.sleep(pause)

    async def initialize(self) -> None:
        """Do nothing; there is nothing to open."""

    async def shutdown(self) -> None:
        """Do nothing; there is nothing to close."""


class PatientRequest(HTTPXRequest):
    """Tries again where the network or Telegram's front servers failed, unless the message may have arrived.

    A time-out after the request went out is not tried again: Telegram is slow rather than absent then, and people
    would read their answer twice.
    """

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:  # noqa: ANN401 - passed on as they come
        """Make a request; the last attempt's outcome is the outcome."""
        for pause in PAUSES:
            try:
                code, payload = await super().do_request(*args, **kwargs)
            except NetworkError as error:
                if _may_have_arrived(error):
                    raise
                _LOGGER.info("No connection to Telegram (%s); trying again", error)
            else:
                if code < httpx.codes.INTERNAL_SERVER_ERROR:
                    return code, payload
                _LOGGER.info("Telegram's server failed (%s); trying again", code)
            await asyncio.sleep(pause)
        return await super().do_request(*args, **kwargs)


def _may_have_arrived(error: NetworkError) -> bool:
    return isinstance(error, TimedOut) and not isinstance(error.__cause__, httpx.ConnectTimeout | httpx.PoolTimeout)


def _seconds(span: int | timedelta) -> float:
    return span.total_seconds() if isinstance(span, timedelta) else float(span)
