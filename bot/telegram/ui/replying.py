"""From an update to a reply: whether it is for the bot, what it asks, where the answer goes, plain where it must."""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from telegram import CallbackQuery, Message, MessageEntity, ReplyParameters, Update, User
from telegram.constants import CallbackQueryLimit, ChatAction, ChatType
from telegram.error import BadRequest, TelegramError
from telegram.ext import ContextTypes, filters

from bot.telegram.ui.formatted_text import shortened
from bot.telegram.ui.texts import NewsroomTexts, newsroom_texts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from telegram import Bot, InlineKeyboardMarkup, MaybeInaccessibleMessage

    from bot.telegram.ui.formatted_text import FormattedText

_LEFT_OVER: Final = " \t\n,;:–—-"
"""What stands around a mention and is no part of the question."""


class Addressed(filters.MessageFilter):
    """Messages with words for the bot: all in private; in groups, those that mention it or reply to it.

    What an inline bot inserted is a quotation rather than a question, and another bot is nobody: two would talk for
    ever. Anonymous administrators and channels write as a bot of Telegram's own, and are people.
    """

    def filter(self, message: Message) -> bool:
        """Tell whether a message is for the bot."""
        somebody = message.from_user and (not message.from_user.is_bot or message.sender_chat)
        if message.via_bot or not somebody:
            return False
        return message.chat.type == ChatType.PRIVATE or replies_to_bot(message) or any(_mentions(message))


def is_meant_for_bot(message: Message) -> bool:
    """Tell whether the bot has to do something about a message: it has words for it, or one of its commands."""
    return message.chat.type == ChatType.PRIVATE or Addressed().filter(message) or any(_commands(message))


def replies_to_bot(message: Message) -> bool:
    """Tell whether a message replies to one that the bot itself wrote."""
    replied = message.reply_to_message
    return bool(replied and replied.from_user and replied.from_user.id == message.get_bot().id and not replied.via_bot)


def asked_words(message: Message) -> str:
    """Return what a message asks: its words without the mentions of the bot."""
    words, at = [], 0
    for entity in _mentions(message):
        words.append(_units(message, at, entity.offset))
        at = entity.offset + entity.length
    words.append(_units(message, at))
    if len(words) == 1:
        return words[0]
    joined = " ".join(filter(None, (word.strip(_LEFT_OVER) for word in words)))
    return re.sub(r"\s+([?!.,])", r"\1", joined)


def command_words(message: Message) -> str:
    """Return what follows a command."""
    return re.sub(r"^/\S*\s*", "", message.text or "")


def words_replied_to(message: Message) -> str:
    """Return what stands in the message that one replies to: somebody else's question, to which the bot is called."""
    replied = message.reply_to_message
    return (replied.text or replied.caption or "") if replied and not replies_to_bot(message) else ""


def _mentions(message: Message) -> Iterator[MessageEntity]:
    """Yield where a message mentions the bot, by its name or, by people whose client knows it so, by its id."""
    bot = message.get_bot()
    name = f"@{bot.username}".casefold()
    for entity in message.entities or message.caption_entities:
        by_id = entity.type == MessageEntity.TEXT_MENTION and entity.user and entity.user.id == bot.id
        if by_id or (entity.type == MessageEntity.MENTION and _text_of(message, entity).casefold() == name):
            yield entity


def _commands(message: Message) -> Iterator[MessageEntity]:
    """Yield the commands that name no other bot."""
    name = f"@{message.get_bot().username}".casefold()
    for entity in message.entities:
        if entity.type == MessageEntity.BOT_COMMAND:
            bot = _text_of(message, entity).casefold().partition("@")[1:]
            if "".join(bot) in {"", name}:
                yield entity


def _text_of(message: Message, entity: MessageEntity) -> str:
    return _units(message, entity.offset, entity.offset + entity.length)


def _units(message: Message, start: int, end: int | None = None) -> str:
    """Return UTF-16 units of a message; unlike the library's own way, also where half a character stands in it."""
    encoded = (message.text or message.caption or "").encode("utf-16-le", "surrogatepass")
    return encoded[2 * start : None if end is None else 2 * end].decode("utf-16-le", "replace")


ENGLISH: Final = "en"
Context = ContextTypes.DEFAULT_TYPE
"""What a handler gets beside the update."""


def message_of(update: Update) -> Message:
    """Return the message of an update that the filters of a handler let through."""
    assert update.message is not None, "the handlers' filters let only new messages through"
    return update.message


def press_of(update: Update) -> CallbackQuery:
    """Return the press of a button that a handler of presses got."""
    assert update.callback_query is not None, "a handler of callback queries gets nothing else"
    return update.callback_query


async def answer_press(query: CallbackQuery, said: str | None, *, alert: bool = False) -> None:
    """Answer a press, or the client would wait; where it is too old to be answered, nobody waits any more.

    Args:
        query: the press.
        said: what is shown to whoever pressed, as much of it as Telegram takes; nothing where there is nothing to say.
        alert: show it until it is tapped away.
    """
    text = said and shortened(said, CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH)
    with suppress(TelegramError):
        await query.answer(text, show_alert=alert)


def user_language(user: User | None) -> str:
    """Return the language that somebody's Telegram is set to, as an ISO 639-1 code; English where it tells none."""
    return (user.language_code if user else None) or ENGLISH


def texts_of(update: Update) -> NewsroomTexts:
    """Return what is said of following and of articles in the language of whoever sent an update."""
    return newsroom_texts(user_language(update.effective_user))


_LOGGER = logging.getLogger(__name__)

TYPING_LASTS: Final = 4.5


class ChatPlace(NamedTuple):
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


async def send(
    bot: Bot, place: ChatPlace, marked: FormattedText, markup: InlineKeyboardMarkup | None = None
) -> Message:
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


async def send_file(
    bot: Bot, place: ChatPlace, name: str, content: bytes, caption: FormattedText | None = None
) -> Message:
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
async def typing(bot: Bot, place: ChatPlace, slots: asyncio.Semaphore) -> AsyncIterator[None]:
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


async def _keep_typing(bot: Bot, place: ChatPlace, slots: asyncio.Semaphore) -> None:
    while True:
        async with slots:
            with suppress(TelegramError):
                await bot.send_chat_action(place.chat, ChatAction.TYPING, message_thread_id=place.topic)
        await asyncio.sleep(TYPING_LASTS)
