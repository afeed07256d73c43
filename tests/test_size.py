"""What `python -m benchmarks.size` measures on: articles and indexes of any size, made of real ones."""

from __future__ import annotations

from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from benchmarks.grown import grow
from benchmarks.recombined import Recombined, given
from index.generations.generation import Generation, IndexFolder, open_current
from index.store.records import Records
from retrieval.engine import Engine

PASSAGES = 400


@pytest.fixture(scope="module")
def made() -> list[dict[str, Any]]:
    return list(Recombined(given(None)).articles(PASSAGES))


@pytest.fixture(scope="module")
def grown(quillhaven: IndexFolder, tmp_path_factory: pytest.TempPathFactory) -> IndexFolder:
    folder = tmp_path_factory.mktemp("grown")
    index = IndexFolder(folder / "index", folder / "verified")
    grow(quillhaven, index, folder / "exact", PASSAGES)
    return index


def paragraphs(articles: list[dict[str, Any]]) -> list[str]:
    return list(chain.from_iterable(article["paragraphs"] for article in articles))


def texts(records: Records) -> dict[int, str]:
    return {row.id: row.text for row in records.passages(records.passage_ids()).values()}


def quoted(records: Records) -> list[tuple[str, str | None]]:
    """Return what stands before each quotation, up to its first word, and the name of its speaker."""
    held = texts(records)
    return [
        (held[passage][max(0, q.start - 1) : q.start], q.speaker)
        for passage, found in records.quotations(list(held)).items()
        for q in found
        if q.kind == "direct"
    ]


def opened(index: IndexFolder) -> Generation:
    return open_current(index, lambda _: None)


def test_recombined_articles_have_just_the_passages_asked_for_and_no_two_alike(made: list[dict[str, Any]]) -> None:
    assert len(paragraphs(made)) == PASSAGES == len(set(paragraphs(made)))
    assert len({article["id"] for article in made}) == len(made)


def test_recombined_articles_are_the_same_each_time_and_others_with_another_seed(made: list[dict[str, Any]]) -> None:
    assert list(Recombined(given(None)).articles(PASSAGES)) == made
    assert not set(paragraphs(list(Recombined(given(None), seed=2).articles(40)))) <= set(paragraphs(made))


def test_too_few_sentences_for_so_many_paragraphs_are_an_error_not_an_endless_search(tmp_path: Path) -> None:
    (tmp_path / "short.txt").write_text(" date 2031-01-01 QUILLHAVEN (WQHV) - It is so.\n", "utf-8")
    with pytest.raises(ValueError, match="too few"):
        list(Recombined(given(tmp_path)).articles(40))


def test_a_grown_index_opens_and_has_a_vector_and_words_for_each_passage(grown: IndexFolder) -> None:
    generation = opened(grown)
    with closing(generation.open_records()) as records:
        passages = records.passage_ids()
    assert len(passages) >= PASSAGES
    assert generation.lexical.count() == len(passages) == len(generation.vectors.by_id(passages))


def test_a_grown_index_begins_with_the_articles_that_it_is_made_of(quillhaven: IndexFolder, grown: IndexFolder) -> None:
    with (
        closing(opened(quillhaven).open_records()) as base,
        closing(opened(grown).open_records()) as records,
    ):
        own = list(texts(base).values())
        assert list(texts(records).values())[: len(own)] == own


def test_quotations_of_a_grown_index_stand_where_they_stood_under_other_names(
    quillhaven: IndexFolder, grown: IndexFolder
) -> None:
    with (
        closing(opened(quillhaven).open_records()) as base,
        closing(opened(grown).open_records()) as records,
    ):
        before, after = quoted(base), quoted(records)
        assert {mark for mark, _ in after} == {mark for mark, _ in before}
        assert {name for _, name in before} < {name for _, name in after}


def test_hardly_two_passages_of_a_grown_index_are_the_same(grown: IndexFolder) -> None:
    with closing(opened(grown).open_records()) as records:
        held = list(texts(records).values())
    assert len(set(held)) > 0.9 * len(held)


def test_a_grown_index_answers_what_somebody_said(grown: IndexFolder) -> None:
    with Engine(grown) as engine:
        one, other, *_ = engine.speakers()
        for name in (one, other):
            answer = engine.ask(f"What did {name} say?")
            assert (answer.status, answer.speaker) == ("answered", name)
