"""Following sources: the index is brought up to date when files change, and at times when links may have."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import NoReturn

from bot.building import report_text, run_build, show_remarks
from bot.rendering import printable
from index.build import BuildOptions, Report
from index.errors import ArticleError, BusyError, OnrecordError, SourceError
from index.fetching.addresses import is_link
from index.generation import IndexFolder
from index.sources import default_source, find_files

POLL = 2.0
"""Seconds between two looks at folders; also how long a folder has to lie still before it is read."""
SHARE = 10
"""How many times longer than a look at the folders takes the pause after it is at least."""


class Following:
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
            self._tell((str(error),), partial(print, f"onrecord: {printable(str(error))}", file=sys.stderr))
            return not isinstance(error, BusyError)
        return True

    def _show(self, report: Report) -> None:
        self._tell((*report.notes, *report.changes.skipped), partial(show_remarks, report))
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
