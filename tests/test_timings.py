"""What answering costs by stage: recorded for whoever listens, and no answer is another one for that."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import count

import pytest
from conftest import Run

from index.generations.generation import IndexFolder
from retrieval.core.tracing import STAGES, Cost, Timings, stage, staged, timed
from retrieval.engine import Engine

QUESTIONS = {
    "what did Brandvold say?": {"reading", "speakers", "citing"},
    "what did Brandvold say about the ferry?": {"reading", "speakers", "vectors", "words", "fusing"},
    "who said “the whole end of the pier was a torch”?": {"reading", "speakers", "vectors", "words"},
    "how many beams were cracked at the school?": {
        "deciding",
        "reranking",
        "highlights",
        "copies",
        "citing",
        "windows",
    },
    "what did Cyrus Nobody say?": {"reading", "deciding"},
    "thanks!": {"conversation"},
}


class TestAStage:
    def test_counts_what_is_its_own_and_not_what_stages_within_it_take(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seconds = count()  # a clock that goes on by a second whenever somebody looks
        monkeypatch.setattr("retrieval.core.tracing.time.perf_counter", lambda: next(seconds))
        with timed() as timings, stage("deciding"):
            for _ in range(3):
                with stage("reranking"):
                    pass
        assert timings.costs() == {"deciding": Cost(4, 1), "reranking": Cost(3, 3)}
        assert timings.seconds == 7

    def test_that_is_closed_counts_also_what_is_within_it(self) -> None:
        with timed() as timings, stage("highlights", closed=True), stage("reranking"):
            pass
        assert list(timings.costs()) == ["highlights"]

    def test_may_be_a_function_and_ends_where_that_fails(self) -> None:
        @staged("words")
        def fail(number: int) -> float:
            """Divide."""
            return 1 / number

        assert (fail.__name__, fail.__doc__, fail(2)) == ("fail", "Divide.", 0.5)
        with timed() as timings:
            for _ in range(2):
                with pytest.raises(ZeroDivisionError):
                    fail(0)
        assert timings.costs()["words"].times == 2

    def test_is_recorded_for_nobody_but_who_listens_in_the_same_thread(self) -> None:
        with stage("words"):
            pass
        with timed() as outer, ThreadPoolExecutor(1) as elsewhere:
            with timed() as inner, stage("words"):
                elsewhere.submit(staged("vectors")(int)).result()
            with stage("fusing"):
                pass
        assert (list(inner.costs()), list(outer.costs())) == (["words"], ["fusing"])

    def test_is_counted_right_by_many_threads_at_once(self) -> None:
        timings = Timings()
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda _: timings.add("words", 0.5), range(1000)))
        assert timings.costs()["words"].times == 1000
        assert timings.seconds == 500

    def test_comes_in_the_order_in_which_answering_goes(self) -> None:
        with timed() as timings:
            for name in reversed(STAGES):
                with stage(name):
                    pass
        assert tuple(timings.costs()) == STAGES


class TestAnAnswer:
    @pytest.mark.parametrize("question", QUESTIONS)
    def test_tells_its_stages_and_is_the_same_when_somebody_listens(self, engine: Engine, question: str) -> None:
        today = date(2031, 4, 1)
        without = engine.ask(question, now=today)
        with timed() as timings:
            answer = engine.ask(question, now=today)
        assert answer.to_json() == without.to_json()
        assert set(timings.costs()) >= QUESTIONS[question]

    def test_costs_models_only_when_it_is_the_first(self, quillhaven: IndexFolder) -> None:
        with Engine(quillhaven) as fresh:
            first, second = Timings(), Timings()
            for times in (first, second):
                with timed() as timings:
                    fresh.ask("how many beams were cracked at the school?")
                for name, cost in timings.costs().items():
                    times.add(name, cost.seconds)
        assert "loading" in first.costs()
        assert "loading" not in second.costs()


class TestPeople:
    def test_read_them_on_stderr_with_debug_and_the_answer_is_as_without(
        self, shell: Run, quillhaven: IndexFolder
    ) -> None:
        words = ("ask", "--json", "--index", quillhaven.path, "how many beams were cracked at the school?")
        without, told = shell(*words), shell(*words, "--debug")
        assert (told.code, told.out, without.err) == (0, without.out, "")
        assert json.loads(told.out)["status"] == "answered"
        whole, *stages = told.err.splitlines()
        assert re.fullmatch(r"Time: [\d,]+\.\d ms", whole)
        assert all(re.fullmatch(r" *[\d,]+\.\d ms +\d+%  [a-z]+(, \d+ times)?", line) for line in stages)
        assert {line.split("  ")[-1].partition(",")[0] for line in stages} >= {"reranking", "loading", "vectors"}

    def test_read_them_in_the_chat_when_they_ask_why(self, shell: Run, quillhaven: IndexFolder) -> None:
        typed = "how many beams were cracked at the school?\n/why\n"
        told = shell("chat", "--fast", "--index", quillhaven.path, stdin=typed)
        lines = told.err.splitlines()
        assert any(line.startswith("Time: ") for line in lines)
        assert any(re.search("ms +[0-9]+%  deciding", line) for line in lines)
