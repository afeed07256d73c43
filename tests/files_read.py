"""Files that are read from memory: all that was found in one, its one article, or the one complaint about it."""

from __future__ import annotations

import io
from pathlib import PurePath

from index.core.article import Article
from index.core.errors import ArticleError
from index.readers.registry import Original, read_original


def found(
    data: str | bytes, name: str, *, url: str | None = None, charset: str | None = None
) -> list[Article | ArticleError]:
    stream = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    return list(read_original(Original(name, stream, url, charset), PurePath(name).suffix))


def read(data: str | bytes, name: str, *, url: str | None = None, charset: str | None = None) -> Article:
    (article,) = found(data, name, url=url, charset=charset)
    assert isinstance(article, Article), article
    return article


def complaint(data: str | bytes, name: str) -> str:
    (error,) = found(data, name)
    assert isinstance(error, ArticleError), error
    return str(error)
