"""The command that prints what makes a shell complete onrecord's commands and options."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import shtab

_FOLDERS = {"DIR"}
_FILES = {"FILE", "SOURCE", "QUESTIONS.jsonl"}


def run_completion(options: argparse.Namespace) -> int:
    """Print the script for a shell."""
    from bot.parser import build_parser  # noqa: PLC0415  (it imports the commands)

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
