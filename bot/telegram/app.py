"""The Telegram bot: questions in, one message with cited passages out."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext, suppress
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from telegram import LinkPreviewOptions, Update
from telegram.error import Forbidden, InvalidToken, TelegramError
from telegram.ext import Application, ContextTypes, Defaults

from bot.config.settings import METRICS_EXTRA, HealthSettings, MetricsSettings, Settings, WebhookSettings
from bot.telegram.handlers.gate import add_gate
from bot.telegram.handlers.messages import add_handlers, add_newsroom_handlers
from bot.telegram.newsroom.alerts import Alerts
from bot.telegram.newsroom.build_jobs import BuildJobs
from bot.telegram.ops.health import Health, LastError
from bot.telegram.ops.logs import private_logs, without_token
from bot.telegram.ops.metrics import NONE, Metrics, PrometheusMetrics
from bot.telegram.services import BotEngine, Services
from bot.telegram.state.journal import Journal, open_journal
from bot.telegram.state.messages import MessageStore
from bot.telegram.state.store import ACCESS, USERNAME, Store, bot_id, store_path
from bot.telegram.transport.delivery import FloodWait, PatientRequest
from bot.telegram.transport.polling import JournallingRequest, PollingApplication, serve
from bot.telegram.transport.queueing import PerChatQueue
from bot.telegram.ui.texts import ENGLISH, LANGUAGES, texts_for
from index.core.errors import OnrecordError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOGGER = logging.getLogger(__name__)

SEND_TIMEOUT: Final = 20.0
CONNECT_TIMEOUT: Final = 10.0
DEFAULTS: Final = Settings()


def run_bot(
    engine: BotEngine,
    *,
    token: str,
    base_url: str | None = None,
    state: Path | None = None,
    settings: Settings = DEFAULTS,
    debug: bool = False,
) -> None:
    """Answer questions on Telegram until SIGINT or SIGTERM; the process ends within 5 s of it, see `polling.serve`.

    Args:
        engine: what to ask.
        token: the bot's token; it appears in no log line and no error.
        base_url: root of another Bot API server than Telegram's own.
        state: the folder where questions stand until they are answered, and where conversations and what buttons need
            are kept; without it, they end with the process.
        settings: what the operator set; of it, who may ask and what else there is no argument for.
        debug: let errors be logged with what they say, which may be a part of somebody's message.

    Raises:
        OnrecordError: the token is refused, the server cannot be reached, or the state folder cannot be written.
        UsageError: `base_url` is no web address.
    """
    server = base_url or "Telegram"
    with private_logs(token, texts_too=debug):
        try:
            asyncio.run(answer(engine, token=token, base_url=base_url, state=state, settings=settings))
        except InvalidToken:
            raise OnrecordError(
                f"{server} refuses the bot token: copy it from @BotFather into TELEGRAM_BOT_TOKEN."
            ) from None
        except TelegramError as error:
            reason = without_token(error.message, token)
            raise OnrecordError(f"{server} cannot be reached ({reason}): check the network and start again.") from None


async def answer(
    engine: BotEngine,
    *,
    token: str,
    base_url: str | None = None,
    state: Path | None = None,
    settings: Settings = DEFAULTS,
) -> None:
    """Answer until cancelled, or SIGINT or SIGTERM; see `run_bot`.

    Raises:
        TelegramError: there is no connection to be had, or the token is refused.
        OnrecordError: the state folder cannot be written.
        UsageError: `base_url` is no web address.
    """
    root = _checked_root(base_url)
    with LastError() as errors, _journal(state, token, root) as journal:
        metrics = metrics_for(settings.metrics)
        application = build_application(
            engine, token=token, base_url=root, state=state, settings=settings, journal=journal, metrics=metrics
        )
        turns = application.update_processor
        assert isinstance(turns, PerChatQueue)
        async with _shown(turns, engine, settings.health, errors), metrics.shown(engine, turns):
            webhook = settings.telegram.webhook
            await serve(application, journal, partial(_receive, application, journal, webhook) if webhook.url else None)


async def _receive(application: PollingApplication, journal: Journal | None, settings: WebhookSettings) -> None:
    from bot.telegram.transport.webhook import receive  # noqa: PLC0415  (it needs an extra)

    await receive(application, journal, settings)


def _shown(
    turns: PerChatQueue, engine: BotEngine, settings: HealthSettings, errors: LastError
) -> AbstractAsyncContextManager[None]:
    if not settings.file:
        return nullcontext()
    return Health(settings.file, settings.every, turns, lambda: engine.generation, errors).shown()


@contextmanager
def _journal(state: Path | None, token: str, base_url: str | None) -> Iterator[Journal | None]:
    journal = open_journal(state, token, base_url) if state else None
    try:
        yield journal
    finally:
        if journal:
            journal.close()


def build_application(
    engine: BotEngine,
    *,
    token: str,
    base_url: str | None = None,
    state: Path | None = None,
    settings: Settings = DEFAULTS,
    journal: Journal | None = None,
    metrics: Metrics = NONE,
) -> PollingApplication:
    """Return the bot as an Application, ready to initialize; `run_polling` works on it too.

    Args:
        engine: what to ask.
        token: the bot's token.
        base_url: root of another Bot API server than Telegram's own.
        state: the folder where conversations and what buttons need are kept.
        settings: what the operator set.
        journal: where updates stand until they are answered.
        metrics: what is counted.

    Raises:
        OnrecordError: the state folder cannot be written.
        UsageError: `base_url` is no web address.
    """
    application = _connected(token, _checked_root(base_url), journal, metrics)
    memory = MessageStore.open(state and state / f"telegram-{bot_id(token)}.sqlite")
    store = Store.open(state and store_path(state, token))
    services = Services(engine, memory, store, settings, state, metrics=metrics)
    alerts, indexing = Alerts(services), BuildJobs(services, state)
    application.post_init = partial(_begin, services, alerts, indexing)
    application.post_stop = lambda _: alerts.stop()
    application.post_shutdown = lambda _: _close(services, alerts, indexing)
    add_gate(application, services)
    add_newsroom_handlers(application, services, alerts, indexing)
    add_handlers(application, services)
    application.add_error_handler(_apologise)
    return application


def _connected(token: str, root: str | None, journal: Journal | None, metrics: Metrics) -> PollingApplication:
    """Return an Application with no handlers yet, and with our ways to send, to poll, and to take turns."""
    # python-telegram-bot's way to choose its coming behaviour; without it every 429 emits a deprecation warning.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    builder = Application.builder().token(token)
    if root:
        builder = builder.base_url(f"{root}/bot").base_file_url(f"{root}/file/bot")
    sending = PatientRequest(
        metrics=metrics,
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=SEND_TIMEOUT,
        write_timeout=SEND_TIMEOUT,
        pool_timeout=SEND_TIMEOUT,
    )
    # The polling has its own retries.
    polling = JournallingRequest(journal, connect_timeout=CONNECT_TIMEOUT, read_timeout=CONNECT_TIMEOUT)
    return (
        builder.request(sending)
        .get_updates_request(polling)
        .defaults(Defaults(allow_sending_without_reply=True, link_preview_options=LinkPreviewOptions(is_disabled=True)))
        .rate_limiter(FloodWait())
        .concurrent_updates(PerChatQueue(journal, metrics=metrics))
        .build()
    )


async def _apologise(update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Log what went wrong, and tell the person who waits for an answer."""
    if isinstance(context.error, Forbidden):
        _LOGGER.info("An answer was not wanted any more: %s", context.error)
        return
    number = update.update_id if isinstance(update, Update) else None
    _LOGGER.error("An update could not be processed", exc_info=context.error, extra={"update": number})
    # A button pressed is answered where it stands, and an inline query not at all.
    if isinstance(update, Update) and update.message:
        with suppress(TelegramError):
            await update.message.reply_text(texts_for(update.effective_user).sorry)


async def _begin(services: Services, alerts: Alerts, indexing: BuildJobs, application: PollingApplication) -> None:
    alerts.start(application.bot)
    indexing.start(application.bot)
    await _introduce(services, application)


async def _close(services: Services, alerts: Alerts, indexing: BuildJobs) -> None:
    await indexing.close()
    await alerts.close()
    await services.close()


async def _introduce(services: Services, application: PollingApplication) -> None:
    """Tell the commands that run beside the bot what they need of it, and Telegram the menu."""
    facts = {USERNAME: application.bot.username, ACCESS: services.settings.telegram.access}
    await services.remember(lambda: services.store.note_facts(facts))
    await _publish_commands(application)


async def _publish_commands(application: PollingApplication) -> None:
    try:
        await application.bot.set_my_commands(ENGLISH.commands)
        for code, texts in LANGUAGES.items():
            if texts is not ENGLISH:
                await application.bot.set_my_commands(texts.commands, language_code=code)
    except TelegramError as error:
        _LOGGER.warning("The menu of commands could not be set: %s", error)


def _checked_root(base_url: str | None) -> str | None:
    if base_url is not None and not base_url.startswith(("http://", "https://")):
        raise UsageError(f"--base-url {base_url}: not a web address; it begins with http:// or https://.")
    return base_url and base_url.rstrip("/")


def metrics_for(settings: MetricsSettings) -> Metrics:
    """Return what counts, if it is to be written anywhere.

    Raises:
        UsageError: it needs a package that is not installed.
    """
    if not settings.file:
        return NONE
    if not find_spec("prometheus_client"):
        raise UsageError(f"metrics.file: {METRICS_EXTRA}")
    return PrometheusMetrics(settings.file, settings.every)
