"""The commands that ask: one question or a file of them, a conversation, and lists of who said what."""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, cast

from bot.cli.context import open_engine, read_utf8
from bot.config.paths import index_folder, state_folder
from bot.render.explain import timings_told
from bot.render.messages import error_line, remark_line
from bot.render.text import json_text, plain_text, printable, quoted_text, speaker_text
from index.core.errors import GenerationError, UsageError
from index.generations.generation import verify_generation
from retrieval.batch import PASSAGES, ask_record, read_batch, whole_text
from retrieval.core.answer import Answer, Reason, remark

if TYPE_CHECKING:
    from bot.chat.background import LateEngine
    from retrieval.attribution.listing import Quoted
    from retrieval.engine import Engine

_COLUMNS = ("article", "paragraph", "speaker", "kind", "start", "end", "cue", "quotation", "text")

_CITATION_COLUMNS = ("title", "outlet", "date", "url")

# The engine takes most of a second to import, and a conversation opens it while the first question is typed.
# ruff: noqa: PLC0415


def run_quotes(options: argparse.Namespace) -> int:
    """List what was said."""
    with open_engine(options) as engine:
        quoted = engine.quotations(" ".join(options.speaker).strip() or None, options.about)
        if options.csv:
            _write_csv(quoted)
        else:
            for record in quoted:
                print(json_text(record.to_json()) if options.json else quoted_text(record))
    return 0


def run_speakers(options: argparse.Namespace) -> int:
    """List who is quoted."""
    with open_engine(options) as engine:
        for summary in engine.speaker_summaries():
            print(json_text(asdict(summary)) if options.json else speaker_text(summary))
    return 0


def _write_csv(quoted: Iterable[Quoted]) -> None:
    writer = csv.DictWriter(sys.stdout, [*_COLUMNS, *_CITATION_COLUMNS], extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for record in quoted:
        flat = record.to_json()
        writer.writerow(flat | {name: flat["citation"][name] for name in _CITATION_COLUMNS})


_MOST_READ = 1_000_000  # characters of stdin; a question has at most a few hundred


def run_ask(options: argparse.Namespace) -> int:
    """Answer one question, or a file of them.

    Raises:
        UsageError: there is no question, or a batch is asked for wrongly.
    """
    if options.batch:
        if options.question or not options.json:
            raise UsageError("ask --batch FILE takes its questions from the file and needs --json")
        return _run_batch(options)
    question = _question(options.question)
    if not question:
        raise UsageError("the question is empty; ask something, such as: onrecord ask what did Gimenez say")
    with open_engine(options) as engine, timings_told(wanted=options.debug):
        answer = engine.ask(question, k=options.k or 5, now=options.now)
    if options.json:
        print(_to_json(answer, indent=1))
    elif sys.stdout.isatty():
        from bot.render.terminal import show_in_terminal

        show_in_terminal(answer)
    else:
        print(plain_text(answer))
    return 0


def _question(words: list[str]) -> str:
    """Return the question that was typed or, where none was or it is "-", what stdin holds."""
    if words == ["-"] or (not words and sys.stdin is not None and not sys.stdin.isatty()):
        read_utf8()
        words = sys.stdin.read(_MOST_READ).removeprefix("\ufeff").split()
    return whole_text(" ".join(words).strip())


def run_chat(options: argparse.Namespace) -> int:
    """Talk in the terminal."""
    from bot.chat import session

    read_utf8()
    at_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    late = _engine_to_come(options) if at_terminal else None
    plain = options.plain or os.environ.get("TERM") == "dumb"
    chat = partial(session.run_chat, state_dir=state_folder(options), k=options.k, plain=plain)
    if late:
        with late:
            return chat(cast("Engine", late), shown=late.start)
    with open_engine(options, watch=True) as engine:
        return chat(engine)


def _run_batch(options: argparse.Namespace) -> int:
    failed = False
    with open_engine(options) as engine, timings_told(wanted=options.debug):
        for number, record in read_batch(options.batch):
            if isinstance(record, UsageError):
                failed = True
                print(f"onrecord: {printable(error_line(record))}", file=sys.stderr)
                continue
            try:
                answer = ask_record(engine, record, k=options.k or PASSAGES, now=options.now)
            except UsageError as error:
                failed = True
                print(f"onrecord: {options.batch}, line {number}: {printable(error_line(error))}", file=sys.stderr)
                told = remark(Reason.LINE, line=error_line(error))
                answer = Answer(record["question"], "not_found", 0.0, record["question"], told)
            print(_to_json(answer, qid=record.get("qid")), flush=True)
    return 1 if failed else 0


def _to_json(answer: Answer, qid: str | None = None, indent: int | None = None) -> str:
    return json_text(answer.to_json(qid, remark_line(answer)), indent)


def _engine_to_come(options: argparse.Namespace) -> LateEngine | None:
    """Return an engine that will watch the index and is not open yet; None where something must be told or done first.

    Raises:
        OnrecordError: the index cannot be looked at.
    """
    from bot.chat.background import LateEngine

    index = index_folder(options)
    try:
        name = index.current()
        description = verify_generation(index, name).describe()
    except GenerationError:
        return None
    return LateEngine(lambda: open_engine(options, watch=True), description)
