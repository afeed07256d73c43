"""The bot's databases in the state folder: only their owner can read them, and a damaged one is set aside."""

from __future__ import annotations

import logging
import sqlite3
import time
from typing import TYPE_CHECKING, Final, Literal

from index.errors import OnrecordError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Prepare = Callable[[sqlite3.Connection], object]
    Isolation = Literal["DEFERRED"] | None

_LOGGER = logging.getLogger(__name__)

_PATIENCE_SECONDS: Final = 5.0


def open_database(path: Path, prepare: Prepare, *, isolation: Isolation = None, loss: str = "") -> sqlite3.Connection:
    """Open a SQLite file, making it where there is none; one that cannot be read is set aside, with a warning.

    Args:
        path: the file.
        prepare: makes tables, and whatever else shows whether the file is sound.
        isolation: as in `sqlite3.connect`; by default, every statement is a transaction.
        loss: what it means that the file is set aside, where somebody has to do something: the warning is an error.

    Raises:
        OnrecordError: the file cannot be written.
    """
    try:
        return _prepared(path, prepare, isolation)
    except (OSError, sqlite3.OperationalError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise OnrecordError(f"{path}: cannot be written ({reason}); name another folder with --state") from None
    except sqlite3.DatabaseError as error:
        aside = path.with_name(f"{path.name}.damaged-{int(time.time())}")
        level = logging.ERROR if loss else logging.WARNING
        end = f". {loss}." if loss else ""
        _LOGGER.log(level, "%s is damaged (%s); it is set aside as %s%s", path, error, aside.name, end)
        path.rename(aside)
        for part in ("-wal", "-shm", "-journal"):
            path.with_name(path.name + part).unlink(missing_ok=True)
        return _prepared(path, prepare, isolation)


def bot_id(token: str) -> str:
    """Return the public id of a bot, by which its files are named: the part of its token before the colon."""
    number = token.partition(":")[0]
    return number if number.isalnum() else "bot"


def _prepared(path: Path, prepare: Prepare, isolation: Isolation) -> sqlite3.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # What people ask is nobody else's business; SQLite gives its other files the same mode.
    path.touch(mode=0o600)
    path.chmod(0o600)
    database = sqlite3.connect(path, check_same_thread=False, isolation_level=isolation)
    try:
        _until_free(database, prepare)
    except BaseException:
        database.close()
        raise
    return database


def _until_free(database: sqlite3.Connection, prepare: Prepare) -> None:
    """Prepare a file, which others may be preparing; SQLite does not wait by itself where a file changes to WAL."""
    patience = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            prepare(database)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > patience:
                raise
            time.sleep(0.01)
        else:
            return
