"""The command line: how errors and exit codes reach people."""

from __future__ import annotations

import codecs
import io
import logging
import os
import sys
from collections.abc import Sequence

from bot.notes import StderrHandler
from bot.parser import build_parser
from bot.rendering import printable
from index.errors import OnrecordError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code.

    Args:
        arguments: the words after ``onrecord``; those of the process by default.
    """
    parser = build_parser()
    options = parser.parse_args(arguments)
    _print_utf8()
    logging.basicConfig(level=logging.INFO, handlers=[StderrHandler()], format="%(message)s")
    logging.getLogger("faiss").setLevel(logging.WARNING)  # it tells which of its builds it loads
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Who read our output has gone; Python would complain once more when it flushes at exit.
        for stream in (sys.stdout, sys.stderr):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return 0
    except Exception as error:
        if options.debug:
            raise
        return _complain(error)
    return code


def _print_utf8() -> None:
    """Print UTF-8 into files and pipes whatever the locale is; a terminal shows what of it it can."""
    if isinstance(sys.stdout, io.TextIOWrapper) and codecs.lookup(sys.stdout.encoding).name != "utf-8":
        if sys.stdout.isatty():
            sys.stdout.reconfigure(errors="replace")
        else:
            sys.stdout.reconfigure(encoding="utf-8")


def _complain(error: Exception) -> int:
    if isinstance(error, OnrecordError):
        print(f"onrecord: {printable(str(error))}", file=sys.stderr)
        return error.exit_code
    place = printable(f"{type(error).__name__}: {error}".splitlines()[0])
    print(f"onrecord: unexpected {place} (run it again with --debug to see where)", file=sys.stderr)
    return OnrecordError.exit_code


if __name__ == "__main__":
    sys.exit(main())
