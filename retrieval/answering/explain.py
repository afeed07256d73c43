"""How a question is read, and what each stage of the search makes of the passages it considers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np

from index.store.records import Records
from retrieval.answering.query_run import CHOICES, QueryRun
from retrieval.answering.router import understand
from retrieval.attribution.whose_words import by_topic, find_spoken, newest_first, own_words
from retrieval.core.answer import Citation
from retrieval.core.scores import ANSWERED, Scored
from retrieval.query.parser import Question
from retrieval.query.speakers import Person, clearly_meant
from retrieval.search.bm25 import search_words
from retrieval.search.hits import cite
from retrieval.search.searcher import CANDIDATES, Scope, Searcher

Measure = Literal["relevance", "topic", "words", "newest"]


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
    run = QueryRun(searcher, records, question, text, count, scope, None, marking=False)
    people = run.directory.find(question.speaker or "") if question.asks == "said" else []
    return _Case(run, people, clearly_meant(people)).explanation()


@dataclass(frozen=True)
class _Case:
    """A question, who may be meant in it, and who is."""

    run: QueryRun
    people: Sequence[Person]
    person: Person | None

    def explanation(self) -> Explanation:
        question, measure = self.run.question, self._measure()
        scored = self._scored(measure) if question.asks != "nothing" else []
        return Explanation(
            question=question,
            people=tuple((namesake.name, namesake.quotations) for namesake in self.people[:CHOICES]),
            speaker=self.person.name if self.person else None,
            measure=measure,
            threshold=None if measure == "newest" else ANSWERED,
            considered=tuple(self._considered(scored[: self.run.k], measure)),
        )

    def _measure(self) -> Measure:
        question = self.run.question
        if question.asks == "said" and self.people:
            return "topic" if question.topic else "newest"
        return "words" if question.asks == "who" else "relevance"

    def _scored(self, measure: Measure) -> list[Scored]:
        """Return passages by the score that decides, best first."""
        run = self.run
        searcher, records, question, scope = run.searcher, run.records, run.question, run.scope
        if measure == "newest":
            # Who is meant is asked back.
            own = own_words(records, self.person, scope) if self.person else None
            return newest_first(searcher, records, own) if own else []
        if measure == "topic":
            words = [own_words(records, namesake, scope) for namesake in self.people[:CHOICES]]
            matches = by_topic(searcher, records, question.topic, self._asked(measure), own=words, scope=scope)
            return [(match.passage, match.probability) for match in matches]
        if measure == "words":
            return [(one.passage, one.probability) for one in find_spoken(searcher, records, question, scope)]
        return run.ranked()

    def _considered(self, scored: Sequence[Scored], measure: Measure) -> Iterator[Considered]:
        searcher, records, among = self.run.searcher, self.run.records, self.run.among
        asked = self._asked(measure)
        ids = None if among is None else np.array(among, np.int64)
        by_vector = dict(searcher.generation.vectors.search(searcher.vector(asked), CANDIDATES, among=ids))
        by_words = dict(search_words(searcher.generation.lexical, asked, CANDIDATES, among=among))
        fused = dict(searcher.candidates(records, asked, among))
        rows = records.passages([passage for passage, _ in scored])
        articles = records.articles(sorted({row.article for row in rows.values()}))
        for passage, score in scored:
            row, article = rows[passage], articles[rows[passage].article]
            stages = (by_vector.get(passage), by_words.get(passage), fused.get(passage))
            yield Considered(article.name, row.paragraph, cite(article, row, ()), *stages, score)

    def _asked(self, measure: Measure) -> str:
        """Return the question as the search is asked: in full words where it is known who is meant."""
        question = self.run.question
        if measure != "topic":
            return question.text
        return question.about(self.person.name if self.person else question.speaker or "")
