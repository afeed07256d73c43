"""Articles made of the sentences of others, in any number.

Paragraphs have as many sentences, words and quotations, articles the outlets, dates and places of quotations, as those
they are made of, and on average 18 paragraphs. Memory does not grow with the number; a seed gives the same articles on
every machine; no two paragraphs are the same.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.corpus import ARTICLES, read
from benchmarks.renaming import Vocabulary, identity, renamed, replaced
from index.core.article import Article
from index.core.sentences import sentences

PARAGRAPHS = 18
SEED = 1
_BITS = 1 << 27
_PROMINENT = 0.01
_OPEN, _CLOSE = "“", "”"
_SAID = r"(?:said|says|added|told|argued|explained|wrote|warned)"
_SPEAKER = re.compile(rf"([A-Z][a-z]{{2,}}) {_SAID}\b|\b{_SAID} (?:[A-Z][a-z]+ )+?([A-Z][a-z]{{2,}})\b")

Kind = tuple[bool, int, int]
"""Whether a unit quotes somebody, how many sentences it has, and its length in steps of eight words."""


@dataclass(frozen=True, slots=True)
class Shape:
    """An article to be like: what is known of it, its title, and the kinds of the units of each paragraph."""

    title: str
    outlet: str | None
    date: str | None
    paragraphs: tuple[tuple[Kind, ...], ...]


class Recombined:
    """New articles out of the sentences of given ones."""

    def __init__(self, articles: Sequence[Article], seed: int = SEED) -> None:
        self._seed = seed
        self._units: dict[Kind, list[str]] = {}
        self._shapes = [self._shape(article) for article in articles]
        texts = [text for article in articles for _, text in article.passages()]
        self._names = _speakers(texts)
        self._vocabulary = Vocabulary(texts)
        self._longer = PARAGRAPHS * len(articles) / len(texts)

    def articles(self, passages: int) -> Iterator[dict[str, Any]]:
        """Yield articles, in the form of `.jsonl` sources, until they have so many passages."""
        seen, number = _Seen(), 0
        while passages > 0:
            article = self._article(number, passages, seen)
            passages -= len(article["paragraphs"])
            number += 1
            yield article

    def article(self, number: int) -> dict[str, Any]:
        """Return one article of `PARAGRAPHS`; those of other numbers may share a paragraph with it."""
        return self._article(number, PARAGRAPHS, _Seen(), exactly=True)

    def _article(self, number: int, most: int, seen: _Seen, *, exactly: bool = False) -> dict[str, Any]:
        chance = random.Random(f"{self._seed} {number}")  # noqa: S311  (text to measure on, not a secret)
        shape = chance.choice(self._shapes)
        names = {name: renamed(name, identity(chance, number)) for name in self._names}
        count = most if exactly else min(self._length(shape, chance), most)
        paragraphs = [self._paragraph(shape.paragraphs[n % len(shape.paragraphs)], names, chance, seen)
                      for n in range(count)]  # fmt: skip
        title = self._vocabulary.varied(replaced(shape.title, names), 0.5, chance)
        told = {"id": f"made-{number:07}", "title": title, "date": shape.date, "source": shape.outlet}
        return told | {"paragraphs": paragraphs}

    def _length(self, shape: Shape, chance: random.Random) -> int:
        """Return a number of paragraphs: in proportion to that of the shape, rounded up or down by chance."""
        return max(1, int(len(shape.paragraphs) * self._longer + chance.random()))

    def _paragraph(self, kinds: Sequence[Kind], names: dict[str, str], chance: random.Random, seen: _Seen) -> str:
        for tries in range(1000):
            text = replaced(" ".join(chance.choice(self._units[kind]) for kind in kinds), names)
            # Sentences that stand alone are soon used up: then more and more of their words are other ones.
            varied = self._vocabulary.varied(text, min(0.1 * tries, 0.6), chance) if tries else text
            if seen.is_new(varied):
                return varied
        raise ValueError("the articles are too few, or too short, to make so many different paragraphs of")

    def _shape(self, article: Article) -> Shape:
        day = article.date.isoformat() if article.date else None
        paragraphs = tuple(tuple(self._kinds(text)) for _, text in article.passages())
        return Shape(article.title, article.outlet, day, paragraphs)

    def _kinds(self, text: str) -> Iterator[Kind]:
        for unit, count in _units(text):
            kind = (_OPEN in unit or '"' in unit, count, len(unit.split()) // 8)
            self._units.setdefault(kind, []).append(unit)
            yield kind


class _Seen:
    """Which texts there were: one bit for the hash of each, so that a text never comes twice, and few are refused."""

    def __init__(self) -> None:
        self._bits = bytearray(_BITS // 8)

    def is_new(self, text: str) -> bool:
        place = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) % _BITS
        byte, bit = divmod(place, 8)
        if self._bits[byte] >> bit & 1:
            return False
        self._bits[byte] |= 1 << bit
        return True


def _units(text: str) -> Iterator[tuple[str, int]]:
    """Yield the sentences of a paragraph, those together that one quotation spans, with how many they are."""
    start, count, spans = None, 0, sentences(text)
    for first, end in spans:
        start, count = (first, 1) if start is None else (start, count + 1)
        unit = text[start:end]
        if unit.count(_OPEN) <= unit.count(_CLOSE) and unit.count('"') % 2 == 0:
            yield unit, count
            start = None
    if start is not None:
        yield text[start : spans[-1][1]], count


def _speakers(texts: Sequence[str]) -> list[str]:
    """Return the last names that stand beside words such as "said", without the most frequent ones."""
    found = Counter(name for text in texts for match in _SPEAKER.finditer(text) for name in match.groups() if name)
    small = {word for text in texts for word in re.findall(r"\b[a-z]{3,}\b", text)}
    most = max(_PROMINENT * sum(found.values()), 2)
    return [name for name, count in found.items() if count <= most and name.lower() not in small]


def given(corpus: Path | None) -> list[Article]:
    """Return the articles of a file or folder, or those of the tests."""
    return [article for article in read(corpus or ARTICLES) if any(article.passages())]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recombined", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT.jsonl")
    parser.add_argument("--corpus", type=Path, metavar="FILE", help="articles to make them of (tests/articles)")
    parser.add_argument("--passages", type=int, default=10_000, metavar="N", help="how many in all (10000)")
    parser.add_argument("--number", type=int, metavar="N", help="write the one article of this number instead")
    parser.add_argument("--seed", type=int, default=SEED, metavar="N", help="other articles for other numbers (1)")
    options = parser.parse_args()
    made = Recombined(given(options.corpus), options.seed)
    articles = made.articles(options.passages) if options.number is None else iter([made.article(options.number)])
    with options.out.open("w", encoding="utf-8") as out:
        while lines := [json.dumps(article, ensure_ascii=False) for article in islice(articles, 100)]:
            out.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
