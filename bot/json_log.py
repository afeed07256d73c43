"""The log as one JSON object a line, for whatever collects logs."""

from __future__ import annotations

import io
import json
import logging
import sys
from contextlib import contextmanager, redirect_stderr
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOGGER = logging.getLogger("onrecord")


class JsonFormatter(logging.Formatter):
    """Writes time (ISO 8601, UTC), level, logger, event, and where there are any: update, and traceback.

    What stands in them is what the text of the log tells; see `bot.redaction`. An update's number is Telegram's, and
    tells of no chat and no person.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as JSON, in ASCII."""
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if (update := getattr(record, "update", None)) is not None:
            told["update"] = update
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            told["traceback"] = record.exc_text
        return json.dumps(told)


class _Lines(io.TextIOBase):
    """Logs each line that is written to it."""

    def __init__(self) -> None:
        self._begun = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in filter(str.strip, lines):
            _LOGGER.info("%s", line)
        return len(text)


@contextmanager
def json_log() -> Iterator[None]:
    """Log as JSON until the end of the block, to what is stderr now; what else is written to stderr is logged."""
    root, handler = logging.getLogger(), logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    before, root.handlers = root.handlers, [handler]
    try:
        with redirect_stderr(_Lines()):
            yield
    finally:
        root.handlers = before
