"""The bot's durable state that nobody could make again: who may use it, and what each chat asked to be told.

One SQLite file for each bot in the state folder, in WAL mode with every commit flushed to the disk: what was committed
outlives a kill and a power cut. Its schema is what the scripts in `bot/migrations` make, one after the other.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from functools import cache, partial
from importlib import resources
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Self

from bot.state_files import bot_id, open_database
from index.errors import OnrecordError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

LOSS: Final = (
    "Who was allowed and what chats follow is forgotten until you stop the bot and put a copy of that file in its place"
)
USERNAME: Final = "username"
"""Name of the fact what the bot is called."""
ACCESS: Final = "access"
"""Name of the fact who may ask, as in the settings."""

_SUFFIX: Final = "-newsroom.sqlite"
_IN_FORCE: Final = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"


class Store:
    """The durable state, for modules that each keep their own tables in it; threads may share it; blocking.

    A further table is a further script `bot/migrations/NNN.sql`; one that was released is never changed.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        """Wrap a connection; use `open`."""
        self._database = database
        self._lock = Lock()

    @classmethod
    def open(cls, path: Path | None) -> Self:
        """Open the file, bringing its schema up to date; one that is damaged is set aside, with an error in the log.

        Args:
            path: the file; None keeps all in memory as long as the process lives.

        Raises:
            OnrecordError: a newer version wrote the file, or it cannot be written.
        """
        if path:
            return cls(open_database(path, partial(_prepare, name=str(path)), loss=LOSS))
        database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        _prepare(database, "the state")
        return cls(database)

    def rows(self, select: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return what a query finds.

        Raises:
            sqlite3.Error: the file could not be read.
        """
        with self._lock:
            return self._database.execute(select, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection for one transaction; at the end of the block all of it is on the disk, or none.

        Raises:
            sqlite3.Error: the file could not be written.
        """
        with self._lock, _transaction(self._database):
            yield self._database

    def facts(self) -> dict[str, str]:
        """Return what the bot noted of itself.

        Raises:
            sqlite3.Error: the file could not be read.
        """
        return dict(self.rows("SELECT name, value FROM facts"))

    def note_facts(self, facts: Mapping[str, str]) -> None:
        """Note what the bot tells of itself to commands that run beside it.

        Raises:
            sqlite3.Error: the file could not be written.
        """
        with self.writing() as database:
            database.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items())

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()


def store_path(state: Path, token: str) -> Path:
    """Return where the state of a bot lies.

    Args:
        state: the folder where all bots keep theirs.
        token: the bot's; only its public half tells one bot from another.
    """
    return state / f"telegram-{bot_id(token)}{_SUFFIX}"


def stores_in(state: Path) -> list[Path]:
    """Return the files of all bots that ever kept state in a folder."""
    return sorted(state.glob(f"telegram-*{_SUFFIX}"))


@cache
def migrations() -> tuple[str, ...]:
    """Return the scripts that make the schema, oldest first: a file of version n has had the first n of them."""
    folder = resources.files("bot") / "migrations"
    scripts = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return tuple(script.read_text("utf-8") for script in scripts)


def migrate(database: sqlite3.Connection, scripts: Sequence[str], name: str) -> None:
    """Bring a schema up to date, one transaction a script: a kill in between leaves a version that there was.

    Args:
        database: a connection that begins no transactions by itself.
        scripts: all there are, oldest first; how many of them were run stands in SQLite's `user_version`.
        name: what to call the file in an error.

    Raises:
        OnrecordError: a newer version wrote the file.
    """
    for number, script in enumerate(scripts, 1):
        if _version(database) >= number:
            continue
        with _transaction(database):
            if _version(database) < number:  # another process may have been quicker
                for statement in _statements(script):
                    database.execute(statement)
                database.execute(f"PRAGMA user_version = {number}")
    if (version := _version(database)) > len(scripts):
        raise OnrecordError(
            f"{name}: written by a newer onrecord (schema {version}, this one knows {len(scripts)}); "
            "update onrecord, or name another folder with --state"
        )


def _prepare(database: sqlite3.Connection, name: str) -> None:
    database.executescript(_IN_FORCE)
    migrate(database, migrations(), name)
    # A page that is damaged would otherwise show when it is needed, months later.
    with closing(database.execute("PRAGMA quick_check(1)")) as check:
        if (found := check.fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(found.splitlines()[-1])


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if database.in_transaction:  # a full disk ends one by itself
            database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """Yield the statements of a script; `executescript` would end the transaction that they are to be part of."""
    begun = ""
    for line in script.splitlines(keepends=True):
        begun += line
        if sqlite3.complete_statement(begun):
            yield begun
            begun = ""
