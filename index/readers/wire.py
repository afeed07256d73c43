"""Articles and errors as they travel between the process that reads and the one that asks."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from typing import Any

from index.articles import Article
from index.errors import ArticleError


def to_wire(found: Article | ArticleError) -> dict[str, Any]:
    """Return an article or an error as JSON holds it."""
    if isinstance(found, ArticleError):
        return {"error": str(found), "lasting": found.lasting}
    told = asdict(replace(found, earlier=()))
    del told["earlier"]
    return told | {"date": found.date.isoformat() if found.date else None}


def from_wire(record: dict[str, Any], name: str) -> Article | ArticleError:
    """Return what `to_wire` was given; `name` is the file it was read from."""
    if "error" in record:
        error = ArticleError(record["error"])
        error.file = name
        error.lasting = record["lasting"]
        return error
    day = record["date"]
    told = {"paragraphs": tuple(record["paragraphs"]), "date": date.fromisoformat(day) if day else None}
    return Article(**record | told)
