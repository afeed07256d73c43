"""Topics of statements: clusters of their vectors, each called by words of its own."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

from index.inference import Floats
from index.lexical import stems
from retrieval.search import SMALL_STEMS
from retrieval.wording import Word, words_of

MOST_TOPICS = 8
"""As many as a reader can tell apart at a glance, and as there are colours for the colour-blind."""

CLUSTERED = 2_500
"""How many statements are clustered with each other, which takes memory for each pair; others join the nearest."""

_A_TOPIC = 2.5
_FEWEST = 6
_LABEL_WORDS = 3
_PHRASE = 1.1
_SHORTEST = 3
_EMPTY = frozenset(
    """think know going get got like want make made thing things people way back look really much many well one two
    never every always good take put come came go went see need let lot something anything nothing somebody nobody
    everybody year years day days time times today tomorrow even still yet again right big long little now first last
    next new old yes keep give gave tell told say says said ask asked done doing being cannot
    around under behind near against between within along across above below toward towards among upon until whoever
    sooner rather exactly""".split()
)


def topics_of(vectors: Floats) -> list[int]:
    """Return the topic of each statement, numbered from 0, the topic with most statements first.

    Ward's clustering (Ward, Hierarchical grouping to optimize an objective function, 1963), cut into about the square
    root of 0.4 times as many topics as there are statements. The same vectors give the same topics.

    Args:
        vectors: unit vectors, shape (statements, dimension).
    """
    count = len(vectors)
    wanted = 1 if count < _FEWEST else min(MOST_TOPICS, max(2, round(math.sqrt(count / _A_TOPIC))))
    if wanted == 1:
        return [0] * count
    # What all that somebody says has in common tells no topics apart.
    vectors = vectors - vectors.mean(axis=0)
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    step = -(-count // CLUSTERED)
    sample = vectors[::step]
    found = fcluster(linkage(sample, "ward"), wanted, "maxclust")
    centres = np.stack([sample[found == one].mean(axis=0) for one in sorted(set(found.tolist()))])
    nearest = [int(at) for at in np.argmax(vectors @ centres.T - (centres**2).sum(axis=1) / 2, axis=1)]
    order = [topic for topic, _ in Counter(nearest).most_common()]
    return [order.index(topic) for topic in nearest]


def labels_of(texts: Sequence[str], topics: Sequence[int], without: Iterable[str] = ()) -> list[str]:
    """Return a label for each topic: the words that its statements have and others have not.

    Class-based TF-IDF (Grootendorst, BERTopic, 2022, section 3.3), counting in how many statements a word stands, so
    that no long one decides; two telling words side by side count as one.

    Args:
        texts: the statements.
        topics: the topic of each, as `topics_of` numbers them.
        without: words that tell nothing here, such as the speaker's name.
    """
    left_out = {stem for word in without for stem in stems(word)} | SMALL_STEMS
    counts: dict[int, Counter[tuple[str, ...]]] = defaultdict(Counter)
    spelt: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for text, topic in zip(texts, topics, strict=True):
        found = _terms(text, left_out)
        counts[topic].update(found.keys())
        for term, (spelling, within) in found.items():
            # What begins a sentence has its capital from there.
            spelt[term][spelling] += 1 + 99 * within
    total = sum(counts.values(), Counter[tuple[str, ...]]())
    average = total.total() / max(len(counts), 1)
    return [_label(counts[topic], total, average, spelt) for topic in sorted(counts)]


def _label(
    counts: Counter[tuple[str, ...]],
    total: Counter[tuple[str, ...]],
    average: float,
    spelt: dict[tuple[str, ...], Counter[str]],
) -> str:
    fewest = min(2, max(counts.values(), default=0))
    weights = {
        term: count * math.log(1 + average / total[term]) * (_PHRASE if len(term) > 1 else 1)
        for term, count in counts.items()
        if count >= fewest + (len(term) > 1)
    }
    chosen: list[tuple[str, ...]] = []
    for term in sorted(weights, key=lambda term: (-weights[term], term)):
        if not any(set(term) & set(other) for other in chosen):
            chosen.append(term)
        if len(chosen) == _LABEL_WORDS:
            break
    return ", ".join(spelt[term].most_common(1)[0][0] for term in chosen) or "other matters"


def _terms(text: str, left_out: set[str]) -> dict[tuple[str, ...], tuple[str, bool]]:
    """Return the telling words of a statement, and the pairs of them side by side, by stem, each as spelt.

    Beside the spelling stands whether it is that of a word within a sentence.
    """
    found: dict[tuple[str, ...], tuple[str, bool]] = {}
    telling: list[tuple[Word, str] | None] = []
    for word in words_of(text):
        stem = " ".join(stems(word.key))
        tells = len(stem) >= _SHORTEST and word.key.isalpha() and stem not in left_out and word.key not in _EMPTY
        telling.append((word, stem) if tells else None)
        if tells:
            found.setdefault((stem,), (_spelt(word), not word.opens))
    for first, second in pairwise(telling):
        if first and second and first[0].gap == " " and first[1] != second[1]:
            spelling = f"{_spelt(first[0])} {_spelt(second[0])}"
            found.setdefault((first[1], second[1]), (spelling, not first[0].opens))
    return found


def _spelt(word: Word) -> str:
    return word.key if word.opens else word.text
