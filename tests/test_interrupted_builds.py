"""A build that was interrupted: the next one goes on where it stopped, and ends as if nothing had happened."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import pytest
from conftest import Write
from hypothesis import given
from hypothesis import strategies as st

from index.build.checkpoint import Checkpoint, digest
from index.build.pipeline import UNFINISHED, BuildOptions, build
from index.build.sync import BuildReport
from index.generations.generation import IndexFolder, open_current
from index.quotations.speech.types import Quotation, Reading, Speaker

ARTICLES = 6
PARAGRAPHS = 3


class InterruptionError(Exception):
    """What ends a build in the middle."""


@pytest.fixture(autouse=True)
def often_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the work of a build after every few passages and articles."""
    monkeypatch.setattr("index.build.derived.CHUNK", 4)
    monkeypatch.setattr("index.build.derived.KEPT", 2)


@pytest.fixture
def folder(articles: Write) -> Path:
    text = (
        "Tides rose in bay {0}.{1}.\n\n“It was wave {0}.{1},” Mayor Adela Brandvold{0} said.\n\nBoats {0}.{1} left.\n"
    )
    return articles({f"{n}.txt": f" date 2031-01-0{n} QUILLHAVEN (WQHV) - {text.format(n, n)}" for n in range(1, 7)})


def run(index: IndexFolder, folder: Path, *, rebuild: bool = False) -> BuildReport:
    return build(index, BuildOptions([str(folder)], rebuild=rebuild), lambda *_: None)


def interrupt(index: IndexFolder, folder: Path, stage: str, after: int) -> None:
    def progress(now: str, done: int, _total: int | None) -> None:
        if now == stage and done > after:
            raise InterruptionError

    with suppress(InterruptionError):
        build(index, BuildOptions([str(folder)]), progress)


def vectors(index: IndexFolder) -> dict[int, list[float]]:
    generation = open_current(index, pytest.fail)
    return {i: row.tolist() for i, row in generation.vectors.by_id(generation.vectors.ids.tolist()).items()}


class TestAnInterruptedBuild:
    def test_is_gone_on_with(self, index: IndexFolder, folder: Path) -> None:
        interrupt(index, folder, "embedding", after=8)
        report = run(index, folder)
        assert report.passages == ARTICLES * PARAGRAPHS
        assert report.embedded == ARTICLES * PARAGRAPHS - 12
        assert not (index.path / UNFINISHED).exists()

    def test_ends_as_one_that_was_not(self, index: IndexFolder, folder: Path, tmp_path: Path) -> None:
        interrupt(index, folder, "quotations", after=3)
        interrupt(index, folder, "embedding", after=8)
        run(index, folder)
        other = IndexFolder(tmp_path / "other", tmp_path / "other-notes")
        run(other, folder)
        mine, theirs = vectors(index), vectors(other)
        assert mine.keys() == theirs.keys()
        assert all(np.allclose(mine[i], theirs[i], atol=1e-6) for i in mine)
        assert quotations(index) == quotations(other)
        assert len(quotations(index)) == ARTICLES

    def test_reads_quotations_once(self, index: IndexFolder, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from index.quotations.pipeline import QuotationFinder

        read: list[str] = []
        original = QuotationFinder.read

        def counting(self, articles, *, processes=1):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            kept = list(articles)
            read.extend(article.id for article in kept)
            return original(self, kept, processes=processes)

        interrupt(index, folder, "embedding", after=0)
        monkeypatch.setattr(QuotationFinder, "read", counting)
        run(index, folder)
        assert read == []

    def test_is_of_no_use_to_other_words(self, index: IndexFolder, folder: Path) -> None:
        interrupt(index, folder, "embedding", after=8)
        for file in folder.iterdir():
            file.write_text(file.read_text().replace("Boats", "Ships"))
        assert run(index, folder).embedded > ARTICLES * PARAGRAPHS - 12

    @pytest.mark.parametrize("damage", [b"", b"nothing of SQLite's", b"SQLite format 3\0" + b"\xff" * 4096])
    def test_whose_work_is_damaged_begins_anew(self, index: IndexFolder, folder: Path, damage: bytes) -> None:
        interrupt(index, folder, "embedding", after=8)
        for file in (index.path / UNFINISHED).iterdir():
            file.write_bytes(damage)
        assert run(index, folder).embedded == ARTICLES * PARAGRAPHS

    def test_leaves_no_work_behind_where_the_next_has_nothing_to_do(self, index: IndexFolder, folder: Path) -> None:
        run(index, folder)
        with closing(Checkpoint(index.path / UNFINISHED, "killed before it was thrown away")) as work:
            work.keep_vectors({digest("a"): np.ones((1, 3), np.float32)})
        assert not run(index, folder).built
        assert not (index.path / UNFINISHED).exists()

    def test_whose_work_cannot_be_opened_begins_anew(self, index: IndexFolder, folder: Path) -> None:
        (index.path / UNFINISHED / "work.sqlite").mkdir(parents=True)
        assert run(index, folder).embedded == ARTICLES * PARAGRAPHS

    def test_that_can_keep_no_work_works(self, index: IndexFolder, folder: Path) -> None:
        index.path.mkdir()
        (index.path / UNFINISHED).write_text("no folder")
        assert run(index, folder).embedded == ARTICLES * PARAGRAPHS

    def test_leaves_a_good_index_in_force(self, index: IndexFolder, folder: Path) -> None:
        first = run(index, folder).generation
        for file in folder.iterdir():
            file.write_text(file.read_text().replace("Boats", "Ships"))
        interrupt(index, folder, "embedding", after=8)
        assert index.current() == first
        assert run(index, folder).generation != first


def quotations(index: IndexFolder) -> list[tuple[str | None, int, int]]:
    with closing(open_current(index, pytest.fail).open_records()) as records:
        found = records.quotations(records.passage_ids())
    return [(quotation.speaker, quotation.start, quotation.end) for these in found.values() for quotation in these]


class TestWorkThatIsKept:
    def test_of_another_encoder_is_not_taken(self, tmp_path: Path) -> None:
        key, rows = digest("a"), np.ones((2, 3), np.float32)
        with closing(Checkpoint(tmp_path / "work", "one")) as work:
            work.keep_vectors({key: rows})
            assert np.array_equal(work.vectors([key])[key], rows)
        with closing(Checkpoint(tmp_path / "work", "one")) as work:
            assert np.array_equal(work.vectors([key])[key], rows)
        with closing(Checkpoint(tmp_path / "work", "other")) as work:
            assert work.vectors([key]) == {}

    def test_with_a_flipped_bit_is_not_taken(self, tmp_path: Path) -> None:
        key, rows = digest("a"), np.full((1, 8), 0.6180339, np.float32)
        with closing(Checkpoint(tmp_path / "work", "one")) as work:
            work.keep_vectors({key: rows})
            work.keep_readings({key: Reading((), (Speaker("Adela Brandvold", "person"),))})
        file = tmp_path / "work" / "work.sqlite"
        data = bytearray(file.read_bytes())
        for kept in (rows.tobytes(), b"Brandvold"):
            data[data.rindex(kept)] ^= 1
        file.write_bytes(data)
        with closing(Checkpoint(tmp_path / "work", "one")) as work:
            assert work.vectors([key]) == {}
            assert work.reading(key) is None

    @given(st.lists(st.text()), st.lists(st.text()))
    def test_is_told_apart_by_all_its_texts(self, one: list[str], other: list[str]) -> None:
        assert (digest(*one) == digest(*other)) == (one == other)

    def test_has_readings_as_they_were(self, tmp_path: Path) -> None:
        reading = Reading(
            (Quotation(0, 1, 5, "direct", "Adela Brandvold", "said", 0), Quotation(2, 0, 4, "indirect", None, None, 1)),
            (Speaker("Adela Brandvold", "person", "female", ("Mayor",), ("Brandvold",)),),
        )
        with closing(Checkpoint(tmp_path / "work", "one")) as work:
            work.keep_readings({digest("a", "b"): reading})
            assert work.reading(digest("a", "b")) == reading
            assert work.reading(digest("b", "a")) is None
            work.discard()
        assert not (tmp_path / "work").exists()
