"""The journal of updates that are taken and not answered: what it keeps, for how long, and what it never shows."""

from __future__ import annotations

import sqlite3
import stat
from typing import TYPE_CHECKING, Any

import pytest

from bot.telegram.state import journal as module
from bot.telegram.state.journal import Journal, open_journal
from index.core.errors import OnrecordError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Open = Callable[..., Journal]

SECRET = "what did the harbor master hide?"


def update(number: int, text: str = "What?") -> dict[str, Any]:
    return {"update_id": number, "message": {"message_id": number, "text": text}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.sqlite"


@pytest.fixture
def reopen(path: Path) -> Iterator[Open]:
    """Open the journal as the next process does; the one before ended without a word."""
    opened: list[Journal] = []

    def open_it(**settings: Any) -> Journal:
        opened.append(Journal(path, **settings))
        return opened[-1]

    yield open_it
    for journal in opened:
        journal.close()


class TestAnUpdate:
    def test_that_was_not_answered_is_there_after_a_kill_oldest_first(self, reopen: Open) -> None:
        reopen().take([update(5), update(4, SECRET)])
        assert reopen().left() == [update(4, SECRET), update(5)]

    def test_that_was_answered_is_not(self, reopen: Open) -> None:
        first = reopen()
        first.take([update(4), update(5)])
        first.finish([4])
        assert reopen().left() == [update(5)]

    def test_is_begun_once_however_often_it_is_delivered(self, reopen: Open) -> None:
        first = reopen()
        first.take([update(4)])
        first.take([update(4)])
        assert [first.begin(4), first.begin(4)].count(True) == 1

    def test_is_begun_once_when_it_is_both_left_over_and_delivered_again(self, reopen: Open) -> None:
        reopen().take([update(4)])
        second = reopen()
        assert second.left() == [update(4)]
        second.take([update(4)])
        assert [second.begin(4), second.begin(4)].count(True) == 1

    def test_answered_and_delivered_again_after_a_kill_is_not_begun(self, reopen: Open) -> None:
        first = reopen()
        first.take([update(4)])
        first.finish([4])
        second = reopen()
        assert second.left() == []
        second.take([update(4)])
        assert not second.begin(4)

    def test_with_the_number_of_another_one_is_begun(self, reopen: Open) -> None:
        first = reopen()
        first.take([update(4, "one")])
        first.finish([4])
        second = reopen()
        second.take([update(4, "another")])
        assert second.begin(4)

    def test_that_brings_the_process_down_is_given_up_at_last(
        self, reopen: Open, caplog: pytest.LogCaptureFixture
    ) -> None:
        reopen().take([update(4)])
        starts = [len(reopen().left()) for _ in range(module.MOST_STARTS + 1)]
        assert starts == [1] * module.MOST_STARTS + [0]
        assert "begun too often: 1" in caplog.text

    def test_of_yesterday_is_given_up(self, reopen: Open) -> None:
        reopen(clock=lambda: 0.0).take([update(4)])
        assert reopen(clock=lambda: module.FRESH + 1).left() == []

    def test_that_is_an_inline_query_is_not_kept(self, reopen: Open) -> None:
        reopen().take([{"update_id": 4, "inline_query": {"query": SECRET}}])
        assert reopen().left() == []


class TestTheFile:
    def test_can_be_read_by_its_owner_only(self, path: Path, reopen: Open) -> None:
        reopen().take([update(4)])
        assert [stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()] == [0o600] * 2

    def test_holds_no_word_of_what_is_answered(self, path: Path, reopen: Open) -> None:
        journal = reopen()
        journal.take([update(number, f"{SECRET} {number}") for number in range(1, 50)])
        assert SECRET.encode() in path.read_bytes()
        journal.finish(range(1, 50))
        assert SECRET.encode() not in b"".join(file.read_bytes() for file in path.parent.iterdir())

    def test_forgets_even_the_numbers_once_telegram_has_confirmed(self, path: Path, reopen: Open) -> None:
        journal = reopen()
        journal.take([update(4), update(5)])
        journal.finish([4])
        journal.confirm(6)
        journal.finish([5])
        with sqlite3.connect(path) as database:
            assert database.execute("SELECT count(*) FROM updates").fetchone() == (0,)
        database.close()

    def test_does_not_grow_without_bound(self, reopen: Open, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "MOST_WAITING", 10)
        reopen().take([update(number) for number in range(1, 100)])
        assert len(reopen().left()) == 10

    def test_that_is_none_is_set_aside(self, path: Path, reopen: Open, caplog: pytest.LogCaptureFixture) -> None:
        path.parent.mkdir()
        path.write_bytes(b"no database" * 1000)
        journal = reopen()
        journal.take([update(4)])
        assert len(list(path.parent.glob("journal.sqlite.damaged-*"))) == 1
        assert "is damaged" in caplog.text

    def test_that_cannot_be_written_is_an_error_that_tells_what_to_do(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(OnrecordError, match=r"cannot be written .*; name another folder with --state"):
            open_journal(tmp_path / "file", "1:x", None)

    def test_is_one_for_each_bot_and_server(self, tmp_path: Path) -> None:
        for token, server in (("1:x", None), ("1:new", None), ("2:x", None), ("1:x", "http://127.0.0.1:8081")):
            journal = open_journal(tmp_path, token, server)
            journal.close()
        assert len(list(tmp_path.glob("*.sqlite"))) == 3
        assert not [path for path in tmp_path.iterdir() if "1:x" in path.name]
