"""Questions from a JSON Lines file: each line read by itself, and asked within its history and its scope."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.core.errors import UsageError

if TYPE_CHECKING:
    from retrieval.core.answer import Answer
    from retrieval.engine import Engine

PASSAGES = 20
"""How many passages a question of a file gets at most, unless told otherwise."""

Record = dict[str, Any]


def read_batch(path: Path) -> Iterator[tuple[int, Record | UsageError]]:
    """Yield the questions of a file by line, and an error for each line that is none: lines stand for themselves.

    Raises:
        UsageError: the file cannot be read.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield number, _record(line)
            except UsageError as error:
                yield number, UsageError(f"{path}, line {number}: {error}")


def ask_record(engine: Engine, record: Record, *, k: int = PASSAGES, now: date | None = None) -> Answer:
    """Ask one question of a file.

    Args:
        engine: whom to ask.
        record: a question as `read_batch` yields it.
        k: how many passages to return at most.
        now: the day that "last week" is meant from; today by default.

    Raises:
        UsageError: the scope names an article that is not in the index.
    """
    history, scope = record.get("history") or (), record.get("scope")
    return engine.ask(record["question"], k=k, now=now, history=history, scope=scope)


def whole_text(text: str) -> str:
    """Return text without halves of surrogate pairs, which JSON and a shell can spell and no model can read."""
    return re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)


def _record(line: bytes) -> Record:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise UsageError(f"is not JSON ({error.msg}, column {error.colno})") from None
    except UnicodeDecodeError:
        raise UsageError("is not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"is not JSON ({error})") from None
    if not isinstance(record, dict) or not isinstance(record.get("question"), str):
        raise UsageError('is not an object with a "question"')
    for field in ("history", "scope"):
        value = record.get(field)
        if value is not None and not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
            raise UsageError(f'"{field}" is not a list of strings')
        record[field] = value if value is None else list(map(whole_text, value))
    return record | {"question": whole_text(record["question"])}
