"""Who may ask the bot, who may change its articles, and the codes by which an operator lets somebody in."""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from bot.config.settings import OPEN, PAIRING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from telegram import Update

    from bot.config.settings import TelegramSettings
    from bot.telegram.state.store import Store


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


ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""What a code is made of: 32 signs, none of which is read for another."""
LENGTH: Final = 10
"""Signs of a code: 50 bits. Even who reads its hash cannot find it before it is out of date."""
VALID: Final = 900.0
"""Seconds that a code may be used for."""
MOST_GUESSES: Final = 5
GUESSES_FORGOTTEN: Final = 3600.0
"""Seconds after its first wrong code from which on a chat may send codes again."""

_CODE: Final = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")


class Redeemed(Enum):
    """What came of a code that somebody sent."""

    GUEST = auto()
    ADMIN = auto()
    WRONG = auto()
    TOO_OFTEN = auto()
    NOT_HERE = auto()


@dataclass(frozen=True)
class Paired:
    """Somebody who was let in by a code.

    Attributes:
        id: of the person or, negative, of the group.
        admin: whether the code made an admin.
        since: seconds since 1970.
        name: as Telegram showed it then.
    """

    id: int
    admin: bool
    since: float
    name: str


class Pairing:
    """Makes codes and takes them; blocking. Every method raises sqlite3.Error where the store fails."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        """Keep codes, and who came in by them, in a store.

        Args:
            store: where to keep them; of a code only its hash.
            clock: seconds since 1970.
        """
        self._store = store
        self._clock = clock

    def new_code(self, *, admin: bool = False, valid: float = VALID) -> str:
        """Return a code that lets in whoever sends it first, within so many seconds."""
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        with self._store.writing() as database:
            database.execute("DELETE FROM codes WHERE expires < ?", (self._clock(),))
            database.execute("INSERT INTO codes VALUES (?, ?, ?, NULL)", (_hash(code), admin, self._clock() + valid))
        return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"

    def redeem(self, text: str, chat: int, name: str) -> Redeemed:
        """Let a chat in by a code: in private that is a person, elsewhere a group, and no group becomes an admin.

        A chat may be wrong `MOST_GUESSES` times an hour. What a chat was told of a code it is told again, because an
        update may be processed twice. A code for admins is void once a group has read it.

        Args:
            text: what was sent for a code.
            chat: the id of the chat.
            name: of the person or the group.
        """
        with self._store.writing() as database:
            if self._guesses(database, chat) >= MOST_GUESSES:
                return Redeemed.TOO_OFTEN
            found = database.execute(
                "UPDATE codes SET used_by = ?1 WHERE hash = ?2 AND expires >= ?3 AND coalesce(used_by, ?1) = ?1 "
                "RETURNING admin",
                (chat, _hash(bare_code(text)), self._clock()),
            ).fetchone()
            if not found:
                self._guessed(database, chat)
                return Redeemed.WRONG
            if (admin := bool(found[0])) and chat < 0:
                return Redeemed.NOT_HERE
            database.execute(
                "INSERT INTO allowed VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET admin = max(admin, excluded.admin)",
                (chat, admin, self._clock(), name),
            )
            return Redeemed.ADMIN if admin else Redeemed.GUEST

    def paired(self) -> list[Paired]:
        """Return who was let in, the earliest first."""
        rows = self._store.rows("SELECT id, admin, since, name FROM allowed ORDER BY since")
        return [Paired(one, bool(admin), since, name) for one, admin, since, name in rows]

    def revoke(self, one: int) -> bool:
        """Take back what a code gave to a person or a group; return whether there was anything."""
        with self._store.writing() as database:
            return database.execute("DELETE FROM allowed WHERE id = ?", (one,)).rowcount > 0

    def move(self, old: int, new: int) -> None:
        """Let in a group under another id, which it gets when it becomes a supergroup."""
        with self._store.writing() as database:
            database.execute("UPDATE OR REPLACE allowed SET id = ? WHERE id = ?", (new, old))

    def _guesses(self, database: sqlite3.Connection, chat: int) -> int:
        database.execute("DELETE FROM guesses WHERE since < ?", (self._clock() - GUESSES_FORGOTTEN,))
        found = database.execute("SELECT count FROM guesses WHERE chat = ?", (chat,)).fetchone()
        return found[0] if found else 0

    def _guessed(self, database: sqlite3.Connection, chat: int) -> None:
        database.execute(
            "INSERT INTO guesses VALUES (?, 1, ?) ON CONFLICT DO UPDATE SET count = count + 1", (chat, self._clock())
        )


def bare_code(text: str) -> str:
    """Return a code as it was made, however somebody typed it."""
    return re.sub(r"[\s-]", "", text).upper()


def is_code(text: str) -> bool:
    """Tell whether a text looks like a code."""
    return bool(_CODE.fullmatch(bare_code(text)))


def _hash(code: str) -> str:
    return sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
