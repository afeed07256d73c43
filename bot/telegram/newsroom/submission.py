"""An article that somebody sends: what a message offers as one, how it waits to be saved, and the file it becomes."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import time
import unicodedata
import weakref
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from telegram import Message, MessageOriginChannel

from index.core.errors import OnrecordError
from index.core.files import sync
from index.readers.extraction.metadata import day_of_name
from index.readers.registry import READERS
from index.sources.urls import is_link

if TYPE_CHECKING:
    from collections.abc import Callable

    from telegram import Document

    from bot.telegram.state.store import Store
    from index.store.records import FiledArticle

TAKEN_OUT: Final = ".taken-out"
"""The folder, within that of the articles, of those taken out; hidden folders are not read."""

LONGEST_NAME: Final = 60

_LETTERS: Final = str.maketrans("0123456789", "ghijklmnop")


class NotOursError(OnrecordError):
    """A file is not in the folder of articles, or holds more than one article."""


def plain_name(name: str) -> str:
    r"""Return the last part of a name that somebody gave, of harmless characters only.

    >>> plain_name("..\\..\\Pier “fire”\n2031-04-02.TXT"), plain_name("../..")
    ('Pier-fire-2031-04-02.txt', 'article')
    """
    last = re.split(r"[/\\]", name)[-1]
    stem, dot, suffix = last.rpartition(".")
    kept = re.sub(r"[^\w-]+", "-", stem if dot else last).strip("-_")[:LONGEST_NAME] or "article"
    return f"{kept}.{suffix.lower()}" if dot and re.fullmatch(r"\w{1,12}", suffix, re.ASCII) else kept


def file_name(title: str, day: str | None, content: bytes, suffix: str) -> str:
    """Return the name to save an article under: its day, if it has one, its title, and letters that tell its content.

    No other day can be read from the name than the article's own.

    >>> file_name("The 2031-04-02 fire: “Ship’s” loss!", None, b"", ".txt")
    'the-fire-ships-loss-ejbgckkipofc.txt'
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower().replace("'", "")
    slug = "-".join(re.findall(r"[a-z0-9]+", plain))[:LONGEST_NAME].strip("-")
    mark = hashlib.sha256(content).hexdigest()[:12].translate(_LETTERS)
    name = "-".join(filter(None, [day, slug, mark])) + suffix
    found = day_of_name(name)
    if (found.isoformat() if found else None) != day:
        letters = "-".join(re.findall(r"[a-z]+", slug))
        name = "-".join(filter(None, [day, letters, mark])) + suffix
    return name


def save(held: Path, folder: Path, name: str) -> Path:
    """Save a file in the folder of articles, durably; where it was saved under this name before, that is all.

    Raises:
        OnrecordError: the folder cannot be written.
    """
    target, staging = folder / name, folder / f".{name}.{os.getpid()}"
    try:
        if not target.exists():
            staging.write_bytes(held.read_bytes())
            sync(staging)
            # Unlike a renaming, a link never takes the place of a file that is there.
            os.link(staging, target)
            sync(folder)
    except FileExistsError:
        pass
    except OSError as error:
        raise OnrecordError(f"{folder}: cannot be written ({error.strerror or error})") from None
    finally:
        staging.unlink(missing_ok=True)
    return target


def file_of(article: FiledArticle, folder: Path) -> Path:
    """Return the file of an article in the folder of articles.

    Raises:
        NotOursError: it is elsewhere, or holds other articles too.
    """
    if Path(article.source) != folder:
        raise NotOursError(f"it comes from another source; whoever runs the bot can: onrecord forget {article.source}")
    path = folder / article.file
    if not path.resolve().is_relative_to(folder.resolve()):
        raise NotOursError("its file lies outside the folder of articles")
    if article.in_file > 1:
        raise NotOursError(f"its file, {article.file}, holds {article.in_file} articles")
    return path


def take_out(path: Path, folder: Path) -> Path:
    """Move a file out of the articles, to where whoever runs the bot can move it back from; return where it is.

    Raises:
        OnrecordError: it is gone, or the folder cannot be written.
    """
    target = folder / TAKEN_OUT / f"{time.time_ns()}-{path.name}"
    try:
        target.parent.mkdir(exist_ok=True)
        path.rename(target)
        sync(target.parent)
        sync(path.parent)
    except OSError as error:
        raise OnrecordError(f"{path.name}: cannot be taken out ({error.strerror or error})") from None
    return target


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


JobKind = Literal["add", "remove", "reindex"]

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
    kind: JobKind
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

    def add_job(self, where: Where, kind: JobKind, title: str = "", file: str = "") -> None:
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
