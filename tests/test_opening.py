"""An engine that opens while the first question is typed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from bot.chat.background import LateEngine
from index.core.errors import DamagedError

if TYPE_CHECKING:
    from retrieval.engine import Engine


class StandIn:
    """Counts what is done with it."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def load_models(self) -> None:
        self.done.append("load_models")
        raise OSError("no memory left")

    def describe(self) -> str:
        return "open"

    def sources(self) -> list[str]:
        return ["/articles"]

    def close(self) -> None:
        self.done.append("close")


def test_opens_once_and_has_all_that_the_engine_has() -> None:
    opened: list[StandIn] = []

    def opens() -> Engine:
        opened.append(StandIn())
        return opened[0]  # type: ignore[return-value]

    with LateEngine(opens, "not open yet") as late:
        assert late.describe() == "not open yet"
        late.start()
        late.start()
        assert late.sources() == ["/articles"]
        assert late.describe() == "open"
        with pytest.raises(AttributeError):
            _ = late.nonsense
    assert len(opened) == 1
    assert opened[0].done == ["load_models", "close"]


def test_whoever_asks_waits_until_it_is_open() -> None:
    may_open, asking = threading.Event(), threading.Event()
    answers: list[str] = []

    def opens() -> Engine:
        may_open.wait(30)
        return StandIn()  # type: ignore[return-value]

    def ask() -> None:
        asking.set()
        answers.extend(late.sources())

    with LateEngine(opens, "not open yet") as late:
        thread = threading.Thread(target=ask)
        thread.start()
        asking.wait(30)
        assert answers == []
        may_open.set()
        thread.join()
    assert answers == ["/articles"]


def test_an_error_of_opening_is_told_to_whoever_asks() -> None:
    def opens() -> Engine:
        raise DamagedError("passages.faiss: is missing")

    with LateEngine(opens, "not open yet") as late:
        for _ in range(2):
            with pytest.raises(DamagedError, match="is missing"):
                late.sources()
        assert late.describe() == "not open yet"


def test_one_that_nobody_needed_is_never_opened() -> None:
    opened: list[StandIn] = []

    def opens() -> Engine:
        opened.append(StandIn())
        return opened[0]  # type: ignore[return-value]

    with LateEngine(opens, "not open yet") as late:
        assert late.describe() == "not open yet"
    assert opened == []
