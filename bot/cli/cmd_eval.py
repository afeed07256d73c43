"""The command that tells how well a question set is answered: a table or JSON, with what went wrong."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from bot.cli.context import open_engine
from bot.render.messages import remark_line
from bot.render.terminal import terminal_console
from bot.render.text import json_text, printable
from index.core.errors import OnrecordError
from retrieval.engine import Engine
from retrieval.evaluation import (
    Bin,
    GoldQuestion,
    Outcome,
    Summary,
    calibration_error,
    doubts,
    evaluate,
    read_questions,
    reliability,
    summarise,
)

_HEADINGS = {
    "hit@1": "hit\n@1",
    "hit@3": "hit\n@3",
    "mrr@10": "MRR\n@10",
    "highlight": "high-\nlight",
    "speaker": "spea-\nker",
    "precision": "prec-\nision",
    "recall": "re-\ncall",
    "f1": "F1",
    "refusals_right": "right\n“no”",
    "refusals_wrong": "wrong\n“no”",
}
_MAX_DOUBTS = 20
_SHOWN = 3
_UNBOUND = 10_000


def run_eval(options: argparse.Namespace) -> int:
    """Ask a question set and tell the figures."""
    questions = read_questions(options.questions)
    with open_engine(options) as engine:
        _tell_doubts(engine, options.questions, questions)
        outcomes = list(_with_progress(evaluate(engine, questions), len(questions)))
        described = engine.describe()
    total, kinds = summarise(outcomes)
    missed = list(_first_missed(outcomes, options.misses))
    if options.json:
        _print_json(options.questions, described, (total, kinds), reliability(outcomes), missed)
    else:
        print(printable(f"{options.questions}: {total.n} questions to {described}"))
        _print_table(total, kinds)
        if options.calibration:
            _print_calibration(reliability(outcomes))
        for outcome in missed:
            print(f"\n{_missed_text(outcome)}")
    return 0


def _tell_doubts(engine: Engine, path: Path, questions: Iterable[GoldQuestion]) -> None:
    told = 0
    for question in questions:
        try:
            for doubt in doubts(engine, question):
                told += 1
                if told <= _MAX_DOUBTS:
                    print(printable(f"note: {path}, line {question.line}: {doubt}"), file=sys.stderr)
        except OnrecordError as error:
            line = f"{path}, line {question.line}: {error}"
            raise OnrecordError(line, error.advice, **error.parameters) from None
    if told > _MAX_DOUBTS:
        print(f"note: and {told - _MAX_DOUBTS} more like these", file=sys.stderr)


def _with_progress(outcomes: Iterable[Outcome], total: int) -> Iterator[Outcome]:
    """Pass outcomes on, with a bar on stderr if that is a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        yield from bars.track(outcomes, total=total, description="Asking")


def _first_missed(outcomes: Iterable[Outcome], each: int) -> Iterator[Outcome]:
    """Yield the first few misses of each kind, kind by kind."""
    missed: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.missed:
            missed.setdefault(outcome.question.label, []).append(outcome)
    for kind in sorted(missed):
        yield from islice(missed[kind], each)


def _print_json(
    path: Path,
    described: str,
    figures: tuple[Summary, Mapping[str, Summary]],
    bins: Sequence[Bin],
    missed: Sequence[Outcome],
) -> None:
    total, kinds = figures
    told = {
        "questions": str(path),
        "index": described,
        "all": total.to_json(),
        "kinds": {kind: summary.to_json() for kind, summary in kinds.items()},
        "calibration": {"error": round(calibration_error(bins), 4), "bins": [one.to_json() for one in bins]},
        "misses": [outcome.to_json(remark_line(outcome.answer)) for outcome in missed],
    }
    print(json_text(told, indent=1))


def _print_table(total: Summary, kinds: Mapping[str, Summary]) -> None:
    """Print a row a kind, with the columns that say something about one of them."""
    columns = [name for name in _HEADINGS if name in total.figures]
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("kind", overflow="fold")
    for heading in ["n", *(_HEADINGS[name] for name in columns), "p50\nms", "p95\nms"]:
        table.add_column(heading, justify="right", no_wrap=True)
    for kind, summary in kinds.items():
        table.add_row(*_row(Text(printable(kind)), summary, columns))
    table.add_section()
    table.add_row(*_row(Text("all"), total, columns), style="bold")
    _print(table)


def _print_calibration(bins: Sequence[Bin]) -> None:
    """Print how many answers of each tenth of confidence are right."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for heading in ("confidence", "n", "mean", "right"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in bins:
        table.add_row(f"from {one.low:.1f}", f"{one.n:,}", _share(one.confidence), _share(one.right))
    print()
    _print(table)
    print(f"calibration error {_share(calibration_error(bins))}")


def _print(table: Table) -> None:
    console = terminal_console()
    if not console.is_terminal:  # a file has no edge to fold a column at
        console.width = console.measure(table, options=console.options.update_width(_UNBOUND)).maximum
    console.print(table)


def _row(kind: Text, summary: Summary, columns: Iterable[str]) -> Iterator[str | Text]:
    yield kind
    yield f"{summary.n:,}"
    for name in columns:
        value = summary.figures.get(name)
        yield "" if value is None else _share(value)
    yield f"{summary.p50:,.0f}"
    yield f"{summary.p95:,.0f}"


def _share(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")[:4]


def _missed_text(outcome: Outcome) -> str:
    """Return what was asked, what is right, and what was returned instead, with paragraphs as citations count them."""
    question, answer = outcome.question, outcome.answer
    asked = " → ".join([*(question.record.get("history") or ()), question.record["question"]])
    gold = ", ".join(f"{article} ¶{paragraph + 1}" for article, paragraph in sorted(question.gold)[:_SHOWN])
    lines = [f"[{question.label}] line {question.line}: {asked}", f"  right: {gold or 'no answer'}"]
    if not answer.hits:
        lines.append(f"  {answer.status}: {remark_line(answer) or ', '.join(answer.choices)}")
    lines += [f"  got:   {hit.article} ¶{hit.paragraph + 1}: {hit.text}" for hit in answer.hits[:_SHOWN]]
    return "\n".join(map(printable, lines))
