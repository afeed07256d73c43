"""Lists of scored passages become one list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.core.scores import Scored, best_of, fuse, min_max

lists = st.lists(st.tuples(st.integers(1, 9), st.integers(-8, 8).map(float)), unique_by=lambda hit: hit[0], max_size=9)


def test_scores_are_stretched_to_between_nothing_and_one() -> None:
    assert min_max([(1, -2.0), (2, 6.0), (3, 0.0)]) == {1: 0.0, 2: 1.0, 3: 0.25}


@pytest.mark.parametrize("hits", [[], [(1, 0.0)], [(1, 3.0), (2, 3.0)]])
def test_equal_scores_are_all_one(hits: list[Scored]) -> None:
    assert min_max(hits) == {passage: 1.0 for passage, _ in hits}


def test_the_best_score_of_a_passage_counts_and_ids_decide_between_equals() -> None:
    assert best_of([(1, -3.0), (3, 0.5)], [(1, -1.0), (2, 0.5)], [(2, 0.25)]) == [(2, 0.5), (3, 0.5), (1, -1.0)]


def test_lists_count_by_their_weight_and_lacking_a_passage_is_nothing() -> None:
    fused = fuse([(0.5, [(1, 10.0), (2, 0.0), (3, 5.0)]), (2.0, [(4, 7.0)]), (1.0, [(2, 3.0), (3, 1.0)])])
    assert fused == [(4, 2.0), (2, 1.0), (1, 0.5), (3, 0.25)]


def test_what_several_lists_find_is_summed_and_ids_decide_between_equals() -> None:
    assert fuse([(1.0, [(2, 1.0), (1, 1.0)]), (0.5, [(2, 4.0), (1, 4.0)])]) == [(1, 1.5), (2, 1.5)]


@given(st.lists(st.tuples(st.sampled_from([0.25, 1.0]), lists), max_size=4))
def test_every_passage_comes_once_best_first(given_lists: list[tuple[float, list[Scored]]]) -> None:
    fused = fuse(given_lists)
    assert {passage for passage, _ in fused} == {passage for _, hits in given_lists for passage, _ in hits}
    assert len({passage for passage, _ in fused}) == len(fused)
    assert fused == sorted(fused, key=lambda hit: (-hit[1], hit[0]))
