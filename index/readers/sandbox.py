"""Reading files in a process of its own, which may hang, crash or grow without harm to the one that asks."""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from index.core.article import Article, from_wire
from index.core.errors import ArticleError
from index.readers.registry import Original, passing

SECONDS = 30.0
"""Time that may pass until the next article of a file is read."""
MEMORY = 2 * 2**30
"""Bytes of address space that the process may take."""

_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from index.readers.sandbox_worker import main; main()"
)


class ReadingProcess:
    """Reads files apart; one process serves for many, and is started when the first is to be read.

    A file over which the process dies, or is silent for too long, is an error of that file; the next one gets a new
    process.
    """

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        """Prepare to read.

        Args:
            seconds: time that may pass until the next article of a file is read.
            memory: bytes of address space that the process may take.
        """
        self._seconds = seconds
        self._memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._received = bytearray()

    def __enter__(self) -> Self:
        """Return this; the process ends with the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self.close()

    def read(self, path: Path, name: str) -> Iterator[Article | ArticleError]:
        """Yield the articles of a file, and errors, as `index.readers.registry.read_articles` does."""
        return self._ask({"path": os.fsdecode(path.absolute()), "name": name}, name)

    def read_original(self, original: Original, suffix: str) -> Iterator[Article | ArticleError]:
        """Yield the articles of what was fetched, and errors, as `index.readers.registry.read_original` does."""
        data = base64.b64encode(original.stream.read()).decode("ascii")
        told = {"name": original.name, "url": original.url, "charset": original.charset, "suffix": suffix}
        return self._ask(told | {"data": data}, original.name)

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        self._received.clear()
        if process:
            assert process.stdin
            assert process.stdout
            process.kill()
            process.wait()
            process.stdout.close()
            with suppress(BrokenPipeError):  # what it was not told any more
                process.stdin.close()

    def _ask(self, task: dict[str, Any], name: str) -> Iterator[Article | ArticleError]:
        done = False
        try:
            self._send(task)
            while (answer := self._receive()) is not None:
                yield from_wire(answer, name)
            done = True
        except TimeoutError:
            yield passing(f"{name}: took longer to read than {self._seconds:.0f} seconds", name)
        except (EOFError, BrokenPipeError):
            yield passing(f"{name}: cannot be read: its reader crashed, or ran out of memory", name)
        finally:
            if not done:  # what the process has yet to say would be taken for the answer on the next file
                self.close()

    def _send(self, task: dict[str, Any]) -> None:
        if self._process is None:
            self._process = self._started()
        assert self._process.stdin
        self._process.stdin.write(json.dumps(task).encode() + b"\n")
        self._process.stdin.flush()

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-c", _START, json.dumps(sys.path), str(self._memory), str(self._seconds)]
        # One thread for linear algebra: each further one takes address space, and there is none to do.
        calm = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        return subprocess.Popen(  # noqa: S603  (our own program)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=os.environ | calm
        )

    def _receive(self) -> Any:  # noqa: ANN401  (JSON)
        """Return the next thing that the process says; None when it is done with a file.

        Raises:
            TimeoutError: it says nothing for too long.
            EOFError: it is gone.
        """
        assert self._process
        assert self._process.stdout
        pipe = self._process.stdout.fileno()
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        while (end := self._received.find(b"\n")) < 0:
            if not poll.poll(self._seconds * 1000):
                raise TimeoutError
            chunk = os.read(pipe, 1 << 20)
            if not chunk:
                raise EOFError
            self._received += chunk
        line = bytes(self._received[:end])
        del self._received[: end + 1]
        return json.loads(line)
