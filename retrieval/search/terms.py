"""Words of a collection: how much each tells, which many articles use, and which a question means by a slip."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from itertools import chain, pairwise
from typing import TypeVar

from rapidfuzz.distance import OSA

from index.generations.generation import Generation
from index.store.catalog import Catalog
from index.store.lexical import LexicalIndex, stems
from index.store.records import Records
from retrieval.core.names import fold
from retrieval.core.tracing import staged
from retrieval.search.bm25 import search_near

K = TypeVar("K")

SMALL_STEMS = frozenset(
    stems(
        """a about after all also am an and any are as at be because been before but by can could did do does for from
        had has have he her him his how i if in into is it its just me more my no not of on or our out over own say she
        so some such than that the their them then there these they this those to too under up us very was we were what
        when where which while who whom whose why will with would you your tell said says him herself himself s t d"""
    )
)
"""Words that tell little, as stems."""


class TermWeights:
    """Inverse document frequencies over one generation; safe to share by threads."""

    def __init__(self, lexical: LexicalIndex) -> None:
        """Weigh words by the passages of an index."""
        self._lexical = lexical

    def weights(self, text: str) -> dict[str, float]:
        """Return how much each stem of a text tells: its inverse document frequency; small words are left out.

        Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), p. 347; plus 1
        inside the logarithm, as Lucene does, so that no weight is negative.
        """
        total = self._lexical.count()
        frequencies = {stem: self._lexical.frequency(stem) for stem in stems(text) if stem not in SMALL_STEMS}
        return {stem: math.log(1 + (total - n + 0.5) / (n + 0.5)) for stem, n in frequencies.items()}

    def idf_coverage(self, wanted: str, texts: Mapping[K, str]) -> dict[K, float]:
        """Return which share of some words each text holds, rare words weighing more, between 0 and 1."""
        weights = self.weights(wanted)
        total = sum(weights.values()) or 1.0
        held = {key: set(stems(text)) for key, text in texts.items()}
        return {key: sum(w for stem, w in weights.items() if stem in found) / total for key, found in held.items()}


SHORTEST = 5
_LONG = 8
_LOOKED_AT = 50
_WORD = re.compile(r"[^\W\d_]+")


@staged("reading")
def corrected(
    lexical: LexicalIndex, records: Records, text: str, *, is_common: Callable[[str], bool], keep: str = ""
) -> str:
    """Return a text with each word that stands in no article replaced by the nearest one that does, if one is near.

    Near is one slip (a letter too many, too few, wrong, or two swapped), in words of eight letters or more two. Of
    several the most frequent in the passages found is taken. A common word is no slip, though no article has it, and
    words with a capital inside a sentence may be names, which have their own rules.

    Args:
        lexical: of the generation.
        records: of the generation.
        text: any text, such as a question.
        is_common: tells whether a word is a common one.
        keep: words that stay as they are, such as a name or what somebody is to have said word for word.
    """
    kept = set(_WORD.findall(keep))
    return _WORD.sub(
        lambda found: found.group() if found.group() in kept else _right(lexical, records, found, text, is_common), text
    )


def _right(
    lexical: LexicalIndex, records: Records, found: re.Match[str], text: str, is_common: Callable[[str], bool]
) -> str:
    word = found.group()
    inside = text[: found.start()].strip(" “\"'") != ""
    stemmed = stems(word)
    if len(word) < SHORTEST or (inside and word[0].isupper()) or len(stemmed) != 1 or lexical.frequency(stemmed[0]):
        return word
    if is_common(word):
        return word
    slips = 1 if len(word) < _LONG else 2
    rows = records.passages(search_near(lexical, stemmed[0], slips, _LOOKED_AT))
    near = _near(fold(word), slips, (other for row in rows.values() for other in _WORD.findall(row.text)))
    return near or word


def _near(word: str, slips: int, others: Iterable[str]) -> str | None:
    """Return of some words the nearest to one, of several as near the most frequent."""
    counts = Counter(other.casefold() for other in others if abs(len(other) - len(word)) <= slips)
    distances = {other: OSA.distance(word, fold(other), score_cutoff=slips) for other in counts}
    best = min(distances, key=lambda other: (distances[other], -counts[other]), default=None)
    return best if best is not None and distances[best] <= slips else None


TITLES = 20_000
TEXTS = 3_000
"""How many of the newest titles and passages are read: enough to know the topics, in a fraction of a second."""

MOST = 5_000
_SHORTEST = 4
_REPEATED = 3
"""How many texts must hold two words side by side for them to be a phrase."""

# A word, and what parts it from the word before: only a space keeps a phrase together.
_TERM = re.compile(r"([^\w’'-]*)([^\W\d_][\w’'-]*[^\W_])")


def topics_of(generation: Generation) -> list[str]:
    """Return words and two-word phrases of the newest articles of a generation, those that most texts hold first.

    Each is spelt as it mostly is within sentences. What says little ("about", "said") is left out.
    """
    count = _Count()
    with closing(Catalog.open(generation.records_path)) as catalog:
        for text in chain(catalog.newest_titles(TITLES), catalog.newest_texts(TEXTS)):
            count.add(text)
    topics = count.topics()
    return sorted(topics, key=lambda topic: (-topics[topic], topic))[:MOST]


class _Count:
    """In how many texts each telling word, and each two of them side by side, stand within a sentence, as spelt."""

    def __init__(self) -> None:
        self._words: Counter[str] = Counter()
        self._phrases: Counter[str] = Counter()
        self._telling: dict[str, bool] = {}

    def add(self, text: str) -> None:
        found = list(_words(text))
        # What begins a sentence has its capital from there.
        self._words.update({word for word, beside in found if (beside or word.islower()) and self._tells(word)})
        self._phrases.update(
            {
                f"{first} {second}"
                for (first, _), (second, beside) in pairwise(found)
                if beside and self._tells(first) and self._tells(second)
            }
        )

    def topics(self) -> dict[str, int]:
        phrases = {phrase: count for phrase, count in _joined(self._phrases).items() if count >= _REPEATED}
        return _joined(self._words) | phrases

    def _tells(self, word: str) -> bool:
        if word not in self._telling:
            long = len(word) >= _SHORTEST or (len(word) > 1 and word.isupper())
            self._telling[word] = long and not all(stem in SMALL_STEMS for stem in stems(word))
        return self._telling[word]


def _words(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the words of a text without possessive endings, each with whether only a space parts it from the last."""
    whole = False
    for gap, word in _TERM.findall(text):
        bare = re.sub(r"['’]s?$", "", word)
        yield bare, whole and gap == " "
        whole = bare == word


def _joined(counts: Counter[str]) -> dict[str, int]:
    """Return the counts of each spelling under the most frequent one of the same letters."""
    spellings: dict[str, str] = {}
    total: dict[str, int] = {}
    for spelt, count in counts.most_common():
        common = spellings.setdefault(spelt.lower(), spelt)
        total[common] = total.get(common, 0) + count
    return total
