"""Sending what the bot has to say: to the right place, plain where Telegram refuses formatting, typing meanwhile."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from telegram import Message, ReplyParameters
from telegram.constants import ChatAction, ChatType
from telegram.error import BadRequest, TelegramError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from telegram import Bot, InlineKeyboardMarkup, MaybeInaccessibleMessage

    from bot.marked import Marked

_LOGGER = logging.getLogger(__name__)

TYPING_LASTS: Final = 4.5


class Place(NamedTuple):
    """Where something is sent: a chat, a topic of it, and the message it replies to."""

    chat: int
    topic: int | None = None
    reply_to: int | None = None

    @classmethod
    def of(cls, message: MaybeInaccessibleMessage, *, replying: bool | None = None) -> Self:
        """Return where an answer to a message goes.

        Args:
            message: what is answered.
            replying: whether as a reply to it; by default in groups, where it is not plain otherwise who is answered.
        """
        topic = message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None
        if replying is None:
            replying = message.chat.type != ChatType.PRIVATE
        return cls(message.chat.id, topic, message.message_id if replying else None)

    @property
    def reply(self) -> ReplyParameters | None:
        """What makes a message a reply; it is sent all the same where what it replies to is gone."""
        return None if self.reply_to is None else ReplyParameters(self.reply_to, allow_sending_without_reply=True)


async def send(bot: Bot, place: Place, marked: Marked, markup: InlineKeyboardMarkup | None = None) -> Message:
    """Send a text; as plain text where Telegram refuses its formatting.

    Raises:
        TelegramError: it could not be sent.
    """
    try:
        return await bot.send_message(
            place.chat,
            marked.text,
            entities=marked.entities,
            reply_markup=markup,
            reply_parameters=place.reply,
            message_thread_id=place.topic,
        )
    except BadRequest as error:
        _LOGGER.warning("Telegram refused a formatted answer, which goes out plain: %s", error)
        return await bot.send_message(
            place.chat, marked.text, reply_markup=markup, reply_parameters=place.reply, message_thread_id=place.topic
        )


async def send_file(bot: Bot, place: Place, name: str, content: bytes, caption: Marked | None = None) -> Message:
    """Send a file.

    Args:
        bot: what sends.
        place: where to.
        name: of the file, as people see it.
        content: what is in it.
        caption: what stands below it, at most 1,024 UTF-16 units.

    Raises:
        TelegramError: it could not be sent.
    """
    return await bot.send_document(
        place.chat,
        content,
        filename=name,
        caption=caption.text if caption else None,
        caption_entities=caption.entities if caption else None,
        reply_parameters=place.reply,
        message_thread_id=place.topic,
    )


@asynccontextmanager
async def typing(bot: Bot, place: Place, slots: asyncio.Semaphore) -> AsyncIterator[None]:
    """Show "is typing" for as long as the block takes.

    Args:
        bot: what sends.
        place: where it is shown.
        slots: for typing actions of all chats: two hundred sent at once would keep the event loop for seconds.
    """
    task = asyncio.create_task(_keep_typing(bot, place, slots))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _keep_typing(bot: Bot, place: Place, slots: asyncio.Semaphore) -> None:
    while True:
        async with slots:
            with suppress(TelegramError):
                await bot.send_chat_action(place.chat, ChatAction.TYPING, message_thread_id=place.topic)
        await asyncio.sleep(TYPING_LASTS)
