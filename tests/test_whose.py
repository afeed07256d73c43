"""Whose words something is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrieval.engine import Engine
from retrieval.search.models import ModelCache

if TYPE_CHECKING:
    import pytest

    from index.generations.generation import IndexFolder


def test_words_that_stand_in_an_article_need_no_reranker(
    quillhaven: IndexFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reranker(shelf: ModelCache) -> None:
        raise AssertionError

    monkeypatch.setattr(ModelCache, "reranker", property(reranker))
    with Engine(quillhaven) as engine:
        answer = engine.ask("Who said “the whole end of the pier was a torch”?")
    assert (answer.hits[0].article, answer.hits[0].paragraph) == ("pier-fire.txt", 2)
