"""Sealed generations: damage is named before anything is parsed, the previous one serves, `index` mends."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Refresh, Write
from hypothesis import given
from hypothesis import strategies as st

from bot.render.messages import error_line
from index.core.errors import (
    Advice,
    DamagedError,
    FormatError,
    GenerationError,
    NoIndexError,
    Note,
    SourceError,
    UsageError,
)
from index.core.files import link_or_copy_tree, replace_file
from index.generations.generation import IndexFolder, open_current, open_generation
from index.generations.inspection import check_index
from index.generations.manifest import FORMAT, FileSeal, Manifest
from retrieval.search.bm25 import search_words

FERRY = "The ferry stays, Mayor Adela Brandvold said.\n"
ROOF = "The school roof leaks, Superintendent Wendell Achterberg said.\n"
FILES = [
    "articles.sqlite",
    "passages.faiss",
    "sentences.faiss",
    "lexical/meta.json",
    "lexical/.managed.json",
    "lexical/*.term",
    "manifest.json",
]
Damage = Callable[[Path], None]


def flip_a_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    renew(path, bytes(data))


def truncate(path: Path) -> None:
    renew(path, path.read_bytes()[:-1])


def empty(path: Path) -> None:
    renew(path, b"")


def remove(path: Path) -> None:
    path.unlink()


def renew(path: Path, data: bytes) -> None:
    """Change a file without changing others that share its content."""
    path.unlink()
    path.write_bytes(data)


DAMAGES = pytest.mark.parametrize("damage", [flip_a_byte, truncate, empty, remove], ids=lambda damage: damage.__name__)


@pytest.fixture
def two(index: IndexFolder, refresh: Refresh, articles: Write) -> tuple[str, str]:
    """Two generations, the newer first: one article, then two."""
    older = refresh(articles({"ferry.txt": FERRY})).generation
    return refresh(articles({"roof.txt": ROOF})).generation, older


def in_force(index: IndexFolder, pattern: str = "") -> Path:
    """Return a file of the generation in force."""
    return next((index.generations / index.current()).glob(pattern))


def findings(index: IndexFolder) -> list[bool]:
    return [finding.good for finding in check_index(index)]


def everything(*folders: Path) -> dict[str, tuple[int, ...]]:
    """Return size, times, mode and inode of every file and folder."""
    paths = [path for folder in folders for path in (folder, *sorted(folder.rglob("*")))]
    return {str(path): _facts(path.lstat()) for path in paths}


def _facts(stat: os.stat_result) -> tuple[int, ...]:
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_mode, stat.st_ino


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    paths = [folder, *folder.rglob("*")]
    for path in paths:
        path.chmod(path.stat().st_mode & 0o555)
    try:
        yield
    finally:
        for path in paths:
            path.chmod(path.stat().st_mode | 0o200)


class TestADamagedGeneration:
    @DAMAGES
    def test_is_named_and_never_opened_whichever_file_it_is(
        self, index: IndexFolder, two: tuple[str, str], tmp_path: Path, damage: Damage
    ) -> None:
        for file in [path for path in (index.generations / two[0]).rglob("*") if path.is_file()]:
            kept = tmp_path / "kept"
            shutil.move(file, kept)
            shutil.copyfile(kept, file)
            damage(file)
            with pytest.raises(DamagedError, match=file.name):
                open_generation(index, two[0])
            assert findings(index) == [False, True]
            file.unlink(missing_ok=True)
            shutil.move(kept, file)
        open_generation(index, two[0])

    @pytest.mark.parametrize("pattern", FILES)
    def test_is_answered_for_by_the_one_before(self, index: IndexFolder, two: tuple[str, str], pattern: str) -> None:
        flip_a_byte(in_force(index, pattern))
        warnings: list[Note] = []
        assert open_current(index, warnings.append).name == two[1]
        (warning,) = warnings
        assert pattern.rpartition("*")[2] in warning.line
        assert error_line(warning).endswith("answers instead; run `onrecord index` to mend it")

    @pytest.mark.parametrize("pattern", FILES)
    def test_is_set_aside_and_mended_by_the_next_build(
        self, index: IndexFolder, two: tuple[str, str], refresh: Refresh, pattern: str
    ) -> None:
        flip_a_byte(in_force(index, pattern))
        report = refresh()
        assert report.built
        assert (report.articles, report.embedded) == (2, 1)
        assert open_current(index, pytest.fail).name == report.generation
        assert (index.generations / f"{two[0]}.damaged").is_dir()
        assert any(f"{two[0]}.damaged" in note.line for note in report.notes)
        assert findings(index) == [True, True]

    def test_is_mended_though_no_other_is_left(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        name = refresh(articles({"ferry.txt": FERRY})).generation
        truncate(in_force(index, "passages.faiss"))
        with pytest.raises(DamagedError, match=r"passages\.faiss: has \d+ bytes") as damaged:
            open_current(index, pytest.fail)
        assert error_line(damaged.value) == f"{damaged.value}; run `onrecord index` to mend it"
        report = refresh()
        assert (report.articles, report.embedded) == (1, 1)
        assert "everything is built anew" in report.notes[0].line
        assert (index.generations / f"{name}.damaged").is_dir()
        assert findings(index) == [True]

    def test_remembers_sources_that_the_one_before_does_not_know(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        folder = articles({"one/ferry.txt": FERRY, "two/roof.txt": ROOF})
        refresh(folder / "one")
        refresh(folder / "two")
        flip_a_byte(in_force(index, "passages.faiss"))
        assert refresh(folder / "one").articles == 2

    def test_without_any_readable_manifest_asks_for_its_sources(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        folder = articles({"ferry.txt": FERRY})
        refresh(folder)
        flip_a_byte(in_force(index, "manifest.json"))
        with pytest.raises(UsageError, match=r"remembers no source$") as unknown:
            refresh()
        assert error_line(unknown.value).endswith("; name one: onrecord index SOURCE")
        assert refresh(folder).articles == 1
        assert findings(index) == [True]

    def test_stays_where_it_is_while_mending_it_fails(
        self, index: IndexFolder, two: tuple[str, str], refresh: Refresh, tmp_path: Path
    ) -> None:
        flip_a_byte(in_force(index, "passages.faiss"))
        (tmp_path / "articles").rename(tmp_path / "away")
        with pytest.raises(SourceError) as gone:
            refresh()
        assert gone.value.advice is Advice.FORGET_SOURCE
        assert index.names() == list(two)

    @pytest.mark.usefixtures("two")
    def test_is_set_aside_by_a_rebuild_too(self, index: IndexFolder, refresh: Refresh) -> None:
        flip_a_byte(in_force(index, "articles.sqlite"))
        assert refresh(rebuild=True).embedded == 2
        assert all(findings(index))


class TestADamagedModel:
    @pytest.fixture(params=["model.onnx", "tokenizer.json", "model.json"])
    def model_file(self, index: IndexFolder, two: tuple[str, str], request: pytest.FixtureRequest) -> Path:
        assert set(index.names()) == set(two)
        return next(index.models.glob(f"*/{request.param}"))

    def test_is_named_and_mended_without_embedding_anything_again(
        self, index: IndexFolder, refresh: Refresh, model_file: Path
    ) -> None:
        flip_a_byte(model_file)
        with pytest.raises(DamagedError, match=model_file.name):
            open_current(index, pytest.fail)
        assert findings(index) == [False, False]
        report = refresh()
        assert report.embedded == 0
        assert any("was damaged; it was set aside as" in note.line for note in report.notes)
        assert all(findings(index))
        assert (model_file.parent.with_name(f"{model_file.parent.name}.damaged")).is_dir()

    def test_is_mended_by_a_rebuild(self, index: IndexFolder, refresh: Refresh, model_file: Path) -> None:
        truncate(model_file)
        refresh(rebuild=True)
        assert all(findings(index))

    @pytest.mark.usefixtures("two")
    def test_that_is_missing_is_mended_too(self, index: IndexFolder, refresh: Refresh) -> None:
        for model in index.models.iterdir():
            shutil.rmtree(model)
        refresh()
        assert all(findings(index))


class TestCurrent:
    @pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"../../etc\n", b"20310101T000000Z\n", b"x" * 10_000])
    def test_that_names_no_generation_is_named_and_the_newest_serves(
        self, index: IndexFolder, two: tuple[str, str], content: bytes
    ) -> None:
        (index.path / "CURRENT").write_bytes(content)
        warnings: list[Note] = []
        assert open_current(index, warnings.append).name == two[0]
        assert "CURRENT" in warnings[0].line
        assert findings(index) == [False, True, True]

    def test_that_names_a_generation_which_is_gone_is_named(self, index: IndexFolder, two: tuple[str, str]) -> None:
        shutil.rmtree(index.generations / two[0])
        warnings: list[Note] = []
        assert open_current(index, warnings.append).name == two[1]
        assert "manifest.json: cannot be read" in warnings[0].line

    @pytest.mark.usefixtures("two")
    def test_is_mended_by_the_next_build(self, index: IndexFolder, refresh: Refresh) -> None:
        (index.path / "CURRENT").write_text("nonsense")
        report = refresh()
        assert index.current() == report.generation
        assert (report.articles, report.embedded) == (2, 0)
        assert all(findings(index))

    @pytest.mark.usefixtures("two")
    def test_that_is_a_folder_is_set_aside_by_the_next_build(self, index: IndexFolder, refresh: Refresh) -> None:
        (index.path / "CURRENT").unlink()
        (index.path / "CURRENT").mkdir()
        (index.path / "CURRENT" / "somebodys").touch()
        assert refresh().generation == index.current()
        assert (index.path / "CURRENT.damaged" / "somebodys").is_file()
        assert all(findings(index))

    def test_is_missing_where_there_is_no_index(self, index: IndexFolder) -> None:
        with pytest.raises(NoIndexError, match=r"there is no index here$") as missing:
            open_current(index, pytest.fail)
        assert missing.value.advice is Advice.MAKE_INDEX
        with pytest.raises(NoIndexError):
            findings(index)


class TestReaders:
    @pytest.mark.usefixtures("two")
    def test_never_write_into_the_index(self, index: IndexFolder) -> None:
        before = everything(index.path)
        generation = open_current(index, pytest.fail)
        generation.open_records().close()
        search_words(generation.lexical, "ferry", 5)
        generation.vectors.search(generation.vectors.by_id([1])[1], 5)
        assert findings(index) == [True, True]
        assert everything(index.path) == before

    @pytest.mark.usefixtures("two")
    def test_need_no_permission_to_write(self, index: IndexFolder) -> None:
        with read_only(index.path):
            assert search_words(open_current(index, pytest.fail).lexical, "ferry", 5)
            assert findings(index) == [True, True]

    def test_do_without_a_place_for_their_notes(self, index: IndexFolder, two: tuple[str, str], tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        assert open_current(IndexFolder(index.path, tmp_path / "file" / "notes"), pytest.fail).name == two[0]

    @pytest.mark.usefixtures("two")
    def test_leave_nothing_behind_in_the_folder_for_temporary_files(
        self, index: IndexFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
        (tmp_path / "temporary").mkdir()
        assert search_words(open_current(index, pytest.fail).lexical, "ferry", 5)
        assert list((tmp_path / "temporary").iterdir()) == []


class TestVerification:
    def unseen_change(self, index: IndexFolder) -> None:
        """Change a byte behind the back of everything but a hash."""
        path = in_force(index, "passages.faiss")
        stat = path.stat()
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    def test_hashes_a_generation_the_first_time_only_and_notes_it_outside_the_index(
        self, index: IndexFolder, two: tuple[str, str]
    ) -> None:
        open_current(index, pytest.fail)
        assert (index.notes / two[0]).is_file()
        self.unseen_change(index)
        assert open_current(index, pytest.fail).name == two[0]

    def test_hashes_on_a_machine_that_has_not_noted_it(self, index: IndexFolder, two: tuple[str, str]) -> None:
        open_current(index, pytest.fail)
        self.unseen_change(index)
        with pytest.raises(DamagedError, match=r"passages\.faiss: was changed after it was sealed"):
            open_generation(IndexFolder(index.path, index.notes.with_name("other")), two[0])

    @pytest.mark.usefixtures("two")
    def test_by_check_hashes_always(self, index: IndexFolder) -> None:
        open_current(index, pytest.fail)
        self.unseen_change(index)
        assert findings(index) == [False, True]

    def test_hashes_again_when_a_file_was_touched(self, index: IndexFolder, two: tuple[str, str]) -> None:
        open_current(index, pytest.fail)
        self.unseen_change(index)
        in_force(index, "passages.faiss").touch()
        with pytest.raises(DamagedError, match=r"passages\.faiss"):
            open_generation(index, two[0])

    @pytest.mark.parametrize("note", [b"", b"\xff", b"0" * 64])
    def test_trusts_no_note_it_did_not_write(self, index: IndexFolder, two: tuple[str, str], note: bytes) -> None:
        open_current(index, pytest.fail)
        self.unseen_change(index)
        (index.notes / two[0]).write_bytes(note)
        with pytest.raises(DamagedError):
            open_generation(index, two[0])


HEX = st.text("0123456789abcdef", min_size=64, max_size=64)
TEXT = st.text(max_size=20)


class TestManifests:
    @given(
        st.builds(
            Manifest,
            created=TEXT,
            sources=st.lists(TEXT, max_size=3).map(tuple),
            counts=st.dictionaries(TEXT, st.integers(0), max_size=3),
            models=st.dictionaries(TEXT, TEXT, max_size=2),
            sealed_models=st.dictionaries(TEXT, HEX, max_size=2),
            quotations=st.integers(),
            files=st.dictionaries(TEXT, st.builds(FileSeal, st.integers(0), HEX), max_size=3),
        )
    )
    def test_are_read_as_they_were_written(self, manifest: Manifest) -> None:
        assert Manifest.from_bytes(manifest.to_bytes(), "manifest.json") == manifest

    @given(
        st.binary(max_size=60)
        | st.sampled_from([b"{}", b"[]", b"null", b'{"format": 2}', b'{"format": 2, "files": 3}'])
    )
    def test_that_are_none_are_said_to_be_none(self, data: bytes) -> None:
        with pytest.raises(GenerationError, match=r"^manifest\.json: (is not a manifest|was made by format)"):
            Manifest.from_bytes(data, "manifest.json")

    @given(st.integers().filter(lambda number: number != FORMAT) | st.text(max_size=5))
    def test_of_another_format_say_so(self, version: object) -> None:
        import json

        with pytest.raises(FormatError) as another:
            Manifest.from_bytes(json.dumps({"format": version}).encode(), "manifest.json")
        assert error_line(another.value).endswith("; make it anew with `onrecord index --rebuild`")


class TestCopyingAFolder:
    def test_shares_the_content_of_its_files(self, tmp_path: Path) -> None:
        (tmp_path / "one" / "inner").mkdir(parents=True)
        (tmp_path / "one" / "inner" / "file").write_bytes(b"content")
        link_or_copy_tree(tmp_path / "one", tmp_path / "two")
        assert (tmp_path / "two" / "inner" / "file").samefile(tmp_path / "one" / "inner" / "file")


class TestReplacingAFile:
    def test_leaves_the_new_content_and_nothing_else(self, tmp_path: Path) -> None:
        for content in (b"old", b"new"):
            replace_file(tmp_path / "CURRENT", content)
        assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("CURRENT", b"new")]
