"""An engine that watches its index, when looking at it fails."""

from __future__ import annotations

import gc
import logging
import os
import re
import sqlite3
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from index.generations.generation import CURRENT, Generation, IndexFolder, open_current
from retrieval.conversation.state import Dialog
from retrieval.engine import KNOWN, Engine, HistoryCache, HistoryContext
from retrieval.search.searcher import Searcher
from tests.waiting import until

if TYPE_CHECKING:
    from conftest import Refresh, Write

FERRY = " date 2031-01-14 QUILLHAVEN (WQHV) - The ferry will not close, Mayor Adela Brandvold said.\n"
PIER = " date 2031-03-04 QUILLHAVEN (WQHV) - The pier burned.\n\n“It was a torch,” Chief Petra Lindqvist said.\n"


def test_goes_on_watching_after_an_index_could_not_be_opened(
    index: IndexFolder,
    refresh: Refresh,
    articles: Write,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    first = refresh(articles({"ferry.txt": FERRY})).generation
    second = refresh(articles({"pier.txt": PIER})).generation
    (index.path / CURRENT).write_text(f"{first}\n")
    with caplog.at_level(logging.WARNING), Engine(index, watch=True) as engine:
        with monkeypatch.context() as patch:
            patch.setattr(tempfile, "tempdir", str(Path(index.path, "no temporary folder")))
            (index.path / CURRENT).write_text(f"{second}\n")
            until(lambda: "going on with the index as it was" in caplog.text)
            assert engine.speakers() == ["Adela Brandvold"]
            assert "burned" not in engine.topics()
        until(lambda: len(engine.speakers()) == 2)
        until(lambda: "burned" in engine.topics())


def held(index: IndexFolder) -> set[str]:
    """Return the generations of which this process has a file open or mapped, those that are deleted among them."""
    mapped = Path("/proc/self/maps").read_text("utf-8").splitlines()
    opened = (os.path.realpath(file) for file in Path("/proc/self/fd").iterdir())
    found = (re.search(rf"{re.escape(str(index.generations))}/([^/]+)", place) for place in (*mapped, *opened))
    return {place.group(1) for place in found if place}


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux tells what a process holds")
def test_lets_go_of_what_answered_before_whatever_was_asked_of_it(
    index: IndexFolder, refresh: Refresh, articles: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.in_force.WATCH_SECONDS", 0.02)
    refresh(articles({"ferry.txt": FERRY}))
    with Engine(index, watch=True, fast=True) as engine:
        for number in range(4):
            assert "ferry" in engine.topics()
            assert engine.ask("and Brandvold?", history=["what did Lindqvist say?"]).standalone
            assert engine.converse("what did Brandvold say about the ferry?", Dialog())[0].hits
            assert engine.explain("ferry").considered
            assert list(engine.quotations("Brandvold"))
            assert next(engine.quotations()).citation
            assert engine.newsroom().index == index
            built = refresh(articles({f"{number}.txt": PIER.replace("pier", f"pier {number}")})).generation
            until(lambda name=built: engine.generation == name)  # type: ignore[misc]
        until(lambda: held(index) == {index.current()})


def test_what_somebody_reads_is_not_removed_however_many_builds_there_are(
    index: IndexFolder, refresh: Refresh, articles: Write
) -> None:
    first = refresh(articles({"ferry.txt": FERRY})).generation
    reader = Engine(index, fast=True)
    for number in range(3):
        refresh(articles({f"{number}.txt": PIER.replace("pier", f"pier {number}")}))
    assert first in index.names()
    assert len(index.names()) == 3
    assert reader.ask("what did Brandvold say about the ferry?").hits[0].article == "ferry.txt"
    reader.close()
    del reader
    gc.collect()  # whatever of it refers to itself
    refresh(articles({"last.txt": PIER.replace("pier", "last pier")}))
    assert first not in index.names()
    assert len(index.names()) == 2


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux tells what a process holds")
def test_an_engine_that_is_closed_leaves_no_file_open_and_no_thread_running(
    index: IndexFolder, refresh: Refresh, articles: Write
) -> None:
    refresh(articles({"ferry.txt": FERRY}))
    before = set(threading.enumerate())
    engine = Engine(index, watch=True)
    assert engine.ask("what did Brandvold say about the ferry?").hits
    assert held(index)
    assert {thread.name.partition("_")[0] for thread in set(threading.enumerate()) - before} >= {"onrecord-watch"}
    engine.close()
    assert held(index) == set()
    assert set(threading.enumerate()) <= before
    with pytest.raises(RuntimeError, match="the engine is closed"):
        engine.ask("what did Brandvold say about the ferry?")
    engine.close()


def test_whatever_goes_wrong_at_one_look_is_told_and_the_next_look_takes_over(
    index: IndexFolder,
    refresh: Refresh,
    articles: Write,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("retrieval.in_force.WATCH_SECONDS", 0.02)
    refresh(articles({"ferry.txt": FERRY}))
    errors: list[Exception] = [sqlite3.DatabaseError("malformed"), OSError("disk full"), KeyError("odd")]
    with Engine(index, watch=True, fast=True) as engine, monkeypatch.context() as broken:

        def fail_while_there_are_errors(*told: Any) -> Generation:
            if errors:
                raise errors.pop()
            return open_current(*told)

        broken.setattr("retrieval.in_force.open_current", fail_while_there_are_errors)
        built = refresh(articles({"pier.txt": PIER})).generation
        until(lambda: engine.generation == built)
    assert [one in caplog.text for one in ("malformed", "disk full", "odd")] == [True, True, True]


class TestWhatIsKept:
    def test_of_histories_are_those_asked_for_last(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        refresh(articles({"ferry.txt": FERRY}))
        with Engine(index, fast=True) as engine:
            cache = HistoryCache()
            told = HistoryContext(engine._searcher, None, date(2031, 1, 14))
            for number in range(KNOWN):
                cache.put(told, [str(number)], Dialog())
            assert cache.get(told, ["0"]) is not None
            cache.put(told, ["another"], Dialog())
            assert cache.get(told, ["0"]) is not None
            assert cache.get(told, ["1"]) is None

    def test_of_vectors_are_those_asked_for_last(
        self, index: IndexFolder, refresh: Refresh, articles: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        refresh(articles({"ferry.txt": FERRY}))
        monkeypatch.setattr("retrieval.search.models.REMEMBERED", 2)
        with Engine(index, fast=True) as engine:
            models = engine._searcher.models
            ferry, pier = models.vector("ferry"), models.vector("pier")
            assert models.vector("ferry") is ferry
            models.vector("school")
            assert models.vector("ferry") is ferry
            assert models.vector("pier") is not pier


def test_a_question_under_way_ends_well_when_the_engine_is_closed(
    index: IndexFolder, refresh: Refresh, articles: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh(articles({"ferry.txt": FERRY}))
    engine = Engine(index)
    begun, closed = threading.Event(), threading.Event()
    real = Searcher.candidates

    def slow(*given: Any) -> Any:
        begun.set()
        assert closed.wait(60)
        return real(*given)

    monkeypatch.setattr(Searcher, "candidates", slow)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(engine.ask, "why was the ferry kept?")
        assert begun.wait(60)
        engine.close()
        closed.set()
        assert asked.result(60).standalone
    with pytest.raises(RuntimeError, match="the engine is closed"):
        engine.ask("why was the ferry kept?")


def test_a_new_generation_is_opened_once_though_its_topics_cannot_be_read(
    index: IndexFolder,
    refresh: Refresh,
    articles: Write,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("retrieval.in_force.WATCH_SECONDS", 0.02)
    refresh(articles({"ferry.txt": FERRY}))
    with caplog.at_level(logging.INFO), Engine(index, watch=True, fast=True) as engine, monkeypatch.context() as broken:
        assert engine.topics()
        looks: list[object] = []

        def fail(generation: object) -> list[str]:
            looks.append(generation)
            raise sqlite3.DatabaseError("malformed")

        broken.setattr("retrieval.in_force.topics_of", fail)
        built = refresh(articles({"pier.txt": PIER})).generation
        until(lambda: len(looks) > 3)
        assert engine.generation == built
    assert caplog.text.count("now answering from") == 1
