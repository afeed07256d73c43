"""The gate: questions over the fictional articles are answered at least as well as they were.

Each floor is what was reached when it was written, and each ceiling too: measured, not wished for. When
`onrecord eval tests/questions.jsonl` shows better, tighten them; never loosen one. The subkind “hard” holds what was
written without looking at how it is answered, sorted apart after the first measurement because the floors differ.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from index.generations.generation import IndexFolder
from retrieval.engine import Engine
from retrieval.evaluation import GoldQuestion, Summary, doubts, evaluate, read_questions, summarise

QUESTIONS = Path(__file__).parent / "questions.jsonl"
FLOORS = {
    "fact": {"hit@1": 1.0, "highlight": 0.88},
    "fact/hard": {"hit@1": 0.6, "hit@3": 0.7, "mrr@10": 0.653, "highlight": 1.0},
    "said": {"hit@1": 1.0, "speaker": 1.0},
    "said/hard": {"hit@1": 0.636, "hit@3": 0.636, "mrr@10": 0.636, "highlight": 1.0},
    "said-open": {"hit@1": 1.0, "speaker": 1.0},
    "who-said": {"hit@1": 1.0, "speaker": 0.75},
    "who-said/hard": {"hit@1": 0.5, "hit@3": 0.5, "mrr@10": 0.5, "highlight": 1.0},
    "who-said-all": {"hit@1": 1.0, "hit@3": 1.0, "precision": 1.0, "recall": 0.904, "f1": 0.944},
    "who-said-quote": {"hit@1": 1.0, "speaker": 1.0},
    "who-said-quote/hard": {"hit@1": 1.0, "hit@3": 1.0, "mrr@10": 1.0, "speaker": 0.833},
    "unanswerable": {"refusals_right": 1.0},
    "unanswerable/known-person": {"refusals_right": 1.0},
    "unanswerable/never-quoted": {"refusals_right": 1.0},
    "unanswerable/never-said": {"refusals_right": 1.0},
    "unanswerable/never-told": {"refusals_right": 0.333},
    "unanswerable/out-of-scope": {"refusals_right": 1.0},
    "unanswerable/shared-surname": {"refusals_right": 1.0},
    "unanswerable/unknown-person": {"refusals_right": 1.0},
    "small talk": {"refusals_right": 1.0},
}
CEILINGS = {
    "fact": {"refusals_wrong": 0.0},
    "fact/hard": {"refusals_wrong": 0.2},
    "said": {"refusals_wrong": 0.0},
    "said/hard": {"refusals_wrong": 0.273},
    "said-open": {"refusals_wrong": 0.0},
    "who-said": {"refusals_wrong": 0.0},
    "who-said/hard": {"refusals_wrong": 0.25},
    "who-said-all": {"refusals_wrong": 0.0},
    "who-said-quote": {"refusals_wrong": 0.0},
    "who-said-quote/hard": {"refusals_wrong": 0.0},
}


@pytest.fixture(scope="module")
def questions() -> list[GoldQuestion]:
    return read_questions(QUESTIONS)


@pytest.fixture(scope="module")
def kinds(quillhaven: IndexFolder, questions: list[GoldQuestion]) -> dict[str, Summary]:
    with Engine(quillhaven) as engine:
        return summarise(evaluate(engine, questions))[1]


class TestTheQuestions:
    def test_name_what_is_there(self, quillhaven: IndexFolder, questions: list[GoldQuestion]) -> None:
        with Engine(quillhaven) as engine:
            assert [(question.line, doubt) for question in questions for doubt in doubts(engine, question)] == []

    def test_are_told_apart_by_their_ids(self, questions: list[GoldQuestion]) -> None:
        ids = [question.record["qid"] for question in questions]
        assert len(set(ids)) == len(ids)

    def test_all_have_a_floor(self, questions: list[GoldQuestion]) -> None:
        assert {question.label for question in questions} == set(FLOORS)
        assert {question.label for question in questions if question.answerable} == set(CEILINGS)


@pytest.mark.parametrize("kind", FLOORS)
def test_no_figure_falls(kinds: dict[str, Summary], kind: str) -> None:
    reached = kinds[kind].figures
    assert {name: reached[name] for name, floor in FLOORS[kind].items() if reached[name] < floor} == {}


@pytest.mark.parametrize("kind", CEILINGS)
def test_no_mistake_becomes_more_frequent(kinds: dict[str, Summary], kind: str) -> None:
    reached = kinds[kind].figures
    assert {name: reached[name] for name, ceiling in CEILINGS[kind].items() if reached[name] > ceiling} == {}
