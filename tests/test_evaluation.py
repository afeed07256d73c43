"""The figures of a question set: each on a case small enough to be reckoned by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from index.core.article import Span
from index.core.errors import OnrecordError, UsageError
from retrieval.conversation.state import Place
from retrieval.core.answer import Answer, Citation, Copy, Hit, Reason, remark
from retrieval.engine import Engine
from retrieval.evaluation import (
    GoldQuestion,
    Outcome,
    completeness,
    doubts,
    evaluate,
    marks,
    percentile,
    ranked,
    read_questions,
    summarise,
)

CITATION = Citation("Pier burns", "WQHV", None, None, 1, (0, 1), "a.txt", "")
TEXT = "The pier burned for nearly five hours."
GOLD = ("a", 0)
TORCH = "who said “the whole end of the pier was a torch”?"


def hit(place: Place, *copies: Place, highlights: tuple[Span, ...] = ()) -> Hit:
    also = tuple(Copy(article, paragraph, CITATION) for article, paragraph in copies)
    return Hit(*place, TEXT, 0.9, highlights, (), also, CITATION)


def answered(*hits: Hit, speaker: str | None = None) -> Answer:
    return Answer("q", "answered", 0.9, "q", speaker=speaker, hits=hits)


def asked(*gold: Place, also: tuple[Place, ...] = (), kind: str = "fact", **facts: Any) -> GoldQuestion:
    speaker, highlight = facts.get("speaker"), facts.get("highlight")
    return GoldQuestion(1, {"question": "q"}, kind, bool(gold), frozenset(gold), frozenset(also), speaker, highlight)


NOT_FOUND = Answer("q", "not_found", 0.1, "q", remark(Reason.NOT_TOLD), nearest=(hit(GOLD),))
AMBIGUOUS = Answer("q", "ambiguous", 0.0, "q", choices=("Oskar Lindqvist", "Petra Lindqvist"))


def others(count: int) -> list[Hit]:
    return [hit(("z", number)) for number in range(count)]


class TestRanks:
    @pytest.mark.parametrize(
        ("before", "first", "third", "reciprocal"),
        [(0, 1, 1, 1.0), (1, 0, 1, 1 / 2), (2, 0, 1, 1 / 3), (3, 0, 0, 1 / 4), (9, 0, 0, 1 / 10), (10, 0, 0, 0.0)],
    )
    def test_tell_where_the_right_passage_stands(self, before: int, first: int, third: int, reciprocal: float) -> None:
        found = marks(asked(GOLD), answered(*others(before), hit(GOLD)))
        assert (found["hit@1"], found["hit@3"], found["mrr@10"]) == (first, third, reciprocal)

    def test_are_nothing_where_the_right_passage_is_not_returned(self) -> None:
        found = marks(asked(GOLD), answered(*others(3)))
        assert (found["hit@1"], found["hit@3"], found["mrr@10"]) == (0, 0, 0)

    def test_take_any_right_passage(self) -> None:
        assert marks(asked(GOLD, ("b", 4)), answered(hit(("b", 4))))["hit@1"] == 1

    def test_pass_over_what_is_neither_right_nor_wrong(self) -> None:
        question = asked(GOLD, also=(("z", 0), ("z", 1)))
        assert ranked(question, answered(*others(3), hit(GOLD))) == [("z", 2), GOLD]

    def test_take_a_merged_copy_for_what_it_is_a_copy_of(self) -> None:
        assert ranked(asked(GOLD), answered(hit(("b", 7), ("c", 1), GOLD))) == [GOLD]
        assert ranked(asked(GOLD), answered(hit(("b", 7), ("c", 1)))) == [("b", 7)]

    def test_do_not_see_what_is_only_near(self) -> None:
        assert marks(asked(GOLD), NOT_FOUND)["hit@1"] == 0


class TestRefusals:
    @pytest.mark.parametrize("refusal", [NOT_FOUND, AMBIGUOUS])
    def test_are_right_where_the_articles_do_not_tell(self, refusal: Answer) -> None:
        found = marks(asked(), refusal)
        assert found == {"refused": 1, "not_found": refusal is NOT_FOUND, "refusals_right": 1}

    @pytest.mark.parametrize("refusal", [NOT_FOUND, AMBIGUOUS])
    def test_are_wrong_where_they_do(self, refusal: Answer) -> None:
        found = marks(asked(GOLD), refusal)
        assert (found["refused"], found["refusals_wrong"]) == (1, 1)
        assert "refusals_right" not in found

    def test_that_did_not_happen_count_against_the_one_and_for_the_other(self) -> None:
        assert marks(asked(), answered(hit(GOLD)))["refusals_right"] == 0
        assert marks(asked(GOLD), answered(hit(GOLD)))["refusals_wrong"] == 0


class TestHighlights:
    @pytest.mark.parametrize(
        ("highlights", "share"), [(((20, 37),), 1), (((0, 3), (36, 38)), 1), (((0, 20), (37, 38)), 0), ((), 0)]
    )
    def test_are_right_where_they_touch_the_words(self, highlights: tuple[Span, ...], share: int) -> None:
        # “nearly five hours” is [20, 37).
        question = asked(GOLD, highlight="nearly five hours")
        assert marks(question, answered(hit(GOLD, highlights=highlights)))["highlight"] == share

    def test_are_not_judged_in_a_passage_that_spells_the_words_otherwise(self) -> None:
        assert marks(asked(GOLD, highlight="almost five hours"), answered(hit(GOLD)))["highlight"] == 1

    def test_say_nothing_where_the_first_passage_is_wrong_or_no_words_are_marked(self) -> None:
        assert "highlight" not in marks(asked(GOLD, highlight="five"), answered(*others(1), hit(GOLD)))
        assert "highlight" not in marks(asked(GOLD, highlight="five"), NOT_FOUND)
        assert "highlight" not in marks(asked(GOLD), answered(hit(GOLD)))


class TestLists:
    @pytest.mark.parametrize(
        ("returned", "precision", "recall", "f1"),
        [
            ({("a", 0), ("a", 1)}, 1, 1, 1),
            ({("a", 0)}, 1, 1 / 2, 2 / 3),
            ({("a", 0), ("z", 0), ("z", 1), ("z", 2)}, 1 / 4, 1 / 2, 1 / 3),
            ({("z", 0)}, 0, 0, 0),
            (set(), 0, 0, 0),
        ],
    )
    def test_are_to_be_complete_and_nothing_else(
        self, returned: set[Place], precision: float, recall: float, f1: float
    ) -> None:
        found = completeness(returned, {("a", 0), ("a", 1)})
        assert found == pytest.approx({"precision": precision, "recall": recall, "f1": f1})

    def test_leave_out_what_is_neither_right_nor_wrong(self) -> None:
        question = asked(GOLD, also=(("z", 0),), kind="who-said-all")
        assert marks(question, answered(hit(GOLD), *others(1)))["precision"] == 1

    def test_that_are_refused_hold_nothing(self) -> None:
        found = marks(asked(GOLD, kind="who-said-all"), NOT_FOUND)
        assert (found["precision"], found["recall"], found["f1"]) == (0, 0, 0)

    def test_are_asked_for_by_one_kind_only(self) -> None:
        assert "f1" not in marks(asked(GOLD), answered(hit(GOLD)))


class TestSpeakers:
    @pytest.mark.parametrize(
        ("told", "right"),
        [
            ("Ignatius Farrow", 1),
            ("Councilman FARROW Jr.", 1),
            ("Zoë Farrow-Ibáñez", 0),
            ("Rosalind Tak", 0),
            (None, 0),
            ("", 0),
        ],
    )
    def test_are_right_by_their_last_name(self, told: str | None, right: int) -> None:
        question = asked(GOLD, speaker="Ignatius Farrow")
        assert marks(question, answered(hit(GOLD), speaker=told))["speaker"] == right

    def test_are_wrong_where_there_is_no_answer(self) -> None:
        question = asked(GOLD, speaker="Ignatius Farrow")
        assert marks(question, NOT_FOUND)["speaker"] == 0


class TestSummaries:
    def outcome(self, question: GoldQuestion, answer: Answer, milliseconds: float) -> Outcome:
        return Outcome(question, answer, milliseconds, marks(question, answer))

    def test_are_means_over_the_questions_that_a_figure_tells_of(self) -> None:
        outcomes = [
            self.outcome(asked(GOLD), answered(hit(GOLD)), 10),
            self.outcome(asked(GOLD), answered(*others(1), hit(GOLD)), 20),
            self.outcome(asked(GOLD), NOT_FOUND, 30),
            self.outcome(asked(kind="unanswerable"), NOT_FOUND, 1000),
        ]
        total, kinds = summarise(outcomes)
        assert list(kinds) == ["fact", "unanswerable"]
        assert kinds["fact"].figures == pytest.approx(
            {"hit@1": 1 / 3, "hit@3": 2 / 3, "mrr@10": 1 / 2}
            | {"refusals_wrong": 1 / 3, "refused": 1 / 3, "not_found": 1 / 3}
        )
        assert (total.n, total.figures["hit@1"], total.figures["refused"]) == (4, pytest.approx(1 / 3), 0.5)
        assert (kinds["fact"].p50, kinds["fact"].p95, total.p50, total.p95) == (20, 30, 20, 1000)
        assert [outcome.missed for outcome in outcomes] == [False, True, True, False]

    def test_are_json_with_rounded_figures(self) -> None:
        _, kinds = summarise([self.outcome(asked(kind="unanswerable"), NOT_FOUND, 1.26)] * 3)
        figures = {"refusals_right": 1, "refused": 1, "not_found": 1}
        assert kinds["unanswerable"].to_json() == {"n": 3} | figures | {"ms_p50": 1.3, "ms_p95": 1.3}

    @pytest.mark.parametrize(("share", "value"), [(0.5, 10), (0.95, 19), (1, 20), (0, 1)])
    def test_tell_percentiles_by_nearest_rank(self, share: float, value: float) -> None:
        assert percentile([float(number) for number in range(20, 0, -1)], share) == value


class TestQuestionSets:
    def write(self, folder: Path, *lines: str) -> Path:
        path = folder / "set.jsonl"
        path.write_text("\n".join(lines))
        return path

    def test_are_read_whole(self, tmp_path: Path) -> None:
        line = {
            "qid": "a",
            "question": "how long?",
            "history": ["did the pier burn?"],
            "scope": ["a"],
            "gold": [{"article": "a", "paragraph": 0}],
            "also": [{"article": "a", "paragraph": 0}, {"article": "b", "paragraph": 3}],
            "kind": "fact",
            "subkind": "number",
            "answerable": True,
            "answer": "five hours",
            "highlight": "nearly five hours",
        }
        (question,) = read_questions(self.write(tmp_path, "", json.dumps(line)))
        assert (question.line, question.record, question.label) == (2, line, "fact/number")
        assert (question.gold, question.also) == ({GOLD}, {("b", 3)})
        assert (question.answerable, question.speaker, question.highlight) == (True, None, "nearly five hours")

    @pytest.mark.parametrize(("kind", "speaker"), [("who-said-quote", "Petra Lindqvist"), ("fact", "Rosalind Tak")])
    def test_name_whose_words_answer(self, tmp_path: Path, kind: str, speaker: str) -> None:
        line = {"question": "q", "kind": kind, "gold": [{"article": "a", "paragraph": 0}]}
        told = {"answer": "Petra Lindqvist", "speaker": "Rosalind Tak"}
        (question,) = read_questions(self.write(tmp_path, json.dumps(line | told)))
        assert question.speaker == speaker

    def test_may_leave_out_what_can_be_told_without(self, tmp_path: Path) -> None:
        gold = '"gold": [{"article": "a", "paragraph": 0}]'
        first, second = read_questions(self.write(tmp_path, f'{{"question": "q", {gold}}}', '{"question": "hi"}'))
        assert (first.answerable, second.answerable) == (True, False)
        assert first.label == second.label == "question"

    @pytest.mark.parametrize(
        ("broken", "reason"),
        [
            ('{"question": "q"', "is not JSON"),
            ('{"question": 7}', 'is not an object with a "question"'),
            ('{"question": "q", "history": "h"}', '"history" is not a list of strings'),
            ('{"question": "q", "answerable": "yes"}', '"answerable" is not true or false'),
            ('{"question": "q", "answerable": true}', 'is answerable, but has no "gold"'),
            ('{"question": "q", "kind": 7}', '"kind" is not a text'),
            ('{"question": "q", "subkind": []}', '"subkind" is not a text'),
            ('{"question": "q", "highlight": [0, 4]}', '"highlight" is not a text'),
            ('{"question": "q", "gold": {"article": "a", "paragraph": 0}}', '"gold" is not a list'),
            ('{"question": "q", "gold": [{"article": "a"}]}', '"gold" is not a list of {"article": id, "paragraph"'),
            ('{"question": "q", "gold": [{"article": "a", "paragraph": true}]}', '"gold" is not a list of {'),
            ('{"question": "q", "also": [{"article": 1, "paragraph": 0}]}', '"also" is not a list of {'),
            (
                '{"question": "q", "kind": "who-said-quote", "gold": [{"article": "a", "paragraph": 0}]}',
                'is of kind who-said-quote, but has no "answer"',
            ),
        ],
    )
    def test_name_the_line_that_is_broken(self, tmp_path: Path, broken: str, reason: str) -> None:
        path = self.write(tmp_path, '{"question": "q"}', broken)
        with pytest.raises(OnrecordError) as raised:
            read_questions(path)
        assert str(raised.value).startswith(f"{path}, line 2: {reason}")
        assert raised.value.exit_code == 1

    def test_without_a_question_or_a_file_are_errors(self, tmp_path: Path) -> None:
        with pytest.raises(OnrecordError, match=r"set\.jsonl: holds no question"):
            read_questions(self.write(tmp_path, "", " "))
        with pytest.raises(UsageError, match=r"gone\.jsonl: cannot be read"):
            read_questions(tmp_path / "gone.jsonl")


class TestOnAnIndex:
    def question(self, paragraph: int, **record: Any) -> GoldQuestion:
        gold, highlight = frozenset({("pier-fire.txt", paragraph)}), record.pop("highlight", None)
        return GoldQuestion(1, {"question": TORCH} | record, "fact", True, gold, frozenset(), None, highlight)

    def test_questions_are_asked_within_their_scope(self, engine: Engine) -> None:
        scopes = [None, ["pier-fire.txt"], ["eelgrass.txt"]]
        outcomes = list(evaluate(engine, [self.question(2, scope=scope) for scope in scopes]))
        assert [outcome.missed for outcome in outcomes] == [False, False, True]
        assert all(outcome.milliseconds > 0 for outcome in outcomes)

    def test_doubts_name_what_the_index_does_not_hold(self, engine: Engine) -> None:
        assert list(doubts(engine, self.question(2, highlight="was a torch"))) == []
        (doubt,) = doubts(engine, self.question(99))
        assert doubt == "gold: no paragraph 99 (counted from 0) of an article 'pier-fire.txt' in this index"
        (doubt,) = doubts(engine, self.question(2, highlight="was a candle"))
        assert doubt == "highlight: these words stand in no gold passage"

    def test_a_question_about_articles_that_are_not_there_cannot_be_asked(self, engine: Engine) -> None:
        with pytest.raises(OnrecordError, match=r"scope: no article 'gone\.txt' in this index"):
            list(doubts(engine, self.question(2, scope=["pier-fire.txt", "gone.txt"])))
