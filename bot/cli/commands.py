"""What each command of the command line does."""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from bot.config.paths import index_folder, settings_of, state_folder, wanted_build
from bot.render.explain import timings_told
from bot.render.text import plain_text, printable
from index.core.article import Article
from index.core.errors import ArticleError, GenerationError, NoIndexError, SourceError, UsageError
from index.generations.generation import verify_generation
from retrieval.batch import PASSAGES, ask_record, read_batch, whole_text
from retrieval.core.answer import Answer

if TYPE_CHECKING:
    from bot.chat.background import LateEngine
    from retrieval.engine import Engine

# Building and talking need libraries that a single question does not, and the engine takes most of a second to
# import: they are imported by the commands that need them.
# ruff: noqa: PLC0415

Command = Callable[[argparse.Namespace], int]

# C1 controls, line separators, bidirectional overrides, lone surrogates; JSON escapes C0 controls itself.
_ACTING = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_MOST_READ = 1_000_000  # characters of stdin; a question has at most a few hundred


def run_index(options: argparse.Namespace) -> int:
    """Build or refresh the index; print a report."""
    from bot.cli.cmd_index import build_index
    from index.sources.given import listed_links, resolve_source

    given = [resolve_source(source) for source in options.sources]
    wanted = replace(
        wanted_build(options, given + (listed_links(options.links) if options.links else [])),
        rebuild=options.rebuild,
        encoder=options.encoder,
        reranker=options.reranker,
    )
    if options.watch:
        from bot.cli.cmd_index import SourceWatcher

        SourceWatcher(index_folder(options), wanted, options.every or settings_of(options).links.every).run()
    print(build_index(index_folder(options), wanted))
    return 0


def run_forget(options: argparse.Namespace) -> int:
    """Take sources out of the index; print a report."""
    from bot.cli.cmd_index import build_index
    from index.build.pipeline import BuildOptions
    from index.sources.given import resolve_source

    index_folder(options).current()
    print(
        build_index(index_folder(options), BuildOptions(forget=[resolve_source(source) for source in options.sources]))
    )
    return 0


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


def read_utf8() -> None:
    """Read UTF-8 from files and pipes whatever the locale is; what is none does not end the reading."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding=None if sys.stdin.isatty() else "utf-8", errors="replace")


def run_chat_command(options: argparse.Namespace) -> int:
    """Talk in the terminal."""
    from bot.chat.session import run_chat

    read_utf8()
    at_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    late = _engine_to_come(options) if at_terminal else None
    plain = options.plain or os.environ.get("TERM") == "dumb"
    chat = partial(run_chat, state_dir=state_folder(options), k=options.k, plain=plain)
    if late:
        with late:
            return chat(cast("Engine", late), shown=late.start)
    with open_engine(options, watch=True) as engine:
        return chat(engine)


def run_bot_command(options: argparse.Namespace) -> int:
    """Answer in Telegram until stopped."""
    from bot.cli.cmd_bot import run_bot_command as run

    return run(options)


def run_pair_command(options: argparse.Namespace) -> int:
    """Let somebody ask the bot."""
    from bot.cli.cmd_bot import run_pair

    return run_pair(options)


def run_eval_command(options: argparse.Namespace) -> int:
    """Measure how well a set of questions is answered."""
    from bot.cli.cmd_eval import run_eval

    return run_eval(options)


def run_completion_command(options: argparse.Namespace) -> int:
    """Print what makes a shell complete commands and options."""
    from bot.cli.main import run_completion

    return run_completion(options)


def run_check(options: argparse.Namespace) -> int:
    """Verify every file of every generation, and fail if the one in force is damaged; or verify something else."""
    from index.generations.inspection import check_index

    if options.health:
        from bot.telegram.ops.health import MAX_AGE, health_line

        print(health_line(options.health, options.max_age or MAX_AGE))
        return 0
    if options.config and not options.deep:
        return _check_settings(options.config)
    good, check = True, check_index
    if options.deep:
        from index.generations.inspection import check_deeply as check
    for finding in check(index_folder(options)):
        print(finding.line, file=sys.stdout if finding.good else sys.stderr)
        good = good and finding.good
    return 0 if good else 1


def _check_settings(file: Path) -> int:
    from bot.config.settings import settings_problems

    for problem in (problems := settings_problems(file)):
        print(f"onrecord: {printable(problem)}", file=sys.stderr)
    if not problems:
        print(f"{printable(str(file))}: good")
    return UsageError.exit_code if problems else 0


def run_read(options: argparse.Namespace) -> int:
    """Show articles as they are read; fail if none could be, or a source is not there at all."""
    found = failed = 0
    for article in _read_all(options):
        if isinstance(article, Article):
            found += 1
            print(json_text(article.to_json()) if options.json else _article_text(article))
        else:
            failed += isinstance(article, SourceError)
            print(f"skipped: {printable(str(article))}", file=sys.stderr)
    return 0 if found and not failed else 1


def _read_all(options: argparse.Namespace) -> Iterator[Article | ArticleError | SourceError]:
    from index.sources.given import read_source, resolve_source
    from index.sources.urls import is_link

    for source in map(resolve_source, options.sources):
        try:
            yield from _read_link(source, options) if is_link(source) else read_source(source)
        except SourceError as error:
            yield error


def _read_link(url: str, options: argparse.Namespace) -> Iterator[Article | ArticleError]:
    from index.sources.urls import Limits
    from index.sources.web import read_link

    return read_link(url, Limits(), follow=options.follow, allow_private=options.allow_private)


def _article_text(article: Article) -> str:
    day = f"{article.date.isoformat()} (from {article.date_from})" if article.date else "no date"
    byline, language = article.byline and f"by {article.byline}", article.language and f"language {article.language}"
    facts = [article.id, article.outlet, article.place, day, byline, language, article.url]
    # From 1, as citations count.
    paragraphs = (f"{number}. {text}" for number, text in enumerate(article.paragraphs, 1) if text.strip())
    blocks = [article.title, f"({', '.join(filter(None, facts))})", *paragraphs]
    return "\n\n".join(map(printable, blocks)) + "\n"


def _run_batch(options: argparse.Namespace) -> int:
    failed = False
    with open_engine(options) as engine, timings_told(wanted=options.debug):
        for number, record in read_batch(options.batch):
            if isinstance(record, UsageError):
                failed = True
                print(f"onrecord: {printable(str(record))}", file=sys.stderr)
                continue
            try:
                answer = ask_record(engine, record, k=options.k or PASSAGES, now=options.now)
            except UsageError as error:
                failed = True
                print(f"onrecord: {options.batch}, line {number}: {printable(str(error))}", file=sys.stderr)
                answer = Answer(record["question"], "not_found", 0.0, record["question"], str(error))
            print(_to_json(answer, qid=record.get("qid")), flush=True)
    return 1 if failed else 0


def _to_json(answer: Answer, qid: str | None = None, indent: int | None = None) -> str:
    return json_text(answer.to_json(qid), indent)


def json_text(value: Any, indent: int | None = None) -> str:  # noqa: ANN401  (JSON)
    """Return JSON that a person can read, with what would act on a screen, or cannot be written, as an escape."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _ACTING.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def open_engine(options: argparse.Namespace, *, watch: bool = False) -> Engine:
    """Open the engine, building the index first where there is none."""
    from retrieval.engine import Engine

    index, fast = index_folder(options), getattr(options, "fast", False)
    try:
        return Engine(index, watch=watch, fast=fast)
    except NoIndexError:
        from bot.cli.cmd_index import build_index

        print(build_index(index, wanted_build(options)), file=sys.stderr)
        return Engine(index, watch=watch, fast=fast)


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
