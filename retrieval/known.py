"""Whether an article that somebody brings is in the collection already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from index.lexical import LexicalIndex
from index.records import Records
from retrieval.answer import Hit
from retrieval.copies import ALIKE, LOOKED_AT, rarest_stems, resemblance, shingles
from retrieval.hits import make_hits
from retrieval.names import words
from retrieval.search import Searcher

COMPARED: Final = 12
"""How many paragraphs of the article are looked for, the longest: they tell one article from another."""

TELLING: Final = 8
"""Words that a paragraph has at least to tell anything, unless all are shorter."""


def known_article(searcher: Searcher, records: Records, paragraphs: Sequence[str]) -> Hit | None:
    """Return a passage of the article that has most of some paragraphs, or nearly the same; None where none has.

    Args:
        searcher: of the generation.
        records: of the generation.
        paragraphs: texts of the article.
    """
    lengths = {text: len(words(text)) for text in paragraphs}
    telling = [text for text in lengths if lengths[text] >= TELLING] or list(lengths)
    compared = sorted(telling, key=lambda text: -lengths[text])[:COMPARED]
    found: Counter[int] = Counter()
    first: dict[int, int] = {}
    for text in compared:
        for article, passage in _alike(searcher.generation.lexical, records, text).items():
            found[article] += 1
            first.setdefault(article, passage)
    if not found:
        return None
    article, count = found.most_common(1)[0]
    return make_hits(records, [(first[article], 1.0)])[0] if 2 * count > len(compared) else None


def _alike(lexical: LexicalIndex, records: Records, text: str) -> dict[int, int]:
    """Return the passages that are nearly the same as a text, by the ids of their articles."""
    own = shingles(text)
    rows = records.passages(lexical.search_stems(rarest_stems(lexical, text, least=1), LOOKED_AT))
    return {row.article: row.id for row in rows.values() if resemblance(own, shingles(row.text)) >= ALIKE}
