"""A question put to the engine and its answer sent, with its buttons: the same whether it was typed or pressed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardMarkup

from bot.telegram.state.messages import SentMessage, sent_answer
from bot.telegram.ui.answer_message import message_for
from bot.telegram.ui.keyboards import answer_keyboard
from bot.telegram.ui.replying import ChatPlace, send, typing
from retrieval.batch import whole_text
from retrieval.conversation.state import Dialog

if TYPE_CHECKING:
    from telegram import Bot, Message

    from bot.telegram.services import Services
    from bot.telegram.ui.formatted_text import FormattedText
    from bot.telegram.ui.texts import Texts

PASSAGES: Final = 5
"""How many passages the engine returns at most, as for `onrecord ask`; what a message does not show waits behind a
button."""

Buttons = Callable[[int], InlineKeyboardMarkup | None]
"""Makes the buttons of the message that a key stands for."""


class NotDone(Exception):  # noqa: N818 - nothing is wrong with what could not be done
    """What was asked for cannot be done; the text tells people why, in at most 200 characters."""


@dataclass(frozen=True)
class Conversation:
    """Somebody's conversation in a chat, and what it is held with.

    Attributes:
        services: the engine and the memory.
        bot: what sends.
        place: where answers go.
        person: the id of whoever asks.
        texts: the language.
    """

    services: Services
    bot: Bot
    place: ChatPlace
    person: int
    texts: Texts

    async def dialog(self) -> Dialog:
        """Return the conversation so far."""
        services = self.services
        return await services.recall(lambda: services.memory.dialog(self.place.chat, self.person), Dialog())

    async def set_dialog(self, dialog: Dialog) -> None:
        """Remember the conversation so far."""
        await self.services.remember(lambda: self.services.memory.set_dialog(self.place.chat, self.person, dialog))

    async def ask(self, question: str, dialog: Dialog) -> None:
        """Answer a question within a conversation, and remember the conversation with it."""
        async with typing(self.bot, self.place, self.services.typing_slots):
            message, sent = await self.services.work(lambda: self._converse(whole_text(question), dialog))
        try:
            await self.show(message, sent)
        finally:
            # Also where Telegram was too slow to say that the answer arrived.
            await self.set_dialog(sent.dialog)

    async def show(self, text: FormattedText, sent: SentMessage, buttons: Buttons | None = None) -> None:
        """Send a text with its buttons, and remember it.

        Args:
            text: the text.
            sent: what is to be remembered.
            buttons: makes the buttons under a key; by default those of an answer.
        """
        memory, chat = self.services.memory, self.place.chat
        # Remembered before it is sent: no message must ever stand there with buttons that mean nothing.
        key = await self.services.recall(lambda: memory.reserve(chat, sent), None)
        buttons = buttons or (lambda key: answer_keyboard(key, sent, self.texts))
        arrived = await send(self.bot, self.place, text, None if key is None else buttons(key))
        if key is not None:
            await self.services.remember(lambda: memory.arrived(key, chat, arrived.message_id))

    async def note(self, arrived: Message, sent: SentMessage) -> None:
        """Remember a message without buttons that has been sent, so that a reply to it goes on from there."""
        memory, chat = self.services.memory, self.place.chat
        await self.services.remember(lambda: memory.arrived(memory.reserve(chat, sent), chat, arrived.message_id))

    def _converse(self, question: str, dialog: Dialog) -> tuple[FormattedText, SentMessage]:
        engine = self.services.engine
        generation = engine.generation
        answer, after = self.services.answered(lambda: engine.converse(question, dialog))
        message = message_for(answer, self.texts)
        sent = sent_answer(answer, message.shown, message.left, k=PASSAGES, before=dialog.as_of(time.time()))
        return message, replace(sent, generation=generation, dialog=after)
