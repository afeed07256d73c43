"""Articles and errors as JSON: between the process that reads and the one that asks, and as entries that are kept."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from typing import Any

from index.articles import Article
from index.errors import ArticleError


def to_record(article: Article) -> dict[str, Any]:
    """Return what JSON holds of an article: all but its earlier versions."""
    record = asdict(replace(article, earlier=()))
    del record["earlier"]
    return record | {"date": article.date.isoformat() if article.date else None}


def from_record(record: dict[str, Any]) -> Article:
    """Return the article that `to_record` was given."""
    day = record["date"]
    told = {"paragraphs": tuple(record["paragraphs"]), "date": date.fromisoformat(day) if day else None}
    return Article(**record | told)


def to_wire(found: Article | ArticleError) -> dict[str, Any]:
    """Return an article or an error as JSON holds it."""
    if isinstance(found, ArticleError):
        return {"error": str(found), "lasting": found.lasting}
    return to_record(found)


def from_wire(record: dict[str, Any], name: str) -> Article | ArticleError:
    """Return what `to_wire` was given; `name` is the file it was read from."""
    if "error" not in record:
        return from_record(record)
    error = ArticleError(record["error"])
    error.file = name
    error.lasting = record["lasting"]
    return error
