"""People told by another: of "the brother of Adela Brandvold", she is not the one who is meant."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import silent

from index.build.pipeline import BuildOptions, build
from index.generations.generation import IndexFolder
from retrieval.engine import Engine

PIER = """ date 2031-04-02 QUILLHAVEN (Harbor Ledger) - The ferry was discussed on Tuesday.

“The ferry stays,” said Adela Brandvold, the mayor of Quillhaven.

“We will appeal,” said Otto Quist, a lawyer for Brandvold.

“Ferries are cheaper than bridges,” the University of Saltmere said in a statement.

A spokesman for the mayor was there, and a friend of Brandvold, and her brother.
"""


@pytest.fixture(scope="module")
def engine(exported: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("pier")
    (folder / "pier.txt").write_text(PIER)
    index = IndexFolder(folder / "index", folder / "notes")
    build(index, BuildOptions([str(folder / "pier.txt")]), silent)
    with Engine(index, fast=True) as opened:
        yield opened


@pytest.mark.parametrize(
    "who",
    [
        "the brother of Adela Brandvold",
        "a friend of Brandvold",
        "an aide to Brandvold",
        "a spokesman for Adela Brandvold",
        "a spokeswoman for the mayor",
    ],
)
def test_those_who_are_not_quoted_are_not_answered_for_by_the_other(engine: Engine, who: str) -> None:
    answer = engine.ask(f"what did {who} say?")
    assert answer.speaker is None
    assert "The ferry stays" not in "".join(hit.text for hit in answer.hits[:1])


@pytest.mark.parametrize(
    ("who", "speaker"),
    [
        ("a lawyer for Brandvold", "Otto Quist"),
        ("Brandvold's lawyer", "Otto Quist"),
        ("the mayor of Quillhaven", "Adela Brandvold"),
        ("the University of Saltmere", "University of Saltmere"),
        ("Adela Brandvold", "Adela Brandvold"),
    ],
)
def test_those_who_are_quoted_are_found(engine: Engine, who: str, speaker: str) -> None:
    assert engine.ask(f"what did {who} say?").speaker == speaker
