"""Telling chats what is new of what they follow: at least once, whatever is killed, fails or has to wait meanwhile."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from contextlib import suppress
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.telegram.access import Standing
from bot.telegram.newsroom.alert_message import alert_message
from bot.telegram.newsroom.subscriptions import GIVEN_UP, NewsContent, SubscriptionStore
from bot.telegram.state.store import Workers
from bot.telegram.transport.delivery import may_have_arrived, seconds_of, sent_once
from bot.telegram.ui.keyboards import answer_keyboard
from bot.telegram.ui.replying import ChatPlace, send
from bot.telegram.ui.texts import newsroom_texts, texts_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from telegram import Bot

    from bot.telegram.newsroom.subscriptions import Alert, Follower, StoredSubscription
    from bot.telegram.services import Services
    from bot.telegram.state.store import Store
    from retrieval.newsroom.new_passages import News, Newsreader, Sighting
    from retrieval.newsroom.subscription import Subscription


_ARTICLES: Final = 20
"""Articles written down at once: nobody else who needs the store waits longer than for these."""

_CHUNK: Final = 500
"""Values asked for at once, below SQLite's limit."""


class StoredLedger:
    """A `retrieval.newsroom.new_passages.Ledger`; threads may share it; blocking.

    Raises:
        sqlite3.Error: by every method: the file could not be read or written.
    """

    def __init__(self, store: Store) -> None:
        """Keep everything in a store."""
        self._store = store
        self._looking = Lock()

    def look(self, reader: Newsreader) -> int:
        """Look at a generation, unless it is the one looked at last; return the number of that look."""
        with self._looking:
            rows = self._store.rows("SELECT number, generation FROM looks")
            number, generation = rows[0] if rows else (0, "")
            if generation == reader.generation:
                return int(number)
            with self._store.writing() as database:
                # Counted before anything is written under this number: after a kill, the next look is another one.
                database.execute("DELETE FROM looks")
                database.execute("INSERT INTO looks VALUES (?, '')", (number + 1,))
            sightings = reader.look(number + 1)
            while some := list(islice(sightings, _ARTICLES)):
                self._keep(some)
            with self._store.writing() as database:
                database.execute("UPDATE looks SET generation = ?", (reader.generation,))
            return int(number) + 1

    def prints(self) -> dict[str, str]:
        """Return what the articles were when they were looked at last, by their ids."""
        return dict(self._store.rows("SELECT name, print FROM seen_articles"))

    def articles_since(self, look: int) -> list[str]:
        """Return the ids of the articles in which something was new after a look."""
        return [name for (name,) in self._store.rows("SELECT name FROM seen_articles WHERE newest > ?", (look,))]

    def texts(self, digests: Sequence[bytes]) -> dict[bytes, int]:
        """Return in which look each of some texts was seen first."""
        return dict(self._among("SELECT digest, min(look) FROM seen_texts WHERE digest", digests, "GROUP BY digest"))

    def words(self, digests: Sequence[bytes]) -> dict[bytes, int]:
        """Return likewise for what somebody said."""
        return dict(self._among("SELECT digest, look FROM seen_words WHERE digest", digests))

    def stories(self, keys: Sequence[bytes]) -> dict[bytes, list[tuple[bytes, int]]]:
        """Return the sketches of the texts of stories, and in which look each was seen first, by the story's key."""
        found: dict[bytes, list[tuple[bytes, int]]] = {}
        for story, sketch, look in self._among("SELECT story, sketch, look FROM seen_texts WHERE story", keys):
            found.setdefault(story, []).append((sketch, look))
        return found

    def _keep(self, seen: Sequence[Sighting]) -> None:
        """Write down articles as they were looked at: all of each, or nothing."""
        with self._store.writing() as database:
            for one in seen:
                texts = ((text.story, text.digest, text.sketch, text.look) for text in one.texts)
                database.executemany("INSERT OR IGNORE INTO seen_texts VALUES (?, ?, ?, ?)", texts)
                database.executemany("INSERT OR IGNORE INTO seen_words VALUES (?, ?)", one.words)
                article = (one.name, one.print, one.newest)
                database.execute("INSERT OR REPLACE INTO seen_articles VALUES (?, ?, ?)", article)

    def _among(self, select: str, values: Sequence[bytes], order: str = "") -> Iterator[tuple[Any, ...]]:
        every = list(dict.fromkeys(values))
        for start in range(0, len(every), _CHUNK):
            chunk = every[start : start + _CHUNK]
            yield from self._store.rows(f"{select} IN ({','.join('?' * len(chunk))}) {order}", chunk)


_LOGGER = logging.getLogger(__name__)

LOOKED_EVERY: Final = 0.5
"""Seconds between two looks whether another generation answers, which cost nothing."""
PAUSE: Final = 1.0
"""Seconds before an alert is tried again, doubled with every attempt."""
LONGEST_PAUSE: Final = 60.0
REFUSED_PAUSE: Final = 1800.0
"""Seconds before an alert is tried again that Telegram refused: what is wrong has to be mended by somebody."""

_GONE: Final = ("chat not found", "user is deactivated", "was deactivated", "was kicked", "peer_id_invalid")


class Alerts:
    """Looks at each generation that comes to answer, and tells chats what is new in it.

    What a chat is to be told is on the disk before the look counts as told, and leaves it when it has arrived. One
    alert is sent at a time, so that a kill leaves at most one of which nobody knows whether it arrived; it is sent
    again. What Telegram asks to wait with lets the others pass.

    Attributes:
        follows: what chats follow.
    """

    def __init__(self, services: Services) -> None:
        """Tell by what handlers share."""
        self.follows = SubscriptionStore(services.store)
        self._services = services
        self._ledger = StoredLedger(services.store)
        # One to look, which may take long, and one to keep the journal of what is sent meanwhile.
        self._workers = Workers(2, "alerts")
        self._due = asyncio.Event()
        self._stopping = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def follow(self, follower: Follower, wanted: Subscription) -> StoredSubscription:
        """Let a chat follow something from the generation on that answers now; blocking.

        Raises:
            TooManyFollowsError: it follows as much as it may.
            sqlite3.Error: that could not be written down.
        """
        return self.follows.add(
            follower, wanted, self._ledger.look(self._services.engine.newsroom().newsreader(self._ledger))
        )

    def start(self, bot: Bot) -> None:
        """Begin to look and to tell, in the background."""
        self._tasks = {
            asyncio.create_task(self._look_on(), name="looking"),
            asyncio.create_task(self._tell_on(bot), name="telling"),
        }

    async def stop(self) -> None:
        """Begin nothing more, and wait for what is being sent."""
        self._stopping.set()
        self._due.set()
        if self._tasks:
            await asyncio.wait({task for task in self._tasks if task.get_name() == "telling"})

    async def close(self) -> None:
        """Wait for the look that is being taken; call this before the store is closed."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._workers.close()

    async def _look_on(self) -> None:
        looked: str | None = None
        while not self._stopping.is_set():
            generation = self._services.engine.generation
            if generation != looked:
                try:
                    looked = generation if await self._workers.work(self._gather) else None
                except Exception:
                    _LOGGER.exception("What is new could not be looked for")
                self._due.set()
            await asyncio.sleep(LOOKED_EVERY if looked == generation else LONGEST_PAUSE)

    def _gather(self) -> bool:
        """Write down what chats are to be told; return False where something of it failed, to be tried again."""
        if not self.follows.any():
            return True
        reader = self._services.engine.newsroom().newsreader(self._ledger)
        look, whole = self._ledger.look(reader), True
        known: dict[tuple[Subscription, int], News] = {}
        for follow in self.follows.behind(look):
            key = (follow.wanted, follow.seen)
            try:
                if key not in known:
                    known[key] = reader.news(*key)
                self.follows.tell(follow, look, NewsContent.of(known[key]))
            except Exception:
                # One that fails must not keep the others from being told.
                _LOGGER.exception("What is new of one thing that is followed could not be told")
                whole = False
        return whole

    async def _tell_on(self, bot: Bot) -> None:
        while not self._stopping.is_set():
            self._due.clear()
            try:
                while not self._stopping.is_set() and (alert := await self._workers.work(self.follows.begin)):
                    await self._tell(bot, alert)
                due = await self._workers.work(self.follows.next_due)
            except Exception:
                # Nothing is sent that could not be written down before and after.
                _LOGGER.exception("The alerts that wait cannot be read or written")
                due = time.time() + LONGEST_PAUSE
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._due.wait(), None if due is None else max(0.0, due - time.time()))

    async def _tell(self, bot: Bot, alert: Alert) -> None:
        """Send an alert; one over which something breaks lets the others pass."""
        try:
            await self._deliver(bot, alert)
        except sqlite3.Error:
            raise
        except Exception:
            _LOGGER.exception("Alert %s could not be made; it is tried again", alert.id)
            await self._put_back(alert, REFUSED_PAUSE)

    async def _deliver(self, bot: Bot, alert: Alert) -> None:
        """Send an alert; whatever comes of it is written down."""
        follower = alert.follow.follower
        person = follower.person or (follower.chat if follower.chat > 0 else None)
        if await self._workers.work(lambda: self._services.access.standing(follower.chat, person)) is Standing.NOBODY:
            await self._leave(alert, "may not ask any more")
            return
        if alert.doubtful:
            _LOGGER.warning("Alert %s is sent again: it may have arrived before the bot ended", alert.id)
        try:
            await self._send(bot, alert)
        except ChatMigrated as error:
            moved = error.new_chat_id
            await self._workers.work(lambda: self.follows.move_chat(follower.chat, moved))
            await self._put_back(alert, 0.0)
        except RetryAfter as error:
            pause = seconds_of(error.retry_after)
            _LOGGER.info("Telegram asks to wait %s s before alert %s", pause, alert.id)
            self._services.metrics.alerted("again")
            await self._workers.work(lambda: self.follows.put_back(alert, pause, whole_chat=True))
        except Forbidden as error:
            await self._leave(alert, str(error))
        except BadRequest as error:
            await self._refused(alert, error)
        except TelegramError as error:
            again = ": it may have arrived, and is sent again" if may_have_arrived(error) else "; it is tried again"
            _LOGGER.warning("Alert %s failed (%s)%s", alert.id, error, again)
            await self._put_back(alert, min(LONGEST_PAUSE, PAUSE * 2 ** min(alert.attempts, 10)))

    async def _send(self, bot: Bot, alert: Alert) -> None:
        follower, memory = alert.follow.follower, self._services.memory
        texts = texts_in(follower.language)
        text, sent = alert_message(alert, texts, newsroom_texts(follower.language))
        key = await self._services.recall(lambda: memory.reserve(follower.chat, sent), None)
        markup = None if key is None else answer_keyboard(key, sent, texts)
        with sent_once():
            arrived = await send(bot, ChatPlace(follower.chat, follower.topic), text, markup)
        self._services.metrics.alerted("sent")
        await self._workers.work(lambda: self.follows.arrived(alert))
        if key is not None:
            await self._services.remember(lambda: memory.arrived(key, follower.chat, arrived.message_id))

    async def _refused(self, alert: Alert, error: BadRequest) -> None:
        reason = error.message.lower()
        if "thread not found" in reason and alert.follow.follower.topic is not None:
            await self._workers.work(lambda: self.follows.leave_topic(alert.follow.id))
            await self._put_back(alert, 0.0)
        elif any(words in reason for words in _GONE):
            await self._leave(alert, error.message)
        elif time.time() - alert.made > GIVEN_UP:
            _LOGGER.error("Alert %s is given up, as Telegram refuses it: %s", alert.id, error)
            self._services.metrics.alerted("dropped")
            await self._workers.work(lambda: self.follows.arrived(alert))
        else:
            _LOGGER.warning("Telegram refuses alert %s, which is tried again: %s", alert.id, error)
            await self._put_back(alert, REFUSED_PAUSE)

    async def _leave(self, alert: Alert, reason: str) -> None:
        """Let a chat follow nothing any more."""
        chat = alert.follow.follower.chat
        self._services.metrics.alerted("dropped")
        count = await self._workers.work(lambda: self.follows.drop_chat(chat))
        _LOGGER.warning("A chat is told nothing any more, and follows nothing (%s things): %s", count, reason)

    async def _put_back(self, alert: Alert, seconds: float) -> None:
        self._services.metrics.alerted("again")
        await self._workers.work(lambda: self.follows.put_back(alert, seconds))
