"""The commands that build: one build with its progress on stderr, or sources followed as they change."""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import NoReturn

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Task as RichTask
from rich.text import Text

from bot.config.paths import index_folder, settings_of, wanted_build
from bot.render.messages import error_line
from bot.render.text import printable
from index.build import pipeline as index_build
from index.build.pipeline import BuildOptions, BuildReport, build
from index.core.errors import ArticleError, BusyError, OnrecordError, SourceError
from index.generations.generation import IndexFolder
from index.generations.manifest import counted
from index.sources.given import default_source, find_files, listed_links, resolve_source
from index.sources.urls import is_link


def run_index(options: argparse.Namespace) -> int:
    """Build or refresh the index; print a report."""
    given = [resolve_source(source) for source in options.sources]
    wanted = replace(
        wanted_build(options, given + (listed_links(options.links) if options.links else [])),
        rebuild=options.rebuild,
        encoder=options.encoder,
        reranker=options.reranker,
    )
    if options.watch:
        SourceWatcher(index_folder(options), wanted, options.every or settings_of(options).links.every).run()
    print(build_index(index_folder(options), wanted))
    return 0


def run_forget(options: argparse.Namespace) -> int:
    """Take sources out of the index; print a report."""
    index_folder(options).current()
    print(
        build_index(index_folder(options), BuildOptions(forget=[resolve_source(source) for source in options.sources]))
    )
    return 0


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
        OnrecordError: see `index.build.pipeline.build`.
    """
    report = run_build(index, options)
    show_remarks(report)
    return report_text(report)


def run_build(index: IndexFolder, options: BuildOptions) -> BuildReport:
    """Build an index, with progress on stderr.

    Raises:
        OnrecordError: see `index.build.pipeline.build`.
    """
    with _progress() as progress:
        return build(index, options, progress)


def show_remarks(report: BuildReport) -> None:
    """Print on stderr what a person should know of a build, and what could not be read in it."""
    for note in report.notes:
        print(f"note: {printable(error_line(note))}", file=sys.stderr)
    skipped = report.changes.skipped
    for reason in skipped[:_MAX_SKIPPED]:
        print(f"skipped: {printable(error_line(reason))}", file=sys.stderr)
    if len(skipped) > _MAX_SKIPPED:
        print(f"skipped: and {len(skipped) - _MAX_SKIPPED} more", file=sys.stderr)


def report_text(report: BuildReport) -> str:
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


POLL = 2.0
"""Seconds between two looks at folders; also how long a folder has to lie still before it is read."""
SHARE = 10
"""How many times longer than a look at the folders takes the pause after it is at least."""


class SourceWatcher:
    """Builds again and again; each build that changes the index is one line on stdout, what went wrong one on stderr.

    A line that would only be repeated is not.
    """

    def __init__(
        self,
        index: IndexFolder,
        options: BuildOptions,
        every: float,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare to follow.

        Args:
            index: what to bring up to date.
            options: how to build the first time; the sources of it are followed, all remembered ones by default.
            every: seconds between two visits to links.
            sleep: waits so many seconds.
            clock: tells seconds.
        """
        self._index = index
        self._options = options
        self._every = every
        self._sleep = sleep
        self._clock = clock
        self._told: tuple[str, ...] = ()

    def run(self) -> NoReturn:
        """Follow until interrupted.

        Raises:
            OnrecordError: the first build failed; later ones may.
        """
        options = self._options
        sources = list(options.sources) or self._index.remembered_sources() or [default_source()]
        folders = [source for source in sources if not is_link(source)]
        links = [source for source in sources if is_link(source)]
        again = replace(options, rebuild=False)
        # A file that changes during the build may not have been read.
        read = seen = self._look(folders)
        self._show(run_build(self._index, options))
        visited = self._clock()
        while True:
            began = self._clock()
            now = self._look(folders) if folders else {}
            # What still changes is being written.
            changed = [source for source in folders if now[source] == seen[source] != read[source]]
            seen = now
            if changed and self._build(replace(again, sources=changed)):
                read = read | {source: now[source] for source in changed}
            if links and self._clock() - visited >= self._every:
                self._build(replace(again, sources=links))
                visited = self._clock()
            self._sleep(self._pause(began, visited, folders, links))

    def _pause(self, began: float, visited: float, folders: Sequence[str], links: Sequence[str]) -> float:
        now = self._clock()
        until_links = max(0.0, visited + self._every - now) if links else self._every
        return min(until_links, max(POLL, SHARE * (now - began))) if folders else until_links

    def _build(self, options: BuildOptions) -> bool:
        """Build; tell what changed or went wrong, and whether there is no need to try the same again."""
        try:
            self._show(run_build(self._index, options))
        except OnrecordError as error:
            line = error_line(error)
            self._tell((line,), partial(print, f"onrecord: {printable(line)}", file=sys.stderr))
            return not isinstance(error, BusyError)
        return True

    def _show(self, report: BuildReport) -> None:
        remarks = (*report.notes, *report.changes.skipped)
        self._tell(tuple(map(error_line, remarks)), partial(show_remarks, report))
        if report.built:
            print(f"{datetime.now().astimezone():%H:%M:%S} {report_text(report)}", flush=True)

    def _tell(self, what: tuple[str, ...], show: Callable[[], None]) -> None:
        if what != self._told:
            show()
        self._told = what

    def _look(self, folders: Sequence[str]) -> dict[str, str]:
        return {source: _state(source) for source in folders}


def _state(source: str) -> str:
    """Return what changes when a file of a source does."""
    digest = hashlib.sha256()
    try:
        for found in find_files(source):
            told = str(found) if isinstance(found, ArticleError) else f"{found.name!r} {found.stamp}"
            digest.update(told.encode("utf-8", "backslashreplace"))
    except SourceError as error:
        digest.update(str(error).encode("utf-8", "backslashreplace"))
    return digest.hexdigest()
