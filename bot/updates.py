"""What handlers take from an update: its message, and the language of whoever sent it."""

from __future__ import annotations

from telegram import Message, Update
from telegram.ext import ContextTypes

from bot.newsroom_texts import NewsroomTexts, newsroom_texts

Context = ContextTypes.DEFAULT_TYPE
"""What a handler gets beside the update."""


def message_of(update: Update) -> Message:
    """Return the message of an update that the filters of a handler let through."""
    assert update.message is not None, "the handlers' filters let only new messages through"
    return update.message


def texts_of(update: Update) -> NewsroomTexts:
    """Return what is said of following and of articles in the language of whoever sent an update."""
    return newsroom_texts(update.effective_user.language_code if update.effective_user else None)
