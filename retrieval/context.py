"""What stands around a passage and may name what it is about: the title of its article, and the passage before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from index.records import PassageRow, Records
from index.sentences import sentences


@dataclass(frozen=True, slots=True)
class Context:
    """What a reader of a passage has just read.

    Attributes:
        title: of the article.
        before: id of the passage before, or None where the passage is the first.
        text: that passage, or nothing.
    """

    title: str
    before: int | None
    text: str

    def lead(self) -> str:
        """Return the title and the last sentence before, to be read with the passage."""
        found = sentences(self.text)
        last = self.text[slice(*found[-1])] if found else ""
        return f"{self.title}. {last} "


def contexts(records: Records, rows: Mapping[int, PassageRow]) -> dict[int, Context]:
    """Return the context of passages by id."""
    articles = records.articles(sorted({row.article for row in rows.values()}))
    previous: dict[int, int] = {}
    for article in articles:
        ids = records.article_passages([article])
        previous |= zip(ids[1:], ids, strict=False)
    texts = {i: row.text for i, row in records.passages([previous[p] for p in rows if p in previous]).items()}
    return {
        passage: Context(articles[row.article].title, previous.get(passage), texts.get(previous.get(passage, -1), ""))
        for passage, row in rows.items()
    }
