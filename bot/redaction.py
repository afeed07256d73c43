"""Keeping the bot's token out of every log line and every traceback."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MASK: Final = "[token]"


def without_token(text: str, token: str) -> str:
    """Return a text with the secret half of a bot token masked; the half before the colon is the bot's public id.

    >>> without_token("POST https://api.telegram.org/bot110201543:AAHdqTcvCH1v/getMe", "110201543:AAHdqTcvCH1v")
    'POST https://api.telegram.org/bot110201543:[token]/getMe'
    """
    secret = token.partition(":")[2] or token
    return text.replace(secret, MASK) if secret else text


@contextmanager
def token_kept_out_of_logs(token: str) -> Iterator[None]:
    """Mask a bot token in whatever is logged meanwhile, by any library, to any handler.

    The record factory is the one place that every record passes: a filter on a logger misses the loggers below it,
    one on a handler misses handlers that are added later. httpx logs request URLs, which carry the token, and
    python-telegram-bot's InvalidToken carries it in its text.
    """

    class _Masked(logging.LogRecord):
        def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on as they come
            super().__init__(*args, **kwargs)
            if self.exc_info and self.exc_info[0]:
                # Formatters print this text as it is, and would otherwise render the traceback themselves.
                self.exc_text = without_token(logging.Formatter().formatException(self.exc_info), token)
                self.exc_info = None

        def getMessage(self) -> str:  # noqa: N802 - the name is logging's
            return without_token(super().getMessage(), token)

    factory = logging.getLogRecordFactory()
    logging.setLogRecordFactory(_Masked)
    try:
        yield
    finally:
        logging.setLogRecordFactory(factory)
