"""Every command with its arguments, options and examples, as docs/commands.md has them.

``python -m tools.command_reference``

Written from the parser of the command line, so that the page and ``--help`` cannot differ; a test holds both together.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bot.cli.parser import EXAMPLES, build_parser

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "commands.md"
_HEAD = """\
# Commands

What `onrecord COMMAND --help` tells, on one page; written by `python -m tools.command_reference`. What commands are
for, and in which order, is told in the [README](../README.md#commands).
"""


def main() -> int:
    """Write the page."""
    PAGE.write_text(reference(), "utf-8")
    return 0


def reference() -> str:
    """Return the page: first what every command takes, then each command."""
    parsers = _commands(build_parser())
    shared = set.intersection(*({_named(one) for one in _arguments(parser)} for parser in parsers.values()))
    common = [one for one in _arguments(next(iter(parsers.values()))) if _named(one) in shared]
    parts = [_HEAD, "## Every command\n", _table(common)]
    for name, parser in parsers.items():
        own = [one for one in _arguments(parser) if _named(one) not in shared]
        parts += [f"## {name}\n", f"{parser.description}\n", *([_table(own)] if own else []), _examples(name)]
    return "\n".join(parts)


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    # argparse shows what it was told to nobody in public; shtab, which writes completions, reads the same.
    (commands,) = (one for one in parser._actions if isinstance(one, argparse._SubParsersAction))  # noqa: SLF001
    return dict(commands.choices)


def _arguments(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return [one for one in parser._actions if not isinstance(one, argparse._HelpAction)]  # noqa: SLF001


def _named(one: argparse.Action) -> str:
    """Return how an argument is written: "-o, --output FILE", "[SOURCE …]"."""
    values = one.metavar or ("|".join(map(str, one.choices)) if one.choices else "")
    if one.option_strings:
        return f"{', '.join(one.option_strings)} {values}".strip()
    return f"[{values} …]" if one.nargs == "*" else f"{values} …" if one.nargs == "+" else str(values)


def _table(arguments: list[argparse.Action]) -> str:
    rows = (f"| `{_escaped(_named(one))}` | {_escaped(one.help or '')} |" for one in arguments)
    return "\n".join(["| | |", "|---|---|", *rows, ""])


def _escaped(text: str) -> str:
    return text.replace("|", r"\|")


def _examples(name: str) -> str:
    return "\n".join(["```sh", *EXAMPLES[name], "```", ""])


if __name__ == "__main__":
    sys.exit(main())
