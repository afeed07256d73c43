"""The command line: what can be asked for, and how errors and exit codes reach people."""

from __future__ import annotations

import argparse
import codecs
import io
import logging
import os
import re
import sys
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

from bot import commands, listings, record_cli
from bot.examples import EXAMPLES
from bot.notes import StderrHandler
from bot.rendering import printable
from index import __version__
from index.errors import OnrecordError

DESCRIPTION = "Ask a folder of news articles what was said, by whom, and where it is written."
EXIT_CODES = """\
Exit codes: 0 it ran (also when nothing was found, or nobody read on),
1 it failed, 2 it was asked wrongly, 130 it was stopped by Ctrl-C."""


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


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="onrecord",
        description=DESCRIPTION,
        epilog=f"onrecord COMMAND --help tells more, with examples.\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"onrecord {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in (
        _add_index,
        _add_forget,
        _add_ask,
        _add_chat,
        _add_bot,
        _add_check,
        _add_quotes,
        _add_speakers,
        _add_record,
        _add_eval,
        _add_read,
        _add_completion,
    ):
        add(subparsers)
    return parser


_Subparsers = argparse._SubParsersAction  # noqa: SLF001  (argparse gives its type no public name)


def _add_index(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(subparsers, "index", commands.run_index, "read articles and build or refresh the index")
    parser.add_argument(
        "sources",
        nargs="*",
        metavar="SOURCE",
        help="file or folder of articles, or the address of a page or feed, remembered from then on; without one, all "
        "remembered sources are read anew (where there are none yet: $ONRECORD_ARTICLES, else ./seeds)",
    )
    parser.add_argument("--links", type=Path, metavar="FILE", help='sources as well: one address a line, "#" for notes')
    parser.add_argument(
        "--follow",
        action=argparse.BooleanOptionalAction,
        help="fetch the pages that entries of feeds lead to (remembered for each feed)",
    )
    parser.add_argument(
        "--allow-private",
        action=argparse.BooleanOptionalAction,
        help="fetch from private, loopback and link-local addresses too (remembered for each link)",
    )
    parser.add_argument(
        "--watch", action="store_true", help="go on until Ctrl-C, with a line for each time that something changed"
    )
    parser.add_argument(
        "--every",
        type=_seconds,
        default=600.0,
        metavar="TIME",
        help="visit links so often with --watch: 30s, 10m, 2h (10m)",
    )
    parser.add_argument("--rebuild", action="store_true", help="make everything anew, reusing nothing")
    parser.add_argument("--encoder", metavar="MODEL", help="model that embeds: a folder, or hub:NAME (remembered)")
    parser.add_argument("--reranker", metavar="MODEL", help="cross-encoder: a folder, or hub:NAME (remembered)")


def _add_fast(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fast", action="store_true", help="leave the cross-encoder out: sooner, a little less exact")


def _add_forget(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(subparsers, "forget", commands.run_forget, "take a source and its articles out of the index")
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="a source as it was given to index")


def _add_ask(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(subparsers, "ask", commands.run_ask, "answer a question with cited passages")
    parser.add_argument(
        "question",
        nargs="*",
        metavar="QUESTION",
        help="the question; quoting it is optional; from stdin where it is left out or -",
    )
    parser.add_argument("-k", type=_positive, metavar="N", help="passages at most (5; with --batch 20)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--now", type=_day, metavar="DATE", help='the day "last week" is meant from (today)')
    parser.add_argument("--batch", type=Path, metavar="FILE", help="answer a JSON Lines file of questions, with --json")
    _add_fast(parser)


def _add_chat(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(subparsers, "chat", commands.run_chat_command, "ask in a conversation in the terminal")
    parser.add_argument("-k", type=_positive, default=5, metavar="N", help="passages at most (5)")
    parser.add_argument(
        "--plain", action="store_true", help="lines of words only, for screen readers: no colours, no redrawn prompt"
    )
    _add_fast(parser)


def _add_bot(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(subparsers, "bot", commands.run_bot_command, "answer in Telegram (token in $TELEGRAM_BOT_TOKEN)")
    parser.add_argument("--base-url", metavar="URL", help="root of a Bot API server of your own")
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="read the token from a file that only you may read (mode 600)"
    )
    _add_fast(parser)


def _add_check(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    _command(subparsers, "check", commands.run_check, "verify every file of the index")


def _add_quotes(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(subparsers, "quotes", listings.run_quotes, "list what was said, each quotation with its citation")
    parser.add_argument("speaker", nargs="*", metavar="SPEAKER", help="whose words; everybody's by default")
    parser.add_argument("--about", metavar="TOPIC", help="only what is about this")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object a line")
    form.add_argument("--csv", action="store_true", help="print comma-separated values with a header")


def _add_speakers(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(
        subparsers, "speakers", listings.run_speakers, "list who is quoted, how often, first and last date"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


def _add_record(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    record_cli.add_commands(partial(_command, subparsers))


def _add_eval(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(subparsers, "eval", commands.run_eval_command, "measure how well a set of questions is answered")
    parser.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl", help="questions with what is right")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--calibration", action="store_true", help="show how many answers of each tenth of confidence are right"
    )
    parser.add_argument(
        "--misses", type=_count, default=0, metavar="N", help="show N misses of each kind, and what was returned (0)"
    )
    _add_fast(parser)


def _add_read(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(subparsers, "read", commands.run_read, "show articles as they are read, without an index")
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="FILE",
        help="file or folder: text, Markdown, web pages, feeds, JSON Lines, mail, Word, PDF",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


def _add_completion(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(subparsers, "completion", commands.run_completion_command, "print completion for a shell")
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="the shell")


def _command(
    subparsers: _Subparsers[argparse.ArgumentParser], name: str, run: commands.Command, text: str
) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(
        name,
        help=text,
        description=text[0].upper() + text[1:] + ".",
        epilog="\n  ".join(["Examples:", *EXAMPLES[name]]) + f"\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--index", type=_folder, metavar="DIR", help="the index ($ONRECORD_INDEX, else ./.onrecord)")
    parser.add_argument(
        "--state",
        type=_folder,
        metavar="DIR",
        help="history, notes, conversations ($ONRECORD_STATE, else the user's state folder)",
    )
    parser.add_argument("--debug", action="store_true", help="show where in the program an error arose")
    parser.set_defaults(run=run)
    return parser


def _positive(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")


def _seconds(text: str) -> float:
    found = re.fullmatch(r"([1-9][0-9]{0,5})([smhd]?)", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 30s, 10m, 2h or 1d")
    return int(found[1]) * {"s": 1.0, "": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}[found[2]]


def _count(text: str) -> int:
    return 0 if text == "0" else _positive(text)


def _folder(text: str) -> Path:
    # An unset variable would otherwise name the folder that the command runs in.
    if text:
        return Path(text)
    raise argparse.ArgumentTypeError("the name of the folder is empty")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2017-02-07") from None


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
