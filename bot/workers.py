"""Threads of one's own for work that blocks, so that the event loop does not."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Workers:
    """A few threads; asyncio's default ones resolve host names, which must not wait for a slow question."""

    def __init__(self, count: int, name: str) -> None:
        """Take as many threads as wanted; they are called by the name."""
        self._threads = ThreadPoolExecutor(count, thread_name_prefix=name)

    async def work(self, function: Callable[[], T]) -> T:
        """Return what a function returns, when its turn has come; what it raises is raised here."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, function)

    async def close(self, *, at_once: bool = True) -> None:
        """Wait for what is being worked on; what waits for its turn is done too, unless it is to end at once."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=at_once)
