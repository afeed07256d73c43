"""A build with its progress on stderr, and its report for people."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Task as RichTask
from rich.text import Text

from bot.rendering import printable
from index import build as index_build
from index.build import BuildOptions, Report, build
from index.generation import IndexFolder
from index.manifest import counted

_LABELS = {
    "reading": "Reading articles",
    "models": "Preparing models",
    "quotations": "Finding quotations",
    "terms": "Indexing words",
    "embedding": "Embedding passages",
    "sealing": "Sealing",
}
_MAX_SKIPPED = 20


def build_index(index: IndexFolder, options: BuildOptions) -> str:
    """Build an index, with progress and skipped articles on stderr; return the report for people.

    Raises:
        OnrecordError: see `index.build.build`.
    """
    report = run_build(index, options)
    show_remarks(report)
    return report_text(report)


def run_build(index: IndexFolder, options: BuildOptions) -> Report:
    """Build an index, with progress on stderr.

    Raises:
        OnrecordError: see `index.build.build`.
    """
    with _progress() as progress:
        return build(index, options, progress)


def show_remarks(report: Report) -> None:
    """Print on stderr what a person should know of a build, and what could not be read in it."""
    for note in report.notes:
        print(f"note: {printable(note)}", file=sys.stderr)
    skipped = report.changes.skipped
    for reason in skipped[:_MAX_SKIPPED]:
        print(f"skipped: {printable(reason)}", file=sys.stderr)
    if len(skipped) > _MAX_SKIPPED:
        print(f"skipped: and {len(skipped) - _MAX_SKIPPED} more", file=sys.stderr)


def report_text(report: Report) -> str:
    """Return what a build did in one line."""
    changes = report.changes
    done = (
        f"{changes.new} added, {changes.changed} changed, {changes.unchanged} unchanged, {changes.vanished} removed, "
        f"{len(changes.skipped)} skipped; {counted(report.embedded, 'passages')} embedded"
    )
    state = "" if report.built else "nothing new; "
    return f"{state}{counted(report.articles, 'articles')}, {counted(report.passages, 'passages')} ({done})"


class _Rate(TextColumn):
    """Items a second."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: RichTask) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "", style="progress.data.speed")


@contextmanager
def _progress() -> Iterator[index_build.Progress]:
    """Yield what a build reports to: bars in a terminal, silence elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(_LABELS[stage], total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield show
