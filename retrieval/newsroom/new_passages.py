"""What is new in a generation: told from what was seen by fingerprints; and articles that are there already."""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from index.core.article import Span
from index.generations.generation import IndexFolder
from index.quotations.speech.types import Quotation
from index.store.catalog import Catalog
from index.store.lexical import LexicalIndex
from index.store.records import ArticleRow, FiledArticle, PassageRow, Records
from retrieval.attribution.whose_words import OwnWords, by_topic, newest_first, own_words
from retrieval.core.answer import Hit
from retrieval.core.names import words
from retrieval.core.scores import ANSWERED, Scored
from retrieval.newsroom.subscription import Meaning, Subscription, people_named, read_subscription
from retrieval.query.parser import read_question
from retrieval.search.bm25 import search_stems
from retrieval.search.hits import make_hits
from retrieval.search.near_duplicates import (
    ALIKE,
    ALIKE_VERSIONS,
    LOOKED_AT,
    Merged,
    rarest_stems,
    resemblance,
    shingles,
)
from retrieval.search.rerank import highlight, read_all
from retrieval.search.searcher import Scope, Searcher

SKETCH: Final = 32
"""How many hashes a sketch has: the resemblance of two texts is estimated within .09 in two of three cases."""

FEW_WORDS: Final = 4
"""Words of fewer than this are said by many of much: "No comment" in another article is another quotation."""

# Odd multipliers and offsets of multiply-shift hashing (Dietzfelbinger et al., A Reliable Randomized Algorithm for the
# Closest-Pair Problem, 1997, section 3). They stand in every sketch that was kept, so they never change.
_CHANCE = np.random.Generator(np.random.PCG64(20170207))

_FACTORS: Final = _CHANCE.integers(0, 2**64, SKETCH, dtype=np.uint64) | np.uint64(1)

_OFFSETS: Final = _CHANCE.integers(0, 2**64, SKETCH, dtype=np.uint64)


class Ledger(Protocol):
    """What was seen before, and in which look, counted from 1; see `Sighting`."""

    def prints(self) -> Mapping[str, str]:
        """Return what the articles were when they were looked at last, by their ids; see `Sighting.print`."""

    def articles_since(self, look: int) -> Collection[str]:
        """Return the ids of the articles in which something was new after a look."""

    def texts(self, digests: Sequence[bytes]) -> Mapping[bytes, int]:
        """Return in which look each of some texts was seen first; those never seen are left out."""

    def words(self, digests: Sequence[bytes]) -> Mapping[bytes, int]:
        """Return likewise for what somebody said."""

    def stories(self, keys: Sequence[bytes]) -> Mapping[bytes, Sequence[tuple[bytes, int]]]:
        """Return the sketches of the texts of stories, and in which look each was seen first, by the story's key."""


@dataclass(frozen=True, slots=True)
class TextSeen:
    """A passage: the key of its story, the digest of its words, its sketch, and the look in which it was seen first."""

    story: bytes
    digest: bytes
    sketch: bytes
    look: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """An article that is new or has changed, as a look saw it: to be kept in a `Ledger`.

    Attributes:
        name: id of the article.
        print: tells whether it has changed since.
        texts: its passages.
        words: digests of what is said in it, each with the look in which it was seen first.
    """

    name: str
    print: str
    texts: tuple[TextSeen, ...]
    words: tuple[tuple[bytes, int], ...]

    @property
    def newest(self) -> int:
        """The latest look in which something in it was seen first."""
        return max([text.look for text in self.texts] + [look for _, look in self.words], default=0)


def text_digest(text: str) -> bytes:
    """Return what two texts of the same words share, whatever their case, accents and punctuation: 8 bytes."""
    return _digest(" ".join(words(text) or text.split()))


def words_digest(said: str, speaker: str | None, story: bytes) -> bytes:
    """Return what the same words of the same speaker share in whatever article: 8 bytes.

    Args:
        said: the words.
        speaker: who says them; the last name counts, as articles call people by it.
        story: key of the article; words that anybody might say again count for it alone.
    """
    every = words(said)
    last = (words(speaker or "") or [""])[-1]
    where = story.hex() if len(every) < FEW_WORDS else ""
    return _digest("\n".join([" ".join(every), last, where]))


def story_key(article: ArticleRow) -> bytes:
    """Return what all versions of a story share: its address or, where it has none, its id; 8 bytes."""
    return _digest(article.url or article.name)


def sketch(text: str) -> bytes:
    """Return a sketch of a text, by which its resemblance to another can be told (Broder 1997, section 3).

    >>> len(sketch("The ferry will not close while I am mayor.")) == 2 * SKETCH
    True
    """
    hashes = np.array([zlib.crc32(" ".join(one).encode()) for one in shingles(text)], np.uint64)
    mixed = (hashes[:, None] * _FACTORS + _OFFSETS) >> np.uint64(32)
    least: npt.NDArray[np.uint64] = mixed.min(axis=0)
    return (least & np.uint64(0xFFFF)).astype("<u2").tobytes()


def first_alike(one: bytes, others: Sequence[tuple[bytes, int]]) -> int | None:
    """Return the earliest look in which a text was seen that is a version of another, by their sketches, or None."""
    own = _hashes(one)
    looks = [look for other, look in others if float((own == _hashes(other)).mean()) >= ALIKE_VERSIONS]
    return min(looks, default=None)


def _hashes(sketched: bytes) -> npt.NDArray[np.uint16]:
    return np.frombuffer(sketched, "<u2")


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


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
    rows = records.passages(search_stems(lexical, rarest_stems(lexical, text, least=1), LOOKED_AT))
    return {row.article: row.id for row in rows.values() if resemblance(own, shingles(row.text)) >= ALIKE}


MOST: Final = 50
"""How many passages are told of at most; of more, nobody reads them all."""

READ_AT_ONCE: Final = 20
"""How many passages are read closely before it is asked whether any of them answered."""


@dataclass(frozen=True, slots=True)
class News:
    """What is new of what somebody wants to hear of.

    Attributes:
        hits: the passages, as in an answer: what is new in them highlighted; at most `MOST`.
        count: how many there are.
        articles: in how many articles.
    """

    hits: tuple[Hit, ...]
    count: int
    articles: int


NOTHING: Final = News((), 0, 0)


class Newsreader:
    """Looks at one generation, and tells what is new in it; for one thread."""

    def __init__(self, searcher: Searcher, ledger: Ledger) -> None:
        """Read a generation.

        Args:
            searcher: of the generation.
            ledger: what was seen before.
        """
        self.searcher = searcher
        self._ledger = ledger

    @property
    def generation(self) -> str:
        """Name of the generation."""
        return self.searcher.generation.name

    def look(self, number: int) -> Iterator[Sighting]:
        """Yield the articles that are new or have changed, to be kept in the ledger before anybody is told of them.

        Args:
            number: of this look, higher than all before.
        """
        version = self.searcher.generation.manifest.quotations
        with closing(Catalog.open(self.searcher.generation.records_path)) as catalog:
            # Another version of the quotations finds other words in articles that have not changed.
            now = {name: f"{version}:{told}" for name, told in catalog.fingerprints().items()}
            before = self._ledger.prints()
            changed = catalog.article_ids([name for name, told in now.items() if before.get(name) != told])
            for row in changed.values():
                article = catalog.articles([row])[row]
                yield self._seen(catalog, article, now[article.name], number)

    def news(self, wanted: Subscription, since: int) -> News:
        """Return what is new since a look, of what somebody wants to hear of; `look` has to have been kept before."""
        with closing(self.searcher.generation.open_records()) as records:
            fresh = _Fresh(records, self._ledger, since)
            if not fresh.scope.passages:
                return NOTHING
            if wanted.speaker is None:
                return self._answering(records, fresh, wanted.topic)
            people = people_named(self.searcher.directory, wanted.speaker)
            own = [own_words(records, person, fresh.scope) for person in people]
            return self._said(records, fresh, [words for words in own if words.passages], wanted.topic)

    def _seen(self, records: Records, article: ArticleRow, told: str, number: int) -> Sighting:
        """Return when each passage of an article, and all that is said in it, was seen first."""
        key = story_key(article)
        rows = records.passages(records.article_passages([article.id]))
        digests = {passage: text_digest(row.text) for passage, row in rows.items()}
        before = self._ledger.texts(list(digests.values()))
        versions = self._ledger.stories([key]).get(key, ())
        texts = []
        for passage, row in rows.items():
            digest, drawn = digests[passage], sketch(row.text)
            look = before.get(digest) or first_alike(drawn, versions) or number
            texts.append(TextSeen(key, digest, drawn, look))
        quoted = [
            (_digest_of(one, rows[passage], {article.id: key}), before.get(digests[passage]))
            for passage, every in records.quotations(list(rows)).items()
            for one in every
        ]
        said = self._ledger.words([digest for digest, _ in quoted])
        # What is found only now in a passage that was there is new to whoever finds it, not to its readers.
        words = tuple((digest, said.get(digest) or look or number) for digest, look in quoted)
        return Sighting(article.name, told, tuple(texts), words)

    def _said(self, records: Records, fresh: _Fresh, own: Sequence[OwnWords], topic: str) -> News:
        spans: dict[int, list[Span]] = {}
        scored: list[Scored] = []
        for one in own:
            new = fresh.spans(one)
            ranked = newest_first(self.searcher, records, one)
            if topic:
                fitting = self._on_topic(records, one, new, topic)
                ranked = [scored_one for scored_one in ranked if scored_one[0] in fitting]
            scored += [scored_one for scored_one in ranked if scored_one[0] in new]
            spans |= new
        return self._told(records, scored, spans)

    def _on_topic(self, records: Records, own: OwnWords, new: Mapping[int, object], topic: str) -> set[int]:
        """Return the passages with somebody's new words that are on a topic.

        Article by article: of many at once, only the best would be read.
        """
        fitting: set[int] = set()
        for article in sorted({own.passages[passage].article for passage in new}):
            scope = Scope((article,), tuple(records.article_passages([article])))
            here = own_words(records, own.person, scope)
            question = read_question(f"{own.person.name} on {topic}").about(own.person.name)
            matches = by_topic(self.searcher, records, topic, question, own=[here], scope=scope)
            fitting |= {match.passage for match in matches if match.fits and match.person}
        return fitting

    def _answering(self, records: Records, fresh: _Fresh, topic: str) -> News:
        """Return the new passages that answer a topic as they would a question, the best first."""
        passages = fresh.passages
        candidates = [passage for passage, _ in self.searcher.candidates(records, topic, sorted(passages))]
        scored: list[Scored] = []
        for start in range(0, len(candidates), READ_AT_ONCE):
            read = read_all(self.searcher, topic, candidates[start : start + READ_AT_ONCE], records)
            answering = [one for one in read if one[1] >= ANSWERED]
            scored += answering
            if not answering:
                break
        scored = self._no_copies(records, fresh, sorted(scored, key=lambda one: -one[1]))
        shown = {passage: passages[passage].text for passage, _ in scored[:MOST]}
        return self._told(records, scored, highlight(self.searcher, topic, shown))

    def _no_copies(self, records: Records, fresh: _Fresh, scored: Sequence[Scored]) -> list[Scored]:
        """Return passages without those that repeat, in other articles, what was seen before."""
        merged = self.searcher.elsewhere(None)(records, [Merged(passage, score, ()) for passage, score in scored])
        return [(one.passage, one.score) for one in merged if fresh.all_new(one.copies)]

    def _told(self, records: Records, scored: Sequence[Scored], spans: Mapping[int, Sequence[Span]]) -> News:
        hits = make_hits(records, scored, spans, elsewhere=self.searcher.elsewhere(None))
        return News(tuple(hits[:MOST]), len(hits), len({hit.article for hit in hits}))


class _Fresh:
    """What of a generation is new since a look."""

    def __init__(self, records: Records, ledger: Ledger, since: int) -> None:
        self._records, self._ledger, self._since = records, ledger, since

    @cached_property
    def scope(self) -> Scope:
        """The articles with something new."""
        articles = sorted(self._records.article_ids(sorted(self._ledger.articles_since(self._since))).values())
        return Scope(tuple(articles), tuple(self._records.article_passages(articles)))

    @cached_property
    def passages(self) -> dict[int, PassageRow]:
        """The passages that are new, by id."""
        rows = self._records.passages(self.scope.passages)
        looks = self._ledger.texts([text_digest(row.text) for row in rows.values()])
        return {passage: row for passage, row in rows.items() if looks.get(text_digest(row.text), 0) > self._since}

    def all_new(self, passages: Sequence[int]) -> bool:
        """Tell whether none of some passages was seen before."""
        looks = self._ledger.texts([text_digest(row.text) for row in self._records.passages(passages).values()])
        return all(look > self._since for look in looks.values())

    def spans(self, own: OwnWords) -> dict[int, list[Span]]:
        """Return where somebody's new words stand, by passage; passages without any are left out."""
        said = {
            (passage, one.start, one.end): _digest_of(one, own.passages[passage], self._keys)
            for passage, every in own.quotations.items()
            for one in every
        }
        looks = self._ledger.words(list(said.values()))
        found: dict[int, list[Span]] = {}
        for (passage, start, end), digest in said.items():
            if looks.get(digest, 0) > self._since:
                found.setdefault(passage, []).append((start, end))
        return found

    @cached_property
    def _keys(self) -> dict[int, bytes]:
        return {row.id: story_key(row) for row in self._records.articles(self.scope.articles).values()}


def _digest_of(quotation: Quotation, passage: PassageRow, stories: Mapping[int, bytes]) -> bytes:
    said = passage.text[quotation.start : quotation.end]
    return words_digest(said, quotation.speaker, stories[passage.article])


class Newsroom:
    """Answers from one generation, also when another has taken over meanwhile.

    Attributes:
        index: the index that the generation is of.
    """

    def __init__(self, searcher: Searcher, index: IndexFolder) -> None:
        """Answer from a generation."""
        self.index = index
        self._searcher = searcher

    def newsreader(self, ledger: Ledger) -> Newsreader:
        """Return what tells the news, by what a ledger says was seen before."""
        return Newsreader(self._searcher, ledger)

    def meaning(self, text: str) -> Meaning:
        """Return whom or what words mean that somebody wants to hear of; see `read_subscription`."""
        with closing(self._searcher.generation.open_records()) as records:
            return read_subscription(self._searcher, records, text)

    def known(self, paragraphs: Sequence[str]) -> Hit | None:
        """Return a passage of the article that some paragraphs are; see `known_article`."""
        with closing(self._searcher.generation.open_records()) as records:
            return known_article(self._searcher, records, paragraphs)

    def filed(self, text: str, count: int) -> list[FiledArticle]:
        """Return the articles whose title, outlet, date or id has all of some words, those indexed last first.

        Args:
            text: the words; all articles have none.
            count: how many to return at most.
        """
        wanted, found = set(words(text)), list[FiledArticle]()
        with closing(Catalog.open(self._searcher.generation.records_path)) as catalog:
            for article in catalog.filed():
                if wanted <= set(words(" ".join(filter(None, article[:4])))):
                    found.append(article)
                if len(found) == count:
                    break
        return found

    def article(self, name: str) -> FiledArticle | None:
        """Return an article by its id, or None where there is none."""
        with closing(Catalog.open(self._searcher.generation.records_path)) as catalog:
            return catalog.filed_article(name)
