"""Titles: one for an article that has none, its first sentence cut at a word; and texts that repeat theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from index.readers.days import is_date_line

MAX_LENGTH = 90
_WORDS = re.compile(r"\w+")
# A full stop after a single capital or a short title ends no sentence: "J. Doe", "Sen. Doe".
_SENTENCE_END = re.compile(r"(?<![A-Z])(?<!\b[A-Z][a-z])(?<!\b[A-Z][a-z]{2})[.!?][”\"’']?(?=\s+[“\"‘A-Z0-9])|\n")


def title_from(text: str) -> str:
    """Return the first sentence of a text, without its full stop, at most `MAX_LENGTH` code points.

    >>> title_from("The pier will close on Monday. Boats must leave.")
    'The pier will close on Monday'
    """
    text = " ".join(text.split())
    end = _SENTENCE_END.search(text)
    sentence = text[: end.start()] if end else text.rstrip(".")
    if len(sentence) <= MAX_LENGTH:
        return sentence or "Untitled"
    start = sentence[:MAX_LENGTH]
    cut = start.rsplit(" ", 1)[0] if " " in start else start[:-1]
    return cut.rstrip(" ,;:-–—") + "…"


def without_title(paragraphs: Sequence[str], titles: Iterable[str | None]) -> list[str]:
    """Return paragraphs without those at the top that only repeat a title or tell a day; one at least is left."""
    known = {key for title in titles if (key := _key(title or ""))}
    start = 0
    while start < len(paragraphs) - 1 and (_key(paragraphs[start]) in known or is_date_line(paragraphs[start])):
        start += 1
    return list(paragraphs[start:])


def _key(text: str) -> str:
    return " ".join(_WORDS.findall(text.casefold()))
