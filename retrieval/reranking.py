"""Reading the best candidates closely: a cross-encoder over the windows of passages that promise most, best first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.lexical import stems
from index.records import PassageRow, Records
from index.sentences import Span, embedded_sentences
from retrieval.calibration import ANSWERING, probability
from retrieval.context import contexts
from retrieval.expectation import expected, holds
from retrieval.fusion import Scored
from retrieval.search import Searcher

READ = 20
"""How many candidates are read at most."""

AT_ONCE = 4
"""How many are read before it is asked whether one of them is sure to answer."""

SURE = 5.0
"""The logit from which nothing that looked less promising is read any more."""

WINDOW = 50
"""Words of a passage that are read; of a longer one, the sentences that share most with the question."""

AGAIN = 6
"""How many of the best are read a second time in their context, and how many unread ones of the best one's article."""

HOLDS = 0.3
"""What it counts, beside the cosine, that a passage of that article holds the kind of answer expected."""

_SLACK = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer.

    Attributes:
        passage: its id.
        score: the probability that it answers; what was not read closely stands below all that was.
        logit: what the reranker said, or None where it was not asked.
    """

    passage: int
    score: float
    logit: float | None = None


def rerank(searcher: Searcher, question: str, candidates: Sequence[Scored], records: Records) -> list[Candidate]:
    """Return candidates in order: those worth reading as the reranker has them, the others as they came.

    The best are read twice, alone and with what stands before them, and so are others of the article that the best one
    is from: "12:25 p.m.: the president is told" answers only below the headline that names the day.

    Args:
        searcher: of the generation.
        question: what is asked.
        candidates: (passage id, fused score), best first.
        records: of the generation.
    """
    if not candidates:
        return []
    head = dict(candidates[:READ])
    rows = records.passages(list(head))
    logits = _read(searcher, question, list(head), rows)
    held = {passage: _held(question, rows[passage].text) for passage in logits}
    promise = {passage: logit + held[passage] + head[passage] / 2 for passage, logit in logits.items()}
    first = sorted(promise, key=lambda passage: -promise[passage])
    best = _read_again(searcher, question, records, first[:AGAIN], logits)
    ranked = [*best, *(Candidate(passage, 0.0, logits[passage]) for passage in first[AGAIN:])]
    unread = [Candidate(passage, 0.0) for passage, _ in candidates if passage not in logits]
    known = {candidate.passage for candidate in best}
    return _descending([*ranked, *(one for one in unread if one.passage not in known)])


def _read_again(
    searcher: Searcher, question: str, records: Records, passages: Sequence[int], logits: Mapping[int, float]
) -> list[Candidate]:
    """Return passages, and unread ones of the article of the first, by what they say in their context."""
    article = records.passages(passages[:1])[passages[0]].article
    others = records.passages([one for one in records.article_passages([article]) if one not in logits])
    near = searcher.nearness(question, list(others))
    promise = {one: near[one] + HOLDS * max(_held(question, row.text), 0.0) for one, row in others.items()}
    nearby = sorted(promise, key=lambda one: -promise[one])[:AGAIN]
    rows = records.passages([*passages, *nearby])
    texts = windows(searcher, question, {passage: rows[passage].text for passage in (*passages, *nearby)})
    alone = {**logits, **searcher.relevance(question, {one: texts[one] for one in nearby})}
    leads = contexts(records, rows)
    whole = searcher.relevance(question, {passage: leads[passage].lead() + text for passage, text in texts.items()})
    read = []
    for passage, logit in whole.items():
        held = _held(question, rows[passage].text)
        evidence = ANSWERING.evidence(logit=alone[passage], context=logit, held=held)
        read.append(Candidate(passage, probability(evidence), alone[passage]))
    return sorted(read, key=lambda candidate: -candidate.score)


def _held(question: str, text: str) -> float:
    """Return whether a text holds the kind of answer that a question expects: 1, -1 for no, 0 where none is known."""
    kind = expected(question)
    return 0.0 if kind is None else 1.0 if holds(kind, text, question) else -1.0


def _descending(ranked: Sequence[Candidate]) -> list[Candidate]:
    """Return candidates whose scores are known down to some place, those below it with ever smaller ones."""
    floor = min((one.score for one in ranked if one.score), default=1.0)
    lower = 1
    scored = []
    for one in ranked:
        lower += not one.score
        scored.append(one if one.score else replace(one, score=floor / lower))
    return scored


def _read(
    searcher: Searcher, question: str, passages: Sequence[int], rows: Mapping[int, PassageRow]
) -> dict[int, float]:
    """Return the logits of passages by id, a few at a time, until one is sure to answer."""
    read: dict[int, float] = {}
    for start in range(0, len(passages), AT_ONCE):
        few = passages[start : start + AT_ONCE]
        texts = windows(searcher, question, {passage: rows[passage].text for passage in few})
        read |= searcher.relevance(question, texts)
        if max(read.values()) >= SURE:
            break
    return read


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
    weights = searcher.word_weights(question)
    total = sum(weights.values()) or 1.0
    cut = dict(texts)
    for passage, rows in vectors.items():
        text, near = texts[passage], rows @ query
        spans = embedded_sentences(text)[: len(rows)]
        scored = []
        for first in range(len(spans)):
            last = _last(text, spans, first)
            part = text[spans[first][0] : spans[last][1]]
            shared = sum(weights.get(stem, 0.0) for stem in set(stems(part))) / total
            scored.append((shared + float(near[first : last + 1].max()), part))
        cut[passage] = max(scored)[1]
    return cut


def _last(text: str, spans: Sequence[Span], first: int) -> int:
    """Return the last sentence of the longest run from one on that fits a window; a longer sentence stands alone."""
    last = first
    while last + 1 < len(spans) and len(text[spans[first][0] : spans[last + 1][1]].split()) <= WINDOW:
        last += 1
    return last
