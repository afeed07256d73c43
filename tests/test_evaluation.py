"""Figures of a question set, on cases that can be computed by hand, and the command that prints them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Run

from index.generation import IndexFolder
from retrieval.answer import Answer, Citation, Copy, Hit
from retrieval.evaluation import Asked, Scored, score, summarize

CITATION = Citation("t", None, None, None, 1, (0, 1), "a.txt", "0")


def _hit(article: str, paragraph: int, *, also: tuple[Copy, ...] = (), marked: tuple[int, int] = (0, 4)) -> Hit:
    return Hit(article, paragraph, "It burned at noon.", 1.0, (marked,), (), also, CITATION)


def _answer(*hits: Hit, speaker: str | None = None) -> Answer:
    return Answer("q", "answered" if hits else "not_found", 0.5, "q", speaker=speaker, hits=hits)


def _asked(**fields: object) -> Asked:
    record = {
        "qid": "1",
        "question": "q",
        "kind": "fact",
        "answerable": True,
        "gold": [{"article": "a", "paragraph": 1}],
    }
    return Asked.from_json(record | fields)


def test_the_first_right_passage_counts() -> None:
    scored = [score(_asked(), _answer(*(_hit("a", number) for number in order))) for order in ([1], [0, 1], [0, 2], [])]
    assert [one.rank for one in scored] == [0, 1, None, None]
    figures = summarize(scored)["fact"]
    assert (figures["n"], figures["hit@1"], figures["hit@3"], figures["mrr@10"]) == (4, 0.25, 0.5, 0.375)
    assert figures["refused"] == 0.25


def test_passages_that_are_neither_right_nor_wrong_are_passed_over() -> None:
    asked = _asked(also=[{"article": "a", "paragraph": 0}])
    assert score(asked, _answer(_hit("a", 0), _hit("a", 1))).rank == 0


def test_a_merged_copy_counts_as_its_hit() -> None:
    copy = Copy("a", 1, CITATION)
    assert score(_asked(), _answer(_hit("b", 3, also=(copy,)))).rank == 0


def test_a_refusal_is_right_where_nothing_answers() -> None:
    nothing = _asked(answerable=False, gold=[])
    assert [score(nothing, answer).right for answer in (_answer(), _answer(_hit("a", 1)))] == [True, False]


def test_precision_and_recall_are_of_complete_lists() -> None:
    asked = _asked(kind="who-said-all", gold=[{"article": "a", "paragraph": n} for n in (1, 2, 3, 4)])
    one = score(asked, _answer(_hit("a", 1), _hit("a", 2), _hit("a", 9)))
    assert (one.precision, one.recall) == (2 / 3, 0.5)
    assert summarize([one])["who-said-all"]["f1"] == pytest.approx(4 / 7)


@pytest.mark.parametrize(
    ("name", "right"), [("Ana Reyes Jr.", True), ("Tom Reyes", True), ("Ana", False), (None, False)]
)
def test_the_speaker_is_right_by_surname(name: str | None, right: bool) -> None:
    assert score(_asked(speaker="Ana Reyes"), _answer(_hit("a", 1), speaker=name)).whose is right


@pytest.mark.parametrize(("marked", "right"), [((3, 9), True), ((0, 2), False)])
def test_a_highlight_is_right_where_it_overlaps(marked: tuple[int, int], right: bool) -> None:
    assert score(_asked(highlight="burned"), _answer(_hit("a", 1, marked=marked))).highlighted is right


def test_latency_is_in_milliseconds() -> None:
    figures = summarize([Scored(_asked(), _answer(), seconds, None) for seconds in (0.1, 0.2, 0.3)])["all"]
    assert (figures["p50"], figures["p95"]) == (pytest.approx(200), pytest.approx(290))


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "set.jsonl"
    lines = [
        {"qid": "1", "kind": "fact", "question": "how many rooms will the hotel have?", "answerable": True}
        | {"gold": [{"article": "hotel-vote.txt", "paragraph": 0}]},
        {"qid": "2", "kind": "none", "question": "who said “the view is sold”?", "answerable": False, "gold": []},
        {"qid": "3", "kind": "fact", "question": "how many rooms will the hotel have?", "answerable": True}
        | {"gold": [{"article": "hotel-vote.txt", "paragraph": 7}]},
    ]
    path.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    return path


def test_the_command_prints_a_table_and_misses(onrecord: Run, quillhaven: IndexFolder, questions: Path) -> None:
    done = onrecord("eval", questions, "--misses", "5", "--index", quillhaven.path)
    assert done.code == 0
    assert [line.split()[0] for line in done.out.splitlines()[:4]] == ["kind", "fact", "none", "all"]
    assert "3: how many rooms" in done.out
    assert "expected hotel-vote.txt 7" in done.out


def test_the_command_prints_json(onrecord: Run, quillhaven: IndexFolder, questions: Path) -> None:
    printed = json.loads(onrecord("eval", questions, "--json", "--index", quillhaven.path).out)
    assert printed["figures"]["fact"]["hit@1"] == 0.5
    assert "3" in [miss["qid"] for miss in printed["missed"]]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [("{", "line 2: is no question"), ("[]", "line 2: is no question"), ('{"qid": "x"}', "line 2: lacks 'kind'")],
)
def test_a_broken_line_is_named(
    onrecord: Run, quillhaven: IndexFolder, questions: Path, line: str, complaint: str
) -> None:
    first = questions.read_text("utf-8").splitlines()[0]
    questions.write_text(f"{first}\n{line}\n", "utf-8")
    done = onrecord("eval", questions, "--index", quillhaven.path)
    assert (done.code, done.out) == (2, "")
    assert complaint in done.err


def test_no_such_file_is_an_error(onrecord: Run, quillhaven: IndexFolder, tmp_path: Path) -> None:
    assert onrecord("eval", tmp_path / "none.jsonl", "--index", quillhaven.path).code == 2
