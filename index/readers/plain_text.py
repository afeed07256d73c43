"""Articles in text files: paragraphs between blank lines, the first with a dateline, or one JSON object a line."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO

from index.core.article import Article
from index.core.errors import ArticleError
from index.readers.extraction.metadata import Facts, article_of, read_dateline, title_from, with_first_lines
from index.readers.extraction.original import MAX_BYTES, Original, decode


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


_HARD_WRAP = 100


def read_plain_text(original: Original) -> Iterator[Article | ArticleError]:
    """Yield the one article of a text file.

    The first line may be a headline; the first paragraph may begin with a dateline such as
    ``date 2017-02-07 MIAMI (WSVN) - ``, which stays part of it. Where it tells no day, the file's name may.

    Raises:
        ArticleError: it is no text, or holds none.
    """
    name, data = original.name, original.read()
    paragraphs = split_paragraphs(decode(data, name))
    if not paragraphs:
        raise ArticleError(f"{name}: holds no text")
    headline, paragraphs = _split_headline(paragraphs)
    facts = with_first_lines(Facts(headline, url=original.url), paragraphs, name)
    yield article_of(name, paragraphs, facts, source=name, sha256=hashlib.sha256(data).hexdigest())


def split_paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text, trimmed; lines wrapped by hand within a paragraph are joined by a space.

    Blank lines part paragraphs. Where there is none, each line is a paragraph, unless all are short enough to be one
    paragraph wrapped by hand.
    """
    lines = [line.strip() for line in text.splitlines()]
    blocks = [block for block in re.split(r"\n\n+", "\n".join(lines)) if block.strip()]
    if len(blocks) == 1 and max(map(len, lines)) > _HARD_WRAP:
        blocks = lines
    return [" ".join(block.split("\n")).strip() for block in blocks if block.strip()]


def _split_headline(paragraphs: list[str]) -> tuple[str | None, list[str]]:
    """Take a first paragraph that reads as a headline away: short, no full stop, no dateline, text after it."""
    first = paragraphs[0]
    is_headline = (
        len(paragraphs) > 1 and len(first) <= 150 and not read_dateline(first).length and first[-1] not in ".!?,;:”\"'’"
    )
    return (first, paragraphs[1:]) if is_headline else (None, paragraphs)
