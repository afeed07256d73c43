"""The durable memory of the Telegram bot: messages sent, buttons pressed, and where each conversation stands.

One SQLite file in the state folder, in WAL mode: what was committed outlives a kill at any instant, and a power cut may
cost the last moments. It is bounded by age and by count.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
import time
import zlib
from contextlib import closing
from typing import TYPE_CHECKING, Final, Self

from bot.sent import Sent
from bot.state_files import open_database
from index.errors import OnrecordError
from retrieval.dialog import PATIENCE, Dialog

if TYPE_CHECKING:
    from pathlib import Path

_LOGGER = logging.getLogger(__name__)

VERSION: Final = 1
KEPT_SECONDS: Final = 90 * 86_400.0
MOST_SENT: Final = 20_000
MOST_DIALOGS: Final = 5_000
PRUNED_EVERY: Final = 100
"""After how many new messages what is too old or too much is removed."""

_KEY_BITS: Final = 62

# Keys are random rather than counted: a key of a lost file must never come to mean another message.
_SCHEMA: Final = f"""
BEGIN;
CREATE TABLE sent (
    key INTEGER PRIMARY KEY, chat INTEGER NOT NULL, message INTEGER, at REAL NOT NULL, body BLOB NOT NULL,
    dialog BLOB NOT NULL);
CREATE UNIQUE INDEX sent_by_message ON sent (chat, message);
CREATE INDEX sent_by_age ON sent (at);
CREATE TABLE pressed (
    key INTEGER NOT NULL REFERENCES sent ON DELETE CASCADE, button TEXT NOT NULL, PRIMARY KEY (key, button))
    WITHOUT ROWID;
CREATE TABLE dialogs (
    chat INTEGER NOT NULL, person INTEGER NOT NULL, at REAL NOT NULL, dialog TEXT NOT NULL,
    PRIMARY KEY (chat, person)) WITHOUT ROWID;
CREATE INDEX dialogs_by_age ON dialogs (at);
PRAGMA user_version = {VERSION};
COMMIT;
"""


class AnswersSent:
    """What the bot remembers. One thread at a time may use it; every method is one short transaction."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Wrap a connection; use `open`."""
        self._db = database
        self._added = 0

    @classmethod
    def open(cls, path: Path | None) -> Self:
        """Open the file, making it where there is none; one that is damaged is set aside.

        Args:
            path: the file; None remembers as long as the process lives.

        Raises:
            OnrecordError: a newer version wrote the file, or it cannot be written.
        """
        if path:
            return cls(open_database(path, _prepare))
        database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        _prepare(database)
        return cls(database)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def reserve(self, chat: int, sent: Sent) -> int:
        """Remember a message that is about to be sent; return the key that its buttons carry."""
        key = secrets.randbits(_KEY_BITS)
        self._db.execute(
            "INSERT INTO sent VALUES (?, ?, NULL, ?, ?, ?)",
            (key, chat, time.time(), _packed(sent.to_json()), _packed(sent.dialog.to_json())),
        )
        self._added += 1
        if self._added % PRUNED_EVERY == 0:
            _prune(self._db)
        return key

    def arrived(self, key: int, chat: int, message: int) -> None:
        """Remember under which id a message arrived."""
        with closing(self._db.cursor()) as cursor:
            cursor.execute("BEGIN")
            cursor.execute("UPDATE sent SET message = NULL WHERE chat = ? AND message = ?", (chat, message))
            cursor.execute("UPDATE sent SET message = ? WHERE key = ?", (message, key))
            cursor.execute("COMMIT")

    def by_key(self, chat: int, key: int) -> Sent | None:
        """Return a message by its key, if it was sent to that chat."""
        return self._sent("SELECT body, dialog FROM sent WHERE chat = ? AND key = ?", (chat, key))

    def by_message(self, chat: int, message: int) -> Sent | None:
        """Return a message by its id in a chat."""
        return self._sent("SELECT body, dialog FROM sent WHERE chat = ? AND message = ?", (chat, message))

    def press(self, key: int, button: str) -> None:
        """Remember that a button has done what it does."""
        self._db.execute(
            "INSERT OR IGNORE INTO pressed SELECT key, ? FROM sent WHERE key = ?",
            (button, key),
        )

    def pressed(self, key: int) -> set[str]:
        """Return which buttons of a message have done what they do."""
        return {row[0] for row in self._db.execute("SELECT button FROM pressed WHERE key = ?", (key,))}

    def dialog(self, chat: int, person: int) -> Dialog:
        """Return somebody's conversation in a chat; an empty one where there is none."""
        row = self._db.execute("SELECT dialog FROM dialogs WHERE chat = ? AND person = ?", (chat, person)).fetchone()
        return Dialog.from_json(row[0]) if row else Dialog()

    def set_dialog(self, chat: int, person: int, dialog: Dialog) -> None:
        """Remember somebody's conversation in a chat; an empty one is forgotten."""
        if dialog.turns:
            self._db.execute(
                "INSERT OR REPLACE INTO dialogs VALUES (?, ?, ?, ?)", (chat, person, time.time(), dialog.to_json())
            )
        else:
            self._db.execute("DELETE FROM dialogs WHERE chat = ? AND person = ?", (chat, person))

    def _sent(self, select: str, values: tuple[int, int]) -> Sent | None:
        row = self._db.execute(select, values).fetchone()
        if not row:
            return None
        try:
            body, dialog = (zlib.decompress(packed) for packed in row)
            return Sent.from_json(body.decode(), Dialog.from_json(dialog))
        except (ValueError, TypeError, zlib.error):
            _LOGGER.warning("What is remembered of a message is damaged, and is taken for forgotten")
            return None


def _prepare(database: sqlite3.Connection) -> None:
    database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;")
    version = int(database.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise OnrecordError(
            "The memory of the Telegram bot was written by a newer onrecord; update it, or name another --state."
        )
    if version == 0:
        database.executescript(_SCHEMA)
    _prune(database)


def _prune(database: sqlite3.Connection) -> None:
    now = time.time()
    database.execute("DELETE FROM sent WHERE at < ?", (now - KEPT_SECONDS,))
    database.execute(
        "DELETE FROM sent WHERE at < (SELECT at FROM sent ORDER BY at DESC LIMIT 1 OFFSET ?)", (MOST_SENT - 1,)
    )
    # After that silence a conversation is over: "he" would be nobody.
    database.execute("DELETE FROM dialogs WHERE at < ?", (now - PATIENCE,))
    database.execute(
        "DELETE FROM dialogs WHERE at < (SELECT at FROM dialogs ORDER BY at DESC LIMIT 1 OFFSET ?)",
        (MOST_DIALOGS - 1,),
    )


def _packed(text: str) -> bytes:
    """Return JSON in less than half of its size."""
    return zlib.compress(text.encode(), 1)
