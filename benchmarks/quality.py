"""How well plain pipelines and onrecord answer one question set over one index, in one run; print a Markdown table.

The form of a question set is in docs/evaluation.md. The plain pipelines read each question by itself and never refuse:
they have nothing to refuse by.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import chain
from pathlib import Path
from unittest.mock import patch

from benchmarks.measuring import markdown
from bot.config.paths import index_folder
from index.generations.generation import IndexFolder, open_current
from index.store.records import Records
from retrieval.batch import PASSAGES
from retrieval.core.answer import Answer
from retrieval.core.scores import Scored, fuse
from retrieval.engine import Engine
from retrieval.evaluation import GoldQuestion, Outcome, Summary, evaluate, marks, read_questions, summarise
from retrieval.search.bm25 import search_words
from retrieval.search.hits import make_hits
from retrieval.search.models import ModelCache
from retrieval.search.searcher import CANDIDATES, Searcher

RERANKED = (12, 20)
NEVER_AGAIN = {"CERTAIN": -math.inf}
READING = {
    "first 4, once": {"READ": 4, **NEVER_AGAIN},
    "first 8, once": {"READ": 8, **NEVER_AGAIN},
    "first 20, once": NEVER_AGAIN,
    "first 4, the best in context": {"READ": 4},
    "first 8, the best in context": {"READ": 8},
    "first 12, the best in context": {"READ": 12},
}
"""Ways to read less than `retrieval.search.rerank` does, by its constants."""

COLUMNS = ("hit@1", "hit@3", "mrr@10", "highlight", "refusals_right", "refusals_wrong")
Rank = Callable[[str], Sequence[Scored]]
Measured = tuple[str, Summary, dict[str, Summary]]


class Plain:
    """The pipelines that everybody writes, over the vectors, words and models of an index of ours."""

    def __init__(self, searcher: Searcher, records: Records) -> None:
        self._searcher, self._records = searcher, records

    def vectors(self, question: str) -> Sequence[Scored]:
        return self._searcher.generation.vectors.search(self._searcher.vector(question), CANDIDATES)

    def words(self, question: str) -> Sequence[Scored]:
        return search_words(self._searcher.generation.lexical, question, CANDIDATES)

    def both(self, question: str) -> Sequence[Scored]:
        return fuse([(1.0, self.vectors(question)), (1.0, self.words(question))])

    def reranked(self, count: int, question: str) -> Sequence[Scored]:
        found = self.both(question)
        texts = {passage: row.text for passage, row in self._records.passages([p for p, _ in found[:count]]).items()}
        logits = dict(zip(texts, self._searcher.logits(question, list(texts.values())), strict=True))
        return [*sorted(logits.items(), key=lambda item: -item[1]), *found[count:]]

    def answer(self, rank: Rank, question: str) -> Answer:
        hits = tuple(make_hits(self._records, rank(question), count=PASSAGES))
        return Answer(question=question, status="answered", confidence=1.0, standalone=question, hits=hits)


def plain_outcomes(answer: Callable[[str], Answer], questions: Sequence[GoldQuestion]) -> Iterator[Outcome]:
    for question in questions:
        start = time.perf_counter()
        answered = answer(question.record["question"])
        yield Outcome(question, answered, (time.perf_counter() - start) * 1000, marks(question, answered))


def plainly(index: IndexFolder, questions: Sequence[GoldQuestion]) -> Iterator[Measured]:
    generation = open_current(index, print)
    searcher = Searcher(generation, ModelCache(generation.encoder, generation.reranker))
    with closing(generation.open_records()) as records:
        plain = Plain(searcher, records)
        pipelines = {
            "vectors": plain.vectors,
            "BM25": plain.words,
            "both, fused": plain.both,
            **{f"fused, cross-encoder on {count}": partial(plain.reranked, count) for count in RERANKED},
        }
        plain.reranked(1, "loads both models before anything is timed")
        for name, rank in pipelines.items():
            yield name, *summarise(plain_outcomes(partial(plain.answer, rank), questions))


def ours(index: IndexFolder, questions: Sequence[GoldQuestion], *, curve: bool) -> Iterator[Measured]:
    with Engine(index, fast=True) as engine:
        yield "onrecord --fast", *summarise(evaluate(engine, questions))
    with Engine(index) as engine:
        engine.warm_up()
        for name, constants in READING.items() if curve else ():
            with patch.multiple("retrieval.search.rerank", **constants):
                yield f"onrecord, {name}", *summarise(evaluate(engine, questions))
        yield "**onrecord**", *summarise(evaluate(engine, questions))


def _row(name: str, summary: Summary, kinds: dict[str, Summary]) -> str:
    shares = [f"{summary.figures[name]:.3f}" if name in summary.figures else "" for name in COLUMNS]
    firsts = [f"{kind.figures['hit@1']:.2f}" for kind in kinds.values() if "hit@1" in kind.figures]
    return f"| {' | '.join([name, *shares, *firsts, f'{summary.p50:.0f} ms'])} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
    parser.add_argument("--index", type=Path, default=Path(".onrecord"), metavar="DIR")
    parser.add_argument("--state", type=Path, metavar="DIR")
    parser.add_argument("--curve", action="store_true", help="also how onrecord does that reads less")
    options = parser.parse_args(namespace=argparse.Namespace(config=None))
    index, questions = index_folder(options), read_questions(options.questions)
    measured = chain(plainly(index, questions), ours(index, questions, curve=options.curve))
    for number, (name, summary, kinds) in enumerate(measured):
        if not number:
            told = [f"{kind} ({one.n}) hit@1" for kind, one in kinds.items() if "hit@1" in one.figures]
            print(markdown(["", *COLUMNS, *told, "p50"], []))
        print(_row(name, summary, kinds), flush=True)


if __name__ == "__main__":
    main()
