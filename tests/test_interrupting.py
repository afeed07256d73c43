"""Waiting for work that Ctrl-C can end."""

from __future__ import annotations

import threading

import pytest

from bot.chat.background import interruptible


def test_returns_what_work_returns_and_raises_what_it_raises() -> None:
    assert interruptible(lambda: 1) == 1
    with pytest.raises(ZeroDivisionError):
        interruptible(lambda: 1 / 0)


def test_ctrl_c_in_the_instant_in_which_work_begins_is_a_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        """Fail as Python 3.11 does then."""
        try:
            raise KeyboardInterrupt
        finally:
            raise RuntimeError("release unlocked lock")

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(KeyboardInterrupt):
        interruptible(lambda: 1)
