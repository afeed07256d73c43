"""What handlers take from an update: its message or press, the language of whoever sent it; how a press is answered."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from telegram import CallbackQuery, Message, Update, User
from telegram.constants import CallbackQueryLimit
from telegram.error import TelegramError
from telegram.ext import ContextTypes

from bot.marked import shortened
from bot.newsroom_texts import NewsroomTexts, newsroom_texts

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


def language_of(user: User | None) -> str:
    """Return the language that somebody's Telegram is set to, as an ISO 639-1 code; English where it tells none."""
    return (user.language_code if user else None) or ENGLISH


def texts_of(update: Update) -> NewsroomTexts:
    """Return what is said of following and of articles in the language of whoever sent an update."""
    return newsroom_texts(language_of(update.effective_user))
