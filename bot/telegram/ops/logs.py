"""The log: as JSON where that is asked for; the bot's token never in it, what people write only if wanted."""

from __future__ import annotations

import io
import json
import logging
import sys
import traceback
from collections.abc import Mapping
from contextlib import contextmanager, redirect_stderr
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from telegram.error import TelegramError

from bot.render.text import printable, word_errors

if TYPE_CHECKING:
    from collections.abc import Iterator


MASK: Final = "[token]"
QUIET: Final = {
    # One logs every request; the others log what is sent and received, and every "Bad Gateway" page for not being JSON.
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "tornado.access": logging.CRITICAL,  # what it logs of strangers' requests, anybody can write
    "tornado.general": logging.ERROR,
    "telegram": logging.INFO,
    "telegram.ext.Application": logging.WARNING,  # polling.py says so itself
    "telegram.request.BaseRequest": logging.CRITICAL,
    "telegram.ext.Updater": logging.CRITICAL,  # polling.py says in a line what went wrong
}


def without_token(text: str, token: str) -> str:
    """Return a text with the secret half of a bot token masked; the half before the colon is the bot's public id.

    >>> without_token("POST https://api.telegram.org/bot110201543:AAHdqTcvCH1v/getMe", "110201543:AAHdqTcvCH1v")
    'POST https://api.telegram.org/bot110201543:[token]/getMe'
    """
    secret = token.partition(":")[2] or token
    return text.replace(secret, MASK) if secret else text


@contextmanager
def private_logs(token: str, *, texts_too: bool = False) -> Iterator[None]:
    """Keep the token, and what people write, out of whatever is logged meanwhile, by any library, to any handler.

    python-telegram-bot logs updates at DEBUG and, when something is wrong with one, at CRITICAL; an exception's text
    may hold a part of a question. So of an error that is not Telegram's own only its type and its place are logged,
    and of an update nothing. Every record is one line, with nothing that acts on a screen, apart from a traceback.

    Args:
        token: the bot's token.
        texts_too: log errors with what they say.
    """
    before = {name: logging.getLogger(name).level for name in QUIET}
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)
    try:
        with token_kept_out_of_logs(token, texts_too=texts_too):
            yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


@contextmanager
def token_kept_out_of_logs(token: str, *, texts_too: bool = True) -> Iterator[None]:
    """Mask a bot token in whatever is logged meanwhile, by any library, to any handler.

    The record factory is the one place that every record passes: a filter on a logger misses the loggers below it,
    one on a handler misses handlers that are added later. httpx logs request URLs, which carry the token, and
    python-telegram-bot's InvalidToken carries it in its text.

    Args:
        token: the bot's token.
        texts_too: log errors with what they say.
    """

    class _Masked(logging.LogRecord):
        def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on as they come
            super().__init__(*args, **kwargs)
            if self.exc_info and self.exc_info[1]:
                # Formatters print this text as it is, and would otherwise render the traceback themselves.
                self.exc_text = without_token(_traceback(self.exc_info[1], texts_too=texts_too), token)
                self.exc_info = None
            if not texts_too and self.name.startswith("telegram"):
                self.args = _without_texts(self.args)

        def getMessage(self) -> str:  # noqa: N802 - the name is logging's
            return printable(without_token(super().getMessage(), token))

    factory = logging.getLogRecordFactory()
    logging.setLogRecordFactory(_Masked)
    try:
        yield
    finally:
        logging.setLogRecordFactory(factory)


def _traceback(error: BaseException, *, texts_too: bool) -> str:
    if texts_too:
        return "".join(traceback.format_exception(error)).rstrip("\n")
    parts: list[str] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause and id(cause) not in seen:
        seen.add(id(cause))
        parts.insert(0, "".join(traceback.format_tb(cause.__traceback__)) + _name(cause))
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "\n".join(parts)


def _name(error: BaseException) -> str:
    """Return what may be told of an error: what Telegram says of ours, otherwise only its type."""
    kind = type(error).__qualname__
    return f"{kind}: {printable(str(error))}" if isinstance(error, TelegramError) else kind


def _without_texts(given: Any) -> Any:  # noqa: ANN401 - as in LogRecord
    """Return a record's arguments with the type in place of whatever is no plain value, such as an Update."""
    if isinstance(given, Mapping):
        return {name: _plain(value) for name, value in given.items()}
    return tuple(map(_plain, given)) if isinstance(given, tuple) else given


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | int | float):
        return value
    return _name(value) if isinstance(value, BaseException) else f"<{type(value).__qualname__}>"


_LOGGER = logging.getLogger("onrecord")


class JsonFormatter(logging.Formatter):
    """Writes time (ISO 8601, UTC), level, logger, event, and where there are any: update, and traceback.

    What stands in them is what the text of the log tells; see `without_token`. An update's number is Telegram's, and
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
    handler.addFilter(word_errors)
    before, root.handlers = root.handlers, [handler]
    try:
        with redirect_stderr(_Lines()):
            yield
    finally:
        root.handlers = before
