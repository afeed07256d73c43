"""Words of a question that no article has, put right where articles have one that differs by a slip of the finger."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from rapidfuzz.distance import OSA

from index.lexical import stems
from index.records import Records
from retrieval.names import fold
from retrieval.search import Searcher
from retrieval.timings import staged

SHORTEST = 5
_LONG = 8
_LOOKED_AT = 50
_WORD = re.compile(r"[^\W\d_]+")


@staged("reading")
def corrected(searcher: Searcher, records: Records, text: str, *, keep: str = "") -> str:
    """Return a text with each word that stands in no article replaced by the nearest one that does, if one is near.

    Near is one slip (a letter too many, too few, wrong, or two swapped), in words of eight letters or more two. Of
    several the most frequent in the passages found is taken. A common word is no slip, though no article has it, and
    words with a capital inside a sentence may be names, which have their own rules.

    Args:
        searcher: of the generation.
        records: of the generation.
        text: any text, such as a question.
        keep: words that stay as they are, such as a name or what somebody is to have said word for word.
    """
    kept = set(_WORD.findall(keep))
    return _WORD.sub(
        lambda found: found.group() if found.group() in kept else _right(searcher, records, found, text), text
    )


def _right(searcher: Searcher, records: Records, found: re.Match[str], text: str) -> str:
    word = found.group()
    inside = text[: found.start()].strip(" “\"'") != ""
    lexical, stemmed = searcher.generation.lexical, stems(word)
    if len(word) < SHORTEST or (inside and word[0].isupper()) or len(stemmed) != 1 or lexical.frequency(stemmed[0]):
        return word
    if searcher.models.encoder.knows(word):
        return word
    slips = 1 if len(word) < _LONG else 2
    rows = records.passages([passage for passage, _ in lexical.search_near(stemmed[0], slips, _LOOKED_AT)])
    near = _near(fold(word), slips, (other for row in rows.values() for other in _WORD.findall(row.text)))
    return near or word


def _near(word: str, slips: int, others: Iterable[str]) -> str | None:
    """Return of some words the nearest to one, of several as near the most frequent."""
    counts = Counter(other.casefold() for other in others if abs(len(other) - len(word)) <= slips)
    distances = {other: OSA.distance(word, fold(other), score_cutoff=slips) for other in counts}
    best = min(distances, key=lambda other: (distances[other], -counts[other]), default=None)
    return best if best is not None and distances[best] <= slips else None
