"""What a user gives to be indexed: files and folders, walked in order."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import Close, Write

from bot.render.messages import error_line
from index.core.article import Article
from index.core.errors import ArticleError, SourceError, UsageError
from index.sources.given import default_source, read_source, resolve_source


def ids(source: Path) -> list[str]:
    found = list(read_source(str(source)))
    return [article.id if isinstance(article, Article) else f"! {article}" for article in found]


class TestAFolder:
    def test_is_walked_in_the_order_of_names(self, articles: Write) -> None:
        folder = articles({"b.txt": "B.", "a.txt": "A.", "2031/c.txt": "C.", "2030/d.txt": "D."})
        assert ids(folder) == ["a.txt", "b.txt", "2030/d.txt", "2031/c.txt"]

    def test_names_its_articles_by_their_paths_within_it(self, articles: Write) -> None:
        folder = articles({"2031/05/c.TXT": "C."})
        assert ids(folder) == ["2031/05/c.TXT"]

    def test_hides_hidden_files_and_folders_such_as_a_built_index(self, articles: Write) -> None:
        folder = articles({"a.txt": "A.", ".b.txt": "B.", ".onrecord/c.txt": "C."})
        assert ids(folder) == ["a.txt"]

    def test_passes_over_files_of_other_kinds(self, articles: Write) -> None:
        folder = articles({"a.txt": "A.", "photo.jpg": b"\xff\xd8", "README": "Read me.", "txt": "No suffix."})
        assert ids(folder) == ["a.txt"]

    def test_reports_what_cannot_be_read_and_goes_on(self, articles: Write) -> None:
        folder = articles({"a.txt": b"\0", "b.jsonl": "{", "c.txt": "C."})
        first, second, third = ids(folder)
        assert first == "! a.txt: is not a text file"
        assert second.startswith("! b.jsonl, line 1: is not JSON")
        assert third == "c.txt"

    def test_tells_of_each_error_which_file_it_is_in(self, articles: Write) -> None:
        folder = articles({"sub/b.jsonl": "{"})
        (error,) = read_source(str(folder))
        assert isinstance(error, ArticleError)
        assert error.file == "sub/b.jsonl"

    def test_reports_a_folder_in_it_that_cannot_be_read(self, articles: Write, closed: Close) -> None:
        folder = articles({"a.txt": "A.", "sub/b.txt": "B.", "c.txt": "C."})
        closed(folder / "sub")
        *read, error = read_source(str(folder))
        assert [article.id for article in read if isinstance(article, Article)] == ["a.txt", "c.txt"]
        assert isinstance(error, ArticleError)
        assert (str(error), error.file) == ("sub/: cannot be read: Permission denied", "sub/")

    def test_that_cannot_be_read_is_an_error(self, articles: Write, closed: Close) -> None:
        folder = articles({"a.txt": "A."})
        closed(folder)
        with pytest.raises(SourceError, match="articles: cannot be read: Permission denied"):
            ids(folder)

    @pytest.mark.parametrize("files", [{}, {"photo.jpg": "x"}])
    def test_without_articles_is_an_error(self, articles: Write, tmp_path: Path, files: dict[str, str]) -> None:
        (tmp_path / "articles").mkdir()
        with pytest.raises(SourceError, match=r"articles: holds no articles \(looked for .*\.jsonl, .*\.txt, .*\)"):
            ids(articles(files))

    def test_may_hold_names_that_are_not_utf_8(self, tmp_path: Path) -> None:
        Path(os.fsdecode(bytes(tmp_path) + b"/caf\xe9.txt")).write_text("Coffee.")
        assert ids(tmp_path) == ["caf\\xe9.txt"]


class TestAFile:
    def test_is_named_by_its_name_alone(self, articles: Write) -> None:
        assert ids(articles({"2031/a.txt": "A."}) / "2031" / "a.txt") == ["a.txt"]

    @pytest.mark.parametrize("name", ["photo.jpg", "txt", ".txt"])
    def test_of_another_kind_is_an_error(self, articles: Write, name: str) -> None:
        with pytest.raises(SourceError, match=rf"{name}: cannot read this kind of file \(known: .*\.txt, .*\)"):
            ids(articles({name: "x"}) / name)

    def test_that_is_not_there_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match=r"gone: no such file or folder$"):
            ids(tmp_path / "gone")

    def test_with_a_name_no_file_can_have_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="cannot be read: File name too long"):
            ids(tmp_path / ("x" * 5000))


class TestResolving:
    def test_sources_are_remembered_by_absolute_paths(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        assert (
            resolve_source("news")
            == resolve_source("./news/")
            == resolve_source("old/../news")
            == str(tmp_path / "news")
        )

    def test_a_tilde_is_the_home_folder(self, home: Path) -> None:
        assert resolve_source("~/news") == str(home / "news")

    def test_a_link_is_its_address(self) -> None:
        assert resolve_source("https://Wire.example/feed#top") == "https://wire.example/feed"

    @pytest.mark.parametrize(
        ("source", "reason"),
        [
            (" ", "a source is empty"),
            ("ftp://wire.example/feed", "only http and https addresses can be fetched"),
            ("caf\udce9", r"caf\\xe9: the name of this source is not valid UTF-8"),
        ],
    )
    def test_what_cannot_be_a_source_is_refused(self, source: str, reason: str) -> None:
        with pytest.raises(UsageError, match=reason):
            resolve_source(source)


class TestTheDefault:
    @pytest.fixture(autouse=True)
    def in_an_empty_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)

    def test_is_the_folder_seeds(self, tmp_path: Path) -> None:
        (tmp_path / "seeds").mkdir()
        assert default_source() == str(tmp_path / "seeds")

    def test_is_what_the_environment_names(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "seeds").mkdir()
        monkeypatch.setenv("ONRECORD_ARTICLES", "news")
        assert default_source() == str(tmp_path / "news")

    def test_is_missed_with_a_line_that_says_what_to_do(self) -> None:
        with pytest.raises(UsageError) as nothing:
            default_source()
        assert error_line(nothing.value) == (
            "nothing to index yet: give a file or folder of articles (onrecord index FOLDER)"
        )
