"""The bot's durable state: databases only their owner reads, used off the event loop; who may ask, what is followed.

One SQLite file for each bot in the state folder, in WAL mode with every commit flushed to the disk: what was committed
outlives a kill and a power cut. Its schema is what the scripts in `migrations` beside this file make, in order.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import cache, partial
from importlib import resources
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypeVar

from index.core.errors import OnrecordError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Prepare = Callable[[sqlite3.Connection], object]
    Isolation = Literal["DEFERRED"] | None
    from collections.abc import Iterator, Mapping, Sequence


Json = dict[str, Any]
"""An object as `json.loads` makes it."""


T = TypeVar("T")


class Workers:
    """A few threads; asyncio's default ones resolve host names, which must not wait for a slow question."""

    def __init__(self, count: int, name: str) -> None:
        """Take as many threads as wanted; they are called by the name."""
        self._threads = ThreadPoolExecutor(count, thread_name_prefix=name)

    async def work(self, function: Callable[[], T]) -> T:
        """Return what a function returns, when its turn has come; what it raises is raised here."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, function)

    async def close(self, *, at_once: bool = True) -> None:
        """Wait for what is being worked on; what waits for its turn is done too, unless it is to end at once."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=at_once)


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

    A further table is a further script `bot/telegram/state/migrations/NNN.sql`; one that was released is never changed.
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
    folder = resources.files("bot.telegram.state") / "migrations"
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
