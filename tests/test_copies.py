"""One text in several outlets is one hit with several citations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Refresh

from index.generations.generation import IndexFolder
from retrieval.engine import Engine

LINE = "The footbridge over the Tern closed on Monday because two of its cables had frayed, the harbor office said."


def _article(name: str, outlet: str, *paragraphs: str) -> str:
    return json.dumps({"id": name, "title": name, "date": "2031-05-02", "source": outlet, "paragraphs": paragraphs})


@pytest.fixture
def engine(index: IndexFolder, refresh: Refresh, tmp_path: Path) -> Engine:
    source = tmp_path / "wire.jsonl"
    lines = [
        _article("ledger", "Ledger", LINE, "Ferries run instead.", LINE),
        _article("courier", "Courier", LINE.replace("on Monday", "Monday"), "The mayor was away."),
        _article("post", "Post", "The footbridge over the Tern opened on Friday with new cables, to applause."),
    ]
    source.write_text("\n".join(lines), "utf-8")
    refresh(source)
    return Engine(index)


def test_a_hit_cites_every_outlet_that_printed_it(engine: Engine) -> None:
    hit, *others = engine.ask("why did the footbridge close?").hits
    assert {hit.citation.outlet, *(copy.citation.outlet for copy in hit.also)} == {"Ledger", "Courier"}
    assert [copy.paragraph for copy in hit.also] == [0]
    assert "Courier" not in {other.citation.outlet for other in others if "frayed" in other.text}


def test_what_one_article_says_twice_is_no_copy(engine: Engine) -> None:
    places = [(hit.article, hit.paragraph) for hit in engine.neighbours("ledger", 1, 1)]
    assert places == [("ledger", 0), ("ledger", 1), ("ledger", 2)]


def test_another_text_on_the_same_matter_stays_apart(engine: Engine) -> None:
    hits = engine.ask("when did the footbridge over the Tern open or close?").hits
    assert "post" in {hit.article for hit in hits}
    assert {"ledger", "courier"} >= {copy.article for hit in hits for copy in hit.also} > set()
