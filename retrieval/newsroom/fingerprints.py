"""What tells passages and words of somebody that were seen before from new ones, wherever they stand now."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from index.store.records import ArticleRow
from retrieval.core.names import words
from retrieval.search.near_duplicates import ALIKE_VERSIONS, shingles

SKETCH: Final = 32
"""How many hashes a sketch has: the resemblance of two texts is estimated within .09 in two of three cases."""

FEW_WORDS: Final = 4
"""Words of fewer than this are said by many of much: "No comment" in another article is another quotation."""

# Odd multipliers and offsets of multiply-shift hashing (Dietzfelbinger et al., A Reliable Randomized Algorithm for the
# Closest-Pair Problem, 1997, section 3). They stand in every sketch that was kept, so they never change.
_CHANCE = np.random.Generator(np.random.PCG64(20170207))
_FACTORS: Final = _CHANCE.integers(0, 2**64, SKETCH, dtype=np.uint64) | np.uint64(1)
_OFFSETS: Final = _CHANCE.integers(0, 2**64, SKETCH, dtype=np.uint64)


class Ledger(Protocol):
    """What was seen before, and in which look, counted from 1; see `Sighting`."""

    def prints(self) -> Mapping[str, str]:
        """Return what the articles were when they were looked at last, by their ids; see `Sighting.print`."""

    def articles_since(self, look: int) -> Collection[str]:
        """Return the ids of the articles in which something was new after a look."""

    def texts(self, digests: Sequence[bytes]) -> Mapping[bytes, int]:
        """Return in which look each of some texts was seen first; those never seen are left out."""

    def words(self, digests: Sequence[bytes]) -> Mapping[bytes, int]:
        """Return likewise for what somebody said."""

    def stories(self, keys: Sequence[bytes]) -> Mapping[bytes, Sequence[tuple[bytes, int]]]:
        """Return the sketches of the texts of stories, and in which look each was seen first, by the story's key."""


@dataclass(frozen=True, slots=True)
class TextSeen:
    """A passage: the key of its story, the digest of its words, its sketch, and the look in which it was seen first."""

    story: bytes
    digest: bytes
    sketch: bytes
    look: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """An article that is new or has changed, as a look saw it: to be kept in a `Ledger`.

    Attributes:
        name: id of the article.
        print: tells whether it has changed since.
        texts: its passages.
        words: digests of what is said in it, each with the look in which it was seen first.
    """

    name: str
    print: str
    texts: tuple[TextSeen, ...]
    words: tuple[tuple[bytes, int], ...]

    @property
    def newest(self) -> int:
        """The latest look in which something in it was seen first."""
        return max([text.look for text in self.texts] + [look for _, look in self.words], default=0)


def text_digest(text: str) -> bytes:
    """Return what two texts of the same words share, whatever their case, accents and punctuation: 8 bytes."""
    return _digest(" ".join(words(text) or text.split()))


def words_digest(said: str, speaker: str | None, story: bytes) -> bytes:
    """Return what the same words of the same speaker share in whatever article: 8 bytes.

    Args:
        said: the words.
        speaker: who says them; the last name counts, as articles call people by it.
        story: key of the article; words that anybody might say again count for it alone.
    """
    every = words(said)
    last = (words(speaker or "") or [""])[-1]
    where = story.hex() if len(every) < FEW_WORDS else ""
    return _digest("\n".join([" ".join(every), last, where]))


def story_key(article: ArticleRow) -> bytes:
    """Return what all versions of a story share: its address or, where it has none, its id; 8 bytes."""
    return _digest(article.url or article.name)


def sketch(text: str) -> bytes:
    """Return a sketch of a text, by which its resemblance to another can be told (Broder 1997, section 3).

    >>> len(sketch("The ferry will not close while I am mayor.")) == 2 * SKETCH
    True
    """
    hashes = np.array([zlib.crc32(" ".join(one).encode()) for one in shingles(text)], np.uint64)
    mixed = (hashes[:, None] * _FACTORS + _OFFSETS) >> np.uint64(32)
    least: npt.NDArray[np.uint64] = mixed.min(axis=0)
    return (least & np.uint64(0xFFFF)).astype("<u2").tobytes()


def first_alike(one: bytes, others: Sequence[tuple[bytes, int]]) -> int | None:
    """Return the earliest look in which a text was seen that is a version of another, by their sketches, or None."""
    own = _hashes(one)
    looks = [look for other, look in others if float((own == _hashes(other)).mean()) >= ALIKE_VERSIONS]
    return min(looks, default=None)


def _hashes(sketched: bytes) -> npt.NDArray[np.uint16]:
    return np.frombuffer(sketched, "<u2")


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
