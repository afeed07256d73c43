"""Writing updates down before they are confirmed; and the requests that fetch them, which do so."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx
from telegram import Update
from telegram.request import HTTPXRequest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from telegram.request import RequestData

    from bot.journal import Journal
    from bot.json_objects import Json

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
