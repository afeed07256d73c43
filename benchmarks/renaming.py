"""Other words of the same length: so that copies of a text differ, and what was found at an offset still stands there.

As a collection grows, the people in it grow too, though more slowly. Somebody's `identity` tells which of many people
bears a role in an article; identity 0 keeps the name.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence

GROWTH = 0.7
"""People grow as the articles do, to this power, as distinct words do in growing texts (Heaps' law)."""

_CLASSES = ("aeiou", "bcdfghklmnprstvwz")
_NAME = re.compile(r"[^\W\d_]{2,}")
_PLAIN = re.compile(r"(?<![\w’'-])[a-z]{5,}(?![\w’'-])")


def identity(chance: random.Random, articles: int) -> int:
    """Return which of the people who share a role in so many articles is meant: 0, the first, or a later one."""
    return int(chance.random() * (1 + articles) ** GROWTH)


def renamed(name: str, number: int) -> str:
    """Return a made-up name, as long as the one it stands for, vowels and consonants in the same places.

    >>> renamed("Gimenez", 0), len(renamed("Gimenez", 7))
    ('Gimenez', 7)
    """
    if not number:
        return name
    chance = random.Random(f"{name} {number}")  # noqa: S311  (text to measure on, not a secret)
    return "".join(_other(letter, chance) for letter in name)


def _other(letter: str, chance: random.Random) -> str:
    kind = next((letters for letters in _CLASSES if letter.lower() in letters), None)
    if kind is None:
        return letter
    other = chance.choice(kind)
    return other.upper() if letter.isupper() else other


def replaced(text: str, names: Mapping[str, str]) -> str:
    """Return a text with some words replaced, wherever they stand whole."""
    return _NAME.sub(lambda word: names.get(word.group(), word.group()), text) if names else text


class Vocabulary:
    """The plain words of a collection, as often as it has them, by length."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._words: dict[int, list[str]] = {}
        for text in texts:
            for word in _PLAIN.findall(text):
                self._words.setdefault(len(word), []).append(sys.intern(word))

    def varied(self, text: str, share: float, chance: random.Random) -> str:
        """Return a text with a share of its plain words, those of five small letters or more, replaced."""

        def other(found: re.Match[str]) -> str:
            word = found.group()
            words = self._words.get(len(word))
            return words[int(chance.random() * len(words))] if words and chance.random() < share else word

        return _PLAIN.sub(other, text)


def last_names(names: Iterable[str], spared: Callable[[str], bool]) -> Sequence[str]:
    """Return the last words of names of several words, without those to be spared, each once."""
    parts = (name.split() for name in names)
    return list(dict.fromkeys(words[-1] for words in parts if len(words) > 1 and not spared(words[-1])))
