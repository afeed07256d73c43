"""Writing the words of a build: documents of passages that come and go, in a folder of tantivy's."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import tantivy

from index.lexical import register, schema

_HEAP_BYTES = 64 << 20
_ERROR_NUMBER = re.compile(r"(?:os error|code:) (\d+)")


@dataclass(frozen=True, slots=True)
class LexicalDocument:
    """What is searched of one passage.

    Attributes:
        passage: id of the passage.
        article: id of the article's row.
        text: the passage.
        title: headline of its article.
        before: the passage before it, which may name what this one calls "he", "that" or "the vote".
        speakers: canonical names of who is quoted in it.
    """

    passage: int
    article: int
    text: str
    title: str
    before: str
    speakers: Sequence[str]


class LexicalWriter:
    """Adds and removes documents of an index in a folder; what is done is kept when the `with` block ends well."""

    def __init__(self, folder: Path) -> None:
        """Open the index in a folder, which is made if it is not there.

        Raises:
            OSError: it cannot be written, here and in all that follows.
        """
        folder.mkdir(exist_ok=True)
        self._folder = folder
        with _disk_errors(folder):
            self._index = register(tantivy.Index(schema(), path=str(folder)))
            self._writer = self._index.writer(_HEAP_BYTES, num_threads=1)

    def add(self, documents: Iterable[LexicalDocument]) -> None:
        """Add the documents of passages that the index does not hold."""
        for document in documents:
            made = tantivy.Document.from_dict(
                {
                    "passage": document.passage,
                    "article": document.article,
                    "text": document.text,
                    "title": document.title,
                    "before": document.before,
                    "speakers": " ".join(document.speakers),
                },
                self._index.schema,
            )
            with _disk_errors(self._folder):
                self._writer.add_document(made)

    def remove_articles(self, articles: Iterable[int]) -> None:
        """Remove all passages of articles, named by the ids of their rows."""
        # Not delete_documents_by_term: it makes a signed term of an int, which is found nowhere in an unsigned field.
        if rows := list(articles):
            self._writer.delete_documents_by_query(tantivy.Query.term_set_query(self._index.schema, "article", rows))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is not None:
            self._give_up()
            return
        try:
            with _disk_errors(self._folder):
                self._writer.commit()
                self._writer.garbage_collect_files()
        except OSError:
            self._give_up()
            raise
        self._writer.wait_merging_threads()
        self._tidy()

    def _give_up(self) -> None:
        """End all threads: one that still writes would bring a deleted folder back."""
        with suppress(ValueError):
            self._writer.rollback()
        with suppress(ValueError):
            self._writer.wait_merging_threads()

    def _tidy(self) -> None:
        """Remove tantivy's locks, and let its private files be read by whoever may read the folder."""
        for file in self._folder.iterdir():
            if file.suffix == ".lock":
                file.unlink()
            else:
                file.chmod(self._folder.stat().st_mode & 0o666)


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    """Raise what tantivy says when it cannot write, a ValueError with Rust's words, as the OSError that it is."""
    try:
        yield
    except ValueError as error:
        found = _ERROR_NUMBER.search(str(error))
        number = int(found[1]) if found else errno.EIO
        raise OSError(number, os.strerror(number) if found else str(error), str(folder)) from error
