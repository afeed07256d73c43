"""An engine that watches its index, when looking at it fails."""

from __future__ import annotations

import gc
import logging
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from index.generations.generation import CURRENT, IndexFolder
from retrieval.conversation.state import Dialog
from retrieval.engine import Engine
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
    monkeypatch.setattr("retrieval.engine.WATCH_SECONDS", 0.02)
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
