"""The file by which a running bot shows that it is well, written again and again by its event loop."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from bot.render.text import printable
from index import __version__
from index.core.errors import OnrecordError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path


_LOGGER = logging.getLogger(__name__)


@asynccontextmanager
async def written_again(
    file: Path, every: float, content: Callable[[], bytes], *, what: str, mode: int | None = None
) -> AsyncIterator[None]:
    """Write a file at once, whole or not at all, and again until the end of the block.

    A file that cannot be written is warned of once, until it can be again.

    Args:
        file: where to.
        every: seconds between two writings.
        content: makes what is written, in the event loop.
        what: what the file is, for the warning.
        mode: the file's permissions; as the umask has them by default.
    """
    ended = asyncio.Event()

    async def keep_writing() -> None:
        failed = False
        while not ended.is_set():
            told = content()
            try:
                await asyncio.to_thread(_replace, file, told, mode)
                failed = False
            except OSError as error:
                if not failed:
                    _LOGGER.warning("%s: the %s cannot be written: %s", file, what, error.strerror)
                failed = True
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(ended.wait(), every)

    writing = asyncio.create_task(keep_writing(), name=what)
    try:
        yield
    finally:
        # Not cancelled: the thread that writes would go on, and its half of a file might stay.
        ended.set()
        await asyncio.wait({writing})


def _replace(file: Path, told: bytes, mode: int | None) -> None:
    part = file.with_name(f".{file.name}.{os.getpid()}")
    part.write_bytes(told)
    if mode is not None:
        part.chmod(mode)
    part.replace(file)


MAX_AGE: Final = 120.0
"""Seconds after which a bot that has not written is taken for gone, by default."""
_LARGEST: Final = 100_000


class Work(Protocol):
    """What is at work; see `bot.telegram.transport.queueing.PerChatQueue`."""

    @property
    def waiting(self) -> int:
        """How many updates are taken and not yet answered."""

    @property
    def taken(self) -> float | None:
        """When the last update was taken, in seconds since 1970."""


class LastError(logging.Handler):
    """Keeps the last error that is logged while it is entered.

    Attributes:
        last: when it was, and what the log says; None where there was none.
    """

    def __init__(self) -> None:
        """Keep errors, and nothing below."""
        super().__init__(logging.ERROR)
        self.last: dict[str, str | None] | None = None

    def __enter__(self) -> Self:
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep an error."""
        self.last = {"time": _iso(record.created), "event": record.getMessage()}


@dataclass
class Health:
    """Writes how the bot is, again and again, from its event loop: one that hangs writes no more.

    Attributes:
        file: where to.
        every: seconds between two writings.
        work: what is at work.
        generation: tells the name of the generation that answers.
        errors: keeps the last error.
    """

    file: Path
    every: float
    work: Work
    generation: Callable[[], str]
    errors: LastError

    def shown(self) -> AbstractAsyncContextManager[None]:
        """Write until the end of the block."""
        return written_again(self.file, self.every, self._content, what="health file")

    def _content(self) -> bytes:
        return (json.dumps(self._told(), ensure_ascii=False) + "\n").encode("utf-8", "replace")

    def _told(self) -> dict[str, Any]:
        return {
            "time": _iso(datetime.now(UTC).timestamp()),
            "version": __version__,
            "process": os.getpid(),
            "generation": self.generation(),
            "waiting": self.work.waiting,
            "last_update": _iso(self.work.taken),
            "last_error": self.errors.last,
        }


def health_line(file: Path, max_age: float, now: datetime | None = None) -> str:
    """Return one line on a bot that is well.

    Args:
        file: what it writes.
        max_age: seconds that this may be old.
        now: the time; that of the clock by default.

    Raises:
        OnrecordError: it is not there, is no such file, or is too old.
    """
    try:
        with file.open(encoding="utf-8") as opened:
            told = json.loads(opened.read(_LARGEST))
        written = datetime.fromisoformat(told["time"])
        age = ((now or datetime.now(UTC)) - written).total_seconds()
        line = f"{told['waiting']} waiting, last update {told['last_update'] or 'none yet'}"
        if trouble := told["last_error"]:
            line += f", last error {trouble['time']}: {trouble['event']}"
        line += f", generation {told['generation']}"
    except OSError as error:
        raise OnrecordError(f"{file}: cannot be read ({error.strerror}): does the bot run, and write there?") from None
    except (ValueError, LookupError, TypeError, RecursionError):
        raise OnrecordError(f"{file}: is no health file of onrecord") from None
    # A clock that was set back must not make a dead bot well for years.
    if abs(age) > max_age:
        raise OnrecordError(
            f"{file}: written {age:,.0f} s ago, more than {max_age:,.0f} s: the bot was stopped, or hangs; see its log"
        )
    return printable(f"well {age:.0f} s ago: {line}")


def _iso(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
