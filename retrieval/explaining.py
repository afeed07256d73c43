"""How a question is read, and what each stage of the search makes of the passages it considers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np

from index.records import Records
from retrieval.answer import Citation
from retrieval.answering import understand
from retrieval.attribution import by_topic, newest_first, own_words
from retrieval.calibration import ANSWERED
from retrieval.fusion import Scored
from retrieval.hits import cite
from retrieval.people import Person
from retrieval.question import Question
from retrieval.reranking import rerank
from retrieval.search import CANDIDATES, Scope, Searcher
from retrieval.speakers import clearly_meant
from retrieval.whose import find_spoken

Measure = Literal["relevance", "topic", "words", "newest"]

NAMESAKES = 6


@dataclass(frozen=True, slots=True)
class Considered:
    """A passage that was considered, and what each stage made of it.

    Attributes:
        article: id of the article.
        paragraph: number of the paragraph, from 0.
        citation: where it stands.
        vector: cosine of its vector and the question's, -1 to 1; None where it is not among the nearest.
        words: BM25 of the words it shares with the question; None where others share more.
        fused: both, each stretched to 0 … 1, added, and what the rest of the article adds: 0 to 2.6; None where neither
            list has it.
        score: what decides, by the measure of the explanation.
    """

    article: str
    paragraph: int
    citation: Citation
    vector: float | None
    words: float | None
    fused: float | None
    score: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a question is read and answered.

    Attributes:
        question: the question as it was read.
        people: who may be meant by the words in the place of the speaker, with how many quotations each has.
        speaker: canonical name of who is meant, or None.
        measure: what the deciding score is: the reranker's estimate that a passage answers, 0 to 1 ("relevance"); how
            well a speaker's words fit the topic ("topic"); how well a passage fits the words sought ("words"); or
            none, as all words of a speaker are listed, the newest first ("newest").
        threshold: the score from which the best passage answers; None where there is none.
        considered: the passages, best first.
    """

    question: Question
    people: tuple[tuple[str, int], ...]
    speaker: str | None
    measure: Measure
    threshold: float | None
    considered: tuple[Considered, ...]


def explain(searcher: Searcher, records: Records, text: str, *, scope: Scope | None, count: int) -> Explanation:
    """Return how one generation reads and answers a question that stands for itself.

    Args:
        searcher: of the generation.
        records: of the generation.
        text: the question.
        scope: the articles to search; all by default.
        count: how many passages to tell of at most.
    """
    question, _ = understand(searcher, records, text, datetime.now().astimezone().date())
    directory = searcher.speakers(scope)
    people = directory.find(question.speaker or "") if question.asks == "said" else []
    return _Case(searcher, records, question, people, scope).explanation(count)


@dataclass(frozen=True)
class _Case:
    """One question put to one generation, and who may be meant in it."""

    searcher: Searcher
    records: Records
    question: Question
    people: Sequence[Person]
    scope: Scope | None

    def explanation(self, count: int) -> Explanation:
        person, measure = clearly_meant(list(self.people)), self._measure()
        scored = self._scored(measure) if self.question.asks != "nothing" else []
        return Explanation(
            question=self.question,
            people=tuple((namesake.name, namesake.quotations) for namesake in self.people[:NAMESAKES]),
            speaker=person.name if person else None,
            measure=measure,
            threshold=None if measure == "newest" else ANSWERED,
            considered=tuple(self._considered(scored[:count], measure)),
        )

    def _measure(self) -> Measure:
        if self.question.asks == "said" and self.people:
            return "topic" if self.question.topic else "newest"
        return "words" if self.question.asks == "who" else "relevance"

    def _scored(self, measure: Measure) -> list[Scored]:
        """Return passages by the score that decides, best first."""
        if measure == "newest":
            return self._own_words()
        if measure == "topic":
            words = [own_words(self.records, namesake, self.scope) for namesake in self.people[:NAMESAKES]]
            matches = by_topic(
                self.searcher, self.records, self.question.topic, self._asked(measure), own=words, scope=self.scope
            )
            return [(match.passage, match.probability) for match in matches]
        if measure == "words":
            sought, verbatim = self.question.quoted or self.question.topic, self.question.quoted is not None
            text = self.question.text
            found = find_spoken(self.searcher, self.records, sought, text, verbatim=verbatim, scope=self.scope)
            return [(spoken.passage, spoken.probability) for spoken in found]
        candidates = self.searcher.candidates(self.records, self.question.text, self._among())
        ranked = rerank(self.searcher, self.question.text, candidates, self.records)
        return [(candidate.passage, candidate.score) for candidate in ranked]

    def _own_words(self) -> list[Scored]:
        person = clearly_meant(list(self.people))
        if person is None:
            return []  # who is meant is asked back
        own = own_words(self.records, person, self.scope)
        return [(c.passage, c.score) for c in newest_first(self.searcher, self.records, own)]

    def _considered(self, scored: Sequence[Scored], measure: Measure) -> Iterator[Considered]:
        searcher, asked = self.searcher, self._asked(measure)
        among = None if self.scope is None else np.array(self.scope.passages, np.int64)
        vectors = searcher.generation.vectors.search(searcher.vector(asked), CANDIDATES, among=among)
        words = searcher.generation.lexical.search(asked, CANDIDATES, among=self._among())
        fused = dict(searcher.candidates(self.records, asked, self._among()))
        by_vector, by_words = dict(vectors), dict(words)
        rows = self.records.passages([passage for passage, _ in scored])
        articles = self.records.articles(sorted({row.article for row in rows.values()}))
        for passage, score in scored:
            row, article = rows[passage], articles[rows[passage].article]
            stages = (by_vector.get(passage), by_words.get(passage), fused.get(passage))
            yield Considered(article.name, row.paragraph, cite(article, row, ()), *stages, score)

    def _asked(self, measure: Measure) -> str:
        """Return the question as the search is asked: in full words where it is known who is meant."""
        if measure != "topic":
            return self.question.text
        person = clearly_meant(list(self.people))
        return self.question.about(person.name if person else self.question.speaker or "")

    def _among(self) -> Sequence[int] | None:
        return self.scope.passages if self.scope else None
