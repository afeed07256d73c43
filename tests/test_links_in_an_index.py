"""Links among the sources of an index, from the command line to the citation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Refresh, Run, silent

from index.build.pipeline import BuildOptions, BuildReport, build
from index.core.errors import Note, OnrecordError
from index.generations.generation import IndexFolder
from index.sources.urls import Limits
from tests.visits import entry, feed, page
from tests.web_server import Site


class TestAnIndex:
    def test_of_links_and_a_folder_is_brought_up_to_date(self, index: IndexFolder, site: Site, tmp_path: Path) -> None:
        def refresh(*sources: str, rebuild: bool = False, forget: tuple[str, ...] = ()) -> BuildReport:
            options = BuildOptions(sources, forget, rebuild, limits=Limits(pause=0), allow_private=True)
            return build(index, options, silent)

        (tmp_path / "a.txt").write_text("Rain fell on the harbor all day.", "utf-8")
        pier = site.put("/pier", page(), headers={"ETag": '"1"'})
        news = site.put("/feed", feed(entry("red"), entry("blue")), "text/xml", headers={"ETag": '"1"'})
        assert refresh(str(tmp_path / "a.txt"), pier, news).changes.new == 4
        site.news()

        assert not refresh().built
        assert site.news() == [("/pier", 304), ("/feed", 304)]

        site.put("/feed", feed(entry("red", "It sank."), entry("blue")), "text/xml", headers={"ETag": '"2"'})
        changes = refresh().changes
        assert (changes.new, changes.changed, changes.unchanged, changes.vanished) == (0, 1, 3, 0)
        site.news()

        site.put("/pier", status=500)
        report = refresh(rebuild=True)
        assert (report.articles, report.changes.skipped) == (4, [Note(f"{pier}: the server answers 500")])
        assert site.news() == [("/pier", 500), ("/feed", 304)]

        assert refresh(forget=(news,)).articles == 2
        assert len(list((index.path / "fetched" / "links").iterdir())) == 1

    def test_keeps_no_page_that_nothing_is_proved_by(self, index: IndexFolder, site: Site) -> None:
        for day in ("Monday", "Tuesday", "Wednesday"):
            site.put("/pier", page().replace("<nav>", f"<nav>{day}"))
            report = build(index, BuildOptions([site("/pier")], allow_private=True), silent)
        assert not report.built
        told = [path.read_text() for path in (index.path / "fetched" / "pages").iterdir()]
        assert sorted(text.partition("<nav>")[2].partition("<")[0] for text in told) == ["Monday", "Wednesday"]

    def test_of_a_link_that_cannot_be_fetched_says_why(self, index: IndexFolder, site: Site) -> None:
        with pytest.raises(OnrecordError, match=r"nothing there can be read: .*/gone: the server answers 404"):
            build(index, BuildOptions([site("/gone")], allow_private=True), silent)

    def test_of_a_folder_alone_fetches_nothing(self, refresh: Refresh, tmp_path: Path, index: IndexFolder) -> None:
        (tmp_path / "a.txt").write_text("Rain fell on the harbor all day.", "utf-8")
        refresh(tmp_path / "a.txt")
        assert not (index.path / "fetched").exists()


class TestTheCommand:
    def test_indexes_links_and_a_list_of_them(self, site: Site, onrecord: Run, tmp_path: Path) -> None:
        url = site.put("/pier", page())
        site.put("/robots.txt", "", status=404)
        (tmp_path / "links.txt").write_text(f"# harbor\n{url}  # the pier\n\n", "utf-8")
        done = onrecord("index", "--links", "links.txt", "--allow-private")
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith("1 article, 2 passages (1 added")
        asked = onrecord("ask", "why did the footbridge close?", "--json")
        assert json.loads(asked.out)["passages"][0]["citation"]["source"] == url

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("ftp://ledger.example/feed", "only http and https addresses can be fetched"),
            ("feed.xml", "only http and https addresses can be fetched"),
            ("https://ada:secret@ledger.example/", "https://ledger.example/: give the address without a name"),
        ],
    )
    def test_says_what_is_wrong_in_a_list(self, onrecord: Run, tmp_path: Path, line: str, reason: str) -> None:
        (tmp_path / "links.txt").write_text(f"https://ledger.example/feed\n{line}\n", "utf-8")
        done = onrecord("index", "--links", "links.txt")
        assert done.code == 2
        assert "links.txt, line 2: " in done.err
        assert reason in done.err
        assert "secret" not in done.err

    def test_read_shows_links_and_keeps_nothing(self, site: Site, onrecord: Run, tmp_path: Path) -> None:
        told = feed(("red", site.put("/red", page("The red boat")), "Of it, more inside."))
        url = site.put("/feed", told, "text/xml")
        done = onrecord("read", url, "--follow", "--allow-private", "--json")
        assert (done.code, done.err, json.loads(done.out)["title"]) == (0, "", "The red boat")
        assert list(tmp_path.iterdir()) == []

        done = onrecord("read", site("/gone"))
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith(f"skipped: {site('/gone')}: 127.0.0.1 is at 127.0.0.1, which is no public address")
