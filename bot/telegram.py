"""The Telegram bot: questions in, one message with cited passages out."""

from __future__ import annotations

import asyncio
import logging
import os
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Final, Protocol

from telegram import LinkPreviewOptions, Message, Update
from telegram.constants import ChatAction
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError
from telegram.ext import Application, CommandHandler, ContextTypes, Defaults, MessageHandler, filters

from bot import texts
from bot.delivery import FloodWait, PatientRequest
from bot.entities import Marked, message_for
from bot.journal import Journal, open_journal
from bot.polling import PollingApplication, serve
from bot.receiving import JournallingRequest
from bot.redaction import private_logs, without_token
from bot.turns import InTurn
from index.errors import OnrecordError, UsageError
from retrieval.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from retrieval.answer import Answer

_LOGGER = logging.getLogger(__name__)

QUESTIONS_AT_ONCE: Final = 2  # a search uses several cores by itself: four at once are slower than two
DIALOGS: Final = 2000  # conversations that are remembered, the latest
TYPING_LASTS: Final = 4.5
SEND_TIMEOUT: Final = 20.0
CONNECT_TIMEOUT: Final = 10.0
Context = ContextTypes.DEFAULT_TYPE


class Engine(Protocol):
    """What the bot asks: thread-safe and blocking."""

    def converse(self, question: str, dialog: Dialog) -> tuple[Answer, Dialog]:
        """Return what the articles say to a question within a conversation, and the conversation with it."""


def run_bot(
    engine: Engine, *, token: str, base_url: str | None = None, state_dir: Path | None = None, debug: bool = False
) -> None:
    """Answer questions on Telegram until SIGINT or SIGTERM; the process ends within 5 s of it, see `polling.serve`.

    Args:
        engine: what to ask.
        token: the bot's token; it appears in no log line and no error.
        base_url: root of another Bot API server than Telegram's own.
        state_dir: where questions stand until they are answered; without it, a kill loses those under way.
        debug: let errors be logged with what they say, which may be a part of somebody's message.

    Raises:
        OnrecordError: the token is refused, or the server cannot be reached.
        UsageError: `base_url` is no web address.
    """
    server = base_url or "Telegram"
    with private_logs(token, texts_too=debug), _journal(state_dir, token, base_url) as journal:
        try:
            application = build_application(engine, token=token, base_url=base_url, journal=journal)
            asyncio.run(serve(application, journal))
        except InvalidToken:
            raise OnrecordError(
                f"{server} refuses the bot token: copy it from @BotFather into TELEGRAM_BOT_TOKEN."
            ) from None
        except TelegramError as error:
            reason = without_token(error.message, token)
            raise OnrecordError(f"{server} cannot be reached ({reason}): check the network and start again.") from None


@contextmanager
def _journal(folder: Path | None, token: str, base_url: str | None) -> Iterator[Journal | None]:
    journal = open_journal(folder, token, base_url) if folder else None
    try:
        yield journal
    finally:
        if journal:
            journal.close()


def build_application(
    engine: Engine, *, token: str, base_url: str | None = None, journal: Journal | None = None
) -> PollingApplication:
    """Return the bot as an Application, ready to initialize; `run_polling` works on it too.

    Args:
        engine: what to ask.
        token: the bot's token.
        base_url: root of another Bot API server than Telegram's own.
        journal: where updates stand until they are answered.
    """
    # python-telegram-bot's way to choose its coming behaviour; without it every 429 emits a deprecation warning.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    desk = _Desk(engine)
    builder = Application.builder().token(token)
    if base_url is not None:
        root = _checked_root(base_url)
        builder = builder.base_url(f"{root}/bot").base_file_url(f"{root}/file/bot")
    sending = PatientRequest(
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=SEND_TIMEOUT,
        write_timeout=SEND_TIMEOUT,
        pool_timeout=SEND_TIMEOUT,
    )
    # The polling has its own retries.
    polling = JournallingRequest(journal, connect_timeout=CONNECT_TIMEOUT, read_timeout=CONNECT_TIMEOUT)
    application = (
        builder.request(sending)
        .get_updates_request(polling)
        .defaults(Defaults(allow_sending_without_reply=True, link_preview_options=LinkPreviewOptions(is_disabled=True)))
        .rate_limiter(FloodWait())
        .concurrent_updates(InTurn(journal))
        .post_init(_publish_commands)
        .post_shutdown(desk.close)
        .build()
    )
    _add_handlers(application, desk)
    return application


class _Desk:
    """Takes questions to the engine, off the event loop, and brings the answers back."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._dialogs: OrderedDict[tuple[int, int], Dialog] = OrderedDict()
        # Its own threads: asyncio's default ones resolve host names, which must not wait for a slow question.
        self._workers = ThreadPoolExecutor(QUESTIONS_AT_ONCE, thread_name_prefix="question")

    async def start(self, update: Update, _: Context) -> None:
        await _message(update).reply_text(texts.START)

    async def help(self, update: Update, _: Context) -> None:
        await _message(update).reply_text(texts.HELP)

    async def new(self, update: Update, _: Context) -> None:
        message = _message(update)
        self._dialogs.pop(_talk(message), None)
        await message.reply_text(texts.NEW)

    async def unknown_command(self, update: Update, _: Context) -> None:
        await _message(update).reply_text(texts.UNKNOWN_COMMAND)

    async def question(self, update: Update, _: Context) -> None:
        message = _message(update)
        talk = _talk(message)
        async with _typing(message):
            answer, dialog = await asyncio.get_running_loop().run_in_executor(
                self._workers, self._engine.converse, message.text or "", self._dialogs.get(talk, Dialog())
            )
        self._remember(talk, dialog)
        await _reply(message, message_for(answer))

    def _remember(self, talk: tuple[int, int], dialog: Dialog) -> None:
        self._dialogs[talk] = dialog
        self._dialogs.move_to_end(talk)
        while len(self._dialogs) > DIALOGS:
            self._dialogs.popitem(last=False)

    async def close(self, _: PollingApplication) -> None:
        # Waits for what the engine is working on, because the engine may be closed next.
        await asyncio.to_thread(self._workers.shutdown, cancel_futures=True)


def _add_handlers(application: PollingApplication, desk: _Desk) -> None:
    new = filters.UpdateType.MESSAGE
    application.add_handler(CommandHandler("start", desk.start, new))
    application.add_handler(CommandHandler("help", desk.help, new))
    application.add_handler(CommandHandler("new", desk.new, new))
    # In a group, a command that is not ours is another bot's.
    application.add_handler(MessageHandler(new & filters.COMMAND & filters.ChatType.PRIVATE, desk.unknown_command))
    application.add_handler(MessageHandler(new & filters.TEXT & ~filters.COMMAND, desk.question))
    application.add_error_handler(_apologise)


def _message(update: Update) -> Message:
    assert update.message is not None, "the handlers' filters let only new messages through"
    return update.message


def _talk(message: Message) -> tuple[int, int]:
    """Return what one conversation is known by: the chat, and the person in it."""
    return message.chat_id, message.from_user.id if message.from_user else 0


async def _reply(message: Message, marked: Marked) -> None:
    """Send an answer, in groups as a reply; as plain text where Telegram refuses its formatting."""
    try:
        await message.reply_text(marked.text, entities=marked.entities)
    except BadRequest as error:
        _LOGGER.warning("Telegram refused a formatted answer, which goes out plain: %s", error)
        await message.reply_text(marked.text)


@asynccontextmanager
async def _typing(message: Message) -> AsyncIterator[None]:
    """Show "is typing" for as long as the block takes."""
    task = asyncio.create_task(_keep_typing(message))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _keep_typing(message: Message) -> None:
    while True:
        with suppress(TelegramError):
            await message.reply_chat_action(ChatAction.TYPING)
        await asyncio.sleep(TYPING_LASTS)


async def _apologise(update: object, context: Context) -> None:
    """Log what went wrong, and tell the person who waits for an answer."""
    if isinstance(context.error, Forbidden):
        _LOGGER.info("An answer was not wanted any more: %s", context.error)
        return
    _LOGGER.error("An update could not be processed", exc_info=context.error)
    if isinstance(update, Update) and update.effective_message:
        with suppress(TelegramError):
            await update.effective_message.reply_text(texts.SORRY)


async def _publish_commands(application: PollingApplication) -> None:
    try:
        await application.bot.set_my_commands(texts.COMMANDS)
    except TelegramError as error:
        _LOGGER.warning("The menu of commands could not be set: %s", error)


def _checked_root(base_url: str) -> str:
    if not base_url.startswith(("http://", "https://")):
        raise UsageError(f"--base-url {base_url}: not a web address; it begins with http:// or https://.")
    return base_url.rstrip("/")
