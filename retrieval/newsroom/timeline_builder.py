"""Making the timeline of a speaker from one generation: statements, their topics, and their order."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

from index.core.sentences import embedded_sentences
from index.models.onnx import Floats
from index.quotations.speech.types import Quotation
from index.store.lexical import stems
from index.store.records import ArticleRow, PassageRow, Records
from retrieval.attribution.listing import the_person
from retrieval.attribution.whose_words import OwnWords, own_words
from retrieval.core.tokens import Word, words_of
from retrieval.newsroom.timeline import Entry, Timeline, TimelinePassage, Topic, in_time
from retrieval.search.hits import cite
from retrieval.search.near_duplicates import Versions, shingles
from retrieval.search.searcher import Searcher
from retrieval.search.terms import SMALL_STEMS

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


def cluster_topics(vectors: Floats) -> list[int]:
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
        topics: the topic of each, as `cluster_topics` numbers them.
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


ABOUT_WORDS = 0.5
"""The share of a topic's telling words that a statement must hold to be about it, rare words weighing more."""

ABOUT_MEANING = 0.42
"""The cosine of a statement's best sentence to a topic from which it is about it without its words."""

SAME = 0.8
"""The share of a shorter statement's shingles that a longer one holds from which they are one statement."""

_FEWEST_SAME = 5


@dataclass(frozen=True)
class _Said:
    """A quotation of the speaker with all its pieces, and its vector, of unit length."""

    article: ArticleRow
    pieces: Sequence[tuple[PassageRow, Quotation]]
    vector: Floats

    @property
    def words(self) -> str:
        told = [row.text[piece.start : piece.end] for row, piece in self.pieces]
        return " … ".join([*(piece.rstrip(" ,") for piece in told[:-1]), *told[-1:]])

    @property
    def kind(self) -> str:
        kinds = {piece.kind for _, piece in self.pieces}
        return kinds.pop() if len(kinds) == 1 else "mixed"


def build_timeline(
    searcher: Searcher,
    records: Records,
    speaker: str,
    *,
    about: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Timeline:
    """Return what somebody said, by topic and in order of time.

    Args:
        searcher: of the generation.
        records: of the generation.
        speaker: words that name whose record is wanted.
        about: only what is about this; anything by default.
        since: the first day; articles without a date are then left out. Any day by default.
        until: the last day, likewise.

    Raises:
        SpeakerError: the words name nobody, or several.
    """
    person = the_person(searcher, speaker)
    maker = _Maker(searcher, records, own_words(records, person, None))
    said = [one for one in maker.said() if _is_in_time(one.article.date, since, until)]
    if about:
        said = maker.about(said, about)
    groups = _same(said)
    vectors = np.stack([group[0].vector for group in groups]) if groups else np.zeros((0, 1), np.float32)
    topics = cluster_topics(vectors)
    labels = labels_of([group[0].words for group in groups], topics, [person.name, *sorted(person.words), about or ""])
    entries = [maker.entry(group) for group in groups]
    made = tuple(
        Topic(label, tuple(in_time(entry for entry, one in zip(entries, topics, strict=True) if one == number)))
        for number, label in enumerate(labels)
    )
    return Timeline(person.name, about, since, until, made, len(said))


def _is_in_time(day: str | None, since: date | None, until: date | None) -> bool:
    if day is None:
        return since is None and until is None
    return (since is None or day >= since.isoformat()) and (until is None or day <= until.isoformat())


class _Maker:
    """What a timeline is made of."""

    def __init__(self, searcher: Searcher, records: Records, own: OwnWords) -> None:
        self._searcher, self._own = searcher, own
        self._articles = records.articles(sorted({row.article for row in own.passages.values()}))
        self._versions = Versions.of(records, list(self._articles))
        around = {passage + step for passage in own.passages for step in (-1, 1)}
        self._around = records.passages(sorted(around))
        self._roles = {
            (row.article, row.speaker.name): row.speaker.roles[0]
            for row in records.speakers(list(self._articles))
            if row.speaker.roles
        }

    def said(self) -> list[_Said]:
        """Return the speaker's quotations, in the order in which they were indexed."""
        sentences = self._searcher.generation.sentences.of(list(self._own.passages))
        wholes = self._searcher.generation.vectors.by_id(list(self._own.passages))
        pieces: dict[tuple[int, int], list[tuple[PassageRow, Quotation]]] = defaultdict(list)
        for passage, quotations in sorted(self._own.quotations.items()):
            row = self._own.passages[passage]
            for quotation in quotations:
                pieces[row.article, quotation.number].append((row, quotation))
        return [
            _Said(self._articles[article], found, _vector(found, sentences, wholes))
            for (article, _), found in pieces.items()
        ]

    def about(self, said: Sequence[_Said], topic: str) -> list[_Said]:
        """Return the quotations that are about a topic: they hold its words, or are near it in meaning."""
        query = self._searcher.vector(topic)
        shares = self._searcher.terms.idf_coverage(topic, {at: one.words for at, one in enumerate(said)})
        return [
            one
            for at, one in enumerate(said)
            if shares[at] >= ABOUT_WORDS or float(one.vector @ query) >= ABOUT_MEANING
        ]

    def entry(self, group: Sequence[_Said]) -> Entry:
        """Return the statement that several outlets printed: in the words of whoever quotes most of it."""
        fullest = group[0]
        first, *others = sorted(
            group, key=lambda one: (one.article.date is None, one.article.date or "", one.article.id)
        )
        role = self._roles.get((first.article.id, first.pieces[0][1].speaker or ""))
        also = tuple(self._places(one) for one in others)
        return Entry(fullest.words, fullest.kind, first.article.date, role, self._places(first), also)

    def _places(self, said: _Said) -> tuple[TimelinePassage, ...]:
        rows = {row.id: row for row, _ in said.pieces}
        return tuple(self._place(said.article, row, said) for row in rows.values())

    def _place(self, article: ArticleRow, row: PassageRow, said: _Said) -> TimelinePassage:
        spans = tuple((piece.start, piece.end) for one, piece in said.pieces if one.id == row.id)
        before, after = (
            near.text if (near := self._around.get(row.id + step)) and near.article == row.article else ""
            for step in (-1, 1)
        )
        citation = cite(article, row, spans, self._versions.note(row))
        return TimelinePassage(article.name, row.paragraph, row.text, spans, before, after, citation)


def _vector(
    pieces: Sequence[tuple[PassageRow, Quotation]], sentences: Mapping[int, Floats], wholes: Mapping[int, Floats]
) -> Floats:
    """Return the mean of the vectors of the sentences that a quotation is in, of unit length."""
    rows: list[Floats] = []
    for row, piece in pieces:
        parts = embedded_sentences(row.text) if row.id in sentences else ()
        inside = [
            vector
            for (start, end), vector in zip(parts, sentences.get(row.id, ()), strict=False)
            if start < piece.end and piece.start < end
        ]
        rows += inside or [wholes[row.id]]
    mean: Floats = np.mean(rows, axis=0)
    return mean / max(float(np.linalg.norm(mean)), 1e-9)


def _same(said: Sequence[_Said]) -> list[list[_Said]]:
    """Return quotations in groups, each what one statement is in several articles, the longest first in its group.

    A quotation belongs to a longer one of another article that has most of its shingles (containment: Broder, On the
    resemblance and containment of documents, 1997).
    """
    groups: list[list[_Said]] = []
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for one in sorted(said, key=lambda one: -len(one.words)):
        own = shingles(one.words)
        counts: dict[int, int] = defaultdict(int)
        for shingle in own:
            for group in holders[shingle]:
                counts[group] += 1
        fitting = (
            group
            for group, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            if count >= SAME * len(own) and all(other.article.id != one.article.id for other in groups[group])
        )
        place = next(fitting, None) if len(words_of(one.words)) >= _FEWEST_SAME else None
        if place is None:
            place = len(groups)
            groups.append([])
            for shingle in own:
                holders[shingle].append(place)
        groups[place].append(one)
    return groups
