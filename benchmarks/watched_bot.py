"""The bot as `onrecord bot` runs it, with a watch on its event loop: a process that prints figures when it is ended.

python -m benchmarks.watched_bot INDEX STATE URL TOKEN
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.telegram import BEAT
from bot.telegram.app import answer
from bot.telegram.ops.logs import private_logs
from index.generations.generation import IndexFolder
from retrieval.conversation.state import Dialog
from retrieval.core.answer import Answer
from retrieval.engine import Engine


class TimedEngine:
    """The engine, with the seconds that each question took."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.seconds: list[float] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the engine has
        return getattr(self._engine, name)

    def converse(self, question: str, dialog: Dialog, **settings: Any) -> tuple[Answer, Dialog]:  # noqa: ANN401
        begun = time.perf_counter()
        try:
            return self._engine.converse(question, dialog, **settings)
        finally:
            self.seconds.append(time.perf_counter() - begun)


async def watch(engine: TimedEngine, delays: list[tuple[float, float]]) -> None:
    """Note from the first question on by how much the event loop is late, and what CPU time the process took meanwhile.

    What is late without taking CPU time was kept waiting by the machine, not by the bot.
    """
    while True:
        begun, cpu = time.perf_counter(), time.process_time()
        await asyncio.sleep(BEAT)
        if engine.seconds:
            delays.append((time.perf_counter() - begun - BEAT, time.process_time() - cpu))


async def run(engine: TimedEngine, state: Path, root: str, token: str) -> list[tuple[float, float]]:
    delays: list[tuple[float, float]] = []
    watching = asyncio.create_task(watch(engine, delays))
    await answer(engine, token=token, base_url=root, state=state)
    watching.cancel()
    return delays


def main() -> None:
    index, state, root, token = sys.argv[1:]
    engine = Engine(IndexFolder(Path(index), Path(state) / "verified"))
    engine.warm_up()
    timed = TimedEngine(engine)
    with private_logs(token):
        delays = asyncio.run(run(timed, Path(state), root, token))
    print(json.dumps({"delays": delays, "seconds": timed.seconds}), flush=True)


if __name__ == "__main__":
    main()
