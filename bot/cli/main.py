"""The command line: how errors and exit codes reach people."""

from __future__ import annotations

import argparse
import codecs
import io
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module

import shtab

from bot.cli.parser import build_parser
from bot.render.messages import error_line
from bot.render.text import StderrHandler, printable
from index.core.errors import OnrecordError

_FOLDERS = {"DIR"}
_FILES = {"FILE", "SOURCE", "QUESTIONS.jsonl"}


def run_completion(options: argparse.Namespace) -> int:
    """Print the script for a shell."""
    print(completion_script(build_parser(), options.shell))
    return 0


def completion_script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return a script for a shell that completes commands, options, and the names of files and folders.

    Args:
        parser: the parser of all commands.
        shell: bash, zsh or fish.
    """
    for action in _actions(parser):
        if action.metavar in _FOLDERS | _FILES:
            kind = shtab.DIRECTORY if action.metavar in _FOLDERS else shtab.FILE
            vars(action)["complete"] = kind  # how shtab is told
    return shtab.complete(parser, shell)


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:  # noqa: SLF001  (argparse tells of its arguments nowhere else)
        yield action
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for command in action.choices.values():
                yield from _actions(command)


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
        code = command_of(options.run)(options)
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


def command_of(run: str) -> Callable[[argparse.Namespace], int]:
    """Return the function of a command; what one command needs, another need not import."""
    module, _, function = run.partition(":")
    command: Callable[[argparse.Namespace], int] = getattr(import_module(f"bot.cli.{module}"), function)
    return command


def _print_utf8() -> None:
    """Print UTF-8 into files and pipes whatever the locale is; a terminal shows what of it it can."""
    if isinstance(sys.stdout, io.TextIOWrapper) and codecs.lookup(sys.stdout.encoding).name != "utf-8":
        if sys.stdout.isatty():
            sys.stdout.reconfigure(errors="replace")
        else:
            sys.stdout.reconfigure(encoding="utf-8")


def _complain(error: Exception) -> int:
    if isinstance(error, OnrecordError):
        print(f"onrecord: {printable(error_line(error))}", file=sys.stderr)
        return error.exit_code
    place = printable(f"{type(error).__name__}: {error}".splitlines()[0])
    print(f"onrecord: unexpected {place} (run it again with --debug to see where)", file=sys.stderr)
    return OnrecordError.exit_code


if __name__ == "__main__":
    sys.exit(main())
