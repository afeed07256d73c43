"""How messages go out: patiently with Telegram's servers, until they have arrived."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Final

import httpx
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import BaseRateLimiter
from telegram.request import HTTPXRequest

from bot.telegram.ops.metrics import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Sequence

    from bot.telegram.ops.metrics import Metrics, RequestKind, RequestOutcome
    from bot.telegram.state.store import Json

_LOGGER = logging.getLogger(__name__)


LONGEST_FLOOD_WAIT: Final = 900.0
SHORT_FLOOD_WAIT: Final = 5.0
PAUSES: Final = (0.5, 2.0)
MESSAGE_PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, *repeat(30.0, 118))
"""Seconds before each new attempt to get a message out: an hour in all."""
TIMEOUTS: Final = 3
"""How often a message is sent again although its request went out and only the answer did not come in time."""
TYPING: Final = "sendChatAction"
DONE_BEFORE: Final = (b"message is not modified", b"query is too old")


_ONCE: ContextVar[bool] = ContextVar("once", default=False)


@contextmanager
def sent_once() -> Iterator[None]:
    """Make a request in this block fail as soon as one attempt does: whoever sends it tries again by themselves."""
    token = _ONCE.set(True)
    try:
        yield
    finally:
        _ONCE.reset(token)


def may_have_arrived(error: TelegramError) -> bool:
    """Tell whether what a failed attempt sent may have arrived all the same.

    It has not where there was no connection, or where the server answered that it failed.
    """
    cause = error.__cause__
    unsent = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
    return isinstance(error, NetworkError) and isinstance(cause, httpx.HTTPError) and not isinstance(cause, unsent)


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
        patience = self._patience_with(endpoint, data)
        while True:
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                pause = seconds_of(error.retry_after)
                patience -= pause
                if patience < 0:
                    raise
                _LOGGER.info("Telegram asks to wait %s s before %s", pause, endpoint)
                await asyncio.sleep(pause)

    def _patience_with(self, endpoint: str, data: dict[str, Any]) -> float:
        if endpoint == TYPING or _ONCE.get():
            return 0.0  # worth nothing later, or tried again by whoever sends it
        # What belongs to no chat, such as the answer to a press of a button, is wanted soon or not at all.
        return self._patience if "chat_id" in data else min(self._patience, SHORT_FLOOD_WAIT)

    async def initialize(self) -> None:
        """Do nothing; there is nothing to open."""

    async def shutdown(self) -> None:
        """Do nothing; there is nothing to close."""


class PatientRequest(HTTPXRequest):
    """Tries again where the network or Telegram's servers failed, until a message is known to have arrived.

    A message is delivered at least once. Where the connection broke, or no answer came, after the request went out,
    nobody can tell whether it arrived: the Bot API takes no key by which it would know a message that it has. So it
    is sent again, and people may then read an answer twice, rather than never. While an answer only is late (a
    time-out after the request went out), it most likely arrived, and is sent again `TIMEOUTS` times at most.

    Messages are tried for an hour. "Is typing" is not tried again at all, anything else a few times.
    """

    def __init__(self, *, metrics: Metrics = NONE, **options: Any) -> None:  # noqa: ANN401 - passed on
        """Prepare to make requests.

        Args:
            metrics: counts them.
            options: those of `HTTPXRequest`.
        """
        super().__init__(**options)
        self._metrics = metrics

    async def do_request(self, url: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:  # noqa: ANN401 - passed on
        """Make a request; the last attempt's outcome is the outcome."""
        endpoint = url.rpartition("/")[2]
        kind = _kind(endpoint)
        try:
            code, payload = await self._attempted(endpoint, kind, url, *args, **kwargs)
        except TelegramError:
            self._metrics.requested(kind, "failed")
            raise
        self._metrics.requested(kind, _outcome(code))
        return code, payload

    async def _attempted(
        self,
        endpoint: str,
        kind: RequestKind,
        url: str,
        *args: Any,  # noqa: ANN401 - passed on
        **kwargs: Any,  # noqa: ANN401 - passed on
    ) -> tuple[int, bytes]:
        timeouts, unsure = TIMEOUTS, False
        for pause in chain(_pauses(endpoint), (None,)):
            try:
                code, payload = await super().do_request(url, *args, **kwargs)
            except NetworkError as error:
                late = _is_late(error)
                unsure, timeouts = True, timeouts - late
                if pause is None or timeouts < 0:
                    raise
                _LOGGER.info("No answer from Telegram to %s (%s); trying again", endpoint, error)
            else:
                if pause is None or code < httpx.codes.INTERNAL_SERVER_ERROR:
                    return (httpx.codes.OK, _DONE) if unsure and _was_done(code, payload) else (code, payload)
                _LOGGER.info("Telegram's server failed at %s (%s); trying again", endpoint, code)
            self._metrics.retried(kind)
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - spreads what failed at once
        raise AssertionError("the last attempt returns or raises")


_DONE: Final = json.dumps({"ok": True, "result": True}).encode()


def _kind(endpoint: str) -> RequestKind:
    """Return the kind of a request; the name of a file that is fetched is nobody's business."""
    if endpoint == TYPING:
        return "typing"
    return "send" if endpoint.startswith("send") else "edit" if endpoint.startswith("edit") else "other"


def _outcome(code: int) -> RequestOutcome:
    if code < httpx.codes.BAD_REQUEST:
        return "ok"
    if code >= httpx.codes.INTERNAL_SERVER_ERROR:
        return "failed"
    return "flood" if code == httpx.codes.TOO_MANY_REQUESTS else "refused"


def _pauses(endpoint: str) -> Sequence[float]:
    if endpoint == TYPING or _ONCE.get():
        return ()
    return MESSAGE_PAUSES if endpoint.startswith(("send", "edit")) else PAUSES


def _is_late(error: NetworkError) -> bool:
    """Return whether the request went out and its answer did not come in time."""
    return isinstance(error, TimedOut) and not isinstance(error.__cause__, httpx.ConnectTimeout | httpx.PoolTimeout)


def _was_done(code: int, payload: bytes) -> bool:
    """Return whether a second attempt was refused because the first one had arrived."""
    return code == httpx.codes.BAD_REQUEST and any(words in payload for words in DONE_BEFORE)


def seconds_of(span: int | timedelta) -> float:
    """Return how long Telegram asks to wait."""
    return span.total_seconds() if isinstance(span, timedelta) else float(span)
