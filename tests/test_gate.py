"""The floors: what the questions of questions.jsonl reached when they were last measured. Floors only go up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.generation import IndexFolder
from retrieval.engine import Engine
from retrieval.evaluation import Asked, evaluate, summarize

QUESTIONS = Path(__file__).parent / "questions.jsonl"
FLOORS = {
    "fact": {"hit@1": 1.0, "highlight": 0.88},
    "said": {"hit@1": 1.0, "speaker": 0.9},
    "said-open": {"hit@1": 1.0, "speaker": 1.0},
    "who-said": {"hit@1": 1.0, "speaker": 0.75},
    "who-said-quote": {"hit@1": 1.0, "speaker": 1.0},
    "unanswerable": {"refused": 1.0},
    "small talk": {"refused": 1.0},
}


@pytest.fixture(scope="module")
def figures(quillhaven: IndexFolder) -> dict[str, dict[str, float]]:
    questions = [Asked.from_json(json.loads(line)) for line in QUESTIONS.read_text("utf-8").splitlines()]
    with Engine(quillhaven) as engine:
        return summarize(list(evaluate(engine, questions)))


@pytest.mark.parametrize("kind", FLOORS)
def test_no_figure_is_below_its_floor(figures: dict[str, dict[str, float]], kind: str) -> None:
    assert {name: figures[kind][name] for name, floor in FLOORS[kind].items() if figures[kind][name] < floor} == {}


def test_every_kind_of_question_has_a_floor(figures: dict[str, dict[str, float]]) -> None:
    assert set(figures) == {*FLOORS, "all"}
