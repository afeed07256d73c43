"""What is remembered of messages the bot sent, so that buttons and replies work for months.

One SQLite file in the state folder, in WAL mode: what was committed outlives a kill at any instant, and a power cut may
cost the last moments. It is bounded by age and by count.

A line is the beginning of a line for `onrecord eval`: whoever looks after the bot adds the passages that would have
been right as `gold`, or `"answerable": false`. The format stands in docs/telegram.md.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import sqlite3
import time
import zlib
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from bot.telegram.state.store import open_database
from index.core.article import Span
from index.core.errors import OnrecordError
from retrieval.conversation.state import PATIENCE, Dialog, Place
from retrieval.core.answer import Copy, Hit, Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from retrieval.core.answer import Answer


class PassageLookup(Protocol):
    """Where passages are looked up again; see `retrieval.engine.Engine`."""

    def article(self, name: str, /) -> list[Hit]:
        """Return all passages of an article, in order."""

    def neighbours(self, article: str, paragraph: int, reach: int, /) -> list[Hit]:
        """Return the passages of an article around a paragraph."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A passage as it was shown, to be found again in any later generation.

    Attributes:
        article: id of the article.
        paragraph: number of the paragraph then, from 0.
        digest: of the passage's text, by which it is recognised.
        sha256: hex digest of the file that the article was read from.
        highlights: code points [start, end) of the words that answered.
        also: where near-identical passages stood.
    """

    article: str
    paragraph: int
    digest: str
    sha256: str
    highlights: tuple[Span, ...] = ()
    also: tuple[Place, ...] = ()

    @classmethod
    def to(cls, hit: Hit) -> Self:
        """Return a reference to a hit."""
        also = tuple((copy.article, copy.paragraph) for copy in hit.also)
        return cls(hit.article, hit.paragraph, _digest(hit.text), hit.citation.sha256, hit.highlights, also)

    @property
    def place(self) -> Place:
        """Where the passage stood."""
        return self.article, self.paragraph

    def find(self, engine: PassageLookup) -> Hit | None:
        """Return the passage as the index has it now; None where the article has no such passage, or is gone."""
        for hit in self._candidates(engine):
            if _digest(hit.text) == self.digest:
                copies = (Copy(one.article, one.paragraph, one.citation) for one in self._copies(engine))
                return replace(hit, highlights=self.highlights, also=tuple(copies))
        return None

    def _candidates(self, engine: PassageLookup) -> Iterator[Hit]:
        yield from engine.neighbours(self.article, self.paragraph, 0)
        yield from engine.article(self.article)

    def _copies(self, engine: PassageLookup) -> Iterator[Hit]:
        for article, paragraph in self.also:
            yield from engine.neighbours(article, paragraph, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """A message the bot sent.

    Attributes:
        question: what was asked, as typed.
        standalone: the question with references to earlier turns resolved.
        history: the questions before it in its conversation, in full words, oldest first.
        status: of the answer; None where the message is none, such as a list.
        speaker: whose words answered, or None.
        generation: name of the generation that answered.
        passages: those the message shows, in order; its buttons number them from 1.
        waiting: further passages that are known and were not shown yet, best first.
        earlier: where passages stand that messages before this one showed of the same answer.
        exhausted: whether the index was already asked for all that answers.
        left: which code points of the first passage the message leaves out, for want of room.
        choices: whom the question may mean, one button each.
        listing: "quotes", "speakers" or "sources" where the message is a page of a list; "follow" where it asks what
            to follow, "record" where it asks whose.
        follow: number of what the chat follows, where the message is an alert about it, else 0.
        dialog: the conversation with this answer, from which a reply goes on.
    """

    question: str = ""
    standalone: str = ""
    history: tuple[str, ...] = ()
    status: Status | None = None
    speaker: str | None = None
    generation: str = ""
    passages: tuple[Reference, ...] = ()
    waiting: tuple[Reference, ...] = ()
    earlier: tuple[Place, ...] = ()
    exhausted: bool = True
    left: tuple[Span, ...] = ()
    choices: tuple[str, ...] = ()
    listing: str = ""
    follow: int = 0
    dialog: Dialog = field(default_factory=Dialog)

    @property
    def seen(self) -> tuple[Place, ...]:
        """Where all passages stand that were shown of the answer."""
        return (*self.earlier, *(one.place for one in self.passages))

    def following(self) -> SentMessage:
        """Return what is to be remembered of a message that only shows more about this one: where replies go on."""
        return SentMessage(dialog=self.dialog)

    def to_json(self) -> str:
        """Return all of it but the dialog as one line of JSON."""
        record = asdict(replace(self, dialog=Dialog()))
        del record["dialog"]
        return json.dumps(record)

    @classmethod
    def from_json(cls, text: str, dialog: Dialog) -> SentMessage:
        """Return what `to_json` wrote, with its dialog.

        Raises:
            ValueError: it wrote no such text.
        """
        try:
            record: dict[str, Any] = json.loads(text)
            for name in ("passages", "waiting"):
                record[name] = tuple(map(_reference, record[name]))
            for name in ("history", "choices"):
                record[name] = tuple(record[name])
            for name in ("earlier", "left"):
                record[name] = _pairs(record[name])
            return cls(**record, dialog=dialog)
        except (TypeError, LookupError, AttributeError, RecursionError) as error:
            raise ValueError(f"is no message that was sent: {error}") from None


def sent_answer(
    answer: Answer, shown: tuple[int, ...], left: tuple[Span, ...], *, k: int, before: Dialog
) -> SentMessage:
    """Return what is to be remembered of an answer but for the generation and the conversation with it.

    Args:
        answer: the answer.
        shown: the positions of the hits that the message shows.
        left: which code points of the first of them it leaves out.
        k: how many passages were asked for: where there are fewer, there are no more.
        before: the conversation it was asked in.
    """
    references = [Reference.to(hit) for hit in answer.hits or answer.nearest]
    return SentMessage(
        question=answer.question,
        standalone=answer.standalone,
        history=tuple(turn.question for turn in before.turns),
        status=answer.status,
        speaker=answer.speaker,
        passages=tuple(references[position] for position in shown),
        waiting=tuple(one for position, one in enumerate(references) if position not in shown),
        exhausted=len(answer.hits) < k,
        left=left,
        choices=answer.choices,
    )


def _reference(record: dict[str, Any]) -> Reference:
    return Reference(
        record["article"],
        record["paragraph"],
        record["digest"],
        record["sha256"],
        _pairs(record["highlights"]),
        _pairs(record["also"]),
    )


def _pairs(values: Any) -> tuple[Any, ...]:  # noqa: ANN401  (pairs of several types, as JSON has them)
    return tuple((first, second) for first, second in values)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


_LOGGER = logging.getLogger(__name__)

VERSION: Final = 1
KEPT_SECONDS: Final = 90 * 86_400.0
MOST_SENT: Final = 20_000
MOST_DIALOGS: Final = 5_000
PRUNED_EVERY: Final = 100
"""After how many new messages what is too old or too much is removed."""

_KEY_BITS: Final = 62

# Keys are random rather than counted: a key of a lost file must never come to mean another message.
_SCHEMA: Final = f"""
BEGIN;
CREATE TABLE sent (
    key INTEGER PRIMARY KEY, chat INTEGER NOT NULL, message INTEGER, at REAL NOT NULL, body BLOB NOT NULL,
    dialog BLOB NOT NULL);
CREATE UNIQUE INDEX sent_by_message ON sent (chat, message);
CREATE INDEX sent_by_age ON sent (at);
CREATE TABLE pressed (
    key INTEGER NOT NULL REFERENCES sent ON DELETE CASCADE, button TEXT NOT NULL, PRIMARY KEY (key, button))
    WITHOUT ROWID;
CREATE TABLE dialogs (
    chat INTEGER NOT NULL, person INTEGER NOT NULL, at REAL NOT NULL, dialog TEXT NOT NULL,
    PRIMARY KEY (chat, person)) WITHOUT ROWID;
CREATE INDEX dialogs_by_age ON dialogs (at);
PRAGMA user_version = {VERSION};
COMMIT;
"""


class MessageStore:
    """What the bot remembers. One thread at a time may use it; every method is one short transaction."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Wrap a connection; use `open`."""
        self._db = database
        self._added = 0

    @classmethod
    def open(cls, path: Path | None) -> Self:
        """Open the file, making it where there is none; one that is damaged is set aside.

        Args:
            path: the file; None remembers as long as the process lives.

        Raises:
            OnrecordError: a newer version wrote the file, or it cannot be written.
        """
        if path:
            return cls(open_database(path, _prepare))
        database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        _prepare(database)
        return cls(database)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def reserve(self, chat: int, sent: SentMessage) -> int:
        """Remember a message that is about to be sent; return the key that its buttons carry."""
        key = secrets.randbits(_KEY_BITS)
        self._db.execute(
            "INSERT INTO sent VALUES (?, ?, NULL, ?, ?, ?)",
            (key, chat, time.time(), _packed(sent.to_json()), _packed(sent.dialog.to_json())),
        )
        self._added += 1
        if self._added % PRUNED_EVERY == 0:
            _prune(self._db)
        return key

    def arrived(self, key: int, chat: int, message: int) -> None:
        """Remember under which id a message arrived."""
        with closing(self._db.cursor()) as cursor:
            cursor.execute("BEGIN")
            cursor.execute("UPDATE sent SET message = NULL WHERE chat = ? AND message = ?", (chat, message))
            cursor.execute("UPDATE sent SET message = ? WHERE key = ?", (message, key))
            cursor.execute("COMMIT")

    def by_key(self, chat: int, key: int) -> SentMessage | None:
        """Return a message by its key, if it was sent to that chat."""
        return self._sent("SELECT body, dialog FROM sent WHERE chat = ? AND key = ?", (chat, key))

    def by_message(self, chat: int, message: int) -> SentMessage | None:
        """Return a message by its id in a chat."""
        return self._sent("SELECT body, dialog FROM sent WHERE chat = ? AND message = ?", (chat, message))

    def press(self, key: int, button: str) -> None:
        """Remember that a button has done what it does."""
        self._db.execute(
            "INSERT OR IGNORE INTO pressed SELECT key, ? FROM sent WHERE key = ?",
            (button, key),
        )

    def pressed(self, key: int) -> set[str]:
        """Return which buttons of a message have done what they do."""
        return {row[0] for row in self._db.execute("SELECT button FROM pressed WHERE key = ?", (key,))}

    def dialog(self, chat: int, person: int) -> Dialog:
        """Return somebody's conversation in a chat; an empty one where there is none."""
        row = self._db.execute("SELECT dialog FROM dialogs WHERE chat = ? AND person = ?", (chat, person)).fetchone()
        return Dialog.from_json(row[0]) if row else Dialog()

    def set_dialog(self, chat: int, person: int, dialog: Dialog) -> None:
        """Remember somebody's conversation in a chat; an empty one is forgotten."""
        if dialog.turns:
            self._db.execute(
                "INSERT OR REPLACE INTO dialogs VALUES (?, ?, ?, ?)", (chat, person, time.time(), dialog.to_json())
            )
        else:
            self._db.execute("DELETE FROM dialogs WHERE chat = ? AND person = ?", (chat, person))

    def _sent(self, select: str, values: tuple[int, int]) -> SentMessage | None:
        row = self._db.execute(select, values).fetchone()
        if not row:
            return None
        try:
            body, dialog = (zlib.decompress(packed) for packed in row)
            return SentMessage.from_json(body.decode(), Dialog.from_json(dialog))
        except (ValueError, TypeError, zlib.error):
            _LOGGER.warning("What is remembered of a message is damaged, and is taken for forgotten")
            return None


def _prepare(database: sqlite3.Connection) -> None:
    database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;")
    version = int(database.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise OnrecordError(
            "The memory of the Telegram bot was written by a newer onrecord; update it, or name another --state."
        )
    if version == 0:
        database.executescript(_SCHEMA)
    _prune(database)


def _prune(database: sqlite3.Connection) -> None:
    now = time.time()
    database.execute("DELETE FROM sent WHERE at < ?", (now - KEPT_SECONDS,))
    database.execute(
        "DELETE FROM sent WHERE at < (SELECT at FROM sent ORDER BY at DESC LIMIT 1 OFFSET ?)", (MOST_SENT - 1,)
    )
    # After that silence a conversation is over: "he" would be nobody.
    database.execute("DELETE FROM dialogs WHERE at < ?", (now - PATIENCE,))
    database.execute(
        "DELETE FROM dialogs WHERE at < (SELECT at FROM dialogs ORDER BY at DESC LIMIT 1 OFFSET ?)",
        (MOST_DIALOGS - 1,),
    )


def _packed(text: str) -> bytes:
    """Return JSON in less than half of its size."""
    return zlib.compress(text.encode(), 1)


FILE: Final = "not-what-i-asked.jsonl"


class FeedbackStore:
    """The file of them in the state folder; without a folder, nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        """Write nothing yet."""
        self._folder = folder

    def add(self, sent: SentMessage) -> None:
        """Append an answer: what was asked and returned, but not by whom.

        Raises:
            OSError: it cannot be written.
        """
        if self._folder is None:
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        line = json.dumps(_record(sent), ensure_ascii=False) + "\n"
        descriptor = os.open(self._folder / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            # One write: a kill leaves a whole line or none.
            os.write(descriptor, line.encode("utf-8", "replace"))
        finally:
            os.close(descriptor)


def _record(sent: SentMessage) -> dict[str, object]:
    return {
        "question": sent.question,
        "history": list(sent.history),
        "noted": datetime.now(UTC).isoformat(timespec="seconds"),
        "generation": sent.generation,
        "standalone": sent.standalone,
        "status": sent.status,
        "speaker": sent.speaker,
        "returned": [{"article": one.article, "paragraph": one.paragraph} for one in (*sent.passages, *sent.waiting)],
        "shown": len(sent.passages),
    }
