"""Who may change the articles, and what is said to those who may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.access import person_in
from bot.drafts import Where
from bot.replying import Place
from bot.updates import language_of

if TYPE_CHECKING:
    from telegram import Update

    from bot.desk import Desk
    from bot.marked import Marked
    from bot.newsroom_texts import NewsroomTexts


class RefusedError(Exception):
    """What somebody wants is not done; the text tells people why."""

    def __init__(self, text: Marked) -> None:
        """Say why."""
        super().__init__(text.text)
        self.text = text


async def refused(desk: Desk, update: Update, texts: NewsroomTexts) -> str | None:
    """Return why somebody may not change the articles, in one line; None where they may."""
    if not await desk.is_admin(person_in(update)):
        return texts.not_admin
    return None if desk.settings.telegram.add_articles else texts.add_off


def where_of(update: Update) -> Where:
    """Return where whoever wrote or pressed something is told."""
    message = update.effective_message
    assert message is not None, "what is pressed stands under a message"
    place = Place.of(message)
    return Where(place.chat, place.topic, language_of(update.effective_user))
