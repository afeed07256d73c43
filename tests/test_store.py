"""The state that must survive: its schema grows without losing a row, and damage and newer versions are told."""

from __future__ import annotations

import logging
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from bot.telegram.state.store import Store, migrate, migrations, store_path, stores_in
from index.core.errors import OnrecordError

OLDER = Path(__file__).parent / "store"
"""For each version of the schema, a file as it was left by it, as SQL, with rows in every table."""

FACT = "INSERT INTO facts VALUES ('username', 'quillhaven_bot')"
Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return store_path(tmp_path / "state", "110201543:secret")


def connected(path: Path) -> closing[sqlite3.Connection]:
    path.parent.mkdir(exist_ok=True)
    return closing(sqlite3.connect(path, isolation_level=None))


def write_twice(database: sqlite3.Connection) -> None:
    for _ in range(2):
        database.execute(FACT)


def tables(database: sqlite3.Connection) -> list[str]:
    return [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]


def rows(database: sqlite3.Connection, columns: dict[str, str]) -> Rows:
    select = "SELECT {} FROM {} ORDER BY 1"
    return {name: database.execute(select.format(listed, name)).fetchall() for name, listed in columns.items()}


def columns(database: sqlite3.Connection) -> dict[str, str]:
    described = {name: database.execute(f"PRAGMA table_info({name})").fetchall() for name in tables(database)}
    return {name: ", ".join(column[1] for column in found) for name, found in described.items()}


def schema(database: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Return what tables and indexes there are, each with its columns."""
    made = database.execute("SELECT type, name, tbl_name FROM sqlite_master ORDER BY 1, 2").fetchall()
    return [*made, *(tuple(database.execute(f"PRAGMA table_info({name})")) for name in tables(database))]


class TestAnOlderSchema:
    def test_is_kept_for_every_version_there_was(self) -> None:
        assert [file.stem for file in sorted(OLDER.glob("*.sql"))] == [
            f"{number:03}" for number in range(1, len(migrations()) + 1)
        ]

    @pytest.mark.parametrize("older", sorted(OLDER.glob("*.sql")), ids=lambda file: file.stem)
    def test_becomes_the_newest_one_and_keeps_its_rows(self, path: Path, tmp_path: Path, older: Path) -> None:
        with connected(path) as database:
            database.executescript(older.read_text("utf-8"))
            listed = columns(database)
            before = rows(database, listed)
            assert database.execute("PRAGMA user_version").fetchone() == (int(older.stem),)
        assert all(before.values()), "a table without a row shows nothing"
        Store.open(path).close()
        Store.open(tmp_path / "new").close()
        with connected(path) as database, connected(tmp_path / "new") as new:
            assert rows(database, listed) == before
            assert schema(database) == schema(new)
            assert database.execute("PRAGMA user_version").fetchone() == (len(migrations()),)

    def test_stays_as_it_was_where_a_step_fails(self, path: Path) -> None:
        first = "CREATE TABLE facts (value TEXT);"
        with connected(path) as database:
            migrate(database, [first], "x")
            database.execute("INSERT INTO facts VALUES ('a; b')")
            with pytest.raises(sqlite3.OperationalError, match="no_such_table"):
                migrate(database, [first, "DROP TABLE facts;\nINSERT INTO no_such_table VALUES (1);"], "x")
            assert database.execute("SELECT * FROM facts").fetchall() == [("a; b",)]
            migrate(database, [first, "ALTER TABLE facts ADD at REAL\nDEFAULT 0; -- seconds\n"], "x")
            assert database.execute("SELECT * FROM facts").fetchall() == [("a; b", 0.0)]


class TestTheStore:
    def test_keeps_what_was_written(self, path: Path) -> None:
        with closing(Store.open(path)) as store, store.writing() as database:
            database.execute(FACT)
        with closing(Store.open(path)) as store:
            assert store.rows("SELECT value FROM facts WHERE name = ?", ("username",)) == [("quillhaven_bot",)]
        assert stores_in(path.parent) == [path]

    def test_writes_all_of_a_block_or_nothing(self, path: Path) -> None:
        with closing(Store.open(path)) as store:
            with pytest.raises(sqlite3.IntegrityError), store.writing() as database:
                write_twice(database)
            assert store.rows("SELECT * FROM facts") == []

    def test_can_be_shared_by_threads_and_by_processes(self, path: Path) -> None:
        def write(store: Store, thread: int) -> None:
            for number in range(5):
                with store.writing() as database:
                    database.execute("INSERT INTO facts VALUES (?, '')", (f"{thread} {number}",))

        with closing(Store.open(path)) as one, closing(Store.open(path)) as another:
            threads = [Thread(target=write, args=(store, number)) for number, store in enumerate((one, another) * 2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert one.rows("SELECT count(*) FROM facts") == [(20,)]

    def test_can_be_begun_by_several_at_once(self, path: Path) -> None:
        with ThreadPoolExecutor(6) as threads:
            opened = list(threads.map(Store.open, [path] * 6))
        assert [store.rows("SELECT * FROM facts") for store in opened] == [[]] * 6
        for store in opened:
            store.close()

    def test_waits_for_somebody_who_is_beginning_the_same_file(self, path: Path) -> None:
        with connected(path) as other, ThreadPoolExecutor() as threads:
            other.execute("BEGIN IMMEDIATE")
            opening = threads.submit(Store.open, path)
            with pytest.raises(TimeoutError):
                opening.result(timeout=0.2)
            other.execute("ROLLBACK")
            with closing(opening.result()) as store:
                assert store.rows("SELECT * FROM facts") == []

    def test_can_be_read_by_its_owner_only(self, path: Path) -> None:
        with closing(Store.open(path)):
            assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}

    def test_of_a_newer_version_is_refused_and_left_as_it_is(self, path: Path) -> None:
        with connected(path) as database:
            database.execute("PRAGMA user_version = 999")
        with pytest.raises(OnrecordError, match=r"-newsroom.sqlite: written by a newer onrecord .* update onrecord"):
            Store.open(path)
        with connected(path) as database:
            assert tables(database) == []

    @pytest.mark.parametrize("where", [0, 4096])
    def test_that_is_damaged_is_set_aside_as_an_error_that_says_what_is_lost(
        self, path: Path, where: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        Store.open(path).close()
        content = bytearray(path.read_bytes())
        content[where : where + 100] = b"x" * 100
        path.write_bytes(content)
        with closing(Store.open(path)) as store:
            assert store.rows("SELECT * FROM allowed") == []
        (aside,) = path.parent.glob("*.damaged-*")
        assert aside.read_bytes() == content
        (record,) = caplog.records
        assert record.levelno == logging.ERROR
        assert f"set aside as {aside.name}. Who was allowed and what chats follow is forgotten until" in record.message
