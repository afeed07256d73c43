"""Links as sources: pages and feeds served on loopback, refreshed, kept, and proved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Refresh, Run, silent
from web_server import Page, Site, serving

from index.build import BuildOptions, Report, build
from index.errors import OnrecordError
from index.fetching.limits import Limits
from index.generation import IndexFolder, open_current
from index.records import ArticleRow

Fetch = Callable[..., Report]

LIMITS = Limits(seconds=0.5, pause=0)
PAGE = """<html><head><title>{title}</title>
<meta property="og:site_name" content="Harbor Ledger">
<meta property="article:published_time" content="2031-04-02T09:00:00Z"></head>
<body><nav><a href="/">Home</a></nav><article><h1>{title}</h1>
<p>The footbridge over the Tern closed on Monday because two of its cables had frayed, the harbor office said.</p>
<p>“{words},” said Petra Lindqvist, who keeps the harbor, in front of about forty neighbors.</p></article></body></html>"""
CALM = "Nobody was on it when they gave way"


def page(title: str = "Footbridge closes", words: str = CALM) -> str:
    return PAGE.format(title=title, words=words)


def feed(*entries: tuple[str, str, str], title: str = "Harbor Ledger") -> str:
    items = "".join(
        f"<item><guid>{guid}</guid><link>{link}</link><title>Story {guid}</title>"
        f"<pubDate>Wed, 02 Apr 2031 09:00:00 +0000</pubDate><description>{text}</description></item>"
        for guid, link, text in entries
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'


def entry(guid: str, text: str = "") -> tuple[str, str, str]:
    text = text or f"The harbor office told of the {guid} boat on Wednesday."
    return guid, f"https://ledger.example/{guid}", text


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def fetch(index: IndexFolder) -> Fetch:
    """Build or refresh the test's index with links."""

    def run(*sources: str | Path, limits: Limits = LIMITS, allow_private: bool | None = True, **rest: object) -> Report:
        options = BuildOptions(list(map(str, sources)), limits=limits, allow_private=allow_private, **rest)  # type: ignore[arg-type]
        return build(index, options, silent)

    return run


def rows(index: IndexFolder) -> list[ArticleRow]:
    with closing(open_current(index, pytest.fail).open_records()) as records:
        names = [row.name for row in records.catalogue()] if hasattr(records, "catalogue") else None
        assert names is None
        ids = [row[0] for row in records._db.execute("SELECT id FROM articles ORDER BY name")]
        return list(records.articles(ids).values())


def kept(index: IndexFolder, sha256: str) -> bytes:
    return (index.path / "fetched" / "pages" / sha256).read_bytes()


class TestAPage:
    def test_is_one_article_named_by_its_address(self, index: IndexFolder, site: Site, fetch: Fetch) -> None:
        url = site.put("/pier", page())
        assert fetch(url).changes.new == 1
        (row,) = rows(index)
        assert (row.name, row.url, row.file, row.outlet, row.date) == (url, url, url, "Harbor Ledger", "2031-04-02")

    def test_is_kept_as_it_was_fetched_so_that_its_citation_can_be_proved(
        self, index: IndexFolder, site: Site, fetch: Fetch
    ) -> None:
        fetch(site.put("/pier", page(), zipped=True))
        (row,) = rows(index)
        assert kept(index, row.sha256) == page().encode()
        assert row.sha256 == hashlib.sha256(page().encode()).hexdigest()

    def test_with_an_etag_is_not_sent_again(self, site: Site, fetch: Fetch) -> None:
        url = site.put("/pier", page(), headers={"ETag": '"1"'})
        fetch(url)
        assert site.news() == [("/pier", 200)]
        report = fetch()
        assert (site.news(), report.built, report.changes.unchanged) == ([("/pier", 304)], False, 1)

    def test_that_tells_when_it_was_modified_is_asked_for_only_since_then(self, site: Site, fetch: Fetch) -> None:
        since: list[str | None] = []

        def answer(handler: object) -> None:
            since.append(handler.headers.get("If-Modified-Since"))  # type: ignore[attr-defined]
            Page(page(), headers={"Last-Modified": "Wed, 02 Apr 2031 09:00:00 GMT"}).answer(handler)  # type: ignore[arg-type]

        site.pages["/pier"] = answer
        fetch(site("/pier"))
        fetch()
        assert since == [None, "Wed, 02 Apr 2031 09:00:00 GMT"]

    def test_in_which_only_what_stands_around_the_story_changed_is_the_same(self, site: Site, fetch: Fetch) -> None:
        url = site.put("/pier", page())
        fetch(url)
        site.put("/pier", page().replace("<nav>", "<nav><a href='/new'>Sports of today</a>"))
        assert not fetch().built

    def test_is_read_from_what_was_kept_when_everything_is_built_anew(
        self, index: IndexFolder, site: Site, fetch: Fetch
    ) -> None:
        url = site.put("/pier", page(), headers={"ETag": '"1"'})
        fetch(url)
        site.news()
        fetch(rebuild=True)
        assert site.news() == [("/pier", 304)]
        assert [row.name for row in rows(index)] == [url]

    def test_is_gone_with_what_was_kept_of_it_when_it_is_forgotten(
        self, index: IndexFolder, site: Site, fetch: Fetch
    ) -> None:
        one, other = site.put("/one", page("One")), site.put("/other", page("Other"))
        fetch(one, other)
        fetch(forget=[other])
        assert [row.name for row in rows(index)] == [one]
        assert len(list((index.path / "fetched" / "pages").iterdir())) == 1

    def test_and_a_folder_are_indexed_together(self, site: Site, fetch: Fetch, tmp_path: Path) -> None:
        (tmp_path / "news").mkdir()
        (tmp_path / "news" / "a.txt").write_text("Rain fell on the harbor all day.", "utf-8")
        assert fetch(tmp_path / "news", site.put("/pier", page())).articles == 2

    def test_at_which_a_redirect_ends_is_where_it_was_fetched_from(
        self, index: IndexFolder, site: Site, fetch: Fetch
    ) -> None:
        site.put("/pier", page(), headers={"ETag": '"1"'})
        url = site.put("/old", "", status=301, headers={"Location": "/pier"})
        fetch(url)
        assert [(row.name, row.url) for row in rows(index)] == [(url, site("/pier"))]
        site.news()
        fetch()
        assert site.news() == [("/old", 301), ("/pier", 304)]

    def test_that_was_changed_where_it_is_kept_is_reported_and_stays_as_it_was_read(
        self, index: IndexFolder, site: Site, fetch: Fetch
    ) -> None:
        fetch(site.put("/pier", page(), headers={"ETag": '"1"'}))
        (row,) = rows(index)
        (index.path / "fetched" / "pages" / row.sha256).write_bytes(b"<p>Forged.</p>")
        report = fetch()
        assert report.articles == 1


class TestAFeed:
    def test_holds_an_article_for_each_entry(self, index: IndexFolder, site: Site, fetch: Fetch) -> None:
        url = site.put("/feed", feed(entry("red"), entry("blue")), "application/rss+xml")
        fetch(url)
        assert {(row.title, row.url) for row in rows(index)} == {
            ("Story red", "https://ledger.example/red"),
            ("Story blue", "https://ledger.example/blue"),
        }
        assert all(row.name.startswith(f"{url}#") for row in rows(index))

    def test_with_an_etag_is_fetched_only_when_it_changed(self, site: Site, fetch: Fetch) -> None:
        url = site.put("/feed", feed(entry("red")), "application/rss+xml", headers={"ETag": '"1"'})
        fetch(url)
        assert site.news() == [("/feed", 200)]
        assert not fetch().built
        assert site.news() == [("/feed", 304)]

    def test_takes_a_new_entry_on_top_without_touching_the_others(self, site: Site, fetch: Fetch) -> None:
        url = site.put("/feed", feed(entry("red"), entry("blue")), "text/xml")
        fetch(url)
        site.put("/feed", feed(entry("green"), entry("red"), entry("blue")), "text/xml")
        changes = fetch().changes
        assert (changes.new, changes.changed, changes.unchanged, changes.vanished) == (1, 0, 2, 0)

    def test_replaces_the_one_article_whose_entry_changed(self, index: IndexFolder, site: Site, fetch: Fetch) -> None:
        url = site.put("/feed", feed(entry("red"), entry("blue")), "text/xml")
        fetch(url)
        before = {row.name for row in rows(index)}
        site.put("/feed", feed(entry("red", "The red boat sank at noon."), entry("blue")), "text/xml")
        changes = fetch().changes
        assert (changes.new, changes.changed, changes.unchanged, changes.vanished) == (0, 1, 1, 0)
        assert {row.name for row in rows(index)} == before

    def test_keeps_what_it_no_longer_lists_also_when_everything_is_built_anew(
        self, index: IndexFolder, site: Site, fetch: Fetch
    ) -> None:
        url = site.put("/feed", feed(entry("red")), "text/xml")
        fetch(url)
        site.put("/feed", feed(entry("blue")), "text/xml")
        assert fetch().articles == 2
        assert fetch(rebuild=True).articles == 2

    def test_proves_each_entry_by_what_that_tells(self, index: IndexFolder, site: Site, fetch: Fetch) -> None:
        fetch(site.put("/feed", feed(entry("red", "The red boat sank.")), "text/xml"))
        (row,) = rows(index)
        assert json.loads(kept(index, row.sha256))["paragraphs"] == ["The red boat sank."]
        assert hashlib.sha256(kept(index, row.sha256)).hexdigest() == row.sha256

    def test_tells_entries_with_one_guid_apart(self, site: Site, fetch: Fetch) -> None:
        same = [("x", f"https://ledger.example/{n}", f"The harbor told of boat {n}.") for n in (1, 2)]
        assert fetch(site.put("/feed", feed(*same), "text/xml")).articles == 2

    def test_is_one_whatever_its_server_calls_it(self, site: Site, fetch: Fetch) -> None:
        assert fetch(site.put("/feed", feed(entry("red"), entry("blue")), "text/html")).articles == 2


class TestFollowing:
    @pytest.fixture
    def url(self, site: Site) -> str:
        for name in ("red", "blue"):
            site.put(f"/{name}", page(f"The {name} boat", f"The {name} one is mine"), headers={"ETag": f'"{name}"'})
        return self.serve(site)

    def serve(self, site: Site, red: str = "Of the red boat, more inside.") -> str:
        entries = ("red", site("/red"), red), ("blue", site("/blue"), "Of the blue boat, more inside.")
        return site.put("/feed", feed(*entries), "text/xml")

    def test_takes_the_pages_that_entries_lead_to(self, index: IndexFolder, site: Site, fetch: Fetch, url: str) -> None:
        fetch(url, follow=True)
        assert {row.title for row in rows(index)} == {"The red boat", "The blue boat"}
        assert {kept(index, row.sha256)[:6] for row in rows(index)} == {b"<html>"}

    def test_is_remembered_and_fetches_nothing_anew_where_no_entry_changed(
        self, site: Site, fetch: Fetch, url: str
    ) -> None:
        fetch(url, follow=True)
        site.news()
        assert not fetch().built
        assert site.news() == [("/feed", 200)]

    def test_asks_for_the_page_of_an_entry_that_changed(self, site: Site, fetch: Fetch, url: str) -> None:
        fetch(url, follow=True)
        site.news()
        self.serve(site, "Of the red boat, much more inside.")
        fetch()
        assert site.news() == [("/feed", 200), ("/red", 304)]

    def test_falls_back_on_what_the_entry_tells(self, index: IndexFolder, site: Site, fetch: Fetch, url: str) -> None:
        del site.pages["/red"]
        report = fetch(url, follow=True)
        (line,) = report.changes.skipped
        assert line.startswith(f"{site('/red')}: the server answers 404")
        assert {row.title for row in rows(index)} == {"Story red", "The blue boat"}
        assert fetch().changes.skipped == []

    def test_asks_for_no_more_than_so_many_at_once(self, site: Site, fetch: Fetch, url: str) -> None:
        limits = Limits(seconds=0.5, pause=0, follow=1)
        report = fetch(url, follow=True, limits=limits)
        assert report.changes.skipped == [f"{url}: 1 pages that it leads to were not fetched this time"]
        assert fetch(limits=limits).changes.skipped == []


class TestWhatGoesWrong:
    """Each costs one line and bounded time, and the article that was fetched before stays."""

    @pytest.fixture
    def broken(self, index: IndexFolder, site: Site, fetch: Fetch) -> Callable[[object], str]:
        def after(answer: object, limits: Limits = LIMITS) -> str:
            url = site.put("/pier", page())
            other = site.put("/other", page("Another"))
            fetch(url, other)
            site.pages["/pier"] = answer  # type: ignore[assignment]
            report = fetch(limits=limits)
            assert (report.articles, report.changes.vanished) == (2, 0)
            (line,) = report.changes.skipped
            assert line.startswith(f"{url}: ")
            return line.removeprefix(f"{url}: ")

        return after

    @pytest.mark.parametrize(
        ("answer", "line"),
        [
            (Page(status=404), "the server answers 404; if it is gone for good: onrecord forget http"),
            (Page(status=500), "the server answers 500"),
            (Page(status=503), "the server answers 503 (too many requests, or out of service)"),
            (Page(status=302, headers={"Location": "/pier"}), "redirects more than 5 times"),
            (Page(status=302, headers={"Location": "file:///etc/hosts"}), "redirects to an address that cannot be"),
            (Page(b"\x89PNG", "image/png"), "is image/png, which is no kind of article"),
            (Page("<html></html>"), "holds no"),
            (Page("x" * 20, headers={"Content-Encoding": "gzip"}), "cannot be unpacked: "),
            (Page("x" * 20, headers={"Content-Encoding": "br"}), "comes packed as 'br', which was not asked for"),
            (Page("x" * 20, headers={"X-Long": "x" * 200_000}), "the server does not keep to HTTP: "),
        ],
    )
    def test_is_told_in_a_line(self, broken: Callable[..., str], answer: Page, line: str) -> None:
        assert broken(answer).startswith(line)

    def test_a_server_that_hangs(self, site: Site, broken: Callable[..., str]) -> None:
        line = broken(lambda _: site.over.wait(), Limits(seconds=0.05, pause=0))
        assert line == "took longer than 0.05 seconds"

    def test_a_server_that_sends_forever_a_little_at_a_time(self, site: Site, broken: Callable[..., str]) -> None:
        def drip(handler: object) -> None:
            handler.send_response(200)  # type: ignore[attr-defined]
            handler.end_headers()  # type: ignore[attr-defined]
            while not site.over.wait(0.01):
                handler.wfile.write(b"x")  # type: ignore[attr-defined]

        assert broken(drip, Limits(seconds=0.1, pause=0)) == "took longer than 0.1 seconds"

    def test_headers_that_never_end(self, site: Site, broken: Callable[..., str]) -> None:
        def drip(handler: object) -> None:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")  # type: ignore[attr-defined]
            while not site.over.wait(0.01):
                handler.wfile.write(b"x")  # type: ignore[attr-defined]

        assert broken(drip, Limits(seconds=0.1, pause=0)) == "took longer than 0.1 seconds"

    def test_a_page_without_end(self, broken: Callable[..., str]) -> None:
        def pour(handler: object) -> None:
            handler.send_response(200)  # type: ignore[attr-defined]
            handler.end_headers()  # type: ignore[attr-defined]
            while True:
                handler.wfile.write(b"x" * 65536)  # type: ignore[attr-defined]

        assert broken(pour, Limits(seconds=5, pause=0, size=1 << 20)) == "is larger than a page or feed may be (1 MB)"

    def test_a_small_page_that_unpacks_to_a_large_one(self, broken: Callable[..., str]) -> None:
        bomb = Page(b"\0" * (4 << 20), zipped=True)
        assert broken(bomb, Limits(seconds=5, pause=0, size=1 << 20)) == "is larger than a page or feed may be (1 MB)"

    def test_a_packed_page_that_is_cut_off(self, broken: Callable[..., str]) -> None:
        import gzip

        half = gzip.compress(page().encode())[:-20]
        assert broken(Page(half, headers={"Content-Encoding": "gzip"})) == "was cut off"

    def test_alone_is_an_error_that_says_why(self, site: Site, fetch: Fetch) -> None:
        with pytest.raises(OnrecordError, match=r"nothing there can be read: .*/gone: the server answers 404"):
            fetch(site("/gone"))

    def test_a_host_that_does_not_answer_is_not_asked_for_all_its_pages(self, site: Site, fetch: Fetch) -> None:
        def hang(handler: object) -> None:
            site.asked.append((handler.path, 0))  # type: ignore[attr-defined]
            site.over.wait()

        for n in range(4):
            site.pages[f"/{n}"] = hang
        links = [site(f"/{n}") for n in range(4)]
        report = fetch(site.put("/pier", page()), *links, limits=Limits(seconds=0.05, pause=0))
        assert site.news() == [("/pier", 200), ("/0", 0), ("/1", 0)]
        assert report.changes.skipped[2].endswith("failed to answer 2 times in a row")


class TestRobots:
    def test_are_obeyed(self, site: Site, fetch: Fetch) -> None:
        site.put("/robots.txt", "User-agent: *\nDisallow: /private/\n", "text/plain")
        report = fetch(site.put("/pier", page()), site.put("/private/pier", page("Private")))
        assert report.changes.skipped == [f"{site('/private/pier')}: robots.txt asks programs not to fetch this"]
        assert site.news() == [("/pier", 200)]

    def test_are_asked_for_once(self, site: Site, fetch: Fetch) -> None:
        fetch(site.put("/one", page()), site.put("/two", page("Two")))
        assert [path for path, _ in site.asked].count("/robots.txt") == 1

    def test_may_name_this_program(self, site: Site, fetch: Fetch) -> None:
        site.put("/robots.txt", "User-agent: onrecord\nDisallow: /\n\nUser-agent: *\nAllow: /\n", "text/plain")
        with pytest.raises(OnrecordError, match=r"robots\.txt asks programs not to fetch this"):
            fetch(site.put("/pier", page()))
        assert {agent.partition("/")[0] for agent in site.agents} == {"onrecord"}

    def test_that_fail_forbid_everything(self, site: Site, fetch: Fetch) -> None:
        site.put("/robots.txt", "", status=500)
        with pytest.raises(OnrecordError, match=r"the server answers 500 \(asked for robots\.txt\)"):
            fetch(site.put("/pier", page()))

    def test_are_those_of_the_host_that_a_redirect_leads_to(self, site: Site, fetch: Fetch) -> None:
        with serving() as elsewhere:
            elsewhere.put("/robots.txt", "User-agent: *\nDisallow: /\n", "text/plain")
            elsewhere.put("/pier", page())
            site.put("/old", "", status=302, headers={"Location": elsewhere("/pier")})
            with pytest.raises(OnrecordError, match=r"robots\.txt asks"):
                fetch(site("/old"))
            assert elsewhere.news() == []


class TestPrivateAddresses:
    def test_are_not_asked_unless_that_is_allowed(self, site: Site, fetch: Fetch) -> None:
        url = site.put("/pier", page())
        with pytest.raises(OnrecordError, match=r"127\.0\.0\.1 is at 127\.0\.0\.1, which is no public address"):
            fetch(url, allow_private=None)
        assert site.asked == []

    def test_are_asked_again_where_that_was_allowed_for_the_link(self, site: Site, fetch: Fetch) -> None:
        fetch(site.put("/pier", page()))
        assert fetch(allow_private=None).changes.skipped == []

    def test_are_not_asked_behind_a_name_either(
        self, site: Site, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One look at the name decides: what it stands for the next time is never asked for."""
        asked = []

        def look_up(host: str, port: int, **_: object) -> list[object]:
            asked.append(host)
            return [(2, 1, 6, "", ("93.184.215.14" if len(asked) > 1 else "10.0.0.7", port))]

        monkeypatch.setattr("index.fetching.connecting.socket.getaddrinfo", look_up)
        with pytest.raises(OnrecordError, match=r"harbor\.example is at 10\.0\.0\.7, which is no public address"):
            fetch("http://harbor.example/pier", allow_private=False)
        assert asked == ["harbor.example"]


class TestTheCommand:
    def test_indexes_links_and_a_list_of_them(self, site: Site, onrecord: Run, tmp_path: Path) -> None:
        url = site.put("/pier", page())
        site.put("/robots.txt", "", status=404)
        (tmp_path / "links.txt").write_text(f"# harbor\n{url}  # the pier\n\n", "utf-8")
        done = onrecord("index", "--links", "links.txt", "--allow-private")
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith("1 articles, 2 passages (1 added")
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


def test_a_folder_alone_needs_no_client_for_the_web(refresh: Refresh, tmp_path: Path, index: IndexFolder) -> None:
    (tmp_path / "a.txt").write_text("Rain fell on the harbor all day.", "utf-8")
    refresh(tmp_path / "a.txt")
    assert not (index.path / "fetched").exists()
