"""What can be asked for on the command line: commands, their options, values and examples.

Each function here is the `type` of an option and raises `argparse.ArgumentTypeError` for what is none.
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from bot.config.durations import seconds
from bot.render.filters import first_day, last_day
from index import __version__
from index.core.errors import UsageError
from index.vectors.milvus_address import MilvusAddress, named_index


def positive(text: str) -> int:
    """Return a number from 1."""
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")


def duration(text: str) -> float:
    """Return the seconds of a span such as 15m."""
    try:
        return seconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def count(text: str) -> int:
    """Return a number from 0."""
    return 0 if text == "0" else positive(text)


def webhook(text: str) -> str:
    """Return the address that Telegram is to send to."""
    if text.startswith("https://"):
        return text
    raise argparse.ArgumentTypeError(f"{text!r} is not an address that begins with https://")


def address(text: str) -> tuple[str, int]:
    """Return host and port."""
    host, colon, port = text.rpartition(":")
    if host and colon and port.isascii() and port.isdigit() and 0 < int(port) < 1 << 16:
        return host.strip("[]"), int(port)
    raise argparse.ArgumentTypeError(f"{text!r} is not an address with a port, such as 127.0.0.1:8443")


def place(text: str) -> Path | MilvusAddress:
    """Return where an index lies."""
    try:
        return named_index(text) if text else folder(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def folder(text: str) -> Path:
    """Return a folder."""
    # An unset variable would otherwise name the folder that the command runs in.
    if text:
        return Path(text)
    raise argparse.ArgumentTypeError("the name of the folder is empty")


def day(text: str) -> date:
    """Return a day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2017-02-07") from None


def _known(text: str, day: date | None) -> date:
    if day is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2017-02-07, 2017 or February 2017")
    return day


def first(text: str) -> date:
    """Return the first day of a stretch of time."""
    return _known(text, first_day(text))


def last(text: str) -> date:
    """Return the last day of a stretch of time."""
    return _known(text, last_day(text))


EXAMPLES = {
    "index": (
        "onrecord index ~/articles        # a folder or a file; remembered",
        "onrecord index                   # reads all remembered sources anew",
        "onrecord index https://ledger.example/feed.xml --follow    # a feed, and the pages that its entries lead to",
        "onrecord index --watch --every 30m                 # follows all of them until Ctrl-C",
        "onrecord index --links feeds.txt ~/articles    # one address a line",
        "onrecord index --watch --config onrecord.toml  # the articles and links that a settings file names",
    ),
    "forget": ("onrecord forget ~/articles/old",),
    "ask": (
        "onrecord ask what did Gimenez say about the order",
        "echo 'what did Gimenez say?' | onrecord ask",
        "onrecord ask --json -k 1 'who said \"he should understand our fear\"?'",
        "onrecord ask --batch questions.jsonl --json > answers.jsonl",
    ),
    "chat": (
        "onrecord chat",
        "onrecord chat --plain            # for screen readers",
        "onrecord chat < questions.txt    # one question a line",
    ),
    "bot": (
        "TELEGRAM_BOT_TOKEN=... onrecord bot",
        "onrecord bot --state /var/lib/onrecord   # where conversations, and what buttons need, are kept",
        "onrecord bot --base-url http://localhost:8081",
        "onrecord bot --token-file ~/.onrecord-token    # mode 600",
        "onrecord bot --config onrecord.toml            # all of that, and more, in a file",
        "onrecord bot --webhook https://onrecord.example/telegram --listen 127.0.0.1:8443",
    ),
    "pair": (
        "onrecord pair --config onrecord.toml           # prints a code; whoever sends it first may ask",
        "onrecord pair --admin --valid 1d               # may add and remove articles too",
        "onrecord pair --list",
        "onrecord pair --revoke 110201543",
    ),
    "check": (
        "onrecord check",
        "onrecord check --deep            # also whether the parts of the index agree; a few seconds to minutes",
        "onrecord check --config onrecord.toml          # that file, and no index",
        "onrecord check --health /var/lib/onrecord/health.json --max-age 5m",
    ),
    "quotes": (
        "onrecord quotes Carlos Gimenez",
        "onrecord quotes Gimenez --about 'the order'",
        "onrecord quotes --csv > quotations.csv",
    ),
    "speakers": ("onrecord speakers | head",),
    "verify": (
        "onrecord verify 'we will hold them two days' --by Gimenez",
        "onrecord verify draft.md         # every quotation in it; exit code 1 unless all are exact",
        "onrecord verify draft.docx --json",
    ),
    "record": (
        "onrecord record Carlos Gimenez",
        "onrecord record Gimenez -o gimenez.html --picture gimenez.svg",
        "onrecord record Gimenez --about detainers --since 2017 --format csv",
    ),
    "eval": ("onrecord eval questions.jsonl --misses 3",),
    "read": ("onrecord read page.html            # what is understood of it", "onrecord read ~/articles --json"),
    "completion": (
        "onrecord completion bash > ~/.local/share/bash-completion/completions/onrecord",
        "onrecord completion zsh > ~/.zfunc/_onrecord    # a folder in $fpath",
        "onrecord completion fish > ~/.config/fish/completions/onrecord.fish",
    ),
}
"""Command lines by command; a comment tells what is not plain."""


FORMATS = ("md", "html", "csv", "json")
"""Forms of a record."""

DESCRIPTION = "Ask a folder of news articles what was said, by whom, and where it is written."
EXIT_CODES = """\
Exit codes: 0 it ran (also when nothing was found, or nobody read on),
1 it failed, 2 it was asked wrongly, 130 it was stopped by Ctrl-C."""


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
        _add_pair,
        _add_check,
        _add_quotes,
        _add_speakers,
        _add_verify,
        _add_record,
        _add_eval,
        _add_read,
        _add_completion,
    ):
        add(subparsers)
    return parser


_Subparsers = argparse._SubParsersAction  # noqa: SLF001  (argparse gives its type no public name)


def _add_index(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(subparsers, "index", "cmd_index:run_index", "read articles and build or refresh the index")
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
        type=duration,
        metavar="TIME",
        help="visit links so often with --watch: 30s, 10m, 2h (10m)",
    )
    parser.add_argument("--rebuild", action="store_true", help="make everything anew, reusing nothing")
    parser.add_argument("--encoder", metavar="MODEL", help="model that embeds: a folder, or hub:NAME (remembered)")
    parser.add_argument("--reranker", metavar="MODEL", help="cross-encoder: a folder, or hub:NAME (remembered)")


def _add_fast(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fast", action="store_true", help="leave the cross-encoder out: sooner, a little less exact")


def _add_forget(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(subparsers, "forget", "cmd_index:run_forget", "take a source and its articles out of the index")
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="a source as it was given to index")


def _add_ask(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(subparsers, "ask", "cmd_ask:run_ask", "answer a question with cited passages")
    parser.add_argument(
        "question",
        nargs="*",
        metavar="QUESTION",
        help="the question; quoting it is optional; from stdin where it is left out or -",
    )
    parser.add_argument("-k", type=positive, metavar="N", help="passages at most (5; with --batch 20)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--now", type=day, metavar="DATE", help='the day "last week" is meant from (today)')
    parser.add_argument("--batch", type=Path, metavar="FILE", help="answer a JSON Lines file of questions, with --json")
    _add_fast(parser)


def _add_chat(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(subparsers, "chat", "cmd_ask:run_chat", "ask in a conversation in the terminal")
    parser.add_argument("-k", type=positive, default=5, metavar="N", help="passages at most (5)")
    parser.add_argument(
        "--plain", action="store_true", help="lines of words only, for screen readers: no colours, no redrawn prompt"
    )
    _add_fast(parser)


def _add_bot(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(subparsers, "bot", "cmd_bot:run_bot_command", "answer in Telegram (token in $TELEGRAM_BOT_TOKEN)")
    parser.add_argument("--base-url", metavar="URL", help="root of a Bot API server of your own")
    _add_token_file(parser)
    parser.add_argument(
        "--webhook",
        type=webhook,
        metavar="URL",
        help="have Telegram send updates to this address, instead of asking for them",
    )
    parser.add_argument(
        "--listen", type=address, metavar="ADDRESS:PORT", help="where they come in, with --webhook (127.0.0.1:8443)"
    )
    parser.add_argument("--log-format", choices=("text", "json"), help="the log as text, or as a JSON object a line")
    parser.add_argument("--metrics", type=Path, metavar="FILE", help="count what it does in a file for Prometheus")
    _add_fast(parser)


def _add_token_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="read the token from a file that only you may read (mode 600)"
    )


def _add_pair(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(subparsers, "pair", "cmd_bot:run_pair", "let somebody ask the bot, by a code for one use")
    parser.add_argument("--admin", action="store_true", help="let them change the articles too")
    parser.add_argument("--valid", type=duration, metavar="TIME", help="how long the code may be used: 15m, 1d (15m)")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--list", action="store_true", help="print who came by a code, with their ids, instead")
    instead.add_argument("--revoke", type=int, metavar="ID", help="let a person or a group in no more, instead")
    _add_token_file(parser)


def _add_check(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(
        subparsers,
        "check",
        "cmd_check:run_check",
        "verify every file of the index, or a settings file (--config)",
    )
    parser.add_argument(
        "--deep",
        action="store_true",
        help="look into each good generation too: whether its parts agree with each other, with the models, and with "
        "the files that were read (with --config, of the index that the file names)",
    )
    parser.add_argument(
        "--health", type=Path, metavar="FILE", help="tell whether the bot that writes this file is well"
    )
    parser.add_argument("--max-age", type=duration, metavar="TIME", help="how old it may be, with --health (2m)")


def _add_quotes(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(
        subparsers, "quotes", "cmd_ask:run_quotes", "list what was said, each quotation with its citation"
    )
    parser.add_argument("speaker", nargs="*", metavar="SPEAKER", help="whose words; everybody's by default")
    parser.add_argument("--about", metavar="TOPIC", help="only what is about this")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object a line")
    form.add_argument("--csv", action="store_true", help="print comma-separated values with a header")


def _add_speakers(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(
        subparsers, "speakers", "cmd_ask:run_speakers", "list who is quoted, how often, first and last date"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


def _add_verify(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(subparsers, "verify", "cmd_record:run_verify", "check a quotation, or all of a draft")
    parser.add_argument(
        "words",
        nargs="+",
        metavar="WORDS|DRAFT",
        help="the words that somebody is to have said, quoted for the shell; or files whose quotations are checked",
    )
    parser.add_argument("--by", metavar="NAME", help="who is to have said them; anybody by default")
    parser.add_argument("--json", action="store_true", help="print one JSON object; for a draft, one a line")


def _add_record(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(
        subparsers, "record", "cmd_record:run_record", "tell what somebody said, by topic and in order of time"
    )
    parser.add_argument("speaker", nargs="+", metavar="SPEAKER", help="whose record")
    parser.add_argument("--about", metavar="TOPIC", help="only what is about this")
    parser.add_argument("--since", type=first, metavar="DATE", help="only from then on: 2017-02-07, 2017, Feb 2017")
    parser.add_argument("--until", type=last, metavar="DATE", help="only up to then")
    parser.add_argument("--format", choices=FORMATS, help="form of it (that of FILE by its ending, else md)")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write it there instead of to stdout")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="write the picture too: .svg, or .png (an extra)")


def _add_eval(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(subparsers, "eval", "cmd_eval:run_eval", "measure how well a set of questions is answered")
    parser.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl", help="questions with what is right")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--calibration", action="store_true", help="show how many answers of each tenth of confidence are right"
    )
    parser.add_argument(
        "--misses", type=count, default=0, metavar="N", help="show N misses of each kind, and what was returned (0)"
    )
    _add_fast(parser)


def _add_read(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(subparsers, "read", "cmd_check:run_read", "show articles as they are read, without an index")
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="FILE",
        help="file or folder: text, Markdown, web pages, feeds, JSON Lines, mail, Word, PDF; or the address of a page "
        "or feed, which is fetched and not kept",
    )
    parser.add_argument("--follow", action="store_true", help="fetch the pages that entries of feeds lead to")
    parser.add_argument("--allow-private", action="store_true", help="fetch from private and loopback addresses too")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


def _add_completion(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    parser = _command(subparsers, "completion", "main:run_completion", "print completion for a shell")
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="the shell")


def _command(
    subparsers: _Subparsers[argparse.ArgumentParser], name: str, run: str, text: str
) -> argparse.ArgumentParser:
    """Return the parser of a command; `run` names the module, imported when the command runs, and the function."""
    parser = subparsers.add_parser(
        name,
        help=text,
        description=text[0].upper() + text[1:] + ".",
        epilog="\n  ".join(["Examples:", *EXAMPLES[name]]) + f"\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--index",
        type=place,
        metavar="DIR",
        help="the index ($ONRECORD_INDEX, else ./.onrecord), or milvus://HOST:PORT/NAME, whose vectors lie in Milvus",
    )
    parser.add_argument(
        "--state",
        type=folder,
        metavar="DIR",
        help="history, notes, conversations ($ONRECORD_STATE, else the user's state folder)",
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="settings in TOML; what is said here goes before them"
    )
    parser.add_argument(
        "--debug",
        action="store_true",
        help="show where in the program an error arose; with ask, also what each stage of the search took",
    )
    parser.set_defaults(run=run)
    return parser
