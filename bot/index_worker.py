"""Reading what was sent, and building the index, in a process beside the bot, which goes on answering.

It takes one task as a line of JSON on stdin, tells on stdout, a line of JSON each, how far it is and what came of it,
and ends when stdin does: with the bot, however that ends.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Final

from bot.newsroom_tasks import do_task
from index.errors import BusyError, OnrecordError

CALM: Final = 10
"""How far the process steps back behind those that answer."""


class Teller:
    """Writes lines of JSON to where stdout was; what libraries print goes to stderr."""

    def __init__(self) -> None:
        """Take stdout."""
        self._stream = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def __call__(self, **told: object) -> None:
        """Tell something."""
        self._stream.write(json.dumps(told) + "\n")
        self._stream.flush()


def main() -> None:
    """Do one task."""
    tell = Teller()
    task = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    if hasattr(os, "nice"):  # not on Windows
        os.nice(CALM)
    try:
        tell(done=do_task(task, lambda stage, count, total: tell(stage=stage, count=count, total=total)))
    except BusyError as error:
        tell(busy=str(error))
    except OnrecordError as error:
        tell(failed=str(error))
    os._exit(0)  # a thread waits for stdin


def _end_with_stdin() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
