"""What the articles are about: the words and short phrases that many of them use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import chain, pairwise

from index.catalogue import Catalogue
from index.generation import Generation
from index.lexical import stems
from retrieval.search import SMALL_STEMS

TITLES = 20_000
TEXTS = 3_000
"""How many of the newest titles and passages are read: enough to know the topics, in a fraction of a second."""

MOST = 5_000
_SHORTEST = 4
_REPEATED = 3
"""How many texts must hold two words side by side for them to be a phrase."""

# A word, and what parts it from the word before: only a space keeps a phrase together.
_WORD = re.compile(r"([^\w’'-]*)([^\W\d_][\w’'-]*[^\W_])")


def topics_of(generation: Generation) -> list[str]:
    """Return words and two-word phrases of the newest articles of a generation, those that most texts hold first.

    Each is spelt as it mostly is within sentences. What says little ("about", "said") is left out.
    """
    count = _Count()
    with closing(Catalogue.open(generation.records_path)) as catalogue:
        for text in chain(catalogue.newest_titles(TITLES), catalogue.newest_texts(TEXTS)):
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
    for gap, word in _WORD.findall(text):
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
