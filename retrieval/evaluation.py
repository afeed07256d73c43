"""Scoring a question set: which passages were right, what was refused, and how long it took."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, quantiles
from typing import Any

from retrieval.answer import Answer, Hit
from retrieval.engine import Engine

READ = 20
"""How many passages of an answer count."""

_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})

Place = tuple[str, int]
"""Id of an article and number of a paragraph, from 0."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what is right.

    Attributes:
        qid: its id.
        question: as a person types it.
        kind: questions of one kind are scored together.
        answerable: whether the articles tell.
        gold: the passages that answer.
        also: passages that are neither right nor wrong.
        history: earlier questions of the conversation, oldest first.
        scope: ids of the only articles to search, or None.
        complete: whether `gold` is the whole list asked for, so that precision and recall tell something.
        speaker: whose words are asked for, or None.
        highlight: the answering words in the first gold passage, or None.
    """

    qid: str
    question: str
    kind: str
    answerable: bool
    gold: frozenset[Place]
    also: frozenset[Place] = frozenset()
    history: tuple[str, ...] = ()
    scope: tuple[str, ...] | None = None
    complete: bool = False
    speaker: str | None = None
    highlight: str | None = None

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Asked:
        """Return the question of a line of a question set.

        Raises:
            KeyError: a field is missing.
            TypeError: a field has the wrong form.
            ValueError: likewise.
        """
        kind, whose = str(record["kind"]), record.get("answer") if "quote" in record["kind"] else None
        return cls(
            qid=str(record["qid"]),
            question=str(record["question"]),
            kind=f"{kind}/{record['subkind']}" if record.get("subkind") else kind,
            answerable=bool(record["answerable"]),
            gold=_places(record["gold"]),
            also=_places(record.get("also") or ()),
            history=tuple(map(str, record.get("history") or ())),
            scope=None if record.get("scope") is None else tuple(map(str, record["scope"])),
            complete=kind == "who-said-all",
            speaker=record.get("speaker") or whose,
            highlight=record.get("highlight") or None,
        )


@dataclass(frozen=True, slots=True)
class Scored:
    """An answer to a question of a set, scored; figures are None where they do not apply.

    Attributes:
        asked: the question.
        answer: what was answered.
        seconds: how long it took.
        rank: of the first right passage, from 0; None where there is none.
        highlighted: whether the first passage, which is right, marks the answering words.
        precision: share of the passages returned that are right, of a complete list.
        recall: share of the right passages that were returned, of a complete list.
        whose: whether the speaker told has the surname of the one expected.
    """

    asked: Asked
    answer: Answer
    seconds: float
    rank: int | None
    highlighted: bool | None = None
    precision: float | None = None
    recall: float | None = None
    whose: bool | None = None

    @property
    def right(self) -> bool:
        """Whether the first passage answers, or nothing does and that is what was said."""
        return self.rank == 0 if self.asked.answerable else self.answer.status != "answered"


def evaluate(engine: Engine, questions: Sequence[Asked]) -> Iterator[Scored]:
    """Yield each question's answer, scored, in order.

    Raises:
        UsageError: a scope names an article that is not in the index.
    """
    for asked in questions:
        begun = time.perf_counter()
        answer = engine.ask(asked.question, k=READ, history=asked.history, scope=asked.scope)
        yield score(asked, answer, time.perf_counter() - begun)


def score(asked: Asked, answer: Answer, seconds: float = 0.0) -> Scored:
    """Return an answer scored; a passage that stands for merged copies is right if one of them is."""
    hits = answer.hits[:READ] if answer.status == "answered" else ()
    places = [place for hit in hits if (place := _place(hit, asked.gold)) not in asked.also - asked.gold]
    rank = next((rank for rank, place in enumerate(places) if place in asked.gold), None)
    found = set(places)
    right = len(found & asked.gold)
    return Scored(
        asked,
        answer,
        seconds,
        rank,
        highlighted=_highlights(hits[0], asked.highlight) if asked.highlight and rank == 0 else None,
        precision=(right / len(found) if found else 0.0) if asked.complete else None,
        recall=right / len(asked.gold) if asked.complete and asked.gold else None,
        whose=_surname(answer.speaker) == _surname(asked.speaker) if asked.speaker and asked.answerable else None,
    )


def summarize(scored: Sequence[Scored]) -> dict[str, dict[str, float]]:
    """Return the figures of each kind of question, by kind, those of all questions last under "all".

    n: questions; hit@1, hit@3: share whose first, or first three, passages hold a right one; mrr@10: mean reciprocal
    rank of the first right passage of ten (Voorhees, The TREC-8 Question Answering Track Report, 1999, section 3);
    refused: share without an answer; speaker, highlight, precision, recall, f1: see `Scored`, means over the questions
    they apply to; p50, p95: milliseconds an answer took. Passages that are neither right nor wrong are passed over.
    """
    kinds: dict[str, list[Scored]] = defaultdict(list)
    for one in scored:
        kinds[one.asked.kind].append(one)
    return {kind: _figures(kinds[kind]) for kind in sorted(kinds)} | ({"all": _figures(scored)} if scored else {})


def _figures(scored: Sequence[Scored]) -> dict[str, float]:
    ranks = [one.rank for one in scored if one.asked.answerable]
    means = {
        "hit@1": [float(rank == 0) for rank in ranks],
        "hit@3": [float(rank is not None and rank < 3) for rank in ranks],
        "mrr@10": [1 / (rank + 1) if rank is not None and rank < 10 else 0.0 for rank in ranks],
        "refused": [float(one.answer.status != "answered") for one in scored],
        "speaker": [float(one.whose) for one in scored if one.whose is not None],
        "highlight": [float(one.highlighted) for one in scored if one.highlighted is not None],
        "precision": [one.precision for one in scored if one.precision is not None],
        "recall": [one.recall for one in scored if one.recall is not None],
        "f1": [
            _f1(one.precision, one.recall) for one in scored if one.precision is not None and one.recall is not None
        ],
    }
    times = sorted(1000 * one.seconds for one in scored)
    every = quantiles(times, n=20, method="inclusive") if len(times) > 1 else times * 19
    figures = {name: fmean(values) for name, values in means.items() if values}
    return {"n": len(scored)} | figures | {"p50": every[9], "p95": every[18]}


def _f1(precision: float, recall: float) -> float:
    """Return the harmonic mean (van Rijsbergen, Information Retrieval, 1979, chapter 7)."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _places(items: Sequence[Mapping[str, Any]]) -> frozenset[Place]:
    return frozenset((str(item["article"]), int(item["paragraph"])) for item in items)


def _place(hit: Hit, gold: frozenset[Place]) -> Place:
    own = (hit.article, hit.paragraph)
    copies = ((copy.article, copy.paragraph) for copy in hit.also)
    return own if own in gold else next((copy for copy in copies if copy in gold), own)


def _highlights(hit: Hit, words: str) -> bool:
    start = hit.text.find(words)
    return start < 0 or any(first < start + len(words) and start < end for first, end in hit.highlights)


def _surname(name: str | None) -> str | None:
    words = [word.strip(".,").casefold() for word in (name or "").split()]
    kept = [word for word in words if word and word not in _SUFFIXES]
    return kept[-1] if kept else None
