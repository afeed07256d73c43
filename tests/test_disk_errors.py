"""What a build says, and leaves, when the disk does not take what it writes."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from conftest import Refresh, Write

from index.core.errors import OnrecordError
from index.core.files import replace_file
from index.generations.generation import IndexFolder, open_current
from index.store.lexical import LexicalDocument, LexicalWriter
from index.vectors.faiss_index import Segment

FERRY = "The ferry stays, Mayor Adela Brandvold said.\n"
ROOF = "The school roof leaks, Superintendent Wendell Achterberg said.\n"


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """Have the kernel refuse what would make a file larger."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [1 << 10, 1 << 14, 1 << 16])
def test_a_build_that_cannot_write_says_so_in_a_line_and_leaves_the_index_as_it_was(
    index: IndexFolder, refresh: Refresh, articles: Write, size: int
) -> None:
    name = refresh(articles({"ferry.txt": FERRY})).generation
    articles({f"{number}.txt": f"{FERRY}{number}\n\n{ROOF * 20}" for number in range(8)})
    with no_file_beyond(size), pytest.raises(OnrecordError, match=r"index: the index could not be written: [^\n]+$"):
        refresh()
    assert open_current(index, pytest.fail).name == name
    assert [path.name for path in index.generations.iterdir()] == [name]
    assert refresh().changes.new == 8


def test_terms_that_cannot_be_written_are_an_error_of_the_disk(tmp_path: Path) -> None:
    document = LexicalDocument(1, 1, FERRY, "Ferry", "", ["Adela Brandvold"])
    with (
        no_file_beyond(64),
        pytest.raises(OSError, match="File too large"),
        LexicalWriter(tmp_path / "lexical") as writer,
    ):
        writer.add([document])


@pytest.mark.parametrize("short", [1, 7, 8, 100_000])
def test_vectors_whose_last_bytes_cannot_be_written_are_an_error_of_the_disk(tmp_path: Path, short: int) -> None:
    vectors = Segment.empty(8)
    vectors.add(np.arange(5000), np.ones((5000, 8), np.float32))
    vectors.write(tmp_path / "whole")
    with no_file_beyond((tmp_path / "whole").stat().st_size - short), pytest.raises(OSError, match="File too large"):
        vectors.write(tmp_path / "broken")


def test_a_file_that_cannot_be_replaced_leaves_nothing_beside_it(tmp_path: Path) -> None:
    replace_file(tmp_path / "CURRENT", b"old")
    with no_file_beyond(2), pytest.raises(OSError, match="File too large"):
        replace_file(tmp_path / "CURRENT", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("CURRENT", b"old")]


class TestABuildAfterOneThatWasKilled:
    def test_removes_what_was_to_become_current_and_a_model(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        refresh(articles({"ferry.txt": FERRY}))
        (index.path / ".CURRENT.123").write_text("half")
        (index.models / ".staging-123").mkdir()
        assert not refresh().built
        assert {path.name for path in index.path.iterdir()} == {"CURRENT", "generations", "lock", "models"}
        assert len(list(index.models.iterdir())) == 2

    def test_cleans_up_where_that_one_did_not_though_nothing_is_new(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        names = [refresh(articles({f"{number}.txt": FERRY + number})).generation for number in "12"]
        older = f"20010101T000000.000000Z{names[0][names[0].index('-') :]}"
        shutil.copytree(index.generations / names[0], index.generations / older)
        assert len(index.names()) == 3
        assert not refresh().built
        assert index.names() == names[::-1]

    def test_removes_what_was_to_become_a_note_of_any_generation(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        names = [refresh(articles({f"{number}.txt": FERRY + number})).generation for number in "12"]
        index.notes.mkdir(exist_ok=True)
        for name in names:
            (index.notes / f".{name}.123").write_text("half")
        assert not refresh().built
        assert {path.name for path in index.notes.iterdir()} <= set(names)

    def test_removes_what_was_to_become_the_note_of_a_check(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        name = refresh(articles({"ferry.txt": FERRY})).generation
        index.notes.mkdir(exist_ok=True)
        (index.notes / f".{name}.123").write_text("half")
        open_current(index, pytest.fail)
        assert [path.name for path in index.notes.iterdir()] == [name]
