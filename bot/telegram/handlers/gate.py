"""The one gate that every update goes through before any handler; and who may change the articles."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NoReturn

from telegram import InlineQueryResultsButton, Message, Update
from telegram.constants import ChatType
from telegram.error import TelegramError
from telegram.ext import ApplicationHandlerStop, CommandHandler, MessageHandler, TypeHandler, filters

from bot.render.text import printable
from bot.telegram.access import Pairing, Redeemed, Standing, chat_in, is_code, person_in
from bot.telegram.newsroom.submission import Where
from bot.telegram.transport.queueing import Admission, Rates
from bot.telegram.ui.formatted_text import FormattedText
from bot.telegram.ui.replying import (
    ChatPlace,
    Context,
    command_words,
    is_meant_for_bot,
    message_of,
    send,
    user_language,
)
from bot.telegram.ui.texts import Texts, texts_for

if TYPE_CHECKING:
    from bot.telegram.services import Services
    from bot.telegram.transport.polling import PollingApplication
    from bot.telegram.ui.texts import NewsroomTexts


class RefusedError(Exception):
    """What somebody wants is not done; the text tells people why."""

    def __init__(self, text: FormattedText) -> None:
        """Say why."""
        super().__init__(text.text)
        self.text = text


async def refused(services: Services, update: Update, texts: NewsroomTexts) -> str | None:
    """Return why somebody may not change the articles, in one line; None where they may."""
    if not await services.is_admin(person_in(update)):
        return texts.not_admin
    return None if services.settings.telegram.add_articles else texts.add_off


def where_of(update: Update) -> Where:
    """Return where whoever wrote or pressed something is told."""
    message = update.effective_message
    assert message is not None, "what is pressed stands under a message"
    place = ChatPlace.of(message)
    return Where(place.chat, place.topic, user_language(update.effective_user))


_LOGGER = logging.getLogger(__name__)


ASKING_IN: Final = -2
"""Group of the handlers for what anybody may send; those behind the gate have groups from 0."""
GATE: Final = -1
WORDS_A_MINUTE: Final = 1 / 60
"""How often a chat that may not ask is told so: once an hour."""
LONGEST_NAME: Final = 64


def add_gate(application: PollingApplication, services: Services) -> None:
    """Put the gate before all handlers of an application, whenever these are added."""
    gate, new = AccessGate(services), filters.UpdateType.MESSAGE
    application.add_handler(CommandHandler("pair", gate.pair, new), ASKING_IN)
    application.add_handler(CommandHandler("whoami", gate.tell_ids, new), ASKING_IN)
    application.add_handler(CommandHandler("start", gate.start, new, has_args=1), ASKING_IN)
    application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, gate.move), ASKING_IN)
    application.add_handler(TypeHandler(Update, gate.admit), GATE)


class AccessGate:
    """Lets through what may be asked, and lets people in by a code."""

    def __init__(self, services: Services) -> None:
        """Decide by the access that handlers share."""
        self._services = services
        self._pairing = Pairing(services.store)
        self._words = Rates(at_once=1, a_minute=WORDS_A_MINUTE)

    async def admit(self, update: Update, _: Context) -> None:
        """Let an update through to the handlers, or end its processing here."""
        admitted = False
        try:
            admitted = self._services.access.everybody or await self._services.standing(update) is not Standing.NOBODY
            if not admitted:
                with suppress(TelegramError):
                    await self._refuse(update)
        except Exception:  # after an error, the handlers behind the gate would have their turn
            _LOGGER.exception("Whether somebody may ask could not be told, so not")
        if not admitted:
            raise ApplicationHandlerStop

    async def pair(self, update: Update, context: Context) -> NoReturn:
        """Let somebody in who sends "/pair CODE"."""
        message, texts = message_of(update), texts_for(update.effective_user)
        await send(context.bot, ChatPlace.of(message), FormattedText(await self._redeemed(message, texts)))
        raise ApplicationHandlerStop

    async def start(self, update: Update, context: Context) -> None:
        """Let somebody in who opens a link that carries a code, which comes as "/start CODE"."""
        if is_code(command_words(message_of(update))):
            await self.pair(update, context)

    async def tell_ids(self, update: Update, context: Context) -> NoReturn:
        """Tell somebody the ids that the settings are to name."""
        message, texts = message_of(update), texts_for(update.effective_user)
        person, lines = person_in(update), []
        if person is not None:
            lines.append(texts.your_id.format(id=person))
        if message.chat.type != ChatType.PRIVATE:
            lines.append(texts.group_id.format(id=message.chat_id))
        lines.append(texts.standings[await self._services.standing(update)])
        await send(context.bot, ChatPlace.of(message), FormattedText("\n".join(lines)))
        raise ApplicationHandlerStop

    async def move(self, update: Update, _: Context) -> None:
        """Go on letting in a group that gets another id."""
        message = message_of(update)
        if message.migrate_to_chat_id:
            old, new = message.chat_id, message.migrate_to_chat_id
            await self._services.remember(lambda: self._pairing.move(old, new))

    async def _redeemed(self, message: Message, texts: Texts) -> str:
        if not self._services.access.admins_by_code:
            return texts.not_allowed
        code, name = command_words(message), _name(message)
        if not code:
            return texts.pair_usage
        came = await self._services.recall(lambda: self._pairing.redeem(code, message.chat_id, name), None)
        if came in {Redeemed.GUEST, Redeemed.ADMIN}:
            _LOGGER.info("Somebody was let in by a code; `onrecord pair --list` tells whom")
        return {
            Redeemed.GUEST: texts.paired,
            Redeemed.ADMIN: texts.paired_admin,
            Redeemed.WRONG: texts.wrong_code,
            Redeemed.TOO_OFTEN: texts.too_many_codes,
            Redeemed.NOT_HERE: texts.code_not_here,
            None: texts.sorry,
        }[came]

    async def _refuse(self, update: Update) -> None:
        texts, chat = texts_for(update.effective_user), chat_in(update) or 0
        word = texts.not_paired if self._services.access.by_code else texts.not_allowed
        if update.callback_query:
            await update.callback_query.answer(word)  # always: the client waits for it
        elif update.inline_query:
            button = InlineQueryResultsButton(texts.inline_not_allowed, start_parameter="whoami")
            await update.inline_query.answer([], cache_time=0, is_personal=True, button=button)
        elif update.message and is_meant_for_bot(update.message) and self._words.ask(chat) is Admission.WELCOME:
            await send(update.get_bot(), ChatPlace.of(update.message), FormattedText(word))


def _name(message: Message) -> str:
    """Return what the operator knows a chat by."""
    return printable(message.chat.effective_name or "")[:LONGEST_NAME]
