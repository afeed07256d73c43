"""The process in which `index.readers.sandbox` has files read: it may neither connect nor start anything."""

from __future__ import annotations

import base64
import io
import json
import logging
import os
import resource
import signal
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.core.article import Article, to_wire
from index.core.errors import ArticleError
from index.readers.registry import Original, passing, read_articles, read_original

_FORBIDDEN = ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec",
              "os.posix_spawn", "os.fork", "os.rename", "os.rmdir", "shutil.rmtree")  # fmt: skip
_RECURSION = 3000
_SCRATCH = 512 * 2**20  # bytes of a temporary file, which loading the classifier of languages takes


def main() -> None:
    """Read the files named on stdin, one JSON object a line; write articles and errors to stdout, null after each file.

    The second argument of the program is how many bytes of address space it may take, the third how many seconds may
    pass until the next article: after twice as many it ends, should whoever asked be gone and not end it.
    """
    patience = 2 * float(sys.argv[3])
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # libraries that print must not disturb the answers
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(_RECURSION)
    _limit(int(sys.argv[2]))
    for line in sys.stdin.buffer:
        signal.setitimer(signal.ITIMER_REAL, patience)
        for found in _read(json.loads(line)):
            answers.write(json.dumps(to_wire(found)).encode() + b"\n")
            answers.flush()
            signal.setitimer(signal.ITIMER_REAL, patience)
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(b"null\n")
        answers.flush()


def _limit(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_SCRATCH, _SCRATCH))
    sys.addaudithook(_refuse)


def _refuse(event: str, _: tuple[Any, ...]) -> None:
    """Forbid what no reader of a file needs; what is forbidden stays so for as long as the process lives."""
    if event in _FORBIDDEN:
        raise PermissionError(f"a reader may not do this: {event}")


def _read(task: dict[str, Any]) -> Iterator[Article | ArticleError]:
    name = task["name"]
    try:
        if "data" in task:
            stream = io.BytesIO(base64.b64decode(task["data"]))
            yield from read_original(Original(name, stream, task["url"], task["charset"]), task["suffix"])
        else:
            yield from read_articles(Path(task["path"]), name)
    except MemoryError:
        yield passing(f"{name}: needs more memory than reading an article may take", name)
    except RecursionError:
        yield ArticleError(f"{name}: is nested too deeply to be an article")
    except Exception as error:  # noqa: BLE001  (a parser that stumbles over one file must not end the build)
        yield ArticleError(f"{name}: cannot be read: its reader failed ({type(error).__name__})")
