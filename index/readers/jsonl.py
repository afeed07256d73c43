"""Articles in JSON Lines files: one object a line, with its own id and paragraphs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO

from index.core.article import Article
from index.core.errors import ArticleError
from index.readers.extraction.metadata import title_from
from index.readers.extraction.original import MAX_BYTES, Original


def read_jsonl(original: Original) -> Iterator[Article | ArticleError]:
    """Yield an article, or an error that names the line, for each line that is not blank.

    A line is an object ``{"id", "title", "date" (ISO or null), "source" (outlet), "url", "paragraphs": […]}``, of
    which only the paragraphs are required; "place", "byline", "language" and "date_from" are read too. The sha256 of
    such an article is that of its line, so that appending to a file changes none of the articles before.

    Raises:
        ArticleError: all lines are blank.
    """
    file, name = original.stream, original.name
    number, found = 0, False
    while line := file.readline(MAX_BYTES + 1):
        number += 1
        where = f"{name}, line {number}"
        if len(line) > MAX_BYTES:
            if not line.endswith(b"\n"):
                _skip_line(file)
            found = True
            yield ArticleError(f"{where}: is longer than one article may be ({MAX_BYTES >> 20} MB)")
        elif line.strip():
            found = True
            yield _article_or_error(line.strip(), name, number, where)
    if not found:
        raise ArticleError(f"{name}: holds no articles")


def _skip_line(file: BinaryIO) -> None:
    while (chunk := file.readline(MAX_BYTES)) and not chunk.endswith(b"\n"):
        pass


def _article_or_error(line: bytes, name: str, number: int, where: str) -> Article | ArticleError:
    try:
        return _article(line, name, number)
    except json.JSONDecodeError as error:
        return ArticleError(f"{where}: is not JSON ({error.msg}, column {error.colno})")
    except UnicodeDecodeError:
        return ArticleError(f"{where}: is not UTF-8")
    except RecursionError:
        return ArticleError(f"{where}: is nested too deeply to be an article")
    except ValueError as error:
        return ArticleError(f"{where}: {error}")


def _article(line: bytes, name: str, number: int) -> Article:
    record = json.loads(line.decode("utf-8-sig"))
    if not isinstance(record, dict):
        raise ValueError("is not a JSON object")  # noqa: TRY004  (a fault of the data, not of the caller)
    paragraphs = record.get("paragraphs")
    if not isinstance(paragraphs, list) or not all(isinstance(text, str) for text in paragraphs):
        raise ValueError('"paragraphs" is not a list of strings')
    first = next((text for text in paragraphs if text.strip()), None)
    if first is None:
        raise ValueError("holds no text")
    day = _day(record)
    article = Article(
        id=_string(record, "id") or f"{name}#{number}",
        title=_string(record, "title") or title_from(first),
        paragraphs=tuple(paragraphs),
        date=day,
        outlet=_string(record, "source"),
        place=_string(record, "place"),
        url=_string(record, "url"),
        byline=_string(record, "byline"),
        language=_string(record, "language"),
        date_from=(_string(record, "date_from") or "given") if day else None,
        source=name,
        sha256=hashlib.sha256(line).hexdigest(),
    )
    _check_encodable(article)
    return article


def _string(record: dict[str, Any], field: str) -> str | None:
    value = record.get(field)
    if value is None or isinstance(value, str):
        return value or None
    raise ValueError(f'"{field}" is not a string')


def _day(record: dict[str, Any]) -> date | None:
    text = _string(record, "date")
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        raise ValueError(f'"date" is not an ISO date: {text!r}') from None


def _check_encodable(article: Article) -> None:
    """Refuse halves of surrogate pairs, which JSON can spell and no file or message can hold."""
    try:
        json.dumps(article.to_json(), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("holds half of a surrogate pair (a broken \\ud800 escape)") from None
