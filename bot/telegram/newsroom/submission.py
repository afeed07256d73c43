"""An article that somebody sends: what a message offers as one, and how it waits to be saved."""

from __future__ import annotations

import secrets
import shutil
import time
import weakref
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from telegram import Message, MessageOriginChannel

from index.readers.registry import READERS
from index.sources.urls import is_link

if TYPE_CHECKING:
    from collections.abc import Callable

    from telegram import Document

    from bot.telegram.state.store import Store


MOST_BYTES: Final = 20 * 2**20
"""Larger files a bot cannot get from Telegram: https://core.telegram.org/bots/api#getfile"""

ARTICLE_LENGTH: Final = 300
"""Characters from which a text that an admin forwards is taken for an article rather than a question."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What is offered; one of the three.

    Attributes:
        document: a file, or None.
        url: an address, or None.
        text: a text, or empty.
        told: what is known of where a text is from: "outlet", "date" (ISO) and "url".
    """

    document: Document | None = None
    url: str | None = None
    text: str = ""
    told: dict[str, str] = field(default_factory=dict)

    @property
    def suffix(self) -> str:
        """The kind of file that it is."""
        if self.document:
            return PurePath(self.document.file_name or "").suffix.lower()
        return ".jsonl" if self.url else ".txt"

    @property
    def size(self) -> int:
        """Bytes of a document, as far as Telegram tells."""
        return (self.document.file_size or 0) if self.document else 0


def offered_by(message: Message, words: str) -> Offered | None:
    """Return what a message offers or, where it has nothing but a command, the message that it replies to.

    Args:
        message: the message.
        words: its words, without the command.
    """
    if found := _offered(message, words):
        return found
    replied = message.reply_to_message
    return _offered(replied, replied.text or replied.caption or "") if replied else None


def is_article(message: Message) -> bool:
    """Tell whether a message that an admin forwards, or a document, is taken for an article without being told so."""
    if message.document:
        return Offered(message.document).suffix in READERS
    return message.forward_origin is not None and len(message.text or "") >= ARTICLE_LENGTH


def _offered(message: Message, words: str) -> Offered | None:
    text = words.strip()
    if message.document:
        return Offered(document=message.document)
    if not text:
        return None
    if is_link(text) and len(text.split()) == 1:
        return Offered(url=text)
    return Offered(text=text, told=_told(message))


def _told(message: Message) -> dict[str, str]:
    """Return what a post forwarded from a channel tells; the names of people are no outlets."""
    origin = message.forward_origin
    if not isinstance(origin, MessageOriginChannel):
        return {}
    channel = origin.chat
    url = f"https://t.me/{channel.username}/{origin.message_id}" if channel.username else ""
    told = {"outlet": channel.title or "", "date": origin.date.date().isoformat(), "url": url}
    return {name: value for name, value in told.items() if value}


Kind = Literal["add", "remove", "reindex"]

LASTS: Final = 24 * 3600.0
"""Seconds after which what was not confirmed is forgotten."""
MOST_WAITING: Final = 10
"""How many may wait to be confirmed in one chat."""

_ADD_JOB: Final = "INSERT INTO jobs (chat, topic, language, kind, title, file, message) VALUES (?, ?, ?, ?, ?, ?, ?)"


class Where(NamedTuple):
    """Where somebody is told: id of the chat, id of a topic of a forum or None, language of the texts."""

    chat: int
    topic: int | None
    language: str


@dataclass(frozen=True, slots=True)
class PendingArticle:
    """An article that is not saved yet: where it was sent, the name to save it under, its file, its title."""

    id: int
    where: Where
    name: str
    held: Path
    title: str


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be built.

    Attributes:
        id: its number.
        where: who is told how far it is.
        kind: what for.
        title: of the article, or empty.
        file: name of its file in the folder of articles, or empty.
        message: id of the message that shows how far it is, or None.
    """

    id: int
    where: Where
    kind: Kind
    title: str
    file: str
    message: int | None


class PendingArticles:
    """Keeps rows in a store and files in a folder; threads may share it; blocking.

    Raises:
        sqlite3.Error: by every method: the store could not be read or written.
    """

    def __init__(self, store: Store, state: Path | None, clock: Callable[[], float] = time.time) -> None:
        """Keep everything.

        Args:
            store: the rows.
            state: the folder that the folder of files lies in; without one, it is temporary, and goes with this object.
            clock: seconds since 1970.
        """
        self._store = store
        if state:
            self._folder = state / "drafts"
        else:
            self._folder = Path(mkdtemp(prefix="onrecord-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._clock = clock

    def place(self, suffix: str) -> Path:
        """Return where to put what was sent until it is confirmed, under a name that tells nothing but its kind.

        Raises:
            OSError: there is no place.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._folder / f"{secrets.token_hex(16)}{suffix}"

    def add(self, where: Where, name: str, held: Path, title: str) -> int:
        """Keep a draft; return its number."""
        row = (*where, self._clock(), name, held.name, title)
        with self._store.writing() as database:
            columns = "chat, topic, language, made, name, held, title"
            added = database.execute(f"INSERT INTO drafts ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", row)  # noqa: S608  (our own words)
        return int(added.lastrowid or 0)

    def waiting(self, chat: int) -> int:
        """Return how many drafts of a chat wait to be confirmed, after those too old were forgotten."""
        self.forget_old()
        return int(self._store.rows("SELECT count(*) FROM drafts WHERE chat = ?", (chat,))[0][0])

    def get(self, chat: int, number: int) -> PendingArticle | None:
        """Return a draft of a chat, unless it is too old, or not there any more."""
        self.forget_old()
        columns = "id, chat, topic, language, name, held, title"
        rows = self._store.rows(f"SELECT {columns} FROM drafts WHERE id = ? AND chat = ?", (number, chat))  # noqa: S608  (our own words)
        for id_, owner, topic, language, name, held, title in rows:
            return PendingArticle(id_, Where(owner, topic, language), name, self._folder / held, title)
        return None

    def drop(self, draft: PendingArticle) -> None:
        """Forget a draft."""
        with self._store.writing() as database:
            database.execute("DELETE FROM drafts WHERE id = ?", (draft.id,))
        draft.held.unlink(missing_ok=True)

    def saved(self, draft: PendingArticle) -> None:
        """Have the index built, as a draft has been saved; it is none any more."""
        with self._store.writing() as database:
            if database.execute("DELETE FROM drafts WHERE id = ?", (draft.id,)).rowcount:
                database.execute(_ADD_JOB, (*draft.where, "add", draft.title, draft.name, None))
        draft.held.unlink(missing_ok=True)

    def forget_old(self) -> None:
        """Forget drafts that were not confirmed in time, and files that belong to none."""
        with self._store.writing() as database:
            database.execute("DELETE FROM drafts WHERE made < ?", (self._clock() - LASTS,))
            kept = {held for (held,) in database.execute("SELECT held FROM drafts")}
        for path in self._folder.iterdir() if self._folder.is_dir() else ():
            # What is being read right now is none yet.
            if path.name not in kept and path.stat().st_mtime < self._clock() - LASTS:
                path.unlink(missing_ok=True)

    def add_job(self, where: Where, kind: Kind, title: str = "", file: str = "") -> None:
        """Have the index built."""
        with self._store.writing() as database:
            database.execute(_ADD_JOB, (*where, kind, title, file, None))

    def jobs(self) -> list[Job]:
        """Return what is to be built, in the order in which it was asked for."""
        rows = self._store.rows("SELECT id, chat, topic, language, kind, title, file, message FROM jobs ORDER BY id")
        return [Job(row[0], Where(*row[1:4]), *row[4:]) for row in rows]

    def shows(self, job: Job, message: int) -> None:
        """Remember in which message it is shown how far a job is."""
        with self._store.writing() as database:
            database.execute("UPDATE jobs SET message = ? WHERE id = ?", (message, job.id))

    def done(self, job: Job) -> None:
        """Forget a job: whoever asked for it has been told what came of it."""
        with self._store.writing() as database:
            database.execute("DELETE FROM jobs WHERE id = ?", (job.id,))
