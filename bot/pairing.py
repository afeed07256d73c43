"""Codes by which an operator lets somebody in: made on the machine, sent to the bot once, and soon out of date."""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass
from enum import Enum, auto
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from bot.store import Store

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
                (chat, _hash(plain(text)), self._clock()),
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


def plain(text: str) -> str:
    """Return a code as it was made, however somebody typed it."""
    return re.sub(r"[\s-]", "", text).upper()


def is_code(text: str) -> bool:
    """Tell whether a text looks like a code."""
    return bool(_CODE.fullmatch(plain(text)))


def _hash(code: str) -> str:
    return sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
