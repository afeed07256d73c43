"""One table of readers: which kind of file is read by which function.

A reader takes a path and the name that the file has within its source, and yields what it finds in order: an
`Article`, or an `ArticleError` for one that cannot be read. It raises `ArticleError` when nothing in the file can be.
To add a kind of file, write such a function in a module of its own and name it here.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from index.articles import Article
from index.errors import ArticleError
from index.readers.jsonl import read_jsonl
from index.readers.plain_text import read_plain_text

__all__ = ["READERS", "Reader", "read_articles"]

Reader = Callable[[Path, str], Iterator[Article | ArticleError]]

READERS: dict[str, Reader] = {
    ".jsonl": read_jsonl,
    ".txt": read_plain_text,
}


def read_articles(path: Path, name: str) -> Iterator[Article | ArticleError]:
    """Yield the articles of one file, and an error for each part of it that cannot be read.

    Args:
        path: the file.
        name: its name within the source it belongs to; article ids and messages use it.
    """
    for article in _guarded(path, name):
        if isinstance(article, ArticleError):
            article.file = name
        yield article


def _guarded(path: Path, name: str) -> Iterator[Article | ArticleError]:
    try:
        if stat.S_ISREG(path.stat().st_mode):
            yield from READERS[path.suffix.lower()](path, name)
        else:  # a pipe would be waited for, forever
            yield ArticleError(f"{name}: is not a file")
    except ArticleError as error:
        yield error
    except OSError as error:
        yield ArticleError(f"{name}: cannot be read: {error.strerror or error}")
