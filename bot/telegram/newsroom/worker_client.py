"""The process beside the bot that reads what was sent and builds the index; see `bot.telegram.newsroom.worker`."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from index.core.errors import BusyError, OnrecordError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.telegram.state.store import Json


LONGEST_LINE: Final = 64 * 2**20
_START: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from bot.telegram.newsroom.worker import main; main()"
)


async def worked(task: Json, progress: Callable[[Json], None] | None = None, seconds: float | None = None) -> Json:
    """Return what came of a task.

    Args:
        task: see `bot.telegram.newsroom.worker`.
        progress: told how far it is.
        seconds: time that it may take; any by default.

    Raises:
        BusyError: another build is under way.
        OnrecordError: it failed, or took too long.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-c", _START, json.dumps(sys.path)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=LONGEST_LINE,
    )
    assert process.stdin
    try:
        process.stdin.write(json.dumps(task).encode() + b"\n")
        return await asyncio.wait_for(_outcome(process, progress), seconds)
    except TimeoutError:
        raise OnrecordError(f"took longer than {seconds:.0f} seconds") from None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        # What its reader still holds would be told about when it is collected.
        process.stdin.close()
        process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001  (asyncio offers no other way)


async def _outcome(process: asyncio.subprocess.Process, progress: Callable[[Json], None] | None) -> Json:
    assert process.stdout
    while line := await process.stdout.readline():
        told: Json = json.loads(line)
        if "busy" in told:
            raise BusyError(told["busy"])
        if "failed" in told:
            raise OnrecordError(told["failed"])
        if "done" in told:
            done: Json = told["done"]
            return done
        if progress:
            progress(told)
    raise OnrecordError("the process that does it ended before it was done")
