"""Whom and what chats follow, and what they are still to be told: written down before and after every sending."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from retrieval.core.answer import Citation, Copy, Hit, HitQuotation
from retrieval.newsroom.new_passages import MOST
from retrieval.newsroom.subscription import Subscription

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.telegram.state.store import Store
    from retrieval.newsroom.new_passages import News

MOST_FOLLOWS: Final = 20
"""How many things a chat may follow."""

GIVEN_UP: Final = 3 * 86_400.0
"""Seconds after which an alert that Telegram refuses again and again is given up."""

_COLUMNS: Final = "id, chat, topic, person, language, speaker, about, seen"
_OLDEST_DUE: Final = (
    "SELECT id, follow, content, attempts, made, sending FROM alerts WHERE due <= ? ORDER BY due, id LIMIT 1"
)


class Follower(NamedTuple):
    """Who is to be told, where.

    Attributes:
        chat: id of the chat.
        topic: id of the topic of a forum, or None.
        person: id of who asked for it, or None.
        language: of the texts, as an ISO 639-1 code.
    """

    chat: int
    topic: int | None
    person: int | None
    language: str


@dataclass(frozen=True, slots=True)
class StoredSubscription:
    """What a chat follows.

    Attributes:
        id: its number, never given again.
        follower: who is to be told.
        wanted: whose words, about what.
        seen: the look up to which the chat was told.
    """

    id: int
    follower: Follower
    wanted: Subscription
    seen: int


@dataclass(frozen=True, slots=True)
class NewsContent:
    """News that a chat is to be told.

    Attributes:
        hits: the passages, at most `MOST`.
        count: how many there are.
        articles: ids of the articles that they are from.
    """

    hits: tuple[Hit, ...]
    count: int
    articles: int

    @classmethod
    def of(cls, news: News) -> Self:
        """Return news as what is to be told."""
        return cls(news.hits, news.count, news.articles)

    def with_more(self, later: NewsContent) -> NewsContent:
        """Return this together with what came later, which stands first."""
        hits = (*later.hits, *self.hits)[:MOST]
        return NewsContent(hits, self.count + later.count, self.articles + later.articles)

    def to_json(self) -> str:
        """Return all of it as one line of JSON."""
        return json.dumps(
            {"hits": [hit.to_json() for hit in self.hits], "count": self.count, "articles": self.articles}
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what `to_json` wrote."""
        record: dict[str, Any] = json.loads(text)
        return cls(tuple(map(_hit, record["hits"])), record["count"], record["articles"])


@dataclass(frozen=True, slots=True)
class Alert:
    """What a chat is to be told.

    Attributes:
        id: its number.
        follow: what it is about.
        content: the news.
        attempts: how often it was tried before.
        made: when the news came, in seconds since 1970.
        doubtful: whether it may have arrived already, as the process ended while it was being sent.
    """

    id: int
    follow: StoredSubscription
    content: NewsContent
    attempts: int
    made: float
    doubtful: bool


class TooManyFollowsError(Exception):
    """The chat follows as much as it may."""


class SubscriptionStore:
    """Keeps them in a store; threads may share it; blocking.

    Raises:
        sqlite3.Error: by every method: the file could not be read or written.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        """Keep everything in a store."""
        self._store = store
        self._clock = clock

    def add(self, follower: Follower, wanted: Subscription, seen: int) -> StoredSubscription:
        """Let a chat follow something from a look on; what it follows already goes on as it was.

        Raises:
            TooManyFollowsError: it follows as much as it may.
        """
        chat = follower.chat
        row = (*follower[:3], wanted.speaker or "", wanted.topic, follower.language, seen, self._clock())
        known = "SELECT 1 FROM follows WHERE chat = ? AND speaker = ? AND about = ?"
        with self._store.writing() as database:
            there = database.execute(known, (chat, row[3], row[4])).fetchone()
            count = database.execute("SELECT count(*) FROM follows WHERE chat = ?", (chat,)).fetchone()[0]
            if not there and count >= MOST_FOLLOWS:
                raise TooManyFollowsError
            if not there:
                columns = "chat, topic, person, speaker, about, language, seen, since"
                database.execute(f"INSERT INTO follows ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)  # noqa: S608
        return next(one for one in self.of_chat(chat) if one.wanted == wanted)

    def drop(self, chat: int, number: int) -> StoredSubscription | None:
        """Let a chat follow something no longer; return what it was, or None where the chat does not follow it."""
        found = next((one for one in self.of_chat(chat) if one.id == number), None)
        with self._store.writing() as database:
            database.execute("DELETE FROM follows WHERE id = ? AND chat = ?", (number, chat))
        return found

    def drop_chat(self, chat: int) -> int:
        """Forget all that a chat follows; return how much that was."""
        with self._store.writing() as database:
            return database.execute("DELETE FROM follows WHERE chat = ?", (chat,)).rowcount

    def move_chat(self, chat: int, new: int) -> None:
        """Let a chat go on under another id."""
        with self._store.writing() as database:
            database.execute("UPDATE OR IGNORE follows SET chat = ? WHERE chat = ?", (new, chat))
            database.execute("DELETE FROM follows WHERE chat = ?", (chat,))

    def leave_topic(self, follow: int) -> None:
        """Tell a chat as a whole what a topic of it was to be told, as the topic is gone."""
        with self._store.writing() as database:
            database.execute("UPDATE follows SET topic = NULL WHERE id = ?", (follow,))

    def of_chat(self, chat: int) -> list[StoredSubscription]:
        """Return what a chat follows, in the order in which it was asked for."""
        return self._follows("WHERE chat = ? ORDER BY id", chat)

    def behind(self, look: int) -> list[StoredSubscription]:
        """Return what is followed by chats that have not been told what a look saw."""
        return self._follows("WHERE seen < ? ORDER BY id", look)

    def any(self) -> bool:
        """Tell whether anything is followed."""
        return bool(self._store.rows("SELECT 1 FROM follows LIMIT 1"))

    def tell(self, follow: StoredSubscription, look: int, content: NewsContent) -> None:
        """Write down what a chat is to be told, and that it need not be told again: all at once, or nothing.

        What still waits to be told of the same is told together with it.
        """
        with self._store.writing() as database:
            database.execute("UPDATE follows SET seen = max(seen, ?) WHERE id = ?", (look, follow.id))
            if not content.count or not database.execute("SELECT 1 FROM follows WHERE id = ?", (follow.id,)).fetchone():
                return
            waiting = "SELECT id, content FROM alerts WHERE follow = ? AND sending = 0"
            for number, before in database.execute(waiting, (follow.id,)).fetchall():
                whole = NewsContent.from_json(before).with_more(content)
                database.execute("UPDATE alerts SET content = ? WHERE id = ?", (whole.to_json(), number))
                return
            now = self._clock()
            database.execute(
                "INSERT INTO alerts (follow, made, due, attempts, sending, content) VALUES (?, ?, ?, 0, 0, ?)",
                (follow.id, now, now, content.to_json()),
            )

    def next_due(self) -> float | None:
        """Return when the next alert is due, in seconds since 1970; None where none waits."""
        due: float | None = self._store.rows("SELECT min(due) FROM alerts")[0][0]
        return due

    def begin(self) -> Alert | None:
        """Return the alert that has been due longest, and write down that it is being sent; None where none is due."""
        with self._store.writing() as database:
            row = database.execute(_OLDEST_DUE, (self._clock(),)).fetchone()
            if row is None:
                return None
            database.execute("UPDATE alerts SET sending = 1, attempts = attempts + 1 WHERE id = ?", row[:1])
            found = database.execute(f"SELECT {_COLUMNS} FROM follows WHERE id = ?", row[1:2]).fetchall()  # noqa: S608
        number, _, content, attempts, made, sending = row
        return Alert(number, _follow(found[0]), NewsContent.from_json(content), attempts, made, bool(sending))

    def arrived(self, alert: Alert) -> None:
        """Forget an alert: it has arrived, or never will."""
        with self._store.writing() as database:
            database.execute("DELETE FROM alerts WHERE id = ?", (alert.id,))

    def put_back(self, alert: Alert, seconds: float, *, whole_chat: bool = False) -> None:
        """Send an alert later.

        Args:
            alert: the alert, which is known not to be on its way.
            seconds: from now.
            whole_chat: whether everything for its chat waits as long.
        """
        due = self._clock() + seconds
        others = "UPDATE alerts SET due = max(due, ?) WHERE follow IN (SELECT id FROM follows WHERE chat = ?)"
        with self._store.writing() as database:
            database.execute("UPDATE alerts SET sending = 0, due = ? WHERE id = ?", (due, alert.id))
            if whole_chat:
                database.execute(others, (due, alert.follow.follower.chat))

    def _follows(self, where: str, *values: int) -> list[StoredSubscription]:
        return [_follow(row) for row in self._store.rows(f"SELECT {_COLUMNS} FROM follows {where}", values)]  # noqa: S608  (our own words)


def _follow(row: tuple[Any, ...]) -> StoredSubscription:
    number, chat, topic, person, language, speaker, about, seen = row
    return StoredSubscription(
        number, Follower(chat, topic, person, language), Subscription(speaker or None, about), seen
    )


def _hit(record: dict[str, Any]) -> Hit:
    return Hit(
        article=record["article"],
        paragraph=record["paragraph"],
        text=record["text"],
        score=record["score"],
        highlights=_spans(record["highlights"]),
        quotations=tuple(HitQuotation(**one) for one in record["quotations"]),
        also=tuple(Copy(one["article"], one["paragraph"], _citation(one["citation"])) for one in record["also"]),
        citation=_citation(record["citation"]),
    )


def _citation(record: dict[str, Any]) -> Citation:
    start, end = record["chars"]
    return Citation(**{**record, "chars": (start, end)})


def _spans(values: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in values)
