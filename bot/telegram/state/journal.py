"""Updates taken from Telegram and not yet answered, kept on disk until they are."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections import Counter
from contextlib import closing
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Final

from bot.telegram.state.store import bot_id, open_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from bot.telegram.state.store import Json

_LOGGER = logging.getLogger(__name__)


FRESH: Final = 24 * 3600.0  # seconds; Telegram keeps an update no longer either
KNOWN: Final = 3600.0
"""Seconds for which an answered update is known at most; a webhook confirms nothing but the one at hand."""
MOST_WAITING: Final = 10_000
MOST_STARTS: Final = 5
"""How often a question is begun at most: one that brings the process down must not do so for ever."""

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS updates (
    mark TEXT PRIMARY KEY, number INTEGER NOT NULL, taken REAL NOT NULL, starts INTEGER NOT NULL, content TEXT
) WITHOUT ROWID
"""


class Journal:
    """What has been taken from Telegram and is not answered yet; safe to share by threads, blocking.

    Telegram forgets an update when the next getUpdates has a higher offset, and python-telegram-bot sends that while
    the update is only queued: killed then, a bot would never answer it. An offset that trails behind would not do,
    because getUpdates does not wait, and returns the same hundred, as long as anything is unconfirmed. So every batch
    is written down before it is confirmed, and struck out, update by update, when it is answered. After a kill at any
    instant the rest is answered first.

    What a message says is erased from the file when it is answered. Of an answered update, its number and a hash stay
    until Telegram has confirmed it, or for an hour, so that one that comes again is known. That no last update id is
    kept longer is deliberate: Telegram chooses numbers anew after a quiet week.

    A power cut may bring back what was answered in its last moments, never lose what was not.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """Open the journal, or begin one, in a file that only its owner can read.

        Args:
            path: the file; one that is damaged is set aside.
            clock: seconds since 1970.

        Raises:
            OnrecordError: the file cannot be written.
        """
        self._clock = clock
        self._lock = Lock()
        self._confirmed = 0
        self._repeats: Counter[int] = Counter()
        self._database = open_database(path, _prepare, isolation="DEFERRED")

    def take(self, updates: Iterable[Json]) -> None:
        """Write down updates as they came, before Telegram is told that they arrived.

        Raises:
            sqlite3.Error: they could not be written.
        """
        with self._lock, self._database as database:
            long_ago = (self._clock() - KNOWN,)
            database.execute("DELETE FROM updates WHERE content IS NULL AND taken < ?", long_ago)
            for update in updates:
                number, content = int(update["update_id"]), json.dumps(update, sort_keys=True)
                mark = sha256(content.encode()).hexdigest()
                if database.execute("SELECT 1 FROM updates WHERE mark = ?", (mark,)).fetchone():
                    self._repeats[number] += 1
                elif "inline_query" not in update and self._waiting() < MOST_WAITING:
                    row = (mark, number, self._clock(), content)
                    database.execute("INSERT INTO updates VALUES (?, ?, ?, 0, ?)", row)

    def begin(self, number: int) -> bool:
        """Tell whether an update is to be processed: each is once, however often it was delivered."""
        with self._lock:
            if not self._repeats[number]:
                del self._repeats[number]
                return True
            self._repeats[number] -= 1
            return False

    def finish(self, numbers: Iterable[int]) -> None:
        """Erase what updates say: they are answered.

        Raises:
            sqlite3.Error: the file could not be written.
        """
        with self._lock, self._database as database:
            for number in numbers:
                database.execute("UPDATE updates SET content = NULL WHERE number = ?", (number,))
            self._forget()

    def confirm(self, offset: int) -> None:
        """Forget the answered updates below an offset: Telegram will not deliver them again.

        Raises:
            sqlite3.Error: the file could not be written.
        """
        with self._lock, self._database:
            self._confirmed = offset
            self._forget()

    def left(self) -> list[Json]:
        """Return what an earlier run left unanswered, oldest first, and count it as begun once more.

        Raises:
            sqlite3.Error: the file could not be written.
        """
        with self._lock, self._database as database:
            stale = (self._clock() - FRESH, MOST_STARTS)
            database.execute("DELETE FROM updates WHERE content IS NULL AND taken < ?", stale[:1])
            if gone := database.execute("DELETE FROM updates WHERE taken < ? OR starts >= ?", stale).rowcount:
                _LOGGER.warning("Updates given up, as they are a day old or were begun too often: %s", gone)
            database.execute("UPDATE updates SET starts = starts + 1 WHERE content IS NOT NULL")
            rows = database.execute("SELECT content FROM updates WHERE content IS NOT NULL ORDER BY number")
            return [json.loads(content) for (content,) in rows]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def _waiting(self) -> int:
        return int(self._database.execute("SELECT count(content) FROM updates").fetchone()[0])

    def _forget(self) -> None:
        self._database.execute("DELETE FROM updates WHERE content IS NULL AND number < ?", (self._confirmed,))


def open_journal(state: Path, token: str, base_url: str | None) -> Journal:
    """Return the journal of a bot at a server.

    Args:
        state: the folder where the journals of all bots lie.
        token: the bot's; only its public half tells one bot from another.
        base_url: the server, if not Telegram's own; it has update numbers of its own.

    Raises:
        OnrecordError: it cannot be written.
    """
    server = f"-{sha256(base_url.encode()).hexdigest()[:8]}" if base_url else ""
    return Journal(state / f"telegram-{bot_id(token)}-unanswered{server}.sqlite")


def _prepare(database: sqlite3.Connection) -> None:
    # The rollback journal holds what was overwritten, and is emptied; a write-ahead log would keep it.
    database.execute("PRAGMA journal_mode = TRUNCATE")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("PRAGMA secure_delete = ON")
    with database, closing(database.execute(_TABLE)):
        pass
