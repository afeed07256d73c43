"""Articles in plain text files: paragraphs between blank lines, the first with a dateline."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from index.core.article import Article
from index.core.errors import ArticleError
from index.readers.extraction.metadata import Facts, article_of, read_dateline, with_first_lines
from index.readers.extraction.original import Original, decode

_HARD_WRAP = 100


def read_plain_text(original: Original) -> Iterator[Article | ArticleError]:
    """Yield the one article of a text file.

    The first line may be a headline; the first paragraph may begin with a dateline such as
    ``date 2017-02-07 MIAMI (WSVN) - ``, which stays part of it. Where it tells no day, the file's name may.

    Raises:
        ArticleError: it is no text, or holds none.
    """
    name, data = original.name, original.read()
    paragraphs = split_paragraphs(decode(data, name))
    if not paragraphs:
        raise ArticleError(f"{name}: holds no text")
    headline, paragraphs = _split_headline(paragraphs)
    facts = with_first_lines(Facts(headline, url=original.url), paragraphs, name)
    yield article_of(name, paragraphs, facts, source=name, sha256=hashlib.sha256(data).hexdigest())


def split_paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text, trimmed; lines wrapped by hand within a paragraph are joined by a space.

    Blank lines part paragraphs. Where there is none, each line is a paragraph, unless all are short enough to be one
    paragraph wrapped by hand.
    """
    lines = [line.strip() for line in text.splitlines()]
    blocks = [block for block in re.split(r"\n\n+", "\n".join(lines)) if block.strip()]
    if len(blocks) == 1 and max(map(len, lines)) > _HARD_WRAP:
        blocks = lines
    return [" ".join(block.split("\n")).strip() for block in blocks if block.strip()]


def _split_headline(paragraphs: list[str]) -> tuple[str | None, list[str]]:
    """Take a first paragraph that reads as a headline away: short, no full stop, no dateline, text after it."""
    first = paragraphs[0]
    is_headline = (
        len(paragraphs) > 1 and len(first) <= 150 and not read_dateline(first).length and first[-1] not in ".!?,;:”\"'’"
    )
    return (first, paragraphs[1:]) if is_headline else (None, paragraphs)
