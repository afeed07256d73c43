"""Vectors in segments: exact while there are few, compact and nearly so once there are many."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build import faiss_writer
from index.build.faiss_writer import VectorWriter
from index.core.errors import DamagedError
from index.core.sentences import MOST
from index.models.onnx import Floats
from index.vectors import faiss_index
from index.vectors.faiss_index import Ids, Segment, SentenceVectors, VectorIndex, segment_files, sentence_ids

DIMENSION = 32

Small = Callable[[int, int], None]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Small:
    """Segments that are full, and no longer exact, at sizes that a test can fill."""

    def make(exact: int, full: int) -> None:
        monkeypatch.setattr(faiss_index, "EXACT", exact)
        monkeypatch.setattr(faiss_writer, "FULL", full)
        monkeypatch.setattr(faiss_writer, "FEWEST", full // 2)

    return make


def random_vectors(count: int, seed: int = 0) -> Floats:
    """Return unit vectors around a few dozen centres, as texts on a few dozen matters have."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).standard_normal((40, DIMENSION))
    rows = centres[rng.integers(0, 40, count)] + rng.standard_normal((count, DIMENSION))
    unit: Floats = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def numbered(first: int, stop: int) -> Ids:
    return np.arange(first, stop, dtype=np.int64)


def written(path: Path, ids: Ids, rows: Floats, *, before: Path | None = None, without: Ids | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = VectorWriter(path, DIMENSION, before=before, without=without)
    for start in range(0, len(ids), 300):
        writer.add(ids[start : start + 300], rows[start : start + 300])
    writer.finish()
    return path


def nearest(ids: Ids, rows: Floats, query: Floats, count: int) -> list[int]:
    return [int(i) for i in ids[np.argsort(-(rows @ query), kind="stable")[:count]]]


def share_found(index: VectorIndex, ids: Ids, rows: Floats) -> float:
    queries = random_vectors(50, seed=7)
    same = sum(
        len({i for i, _ in index.search(query, 10)}.intersection(nearest(ids, rows, query, 10))) for query in queries
    )
    return same / 500


class TestFewVectors:
    def test_are_searched_exactly(self, tmp_path: Path) -> None:
        ids, rows = numbered(5, 1005), random_vectors(1000)
        index = VectorIndex.open(written(tmp_path / "x.faiss", ids, rows))
        for query in random_vectors(20, seed=3):
            found = index.search(query, 10)
            assert [i for i, _ in found] == nearest(ids, rows, query, 10)
            assert [cosine for _, cosine in found] == pytest.approx(
                sorted((rows @ query).tolist())[::-1][:10], abs=1e-6
            )

    def test_may_be_none(self, tmp_path: Path) -> None:
        index = VectorIndex.open(written(tmp_path / "x.faiss", numbered(0, 0), random_vectors(0)))
        assert len(index) == 0
        assert index.search(random_vectors(1)[0], 5) == []
        assert index.by_id([3]) == {}
        here, rows = Segment.empty(DIMENSION).rows_of(numbered(0, 2))
        assert (here.tolist(), rows.tolist()) == ([False, False], [])

    def test_are_told_by_id(self, tmp_path: Path) -> None:
        rows = random_vectors(20)
        index = VectorIndex.open(written(tmp_path / "x.faiss", numbered(10, 30), rows))
        found = index.by_id([12, 99, 10])
        assert sorted(found) == [10, 12]
        assert np.array_equal(found[12], rows[2])


class TestManyVectors:
    def test_are_nearly_all_found(self, tmp_path: Path, small: Small) -> None:
        small(1000, 3000)
        ids, rows = numbered(0, 7500), random_vectors(7500)
        index = VectorIndex.open(path := written(tmp_path / "x.faiss", ids, rows))
        assert [file.name for file in segment_files(path)] == ["x.faiss", "x-0001.faiss", "x-0002.faiss"]
        assert not any(Segment.open(file).is_exact for file in segment_files(path))
        assert share_found(index, ids, rows) > faiss_index.RECALL - 0.02  # it was measured at a third of the size

    def test_of_a_length_that_codes_do_not_divide_take_finer_ones(self, tmp_path: Path, small: Small) -> None:
        small(1000, 3000)
        rows = np.ascontiguousarray(random_vectors(1500)[:, :30])
        writer = VectorWriter(tmp_path / "x.faiss", 30)
        writer.add(numbered(0, 1500), rows / np.linalg.norm(rows, axis=1, keepdims=True))
        writer.finish()
        assert not Segment.open(tmp_path / "x.faiss").is_exact

    def test_take_little_more_than_half_the_room(self, tmp_path: Path, small: Small) -> None:
        exact = written(tmp_path / "exact.faiss", numbered(0, 3000), random_vectors(3000))
        small(1000, 3000)
        compact = written(tmp_path / "compact.faiss", numbered(0, 3000), random_vectors(3000))
        assert compact.stat().st_size < 0.65 * exact.stat().st_size

    def test_stay_exact_where_no_compact_kind_finds_enough(
        self, tmp_path: Path, small: Small, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        small(1000, 3000)
        tried = []
        monkeypatch.setattr(faiss_index, "_recall", lambda *pair: tried.append(len(pair[0])) or 0.0)
        path = written(tmp_path / "x.faiss", numbered(0, 2900), random_vectors(2900))
        assert Segment.open(path).is_exact
        assert tried == [1200, 1200, 2100, 2100]  # two kinds, and again at twice the size
        written(tmp_path / "later.faiss", numbered(2900, 2901), random_vectors(1), before=path)
        assert len(tried) == 4  # a later build that adds a little does not measure again

    def test_that_many_texts_share_count_as_found_whichever_of_them_it_is(self, tmp_path: Path, small: Small) -> None:
        small(1000, 3000)
        path = written(tmp_path / "x.faiss", numbered(0, 2000), np.repeat(random_vectors(40), 50, axis=0))
        assert not Segment.open(path).is_exact

    def test_are_told_apart_more_finely_where_the_first_kind_finds_too_little(
        self, tmp_path: Path, small: Small, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        small(1000, 3000)
        monkeypatch.setattr(faiss_index, "ESTIMATED", 40)
        sizes = []
        for recall in (0.5, 0.9):
            monkeypatch.setattr(faiss_index, "RECALL", recall)
            path = written(tmp_path / f"{recall}.faiss", numbered(0, 1500), random_vectors(1500))
            assert not Segment.open(path).is_exact
            sizes.append(path.stat().st_size)
        assert sizes[0] < sizes[1]

    def test_within_a_scope_are_compared_as_exactly_as_they_are_kept(self, tmp_path: Path, small: Small) -> None:
        small(1000, 3000)
        ids, rows = numbered(0, 7000), random_vectors(7000)
        index = VectorIndex.open(written(tmp_path / "x.faiss", ids, rows))
        scope = np.asarray([3, 500, 2999, 3000, 6999, 123_456], np.int64)
        for query in random_vectors(10, seed=5):
            found = index.search(query, 3, among=scope)
            assert [i for i, _ in found] == nearest(scope[:5], rows[scope[:5]], query, 3)
        assert index.search(rows[0], 3, among=np.zeros(0, np.int64)) == []


class TestASecondBuild:
    def test_leaves_what_does_not_change_where_it_is(self, tmp_path: Path, small: Small) -> None:
        small(1000, 3000)
        before = written(tmp_path / "a" / "x.faiss", numbered(0, 7000), random_vectors(7000))
        after = written(tmp_path / "b" / "x.faiss", numbered(7000, 7001), random_vectors(1, seed=2), before=before)
        same = [one.samefile(other) for one, other in zip(segment_files(before), segment_files(after), strict=True)]
        assert same == [True, True, False]
        assert len(VectorIndex.open(before)) == 7000
        assert VectorIndex.open(after).ids.tolist() == list(range(7001))

    def test_that_adds_nothing_links_everything(self, tmp_path: Path) -> None:
        before = written(tmp_path / "a" / "x.faiss", numbered(0, 50), random_vectors(50))
        after = written(tmp_path / "b" / "x.faiss", numbered(0, 0), random_vectors(0), before=before)
        assert after.samefile(before)

    def test_writes_only_the_segment_anew_that_something_was_removed_from(self, tmp_path: Path, small: Small) -> None:
        small(1000, 3000)
        rows = random_vectors(7000)
        before = written(tmp_path / "a" / "x.faiss", numbered(0, 7000), rows)
        nothing = numbered(0, 0), random_vectors(0)
        after = written(tmp_path / "b" / "x.faiss", *nothing, before=before, without=numbered(3100, 3200))
        same = [one.samefile(other) for one, other in zip(segment_files(before), segment_files(after), strict=True)]
        assert same == [True, False, True]
        index = VectorIndex.open(after)
        assert index.by_id([3150]) == {}
        assert index.search(rows[3150], 1)[0][0] != 3150
        assert index.search(rows[3250], 1)[0][0] == 3250
        removed = rows[3150].tobytes()
        assert all(removed not in file.read_bytes() for file in segment_files(after))

    def test_gives_up_a_segment_that_lost_most(self, tmp_path: Path, small: Small) -> None:
        small(1000, 3000)
        rows = random_vectors(7000)
        before = written(tmp_path / "a" / "x.faiss", numbered(0, 7000), rows)
        nothing = numbered(0, 0), random_vectors(0)
        after = written(tmp_path / "b" / "x.faiss", *nothing, before=before, without=numbered(0, 2900))
        assert len(segment_files(after)) == 2
        index = VectorIndex.open(after)
        assert index.ids.tolist() == list(range(2900, 7000))
        assert index.search(rows[2950], 1)[0][0] == 2950

    @settings(max_examples=15, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 1900), st.sets(st.integers(0, 40))), min_size=1, max_size=5))
    def test_holds_what_was_added_and_not_removed(
        self, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, set[int]]]
    ) -> None:
        folder = tmp_path_factory.mktemp("steps")
        rows, held, before, first = random_vectors(10_000), set[int](), None, 0
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(faiss_index, "EXACT", 700)
            patch.setattr(faiss_writer, "FULL", 1500)
            patch.setattr(faiss_writer, "FEWEST", 750)
            for number, (added, removed) in enumerate(steps):
                gone = {i for i in held if i % 41 in removed}
                ids = numbered(first, first + added)
                path = folder / str(number) / "x.faiss"
                before = written(path, ids, rows[ids], before=before, without=np.asarray(sorted(gone), np.int64))
                held, first = held - gone | set(ids.tolist()), first + added
                index = VectorIndex.open(path)
                assert index.ids.tolist() == sorted(held)
                for i, vector in index.by_id(sorted(held)[::97]).items():
                    assert vector @ rows[i] > 0.999


class TestSentences:
    def test_are_removed_with_their_passages(self, tmp_path: Path) -> None:
        ids = np.concatenate([sentence_ids(passage, 3) for passage in (1, 2, 7)])
        before = written(tmp_path / "a" / "x.faiss", ids, random_vectors(9))
        (tmp_path / "b").mkdir()
        writer = VectorWriter(tmp_path / "b" / "x.faiss", DIMENSION, before=before, without=numbered(2, 3), each=MOST)
        writer.finish()
        left = SentenceVectors(VectorIndex.open(tmp_path / "b" / "x.faiss"))
        assert left.passages().tolist() == [1, 7]
        assert left.of([1, 2, 7])[7].shape == (3, DIMENSION)

    def test_are_searched_within_passages(self, tmp_path: Path) -> None:
        ids, rows = np.concatenate([sentence_ids(passage, 3) for passage in (1, 2, 7)]), random_vectors(9)
        sentences = SentenceVectors(VectorIndex.open(written(tmp_path / "x.faiss", ids, rows)))
        assert sentences.search(rows[4], 9)[0] == (2, pytest.approx(1.0))
        assert {passage for passage, _ in sentences.search(rows[4], 9, among=numbered(6, 9))} == {7}


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(DamagedError, match=r"x\.faiss: FAISS cannot read it"):
        VectorIndex.open(tmp_path / "x.faiss")


def test_a_file_that_faiss_cannot_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.faiss").write_bytes(b"IxMp and nothing more")
    with pytest.raises(DamagedError, match=r"x\.faiss: FAISS cannot read it"):
        VectorIndex.open(tmp_path / "x.faiss")
