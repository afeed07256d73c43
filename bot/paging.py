"""Long text on a terminal: at once where it fits, else in the pager that the person prefers."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import threading
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from bot.notes import note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import FrameType

_KNOW_LINES = {"less", "more", "most"}
"""The pagers that ``+N`` makes begin at line N."""


def page(chunks: Iterable[str], stream: IO[str], *, at: int | None = None) -> None:
    """Show text on a terminal: at once where it fits, else in $PAGER (else less, else more), which is waited for.

    Where PAGER is empty or `cat`, or cannot be started, everything is written at once.

    Args:
        chunks: pieces of the text; no more are taken than the pager reads.
        stream: the terminal.
        at: position, from 0, of the chunk to begin near in a pager, which needs all of them at once.
    """
    height = shutil.get_terminal_size().lines - 1
    if at is not None:
        chunks = list(chunks)
        lines = [chunk.count("\n") for chunk in chunks]
        # A little of what stands before, and no empty screen after the end.
        pager = _pager(min(sum(lines[:at]) + 1 - height // 4, sum(lines) + 1 - height))
    else:
        pager = _pager(1)
    held: list[str] = []
    rest = iter(chunks)
    for chunk in rest:
        held.append(chunk)
        if pager is None or sum(piece.count("\n") for piece in held) > height:
            break
    else:
        pager = None
    if pager is None or not _feed(pager, held, rest):
        stream.writelines(held)
        stream.writelines(rest)
    stream.flush()


def _pager(line: int) -> list[str] | None:
    named = os.environ.get("PAGER")
    if named is None:
        named = next((name for name in ("less", "more") if shutil.which(name)), "")
    try:
        command = shlex.split(named)
    except ValueError as error:
        note(f"PAGER is not a command: {error}.")
        return None
    if not command or command == ["cat"] or os.environ.get("TERM") == "dumb":
        return None
    known = os.path.basename(command[0]) in _KNOW_LINES  # noqa: PTH119  (a command, not a path)
    return [*command, f"+{line}"] if known and line > 1 else command


def _feed(command: list[str], held: Iterable[str], rest: Iterable[str]) -> bool:
    """Show text in a pager; tell whether it could be started."""
    # As git does: leave at once what fits, pass colours on, keep the last page on the screen.
    environment = {"LESS": "FRX"} | os.environ
    try:
        pager = subprocess.Popen(command, stdin=subprocess.PIPE, encoding="utf-8", errors="replace", env=environment)  # noqa: S603  (the person's own pager)
    except OSError as error:
        note(f"The pager {command[0]} cannot be started ({error.strerror}); set PAGER to another.")
        return False
    assert pager.stdin is not None
    with _interrupts_left_to_the_pager():
        # Who has read enough leaves; what was still to be written is not wanted.
        with suppress(BrokenPipeError):
            pager.stdin.writelines(held)
            pager.stdin.writelines(rest)
        with suppress(BrokenPipeError):
            pager.stdin.close()
        pager.wait()
    return True


@contextmanager
def _interrupts_left_to_the_pager() -> Iterator[None]:
    """Let Ctrl-C, which reaches the pager too, mean there what it means there."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave_it(number: int, frame: FrameType | None) -> None:
        del number, frame

    before = signal.signal(signal.SIGINT, leave_it)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
