"""What is said about a conversation rather than by the articles: lines on stderr."""

from __future__ import annotations

import logging
import shutil
import sys
import textwrap
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, TextIO

from bot.rendering import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


NARROW = 40  # columns that a meaning needs beside its term


def note(*lines: str, indent: int | None = None) -> None:
    """Write lines about the conversation, not from the articles, to stderr; a terminal gets them wrapped.

    Args:
        lines: what to write.
        indent: columns before what is wrapped; as many as the line itself has by default.
    """
    for line in map(printable, lines):
        sys.stderr.write(f"{wrapped(line, indent) if sys.stderr.isatty() else line}\n")
    sys.stderr.flush()


def note_list(pairs: Iterable[tuple[str, str]]) -> None:
    """Write terms with what they mean to stderr; on a narrow terminal, the meaning goes below its term."""
    pairs = list(pairs)
    column = max((len(term) for term, _ in pairs), default=0) + 2
    narrow = sys.stderr.isatty() and shutil.get_terminal_size().columns < column + NARROW
    for term, meaning in pairs:
        if narrow:
            note(term, f"  {meaning}")
        else:
            note(f"{term:<{column}}{meaning}", indent=column)


@contextmanager
def log_held_back() -> Iterator[None]:
    """Keep what the background logs until the end of the block: it must not run through an answer being written."""
    held: list[tuple[logging.Handler, logging.LogRecord]] = []

    def hold(handler: logging.Handler, record: logging.LogRecord) -> bool:
        held.append((handler, record))
        return False

    holding = [(handler, partial(hold, handler)) for handler in logging.getLogger().handlers]
    for handler, filtering in holding:
        handler.addFilter(filtering)
    try:
        yield
    finally:
        for handler, filtering in holding:
            handler.removeFilter(filtering)
        for handler, record in held:
            handler.handle(record)


class StderrHandler(logging.StreamHandler[TextIO]):
    """Writes to whatever stderr is at the time, which a prompt replaces while it waits."""

    def __init__(self) -> None:
        """Handle every level."""
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """The stderr of this moment."""
        return sys.stderr


def wrapped(line: str, indent: int | None = None) -> str:
    """Return a line wrapped at words to the width of the terminal.

    Args:
        line: the line.
        indent: columns before what is wrapped; as many as the line itself has by default.
    """
    width = shutil.get_terminal_size().columns
    hanging = " " * (len(line) - len(line.lstrip()) if indent is None else indent)
    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False, subsequent_indent=hanging)
