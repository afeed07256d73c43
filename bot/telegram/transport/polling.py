"""Running the bot: connecting, taking updates and writing them down, and stopping in bounded time."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sqlite3
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import httpx
from telegram import Update
from telegram.error import Conflict, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application
from telegram.request import HTTPXRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from telegram.request import RequestData

    from bot.telegram.state.journal import Journal
    from bot.telegram.state.store import Json


_LOGGER = logging.getLogger(__name__)


class JournallingRequest(HTTPXRequest):
    """Fetches updates and writes them down before python-telegram-bot sees them, and so before they are confirmed."""

    def __init__(self, journal: Journal | None, **settings: Any) -> None:  # noqa: ANN401 - passed on as they come
        """Have two connections, because the last poll comes while one is being cancelled.

        Args:
            journal: where to write them; nowhere by default.
            settings: those of HTTPXRequest.
        """
        super().__init__(connection_pool_size=2, **settings)
        self._journal = journal

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:  # noqa: ANN401 - passed on
        """Make a request; what getUpdates returns is on the disk when this returns."""
        code, payload = await super().do_request(*args, **kwargs)
        asked: RequestData | None = kwargs.get("request_data")
        if asked and code == httpx.codes.OK:
            payload = await asyncio.to_thread(self._received, int(asked.json_parameters.get("offset", 0)), payload)
        return code, payload

    def _received(self, offset: int, payload: bytes) -> bytes:
        if self._journal and offset:
            with suppress(sqlite3.Error):  # only a repetition would not be known
                self._journal.confirm(offset)
        try:
            updates = written_down(self._journal, json.loads(payload)["result"])
        except (ValueError, LookupError, TypeError):
            return payload  # python-telegram-bot says what is wrong with it
        return json.dumps({"ok": True, "result": updates}).encode()


def written_down(journal: Journal | None, updates: Iterable[Json]) -> list[Json]:
    """Return updates as python-telegram-bot can read them, when they are on the disk."""
    readable = [_readable(update) for update in updates]
    # A full disk must not silence the bot; without the journal, only a kill can lose a question.
    try:
        if journal and readable:
            journal.take(readable)
    except sqlite3.Error as error:
        _LOGGER.warning("Updates could not be written down (%s): a kill would lose them", error)
    return readable


def _readable(update: Json) -> Json:
    """Return an update, or its bare number where python-telegram-bot cannot read it.

    It would fail with the whole batch, at once ask for the same again, and so never get to any other update.
    """
    try:
        Update.de_json(update, None)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it
        _LOGGER.error("An update that cannot be read is passed over (%s)", type(error).__name__)  # noqa: TRY400 - the traceback would hold it
        return {"update_id": update["update_id"]}
    return update


START_PAUSES: Final = (1, 2, 4, 8, 16)
GRACE: Final = 3.0
"""Seconds for what is under way when the process is asked to end."""
END: Final = 4.5
"""Seconds after which the process ends, whatever it is at: a search, or a new index being opened."""
UPDATES: Final = (Update.MESSAGE, Update.CALLBACK_QUERY, Update.INLINE_QUERY)

PollingApplication = Application[Any, Any, Any, Any, Any, Any]


async def serve(
    application: PollingApplication,
    journal: Journal | None = None,
    receive: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Answer until SIGINT or SIGTERM, then finish what is under way, in bounded time.

    `run_polling` would wait at the end for as long as it takes, lose a polling that a revoked token ended, and log
    the traceback of every failed attempt to connect.

    From the signal on, the process has `GRACE` seconds to answer, and ends within `END`: a thread that is at work in
    the engine cannot be interrupted, and Python would wait for it. What was not answered is in the journal.

    Args:
        application: what to run.
        journal: what an earlier run left unanswered is answered first.
        receive: answers what Telegram sends, once there is a connection; by default Telegram is asked for it.

    Raises:
        TelegramError: there is no connection to be had, or the token is refused.
        OnrecordError: what is to receive cannot; see `webhook.receive`.
    """
    _cancel_on_signals()
    others = asyncio.all_tasks()
    try:
        await _connect(application)
        if journal:
            await _take_up(application, journal)
        await (receive() if receive else _poll(application))
    except asyncio.CancelledError:
        _LOGGER.info("Stopping")
    finally:
        await _shut_down(application, others)


def _cancel_on_signals() -> None:
    this = asyncio.current_task()
    assert this is not None

    def stop() -> None:
        last_resort = threading.Timer(END, _end_now)
        last_resort.daemon = True
        last_resort.start()
        this.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: asyncio.run cancels on Ctrl-C by itself
            asyncio.get_running_loop().add_signal_handler(number, stop)


def _end_now() -> None:
    """End the process under the feet of threads at work; nothing that they write is ever half in force."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(0)


async def _connect(application: PollingApplication) -> None:
    for pause in START_PAUSES:
        try:
            await application.initialize()
        except (NetworkError, RetryAfter) as error:
            _LOGGER.warning("No answer from the Bot API yet (%s); trying again in %s s", error, pause)
            await asyncio.sleep(pause)
        else:
            return
    await application.initialize()


async def _take_up(application: PollingApplication, journal: Journal) -> None:
    """Queue what an earlier run took and did not answer, before anything new."""
    try:
        left = await asyncio.to_thread(journal.left)
    except sqlite3.Error as error:
        _LOGGER.warning("The journal of unanswered questions cannot be read: %s", error)
        return
    if left:
        _LOGGER.info("Answering first what was left unanswered: %s", len(left))
    for update in left:
        await application.update_queue.put(Update.de_json(update, application.bot))


async def _poll(application: PollingApplication) -> None:
    """Take updates until cancelled; raise what ended the polling otherwise, such as a revoked token."""
    assert application.updater is not None
    await application.updater.start_polling(
        bootstrap_retries=len(START_PAUSES),
        allowed_updates=UPDATES,
        drop_pending_updates=False,
        error_callback=_log_polling_error,
    )
    await application.start()
    introduce(application)
    # The updater keeps its task to itself, and would let it die without a word.
    polling = next(task for task in asyncio.all_tasks() if task.get_name() == "Updater:start_polling:polling_task")
    await asyncio.wait({polling})
    polling.result()


def introduce(application: PollingApplication) -> None:
    """Say that an application answers."""
    if application.post_init:
        application.create_task(application.post_init(application))  # nobody waits for a menu
    _LOGGER.info("Answering as @%s", application.bot.username)


def _log_polling_error(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        _LOGGER.error("Another process answers with the same bot token; stop one of the two")
    else:
        _LOGGER.warning("Could not fetch messages (%s); trying again", error)


async def _shut_down(application: PollingApplication, others: set[asyncio.Task[Any]]) -> None:
    await _within(GRACE, _finish(application))
    left = asyncio.all_tasks() - others
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    await application.shutdown()
    await application.bot.shutdown()  # the application leaves it open where it never got as far as being initialized
    if application.post_shutdown:
        await application.post_shutdown(application)


async def _finish(application: PollingApplication) -> None:
    updater = application.updater
    if updater and updater.running:
        with suppress(TelegramError):
            await updater.stop()
    if application.post_stop:
        await application.post_stop(application)
    if application.running:
        await application.stop()


async def _within(seconds: float, work: Awaitable[None]) -> None:
    """Wait for a step of shutting down, but not for ever, and whether it succeeds or not."""
    task = asyncio.ensure_future(work)
    await asyncio.wait({task}, timeout=seconds)
    if not task.done():
        _LOGGER.warning("Stopped without waiting any longer; questions may be left unanswered")
    elif error := task.exception():
        _LOGGER.debug("While stopping: %s", error)
