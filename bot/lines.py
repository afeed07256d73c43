"""A conversation line by line: from a pipe, or from a terminal that is read out."""

from __future__ import annotations

import io
import sys
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Protocol

from bot.notes import log_held_back, note

if TYPE_CHECKING:
    from collections.abc import Callable

INTERRUPTED = 130  # what a shell reports for a command ended by Ctrl-C


class Chat(Protocol):
    """What lines are read for."""

    failed: bool

    def take(self, line: str, /) -> None:
        """Run one line."""

    def state(self) -> str:
        """Return what every question is asked within, or nothing."""


def read_lines(chat: Chat, *, prompting: bool, shown: Callable[[], None]) -> int:
    """Take lines from stdin until it ends or one asks to leave; return the exit code.

    Args:
        chat: whom they go to.
        prompting: ask for each line, as a person types it; Ctrl-C then drops a line rather than the conversation.
        shown: called when a line is waited for.
    """
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    with suppress(EOFError):
        while True:
            try:
                # What the background tells waits until the line is typed and answered.
                with log_held_back() if prompting else nullcontext():
                    _read_line(chat, prompting=prompting, shown=shown)
            except KeyboardInterrupt:
                if not prompting:
                    return INTERRUPTED
                note("")
    return 0 if prompting else int(chat.failed)


def _read_line(chat: Chat, *, prompting: bool, shown: Callable[[], None]) -> None:
    if prompting:
        state = f"Asking articles {chat.state()}.\n" if chat.state() else ""
        sys.stdout.write(f"{state}Question: ")
        sys.stdout.flush()
    shown()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    # Windows marks the beginning of a text.
    chat.take(line.removeprefix("\ufeff"))
