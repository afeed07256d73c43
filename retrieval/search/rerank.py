"""Reading the best candidates closely: a cross-encoder over the windows, and the sentences, that promise most."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.core.article import Span
from index.core.sentences import embedded_sentences, sentences
from index.store.records import PassageRow, Records
from retrieval.core.scores import ANSWERING, Scored, probability
from retrieval.core.tracing import staged
from retrieval.query.parser import contains_kind, expected
from retrieval.search.searcher import Searcher


@dataclass(frozen=True, slots=True)
class PassageContext:
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


def contexts(records: Records, rows: Mapping[int, PassageRow]) -> dict[int, PassageContext]:
    """Return the context of passages by id."""
    articles = records.articles(sorted({row.article for row in rows.values()}))
    previous: dict[int, int] = {}
    for article in articles:
        ids = records.article_passages([article])
        previous |= zip(ids[1:], ids, strict=False)
    texts = {i: row.text for i, row in records.passages([previous[p] for p in rows if p in previous]).items()}
    return {
        passage: PassageContext(
            articles[row.article].title, previous.get(passage), texts.get(previous.get(passage, -1), "")
        )
        for passage, row in rows.items()
    }


READ = 20
"""How many candidates are read at most."""

AT_ONCE = 4
"""How many are read before it is asked whether one of them is sure to answer, or none is better than those before."""

SURE = 5.0
"""The logit from which nothing that looked less promising is read any more."""

WINDOW = 50
"""Words of a passage that are read; of a longer one, the sentences that share most with the question."""

AGAIN = 4
"""How many of the best are read a second time, in their context."""

NEARBY = 2
"""How many unread passages of the best one's article are read with them."""

CERTAIN = 6.0
"""The logit from which the best needs no second reading, nor anything else."""

HOLDS = 0.3
"""What it counts, beside the cosine, that a passage of that article holds the kind of answer expected."""

_SLACK = 10


@staged("deciding")
def rerank(searcher: Searcher, question: str, candidates: Sequence[Scored], records: Records) -> list[Scored]:
    """Return candidates in order: those worth reading as the reranker has them, the others as they came.

    Their scores are the probability that they answer; what was not read closely stands below all that was.

    Unless the best is certain, it and the next are read twice, alone and with what stands before them, and so are
    others of its article: "12:25 p.m.: the president is told" answers only below the headline that names the day.

    Args:
        searcher: of the generation.
        question: what is asked.
        candidates: (passage id, fused score), best first.
        records: of the generation.
    """
    if not candidates:
        return []
    head = dict(candidates[:READ])
    reader = _Reader(searcher, question, records)
    reader.read_until_sure(list(head))
    promise = {passage: logit + reader.held(passage) + head[passage] / 2 for passage, logit in reader.logits.items()}
    first = sorted(promise, key=lambda passage: -promise[passage])
    certain = reader.logits[first[0]] >= CERTAIN
    best = reader.judge(first[:AGAIN]) if certain else reader.read_again(first[:AGAIN])
    known, floor = {passage for passage, _ in best}, min(score for _, score in best)
    rest = [*first[AGAIN:], *(passage for passage, _ in candidates if passage not in promise and passage not in known)]
    return [*best, *((passage, floor / lower) for lower, passage in enumerate(rest, 2))]


@staged("deciding")
def read_all(searcher: Searcher, question: str, passages: Sequence[int], records: Records) -> list[Scored]:
    """Return passages by the probability that they answer, each of them read alone and in its context.

    Args:
        searcher: of the generation.
        question: what is asked.
        passages: ids of passages.
        records: of the generation.
    """
    reader = _Reader(searcher, question, records)
    reader.read(passages)
    return reader.judge_in_context(passages)


class _Reader:
    """Reads passages for one question, each at most once alone and once in its context.

    Attributes:
        logits: what the reranker said of passages read alone, by id.
    """

    def __init__(self, searcher: Searcher, question: str, records: Records) -> None:
        self.logits: dict[int, float] = {}
        self._searcher, self._question, self._records = searcher, question, records
        self._kind = expected(question)
        self._rows: dict[int, PassageRow] = {}
        self._texts: dict[int, str] = {}

    def read(self, passages: Sequence[int]) -> list[float]:
        """Read passages alone; return their logits."""
        self._rows |= self._records.passages(passages)
        texts = windows(self._searcher, self._question, {passage: self._rows[passage].text for passage in passages})
        self._texts |= texts
        read = self._searcher.relevance(self._question, texts)
        self.logits |= read
        return list(read.values())

    def read_until_sure(self, passages: Sequence[int]) -> None:
        """Read passages, a few at a time, until one is sure to answer or reading on brings nothing better."""
        best = -math.inf
        for start in range(0, len(passages), AT_ONCE):
            better = max(self.read(passages[start : start + AT_ONCE]))
            if better <= best or better >= SURE:
                break
            best = better

    def read_again(self, passages: Sequence[int]) -> list[Scored]:
        """Return passages, and unread ones of the article of the first, by what they say in their context."""
        nearby = self._nearby(self._rows[passages[0]].article)
        self.read(nearby)
        return self.judge_in_context([*passages, *nearby])

    def judge_in_context(self, passages: Sequence[int]) -> list[Scored]:
        """Return passages that were read alone by what they say in their context."""
        leads = contexts(self._records, {passage: self._rows[passage] for passage in passages})
        whole = {passage: lead.lead() + self._texts[passage] for passage, lead in leads.items()}
        return self.judge(list(whole), self._searcher.relevance(self._question, whole))

    def judge(self, passages: Sequence[int], again: Mapping[int, float] | None = None) -> list[Scored]:
        """Return passages by the probability that they answer.

        Args:
            passages: ids of passages that were read.
            again: their logits in context; what was read once only is taken to be the same there.
        """
        judged = []
        for passage in passages:
            logit = self.logits[passage]
            context = again[passage] if again else logit
            evidence = ANSWERING.evidence(logit=logit, context=context, held=self.held(passage))
            judged.append((passage, probability(evidence)))
        return sorted(judged, key=lambda one: -one[1])

    def held(self, passage: int) -> float:
        """Return whether a passage holds the kind of answer expected: 1, -1 for no, 0 where none is known."""
        if self._kind is None:
            return 0.0
        return 1.0 if contains_kind(self._kind, self._rows[passage].text, self._question) else -1.0

    def _nearby(self, article: int) -> list[int]:
        """Return which unread passages of an article promise most."""
        unread = [passage for passage in self._records.article_passages([article]) if passage not in self.logits]
        self._rows |= self._records.passages(unread)
        near = self._searcher.max_cosine(self._question, unread)
        promise = {passage: near[passage] + HOLDS * max(self.held(passage), 0.0) for passage in unread}
        return sorted(promise, key=lambda passage: -promise[passage])[:NEARBY]


@staged("windows")
def windows(searcher: Searcher, question: str, texts: Mapping[int, str]) -> dict[int, str]:
    """Return of each passage the run of sentences that promises most to answer, at most about `WINDOW` words.

    What a reranker costs grows with what it reads, and what surrounds the answer in a long passage only distracts it.

    Args:
        searcher: of the generation.
        question: what is asked.
        texts: the passages by id.
    """
    long = [passage for passage, text in texts.items() if len(text.split()) > WINDOW + _SLACK]
    vectors = searcher.generation.sentences.of(long)
    query = searcher.vector(question)
    cut = dict(texts)
    for passage, rows in vectors.items():
        text, near = texts[passage], rows @ query
        spans = embedded_sentences(text)[: len(rows)]
        runs = [(first, _last(text, spans, first)) for first in range(len(spans))]
        parts = {run: text[spans[run[0]][0] : spans[run[1]][1]] for run in runs}
        shares = searcher.terms.idf_coverage(question, parts)
        promise = {run: shares[run] + float(near[run[0] : run[1] + 1].max()) for run in runs}
        cut[passage] = max((promise[run], part) for run, part in parts.items())[1]
    return cut


def _last(text: str, spans: Sequence[Span], first: int) -> int:
    """Return the last sentence of the longest run from one on that fits a window; a longer sentence stands alone."""
    last = first
    while last + 1 < len(spans) and len(text[spans[first][0] : spans[last + 1][1]].split()) <= WINDOW:
        last += 1
    return last


WEIGHED = 3
"""In how many passages, best first, the reranker chooses the sentence; in the others the words of the question do."""

CLOSELY = 3
"""Between how many sentences of a passage it chooses: those that share most with the question."""

_MOST = 12


@staged("highlights", closed=True)
def highlight(searcher: Searcher, question: str, texts: Mapping[int, str]) -> dict[int, list[Span]]:
    """Return for each passage, best first, the code points [start, end) of the sentence that answers best.

    Args:
        searcher: of the generation.
        question: what is asked.
        texts: the passages by id, best first.
    """
    split = {passage: sentences(text)[:_MOST] for passage, text in texts.items()}
    pieces = {(p, span): texts[p][slice(*span)] for p in split for span in split[p]}
    shares = searcher.terms.idf_coverage(question, pieces)
    best = {p: sorted(spans, key=lambda span: -shares[p, span]) for p, spans in split.items() if spans}
    read = [] if searcher.fast else list(best)[:WEIGHED]
    close = [(p, span) for p in read if len(best[p]) > 1 for span in best[p][:CLOSELY]]
    logits = dict(zip(close, searcher.logits(question, [pieces[piece] for piece in close]), strict=True))
    return {p: [max(spans[:CLOSELY], key=lambda span: logits.get((p, span), 0.0))] for p, spans in best.items()}
