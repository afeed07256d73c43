"""The article that ships answers the question in the README."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import SEEDS, Run

GIMENEZ = "Carlos Gimenez"


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """A copy of the seeds where the command runs, as in a fresh clone."""
    (tmp_path / "seeds").mkdir()
    for path in SEEDS.iterdir():
        (tmp_path / "seeds" / path.name).write_bytes(path.read_bytes())
    return tmp_path / "seeds"


def test_the_first_question_builds_the_index_and_is_answered_with_a_citation(onrecord: Run, seeds: Path) -> None:
    answer = onrecord("ask", "what did Gimenez say?")
    assert answer.code == 0
    assert "“The order is that we would hold for 48 hours,” explained Gimenez." in answer.out
    assert "Biscayne Ledger, 7 February 2017, “" in answer.out
    assert ", paragraph 8" in answer.out
    assert "1 article, 8 passages" in answer.err
    assert (seeds.parent / ".onrecord" / "CURRENT").is_file()


def test_every_passage_is_a_paragraph_of_the_article_word_for_word(onrecord: Run, seeds: Path) -> None:
    answer = json.loads(onrecord("ask", "what did Gimenez say?", "--json").out)
    (article,) = map(json.loads, onrecord("read", "seeds", "--json").out.splitlines())
    assert answer["status"] == "answered"
    for passage in answer["passages"]:
        assert passage["text"] == article["paragraphs"][passage["paragraph"]]
        assert passage["citation"]["date"] == article["date"] == "2017-02-07"


def test_the_words_of_both_who_are_quoted_are_theirs(onrecord: Run, seeds: Path) -> None:
    answer = json.loads(onrecord("ask", "what did Gimenez say?", "--json").out)
    said = {
        quotation["speaker"]: passage["text"][quotation["start"] : quotation["end"]]
        for passage in answer["passages"]
        for quotation in passage["quotations"]
        if quotation["kind"] == "direct"
    }
    assert said[GIMENEZ].startswith(("The order is", "They’re asking for"))
    answer = json.loads(onrecord("ask", "Who said “we don’t have a voice”?", "--json").out)
    assert answer["passages"][0]["quotations"][0]["speaker"] == "Juan Carlos Olmo"
