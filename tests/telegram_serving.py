"""The bot as `onrecord bot` runs it, in the test's event loop or as a process."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

from bot.journal import Journal
from bot.polling import serve
from bot.telegram import build_application

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.bot_api import BotApi


@asynccontextmanager
async def serving(api: BotApi, engine: Any, journal: Path) -> AsyncIterator[None]:
    """Answer for as long as the block takes, then stop as at a signal."""
    book = Journal(journal)
    task = asyncio.ensure_future(
        serve(build_application(engine, token=api.token, base_url=api.root, journal=book), book)
    )
    try:
        yield
    finally:
        task.cancel()
        await task
        book.close()


@contextmanager
def bot_process(api: BotApi, index: Path, state: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `onrecord bot`; what it writes goes to the file "output" beside the state. It is killed at the end."""
    polls = len(api.polls)
    words = ("bot", "--base-url", api.root, "--index", str(index), "--state", str(state))
    environment = os.environ | {"TELEGRAM_BOT_TOKEN": api.token}
    with (
        (state.parent / "output").open("ab") as output,
        subprocess.Popen(
            [sys.executable, "-m", "bot.cli", *words], env=environment, stdout=output, stderr=output
        ) as process,
    ):
        try:
            api.wait(lambda: len(api.polls) > polls, "poll", within=30)
            yield process
        finally:
            process.kill()
