"""Who may ask the bot, and who may change its articles: the one place where that is decided."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from telegram import Update

from bot.settings import OPEN, PAIRING

if TYPE_CHECKING:
    from bot.settings import TelegramSettings
    from bot.store import Store


class Standing(IntEnum):
    """What somebody may do; each may what those before it may."""

    NOBODY = 0
    GUEST = 1
    ADMIN = 2


class Access:
    """Decides by the settings and, unless these are an allow-list, by who was paired; threads may share it; blocking.

    Somebody may ask if everybody may, or if the settings or a pairing name either the person or the group that it is
    asked in. Admins are people, never groups.
    """

    def __init__(self, store: Store, settings: TelegramSettings) -> None:
        """Decide.

        Args:
            store: who was paired; looked up each time, so that what `onrecord pair --revoke` takes back is gone.
            settings: how to decide.
        """
        self._store = store
        self._settings = settings

    @property
    def everybody(self) -> bool:
        """Whether everybody may ask, and nothing has to be looked up."""
        return self._settings.access == OPEN

    @property
    def by_code(self) -> bool:
        """Whether a code may let somebody in to ask."""
        return self._settings.access == PAIRING

    @property
    def admins_by_code(self) -> bool:
        """Whether a code may make somebody an admin."""
        return self._settings.access in {OPEN, PAIRING}

    def standing(self, chat: int | None, person: int | None) -> Standing:
        """Return what a person may do in a chat.

        Args:
            chat: its id; None where there is none, as in an inline query.
            person: the id; None where it is no person who writes, as with an anonymous administrator of a group.

        Raises:
            sqlite3.Error: who was paired cannot be read.
        """
        names = self._settings
        if person in names.admins:
            return Standing.ADMIN
        paired = self._paired(chat, person) if self.admins_by_code else {}
        if person is not None and paired.get(person):
            return Standing.ADMIN
        named = {chat, person} & {*names.allowed, *(paired if self.by_code else ())}
        return Standing.GUEST if self.everybody or named else Standing.NOBODY

    def is_admin(self, person: int | None) -> bool:
        """Return whether a person may change the articles; raises as `standing` does."""
        return self.standing(None, person) is Standing.ADMIN

    def _paired(self, chat: int | None, person: int | None) -> dict[int, bool]:
        """Return which of a chat and a person were paired, and whether as an admin."""
        rows = self._store.rows("SELECT id, admin FROM allowed WHERE id IN (?, ?)", (chat, person))
        return {one: bool(admin) for one, admin in rows}


def person_in(update: Update) -> int | None:
    """Return the id of the person whom an update is from; None where a group or a channel writes as itself."""
    message = update.message
    if message and message.sender_chat:
        return None
    return update.effective_user.id if update.effective_user else None


def chat_in(update: Update) -> int | None:
    """Return the id of the chat that an update is from, if it is from one."""
    return update.effective_chat.id if update.effective_chat else None
