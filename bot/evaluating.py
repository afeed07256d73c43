"""The command that scores a question set."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.commands import open_engine
from bot.rendering import printable
from index.errors import UsageError
from retrieval.evaluation import Asked, Scored, evaluate, summarize

_COUNTS = ("n", "p50", "p95")
_WIDTH = 160
_HEADINGS = {"p50": "p50 ms", "p95": "p95 ms"}


def run_eval(options: argparse.Namespace) -> int:
    """Ask the questions of a set and show how well they were answered."""
    questions = _read(options.questions)
    scored: list[Scored] = []
    with open_engine(options) as engine:
        engine.warm_up()
        for number, one in enumerate(evaluate(engine, questions), 1):
            scored.append(one)
            if sys.stderr.isatty():
                print(f"\r{number} of {len(questions)}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    figures = summarize(scored)
    missed = [_missed(one) for one in scored if not one.right]
    if options.json:
        print(json.dumps({"figures": figures, "missed": missed}, ensure_ascii=False, indent=1))
        return 0
    Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH).print(_table(figures))
    for miss in missed[: options.misses]:
        print(_missed_text(miss))
    return 0


def _read(path: Path) -> list[Asked]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    questions = [_question(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not questions:
        raise UsageError(f"{path}: holds no question")
    return questions


def _question(path: Path, number: int, line: bytes) -> Asked:
    try:
        return Asked.from_json(json.loads(line))
    except KeyError as error:
        raise UsageError(f"{path}, line {number}: lacks {error}") from None
    except (ValueError, TypeError, RecursionError) as error:
        raise UsageError(f"{path}, line {number}: is no question of a set ({error})") from None


def _table(figures: Mapping[str, Mapping[str, float]]) -> Table:
    columns = list(dict.fromkeys(name for row in figures.values() for name in row))
    table = Table("kind", box=None, header_style="bold")
    for name in columns:
        table.add_column(_HEADINGS.get(name, name), justify="right", no_wrap=True)
    for kind, row in figures.items():
        table.add_row(printable(kind), *(_cell(name, row.get(name)) for name in columns))
    return table


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if name in _COUNTS else f"{value:.3f}".replace("0.", ".", 1)


def _missed(one: Scored) -> dict[str, object]:
    hit = one.answer.hits[0] if one.answer.hits else None
    return {
        "qid": one.asked.qid,
        "question": one.asked.question,
        "status": one.answer.status,
        "expected": [list(place) for place in sorted(one.asked.gold)],
        "first": [hit.article, hit.paragraph] if hit else None,
        "text": hit.text if hit else one.answer.message,
    }


def _missed_text(miss: Mapping[str, object]) -> str:
    expected = miss["expected"]
    assert isinstance(expected, Sequence)
    wanted = ", ".join(f"{article} {paragraph}" for article, paragraph in expected[:3]) or "no answer"
    lines = [
        f"{miss['qid']}: {miss['question']}",
        f"   {miss['status']}, expected {wanted}",
        f"   {miss['text'] or ''}",
    ]
    return "\n" + "\n".join(map(printable, lines))
