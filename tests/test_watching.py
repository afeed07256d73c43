"""An engine that watches its index, when looking at it fails."""

from __future__ import annotations

import logging
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from index.generation import CURRENT, IndexFolder
from retrieval.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from conftest import Refresh, Write

FERRY = " date 2031-01-14 QUILLHAVEN (WQHV) - The ferry will not close, Mayor Adela Brandvold said.\n"
PIER = " date 2031-03-04 QUILLHAVEN (WQHV) - The pier burned.\n\n“It was a torch,” Chief Petra Lindqvist said.\n"


def wait_for(something: Callable[[], bool]) -> None:
    while not something():
        time.sleep(0.02)


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
            wait_for(lambda: "going on with the index as it was" in caplog.text)
            assert engine.speakers() == ["Adela Brandvold"]
            assert "burned" not in engine.topics()
        wait_for(lambda: len(engine.speakers()) == 2)
        wait_for(lambda: "burned" in engine.topics())
