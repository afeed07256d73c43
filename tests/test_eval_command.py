"""The command that evaluates a question set: its table, its JSON, its misses, and what it refuses to read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Outcome, Run

QUOTE: dict[str, Any] = {
    "qid": "torch",
    "question": "who said “the whole end of the pier was a torch”?",
    "kind": "who-said-quote",
    "gold": [{"article": "pier-fire.txt", "paragraph": 2}],
    "answer": "Petra Lindqvist",
    "highlight": "the whole end of the pier was a torch",
}
SMALL_TALK: dict[str, Any] = {"qid": "hi", "question": "hi", "kind": "unanswerable", "answerable": False}
MISSED = QUOTE | {"qid": "missed", "gold": [{"article": "eelgrass.txt", "paragraph": 0}], "highlight": None}


pytestmark = pytest.mark.usefixtures("town")


@pytest.fixture
def evaluated(onrecord: Run, tmp_path: Path) -> Run:
    """Evaluate questions, given as objects or as lines; further words stand behind the file."""

    def run(*questions: dict[str, Any] | str, words: tuple[str, ...] = ()) -> Outcome:
        lines = [question if isinstance(question, str) else json.dumps(question) for question in questions]
        (tmp_path / "set.jsonl").write_text("\n".join(lines))
        return onrecord("eval", "set.jsonl", *words)

    return run


class TestCalibration:
    def test_tells_how_many_answers_of_each_tenth_are_right(self, evaluated: Run) -> None:
        told = evaluated(SMALL_TALK, QUOTE, QUOTE, MISSED, words=("--calibration",))
        heading, row, error = told.out.splitlines()[-3:]
        assert heading.split() == ["confidence", "n", "mean", "right"]
        assert row.split()[:3] == ["from", "0.9", "4"]
        assert row.split()[-1] == ".750"
        assert error.startswith("calibration error .2")

    def test_is_part_of_the_json(self, evaluated: Run) -> None:
        told = json.loads(evaluated(QUOTE, MISSED, words=("--json",)).out)["calibration"]
        ((only),) = told["bins"]
        assert (only["from"], only["n"], only["right"]) == (0.9, 2, 0.5)
        assert told["error"] == pytest.approx(only["confidence"] - 0.5, abs=1e-3)


class TestTable:
    def test_has_a_row_a_kind_and_one_for_all(self, evaluated: Run) -> None:
        told = evaluated(SMALL_TALK, QUOTE, QUOTE, MISSED)
        assert (told.code, told.err) == (0, "")
        title, _, heading, *rows = told.out.splitlines()
        assert title.startswith("set.jsonl: 4 questions to 19 articles, ")
        assert heading.split()[:5] == ["kind", "n", "@1", "@3", "@10"]
        names = [row.split()[:2] for row in rows]
        assert names == [["unanswerable", "1"], ["who-said-quote", "3"], ["all", "4"]]
        assert rows[1].split()[2:5] == [".667", ".667", ".667"]
        assert rows[2].split()[5:7] == ["1.00", "1.00"]

    def test_leaves_out_the_columns_that_tell_nothing(self, evaluated: Run) -> None:
        told = evaluated(SMALL_TALK)
        assert "hit" not in told.out
        assert "right" in told.out

    def test_is_not_cut_in_a_pipe(self, evaluated: Run) -> None:
        kind = "a-kind-whose-name-is-" + "long-" * 30
        assert kind in evaluated(QUOTE | {"kind": kind}).out

    def test_lets_nothing_of_the_file_act_on_the_screen(self, evaluated: Run) -> None:
        told = evaluated(MISSED | {"kind": "\x1b[31m[bold]"}, words=("--misses", "1"))
        assert "\x1b" not in told.out
        assert "[31m[bold]" in told.out


class TestMisses:
    def test_are_shown_on_demand_with_what_was_returned(self, evaluated: Run) -> None:
        assert "right:" not in evaluated(MISSED).out
        told = evaluated(QUOTE, MISSED, MISSED | {"kind": "fact"}, MISSED, words=("--misses", "1")).out
        assert told.count("[who-said-quote] line 2: who said") == told.count("[fact] line 3: who said") == 1
        assert "line 4" not in told
        assert "  right: eelgrass.txt ¶1\n  got:   pier-fire.txt ¶3: “When we arrived" in told

    def test_tell_why_there_was_no_answer(self, evaluated: Run) -> None:
        told = evaluated(QUOTE | {"question": "hi", "history": ["hello"]}, words=("--misses", "5")).out
        assert "line 1: hello → hi\n  right: pier-fire.txt ¶3\n  not_found: " in told

    def test_are_answers_where_there_should_be_none(self, evaluated: Run) -> None:
        told = evaluated(SMALL_TALK | {"question": QUOTE["question"]}, words=("--misses", "5")).out
        assert "  right: no answer\n  got:   pier-fire.txt ¶3: " in told


class TestJson:
    def test_is_one_object(self, evaluated: Run) -> None:
        told = evaluated(SMALL_TALK, QUOTE, MISSED, words=("--json", "--misses", "1"))
        figures = json.loads(told.out)
        assert (told.code, told.err) == (0, "")
        assert list(figures) == ["questions", "index", "all", "kinds", "calibration", "misses"]
        assert (figures["questions"], figures["all"]["n"]) == ("set.jsonl", 3)
        quotes = figures["kinds"]["who-said-quote"]
        assert (quotes["n"], quotes["hit@1"], quotes["highlight"], quotes["speaker"]) == (2, 0.5, 1.0, 1.0)
        assert quotes["ms_p95"] >= quotes["ms_p50"] > 0
        unanswerable = figures["kinds"]["unanswerable"]
        assert (unanswerable["refusals_right"], unanswerable["not_found"]) == (1.0, 1.0)
        assert "hit@1" not in unanswerable

    def test_holds_the_misses_that_were_asked_for(self, evaluated: Run) -> None:
        assert json.loads(evaluated(MISSED, words=("--json",)).out)["misses"] == []
        (miss,) = json.loads(evaluated(MISSED, MISSED, words=("--json", "--misses", "1")).out)["misses"]
        assert (miss["qid"], miss["line"], miss["status"]) == ("missed", 1, "answered")
        assert miss["gold"] == MISSED["gold"]
        assert (miss["returned"][0]["article"], miss["returned"][0]["paragraph"]) == ("pier-fire.txt", 2)
        assert miss["returned"][0]["text"].startswith("“When we arrived")


class TestWrongInput:
    @pytest.mark.parametrize(
        ("broken", "reason"),
        [
            ('{"question": "q', "is not JSON"),
            ('{"question": "q", "answerable": true}', 'is answerable, but has no "gold"'),
            ('{"question": "q", "scope": ["gone.txt"]}', "scope: no article 'gone.txt' in this index"),
        ],
    )
    def test_is_one_error_that_names_file_and_line(self, evaluated: Run, broken: str, reason: str) -> None:
        told = evaluated(QUOTE, "", broken, broken)
        assert (told.code, told.out) == (1, "")
        (line,) = told.err.splitlines()
        assert line.startswith(f"onrecord: set.jsonl, line 3: {reason}")

    @pytest.mark.parametrize("words", [["eval"], ["eval", "gone.jsonl"], ["eval", "gone.jsonl", "--misses", "-1"]])
    def test_on_the_command_line_is_a_usage_error(self, onrecord: Run, words: list[str]) -> None:
        told = onrecord(*words)
        assert (told.code, told.out) == (2, "")

    def test_that_can_still_be_asked_is_noted(self, evaluated: Run) -> None:
        gone = [{"article": "gone.txt", "paragraph": 0}]
        told = evaluated(*[QUOTE | {"gold": gone}] * 22)
        assert told.code == 0
        *notes, more = told.err.splitlines()
        assert len(notes) == 20
        assert notes[0] == (
            "note: set.jsonl, line 1: gold: no paragraph 0 (counted from 0) of an article 'gone.txt' in this index"
        )
        assert more == "note: and 2 more like these"
