"""Searching among many passages by sifting all results: the same passages, with the same scores, as by a filter."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from index.store.lexical import LexicalDocument, LexicalIndex, LexicalWriter
from retrieval.search.bm25 import search_words

WORDS = ["ferry", "harbor", "roof", "school", "pier", "mayor", "lamp", "rope"]
PASSAGES = 400


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an index of passages of one to twelve words, those of the second half never of the ferry."""
    chance = random.Random(1)  # noqa: S311  (no secret)
    folder = tmp_path_factory.mktemp("lexical")
    with LexicalWriter(folder) as writer:
        for number in range(PASSAGES):
            some = WORDS if number < PASSAGES // 2 else WORDS[1:]
            text = " ".join(chance.choices(some, k=chance.randint(1, 12)))
            writer.add([LexicalDocument(number, number, text, "", "", [])])
    return folder


@pytest.mark.parametrize("among", [range(0, PASSAGES, 2), range(PASSAGES // 2, PASSAGES), range(50), range(399, 400)])
@pytest.mark.parametrize("question", ["ferry", "the ferry and the roof", "mayor lamp", "nothing of it"])
@pytest.mark.parametrize("count", [1, 10, 500])
def test_finds_the_same_as_a_filter(folder: Path, among: range, question: str, count: int) -> None:
    sifting, filtering = LexicalIndex(folder, large=1), LexicalIndex(folder, large=PASSAGES + 1)
    found = search_words(sifting, question, count, among=among)
    assert found == search_words(filtering, question, count, among=among)
    assert {passage for passage, _ in found} <= set(among)


def test_among_others_finds_others(folder: Path) -> None:
    sifting = LexicalIndex(folder, large=1)
    early, late = range(100), range(100, 200)
    for among in (early, late, early):
        found = search_words(sifting, "ferry", 10, among=among)
        assert len(found) == 10
        assert {passage for passage, _ in found} <= set(among)
    assert search_words(sifting, "ferry", 10, among=[]) == []
    assert sifting.held([]) == []
