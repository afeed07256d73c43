"""Updates that Telegram sends to the bot: each is on the disk before Telegram hears that it arrived."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
import socket
import ssl
import time
from hmac import compare_digest
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from telegram import Update
from telegram.error import BadRequest, NetworkError, RetryAfter

from bot.telegram.transport import polling
from bot.telegram.transport.polling import written_down
from index.core.errors import OnrecordError, UsageError

try:
    from tornado.httpserver import HTTPServer
    from tornado.web import Application, RequestHandler
except ImportError:
    raise UsageError("a webhook needs an extra: pip install 'onrecord[webhook]'") from None

if TYPE_CHECKING:
    from bot.config.settings import WebhookSettings
    from bot.telegram.state.journal import Journal
    from bot.telegram.transport.polling import PollingApplication

_LOGGER = logging.getLogger(__name__)

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  (a header's name)
LARGEST: Final = 1 << 20
"""Bytes of a request; an update has a few thousand."""
WARNED_EVERY: Final = 60.0
"""Seconds between two warnings that a request came without the secret."""


class Receiver:
    """Takes updates, one after the other: in the order in which they came, and none before it is on the disk."""

    def __init__(self, application: PollingApplication, journal: Journal | None) -> None:
        """Take updates.

        Args:
            application: what answers them.
            journal: where they stand until they are answered.
        """
        self.secret = secrets.token_urlsafe(32)
        self._application = application
        self._journal = journal
        self._turn = asyncio.Lock()
        self._warned = float("-inf")

    def knows(self, secret: str) -> bool:
        """Return whether a request carries the secret that only Telegram was told."""
        known = compare_digest(secret.encode(), self.secret.encode())
        if not known and time.monotonic() - self._warned >= WARNED_EVERY:
            self._warned = time.monotonic()
            _LOGGER.warning("A request without Telegram's secret was refused; a proxy is to pass on %s", SECRET_HEADER)
        return known

    async def take(self, update: dict[str, Any]) -> None:
        """Write an update down and hand it over; when this returns, a kill does not lose it."""
        async with self._turn:
            (readable,) = await asyncio.to_thread(written_down, self._journal, [update])
            await self._application.update_queue.put(Update.de_json(readable, self._application.bot))


class _Handler(RequestHandler):
    def initialize(self, receiver: Receiver) -> None:
        self._receiver = receiver

    async def post(self) -> None:
        if not self._receiver.knows(self.request.headers.get(SECRET_HEADER, "")):
            self.set_status(HTTPStatus.FORBIDDEN)
            return
        try:
            update = json.loads(self.request.body)
            int(update["update_id"])
        except (ValueError, LookupError, TypeError, RecursionError):
            self.set_status(HTTPStatus.BAD_REQUEST)
            return
        await self._receiver.take(update)


async def receive(application: PollingApplication, journal: Journal | None, settings: WebhookSettings) -> None:
    """Answer what Telegram sends, until cancelled.

    Telegram goes on keeping updates for a bot that is not there, and sends them when it is back: the webhook stays.

    Args:
        application: what answers; initialized.
        journal: where updates stand until they are answered.
        settings: where Telegram sends them, and where they come in.

    Raises:
        OnrecordError: the address to listen at cannot be had.
        TelegramError: there is no connection to be had, or the token is refused.
        UsageError: Telegram refuses the address, or the certificate cannot be used.
    """
    receiver = Receiver(application, journal)
    server = _listening(receiver, settings)
    try:
        await application.start()
        await _announce(application, settings, receiver.secret)
        polling.introduce(application)
        await asyncio.Event().wait()
    finally:
        server.stop()
        await server.close_all_connections()


def _listening(receiver: Receiver, settings: WebhookSettings) -> HTTPServer:
    path = urlsplit(settings.url or "").path or "/"
    rules = [(re.escape(path), _Handler, {"receiver": receiver})]
    web = Application(rules, log_function=lambda _: None)
    server = HTTPServer(web, ssl_options=_tls(settings), max_body_size=LARGEST, max_buffer_size=LARGEST)
    family = socket.AF_INET6 if ":" in settings.listen else socket.AF_INET
    try:
        listening = socket.create_server((settings.listen, settings.port), family=family)
    except OSError as error:
        where = f"{settings.listen}, port {settings.port}"
        raise OnrecordError(f"cannot listen at {where} ({error.strerror}); name another with --listen") from None
    listening.setblocking(False)
    server.add_socket(listening)
    return server


def _tls(settings: WebhookSettings) -> ssl.SSLContext | None:
    if not settings.certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.certificate, settings.key)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(f"{settings.certificate}: cannot be used as a certificate ({error.strerror})") from None
    return context


async def _announce(application: PollingApplication, settings: WebhookSettings, secret: str) -> None:
    """Tell Telegram where to send updates: one at a time, so that they come in order."""
    for pause in (*polling.START_PAUSES, None):
        try:
            await application.bot.set_webhook(
                settings.url or "",
                certificate=settings.certificate if settings.self_signed else None,
                max_connections=1,
                allowed_updates=polling.UPDATES,
                secret_token=secret,
            )
        except BadRequest as error:
            raise UsageError(f"{settings.url}: Telegram refuses this webhook: {error.message}") from None
        except (NetworkError, RetryAfter) as error:
            if pause is None:
                raise
            _LOGGER.warning("The webhook could not be set yet (%s); trying again in %s s", error, pause)
            await asyncio.sleep(pause)
        else:
            return
