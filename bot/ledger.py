"""What was seen in the articles before, kept in the bot's store: by it, what is new is told from what is not."""

from __future__ import annotations

from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.store import Store
    from retrieval.news import Newsreader
    from retrieval.seen import Sighting

_ARTICLES: Final = 20
"""Articles written down at once: nobody else who needs the store waits longer than for these."""

_CHUNK: Final = 500
"""Values asked for at once, below SQLite's limit."""


class StoredLedger:
    """A `retrieval.seen.Ledger`; threads may share it; blocking.

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
