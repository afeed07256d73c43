"""Which messages are for the bot, in private and in groups, with privacy mode on or off; and what they ask."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from telegram import Message, MessageEntity
from telegram.constants import ChatType
from telegram.ext import filters

if TYPE_CHECKING:
    from collections.abc import Iterator

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
