"""A file that tells how a running bot is, written again and again by its event loop: one that hangs writes no more."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
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
