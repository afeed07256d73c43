"""Question sets: asked line by line, and the figures that tell how well they were answered.

What each figure means to people stands in docs/evaluation.md.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from index.core.errors import OnrecordError, UsageError
from retrieval.batch import Record, ask_record, read_batch
from retrieval.conversation.state import Place
from retrieval.core.answer import Answer, Copy, Hit
from retrieval.engine import Engine

LISTS = "who-said-all"
"""The kind whose gold is a whole list."""
QUOTES = "who-said-quote"
"""The kind that asks for a speaker, so that the answer is a name."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question and what is right.

    Attributes:
        line: number of its line in the file, from 1.
        record: the line, with what is asked: question, history and scope.
        kind: what sort of question it is; figures are told by kind.
        answerable: whether the articles answer it.
        gold: the passages that answer; to a question of the kind `LISTS`, all of them.
        also: passages that are neither right nor wrong.
        speaker: whose words answer, or None; where the kind is `QUOTES`, the name that is asked for.
        highlight: the words of a gold passage that answer, or None.
    """

    line: int
    record: Record
    kind: str
    answerable: bool
    gold: frozenset[Place]
    also: frozenset[Place]
    speaker: str | None
    highlight: str | None

    @property
    def label(self) -> str:
        """The kind, with the subkind where there is one."""
        return "/".join(filter(None, (self.kind, self.record.get("subkind"))))


def read_questions(path: Path) -> list[GoldQuestion]:
    """Return the questions of a file.

    Raises:
        UsageError: the file cannot be read.
        OnrecordError: a line is no question, or does not tell what is right; or there is no question.
    """
    questions = []
    for number, record in read_batch(path):
        if isinstance(record, UsageError):
            raise OnrecordError(str(record))
        try:
            questions.append(_question(number, record))
        except ValueError as error:
            raise OnrecordError(f"{path}, line {number}: {error}") from None
    if not questions:
        raise OnrecordError(f"{path}: holds no question")
    return questions


def doubts(engine: Engine, question: GoldQuestion) -> Iterator[str]:
    """Yield what of a question cannot be meant so in this index: passages and words that it does not hold.

    Raises:
        OnrecordError: the scope names an article that is not in the index, so that the question cannot be asked.
    """
    unknown = engine.unknown_articles(question.record.get("scope") or ())
    if unknown:
        raise OnrecordError(f"scope: no article {unknown[0]!r} in this index")
    texts = []
    for article, paragraph in sorted(question.gold):
        hits = engine.neighbours(article, paragraph, 0)
        texts += [hit.text for hit in hits]
        if not hits:
            yield f"gold: no paragraph {paragraph} (counted from 0) of an article {article!r} in this index"
    if question.highlight and texts and not any(question.highlight in text for text in texts):
        yield "highlight: these words stand in no gold passage"


def _question(line: int, record: Record) -> GoldQuestion:
    gold = _places(record, "gold")
    answerable = _optional(record, "answerable", bool)
    if answerable is None:
        answerable = bool(gold)
    if answerable and not gold:
        raise ValueError('is answerable, but has no "gold"')
    _optional(record, "subkind", str)
    kind, answer = _optional(record, "kind", str) or "question", _optional(record, "answer", str)
    if kind == QUOTES and answerable and not answer:
        raise ValueError(f'is of kind {QUOTES}, but has no "answer" that names who said it')
    speaker = _optional(record, "speaker", str)
    highlight = _optional(record, "highlight", str)
    if kind == QUOTES:
        speaker = answer
    return GoldQuestion(line, record, kind, answerable, gold, _places(record, "also") - gold, speaker, highlight)


def _optional(record: Mapping[str, object], name: str, kind: type[_T]) -> _T | None:
    value = record.get(name)
    if value is None or isinstance(value, kind):
        return value
    words: dict[type, str] = {bool: "true or false", str: "a text", list: "a list"}
    raise ValueError(f'"{name}" is not {words[kind]}')


def _places(record: Mapping[str, object], name: str) -> frozenset[Place]:
    return frozenset(_read_place(name, item) for item in _optional(record, name, list) or ())


def _read_place(name: str, item: object) -> Place:
    match item:
        case {"article": str(article), "paragraph": int(paragraph)} if not isinstance(paragraph, bool):
            return article, paragraph
    raise ValueError(f'"{name}" is not a list of {{"article": id, "paragraph": number from 0}}')


Figures = dict[str, float]
"""Figures by name, in the order of `FIGURES`; one that says nothing about its questions is left out."""

FIGURES = (
    "hit@1",
    "hit@3",
    "mrr@10",
    "highlight",
    "speaker",
    "precision",
    "recall",
    "f1",
    "refusals_right",
    "refusals_wrong",
    "refused",
    "not_found",
)
MRR_DEPTH = 10

_GENERATIONS = {"jr", "sr", "ii", "iii"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question with the answer it got, the milliseconds that took, and how the answer scores in each figure."""

    question: GoldQuestion
    answer: Answer
    milliseconds: float
    marks: Figures

    @property
    def missed(self) -> bool:
        """Whether the first passage is not the right one, or there is an answer where there should be none."""
        return not self.marks["hit@1"] if self.question.answerable else not self.marks["refused"]

    def to_json(self, message: str | None, passages: int = 3) -> dict[str, Any]:
        """Return what was asked, what is right, and the first passages returned instead.

        Args:
            message: the remark of the answer as one line for people, or None.
            passages: how many passages to return at most.
        """
        question, answer = self.question, self.answer
        asked = {name: question.record.get(name) for name in ("qid", "question", "history")}
        got = [{"article": hit.article, "paragraph": hit.paragraph, "text": hit.text} for hit in answer.hits[:passages]]
        gold = [{"article": article, "paragraph": paragraph} for article, paragraph in sorted(question.gold)]
        told = {"status": answer.status, "message": message, "speaker": answer.speaker, "returned": got}
        return {"kind": question.label, "line": question.line} | asked | {"gold": gold} | told


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of some questions: how many they are, the mean of each figure, and the milliseconds an answer took.

    Attributes:
        n: how many questions.
        figures: means over the questions that a figure says something about.
        p50: what half of the answers took at most, in milliseconds.
        p95: what 95 of 100 answers took at most, in milliseconds.
    """

    n: int
    figures: Figures
    p50: float
    p95: float

    def to_json(self) -> dict[str, float]:
        """Return the figures, rounded, as one JSON object."""
        figures = {name: round(value, 4) for name, value in self.figures.items()}
        return {"n": self.n} | figures | {"ms_p50": round(self.p50, 1), "ms_p95": round(self.p95, 1)}


def evaluate(engine: Engine, questions: Iterable[GoldQuestion]) -> Iterator[Outcome]:
    """Ask each question in turn, as `ask --batch` does, and score the answer.

    Args:
        engine: whom to ask. Its models are loaded before the first question, whose time would count them otherwise.
        questions: the questions, each with what is right.

    Raises:
        UsageError: the scope of a question names an article that is not in the index.
    """
    engine.warm_up()
    for question in questions:
        start = time.perf_counter()
        answer = ask_record(engine, question.record)
        yield Outcome(question, answer, (time.perf_counter() - start) * 1000, marks(question, answer))


def marks(question: GoldQuestion, answer: Answer) -> Figures:
    """Return how an answer scores in each figure that says something about its question."""
    refused = float(answer.status != "answered")
    found: Figures = {"refused": refused, "not_found": float(answer.status == "not_found")}
    if not question.answerable:
        return found | {"refusals_right": refused}
    places = [] if refused else ranked(question, answer)
    rank = next((rank for rank, place in enumerate(places, 1) if place in question.gold), math.inf)
    found |= {"refusals_wrong": refused, "hit@1": float(rank <= 1), "hit@3": float(rank <= 3)}
    # Reciprocal rank: Voorhees, The TREC-8 Question Answering Track Report (1999), p. 78; nothing beyond a depth.
    found["mrr@10"] = 1 / rank if rank <= MRR_DEPTH else 0.0
    if question.highlight and rank == 1:
        found["highlight"] = float(_highlighted(question.highlight, answer.hits[0]))
    if question.kind == LISTS:
        found |= completeness(set(places), question.gold)
    if question.speaker:
        found["speaker"] = float(not refused and _same_surname(answer.speaker, question.speaker))
    return found


def ranked(question: GoldQuestion, answer: Answer) -> list[Place]:
    """Return where the hits of an answer stand, best first, without those that are neither right nor wrong.

    A hit stands where the question expects it if that is one of its merged copies.
    """
    places = (_place(hit, question.gold) for hit in answer.hits)
    return [place for place in places if place in question.gold or place not in question.also]


def completeness(returned: Collection[Place], gold: Collection[Place]) -> Figures:
    """Return precision, recall and their harmonic mean, F1, of a set of passages.

    >>> completeness({("a", 0), ("b", 0)}, {("a", 0)})
    {'precision': 0.5, 'recall': 1.0, 'f1': 0.6666666666666666}
    """
    right = len(set(returned) & set(gold))
    precision = right / len(returned) if returned else 0.0
    return {"precision": precision, "recall": right / len(gold), "f1": 2 * right / (len(returned) + len(gold))}


def summarise(outcomes: Iterable[Outcome]) -> tuple[Summary, dict[str, Summary]]:
    """Return the figures of all questions together, and of each kind, in the order of their names."""
    total = list(outcomes)
    kinds: dict[str, list[Outcome]] = {}
    for outcome in total:
        kinds.setdefault(outcome.question.label, []).append(outcome)
    return _summary(total), {kind: _summary(kinds[kind]) for kind in sorted(kinds)}


def percentile(values: Iterable[float], share: float) -> float:
    """Return the smallest value that at least this share of the values does not exceed (nearest rank).

    >>> percentile([3.0, 1.0, 2.0, 4.0], 0.5)
    2.0
    """
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _summary(outcomes: list[Outcome]) -> Summary:
    figures: Figures = {}
    for name in FIGURES:
        values = [outcome.marks[name] for outcome in outcomes if name in outcome.marks]
        if values:
            figures[name] = sum(values) / len(values)
    taken = [outcome.milliseconds for outcome in outcomes]
    return Summary(len(outcomes), figures, percentile(taken, 0.5), percentile(taken, 0.95))


def _place(hit: Hit, gold: frozenset[Place]) -> Place:
    standing: list[Hit | Copy] = [hit, *hit.also]
    places = [(place.article, place.paragraph) for place in standing]
    return next((place for place in places if place in gold), places[0])


def _highlighted(words: str, hit: Hit) -> bool:
    """Tell whether the highlights touch the words; a hit that spells them otherwise is given the benefit."""
    start = hit.text.find(words)
    return start < 0 or any(first < start + len(words) and start < end for first, end in hit.highlights)


def _same_surname(name: str | None, other: str | None) -> bool:
    return _surname(name) == _surname(other) != ""


def _surname(name: str | None) -> str:
    words = re.findall(r"[^\W\d_]+", (name or "").lower())
    return next((word for word in reversed(words) if word not in _GENERATIONS), "")


BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers whose confidence lies between two tenths.

    Attributes:
        low: the lower tenth, 0 to 0.9.
        n: how many answers.
        confidence: their mean confidence.
        right: the share of them that is right.
    """

    low: float
    n: int
    confidence: float
    right: float

    def to_json(self) -> dict[str, float]:
        """Return the bin, rounded, as one JSON object."""
        return {"from": self.low, "n": self.n, "confidence": round(self.confidence, 4), "right": round(self.right, 4)}


def reliability(outcomes: Iterable[Outcome]) -> list[Bin]:
    """Return the answers by confidence, in tenths; a tenth in which there is none is left out.

    An answer is right where its first passage is, or where it is none and should be none.
    """
    bins: dict[int, list[tuple[float, bool]]] = {}
    for outcome in outcomes:
        confidence = outcome.answer.confidence
        bins.setdefault(min(int(confidence * BINS), BINS - 1), []).append((confidence, not outcome.missed))
    return [
        Bin(number / BINS, len(held), sum(c for c, _ in held) / len(held), sum(right for _, right in held) / len(held))
        for number, held in sorted(bins.items())
    ]


def calibration_error(bins: Iterable[Bin]) -> float:
    """Return by how much confidence and rightness differ, on average over the answers: 0 is best.

    Source: Guo et al., On Calibration of Modern Neural Networks (2017), equation 3, with ten bins.
    """
    every = list(bins)
    total = sum(one.n for one in every)
    return sum(one.n * abs(one.confidence - one.right) for one in every) / total if total else 0.0
