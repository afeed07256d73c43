"""Whether the files and pages that articles were read from are still what was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from index.articles import Article
from index.durable import hash_file
from index.errors import ArticleError
from index.fetching.addresses import is_link
from index.fetching.kept import Kept
from index.generation import FETCHED, IndexFolder
from index.manifest import counted
from index.readers import READERS
from index.readers.apart import ReadingProcess
from index.scanning import FoundFile
from index.sources import read_file


@dataclass(frozen=True)
class RecordedFiles:
    """What the articles of an index were read from."""

    index: IndexFolder

    def remarks(self, recorded: Iterable[tuple[str, str, str]]) -> Iterator[str]:
        """Yield a line on files that changed, and one on files that are gone, since they were read; none otherwise.

        Neither is damage: the index holds what was read.

        Args:
            recorded: the source, the file within it and the sha256 of each article, file by file.
        """
        changed, gone = list[str](), list[str]()
        with ReadingProcess() as apart:
            for (source, file), articles in groupby(recorded, key=lambda row: row[:2]):
                then = {sha256 for _, _, sha256 in articles}
                now = self._now(source, file, then, apart)
                if now is None:
                    gone.append(file)
                elif not then <= now:
                    changed.append(file)
        if changed:
            yield f"{_some(changed)} changed since; `onrecord index` reads what changed"
        if gone:
            yield f"{_some(gone)} not there any more, or unreadable"

    def _now(self, source: str, file: str, then: set[str], apart: ReadingProcess) -> set[str] | None:
        """Return the sha256 of what a file holds now; None where it is gone."""
        if is_link(source):
            return self._kept(file, then)
        path = Path(source) if Path(source).is_file() else Path(source, file)
        try:
            whole = {hash_file(path)}
        except OSError:
            return None
        if then == whole or path.suffix.lower() not in READERS:
            return whole
        # One of several articles has the sha256 of its own part of the file, which only its reader can tell.
        found = read_file(FoundFile(str(path), file, None), apart)
        return whole | {article.sha256 for article in found if isinstance(article, Article)}

    def _kept(self, name: str, then: set[str]) -> set[str] | None:
        """Return which pages are kept as they were fetched; None where one is gone or was changed."""
        kept = Kept(self.index.path / FETCHED)
        try:
            for sha256 in then:
                kept.read(sha256, name)
        except ArticleError:
            return None
        return then


def _some(files: list[str]) -> str:
    are = "is" if len(files) == 1 else "are"
    return f"{counted(len(files), 'files')}, such as {files[0]}, {are}"
