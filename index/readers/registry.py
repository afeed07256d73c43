"""One table of readers: which kind of file is read by which function.

A reader takes an `Original` (a name, a stream of bytes, and what is known of them from outside) and yields what it
finds in order: an `Article`, or an `ArticleError` for one that cannot be read. It raises `ArticleError` when nothing in
it can be. To add a kind of file, write such a function in a module of its own and name it here.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from index.core.article import Article
from index.core.errors import Advice, ArticleError
from index.readers.extraction.metadata import language_of
from index.readers.extraction.original import Original

VERSION = 3
"""Raised when readers understand files otherwise than before: an index then reads unchanged files anew."""

__all__ = [
    "READERS",
    "VERSION",
    "FileKind",
    "Original",
    "Reader",
    "kind_of_content",
    "passing",
    "read_articles",
    "read_original",
]

Reader = Callable[[Original], Iterator[Article | ArticleError]]


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file, and what reads it.

    Attributes:
        reader: module and name of the function, imported when the first such file is read.
        apart: whether it goes through a library that hostile input can make hang or grow, so that it is read in a
            process of its own (see `index.readers.sandbox`).
        needs: a module of the extra `files` that has to be there.
    """

    reader: str
    apart: bool = True
    needs: str | None = None

    def load(self) -> Reader:
        """Return the function that reads this kind."""
        module, _, function = self.reader.partition(":")
        reader: Reader = getattr(import_module(f"index.readers.{module}"), function)
        return reader


_FEED = FileKind("feed:read_feed")
_HTML = FileKind("html_page:read_html")
_MARKDOWN = FileKind("markdown:read_markdown")

READERS: dict[str, FileKind] = {
    ".atom": _FEED,
    ".docx": FileKind("docx:read_docx"),
    ".eml": FileKind("mail:read_mail"),
    ".htm": _HTML,
    ".html": _HTML,
    ".jsonl": FileKind("plain_text:read_jsonl", apart=False),
    ".markdown": _MARKDOWN,
    ".mbox": FileKind("mail:read_mailbox"),
    ".md": _MARKDOWN,
    ".pdf": FileKind("pdf:read_pdf", needs="pdfminer"),
    ".rss": _FEED,
    ".txt": FileKind("plain_text:read_plain_text", apart=False),
    ".xhtml": _HTML,
    ".xml": _FEED,
}
"""What reads a file, by its suffix in lower case."""

_TEXTS = ("title", "outlet", "byline", "place", "url")
_CONTENT_TYPES = {
    "application/atom+xml": ".atom",
    "application/jsonl": ".jsonl",
    "application/pdf": ".pdf",
    "application/rdf+xml": ".xml",
    "application/rss+xml": ".rss",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/x-ndjson": ".jsonl",
    "application/xhtml+xml": ".html",
    "application/xml": ".xml",
    "message/rfc822": ".eml",
    "text/html": ".html",
    "text/markdown": ".md",
    "text/plain": ".txt",
    "text/xml": ".xml",
}


def kind_of_content(content_type: str) -> str | None:
    """Return the suffix of the kind that a Content-Type such as ``text/html; charset=utf-8`` tells, or None."""
    return _CONTENT_TYPES.get(content_type.partition(";")[0].strip().lower())


def read_articles(path: Path, name: str) -> Iterator[Article | ArticleError]:
    """Yield the articles of one file, and an error for each part of it that cannot be read.

    Args:
        path: the file.
        name: its name within the source it belongs to; article ids and messages use it.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for, forever
            yield passing(f"{name}: is not a file", name)
            return
        with path.open("rb") as stream:
            yield from read_original(Original(name, stream), path.suffix.lower())
    except OSError as error:
        yield passing(f"{name}: cannot be read: {error.strerror or error}", name)


def read_original(original: Original, suffix: str) -> Iterator[Article | ArticleError]:
    """Yield the articles of a file, or of a page or feed as it was fetched, and errors for what cannot be read.

    Args:
        original: its bytes and what is known of them.
        suffix: the kind, one of `READERS`.

    Raises:
        OSError: its stream cannot be read.
    """
    kind = READERS[suffix]
    if kind.needs and not find_spec(kind.needs):
        message = f"{original.name}: {suffix} files need an extra"
        yield passing(message, original.name, Advice.INSTALL, package="onrecord[files]")
        return
    try:
        for article in kind.load()(original):
            yield _completed(article) if isinstance(article, Article) else _told(article, original.name)
    except ArticleError as error:
        yield _told(error, original.name)


def passing(message: str, file: str, advice: Advice | None = None, **parameters: str) -> ArticleError:
    """Return the error of a file that may well be read another time."""
    error = _told(ArticleError(message, advice, **parameters), file)
    error.lasting = False
    return error


def _told(error: ArticleError, name: str) -> ArticleError:
    error.file = name
    return error


def _completed(article: Article) -> Article:
    """Return an article with its language told, and without halves of characters, which nothing could write down."""
    kept: dict[str, Any] = {field: _whole(value) for field in _TEXTS if (value := getattr(article, field))}
    paragraphs = tuple(map(_whole, article.paragraphs))
    language = article.language or language_of(paragraphs)
    return replace(article, paragraphs=paragraphs, language=language, **kept)


def _whole(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
