"""A terminal that tests type into and read from: a process at the other end of a pseudo-terminal."""

from __future__ import annotations

import codecs
import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

PATIENCE = 30.0
CTRL_C, CTRL_D, TAB, UP, ENTER = "\x03", "\x04", "\t", "\x1b[A", "\r"
_CODES = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|[\r\x08]")
# Only the terminal that a process leads can interrupt it, and not where whoever runs the tests ignores interrupts.
_LEAD = """
import fcntl, os, signal, sys, termios
signal.signal(signal.SIGINT, signal.SIG_DFL)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


class Terminal:
    """Runs a Python program on a pseudo-terminal.

    Attributes:
        raw: everything the program has written so far, its codes among it.
    """

    def __init__(self, words: Sequence[str], env: Mapping[str, str], *, columns: int = 80, lines: int = 24) -> None:
        self._keys, screen = os.openpty()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.raw = ""
        self._read = 0
        self.resize(columns, lines)
        command = [sys.executable, "-c", _LEAD, sys.executable, *words]
        self._process = subprocess.Popen(
            command, stdin=screen, stdout=screen, stderr=screen, env=dict(env), start_new_session=True
        )
        os.close(screen)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._keys)

    def resize(self, columns: int, lines: int) -> None:
        """Change the size; the kernel tells the program."""
        fcntl.ioctl(self._keys, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self._lines = lines

    def type(self, keys: str) -> None:
        os.write(self._keys, keys.encode())

    def wait_for(self, pattern: str) -> str:
        """Wait until the screen has shown a pattern since the last wait; return what was shown up to its end."""
        return self._wait(pattern, "")

    def prompt(self) -> str:
        """Wait for the prompt: ">", and then the cursor is shown; return what was shown since the last wait."""
        return self._wait(r">$", "\x1b[?25h")

    def _wait(self, pattern: str, end: str) -> str:
        before = time.monotonic()
        while True:
            shown = plain(self.raw)[self._read :]
            if self.raw.endswith(end) and (found := re.search(pattern, shown)):
                self._read += found.end()
                return shown[: found.end()]
            if time.monotonic() > before + PATIENCE or not self._take():
                raise AssertionError(f"{pattern!r} was not shown, but {shown!r}")

    def end(self) -> int:
        """Wait for the program to end; return its exit code."""
        while self._take():
            pass
        return self._process.wait(PATIENCE)

    def _take(self) -> bool:
        if not select.select([self._keys], [], [], PATIENCE)[0]:
            return False
        try:
            data = os.read(self._keys, 65536)
        except OSError:  # the program has ended
            return False
        self.raw += self._decoder.decode(data)  # a read may end within a character
        if b"\x1b[6n" in data:
            self.type(f"\x1b[{self._lines};1R")
        return bool(data)


def plain(text: str) -> str:
    """Return what a program wrote without what moves and colours."""
    return _CODES.sub("", text)
