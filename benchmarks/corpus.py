"""What is measured on: the fictional articles of the tests, the user's own, or made-up ones in any number."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measuring import ROOT

if TYPE_CHECKING:
    from index.core.article import Article

ARTICLES = ROOT / "tests" / "articles"
SENTENCES_A_PARAGRAPH = 2

_ONSETS = "b br c ch d dr f g gr h k l m n p pr qu r s sh st t th tr v w".split()
_MIDDLES = "a e i o u ai ea oo ou".split()
_ENDS = "l m n nd r rk sh st t ck ss ble ter ning".split()
_SAID = ("said", "added", "explained", "argued", "warned", "told reporters")


def sources(corpus: Path | str | None) -> list[Path | str]:
    """Return what to index: the seed, which answers the cold questions, and the tests' or the given articles."""
    return [ROOT / "seeds", corpus or ARTICLES]


def articles(corpus: str | None) -> list[Article]:
    """Return the articles of these sources, as onrecord reads them."""
    return [article for source in sources(corpus) for article in read(source)]


def passages(corpus: str | None, count: int | None = None) -> list[str]:
    """Return the passages of the articles, repeated or cut to a number where one is given."""
    texts = [text for article in articles(corpus) for _, text in article.passages()]
    return list(islice(cycle(texts), count)) if count else texts


def passages_of(folder: str) -> Iterator[str]:
    """Yield the passages of a folder of articles."""
    return (text for article in read(folder) for _, text in article.passages())


def read(source: Path | str) -> Iterator[Article]:
    """Yield the articles of a source, without what cannot be read."""
    from index.core.article import Article
    from index.sources.given import read_source

    return (article for article in read_source(str(source)) if isinstance(article, Article))


def write_articles(folder: Path, count: int, paragraphs: int, *, first: int = 0) -> None:
    """Write fictional articles as text files; the same numbers give the same words on every machine."""
    for number in range(first, first + count):
        path = folder / f"{number // 1000:03}" / f"{number:06}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made_up_article(number, paragraphs), "utf-8")


def made_up_article(number: int, paragraphs: int) -> str:
    """Return a fictional article: a dateline, and paragraphs of made-up words, one of which quotes somebody."""
    chance = random.Random(number)  # noqa: S311  (text to measure on, not a secret)
    day = date(2031, 1, 1) + timedelta(days=number % 900)
    speaker = f"{_word(chance).title()} {_word(chance).title()}"
    body = [" ".join(islice(_sentences(chance), SENTENCES_A_PARAGRAPH)) for _ in range(paragraphs)]
    saying = next(_sentences(chance)).rstrip(".")
    body[-1] = f"“{saying},” {speaker} {chance.choice(_SAID)}. {body[-1]}"
    return f" date {day.isoformat()} {_word(chance).upper()} (Made Up) - " + "\n\n".join(body) + "\n"


def _sentences(chance: random.Random) -> Iterator[str]:
    small = ("the", "a", "of", "and", "to", "in", "that", "for", "was", "with")
    while True:
        words = [chance.choice(small) if position % 2 else _word(chance) for position in range(chance.randint(7, 11))]
        yield f"{' '.join(words).capitalize()}."


def _word(chance: random.Random) -> str:
    syllables = (chance.choice(_ONSETS) + chance.choice(_MIDDLES) for _ in range(chance.randint(1, 2)))
    return "".join(syllables) + chance.choice(_ENDS)
