"""Links as sources: pages and feeds served on loopback, fetched, refreshed, kept, and proved."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from web_server import Handler, Page, Site, serving

from index.articles import Article
from index.errors import ArticleError
from index.fetching.limits import Limits
from index.fetching.web import Web
from index.readers.apart import ReadingProcess
from index.scanning import Stamp

LIMITS = Limits(seconds=5, pause=0)
PAGE = """<html><head><title>{title}</title>
<meta property="og:site_name" content="Harbor Ledger">
<meta property="article:published_time" content="2031-04-02T09:00:00Z"></head>
<body><nav><a href="/">Home</a></nav><article><h1>{title}</h1>
<p>The footbridge over the Tern closed on Monday because two of its cables had frayed, the harbor office said.</p>
<p>“{words},” said Petra Lindqvist, who keeps the harbor, in front of forty neighbors.</p></article></body></html>"""
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


@dataclass
class Fetched:
    """What the links hold after a visit, what was wrong, and what changed since the visit before."""

    articles: dict[str, Article]
    errors: list[str]
    new: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass
class Fetch:
    """Visits links, as one build does, from which the next call is another one."""

    folder: Path
    apart: ReadingProcess
    stamps: dict[str, Stamp] = field(default_factory=dict)

    def __call__(
        self,
        *urls: str,
        limits: Limits = LIMITS,
        follow: bool | None = None,
        allow_private: bool | None = True,
    ) -> Fetched:
        web = Web(self.folder, limits, follow=follow, allow_private=allow_private)
        done, stamps = Fetched({}, []), {}
        for url in urls:
            for found in web.find(url, self.apart):
                if isinstance(found, ArticleError):
                    done.errors.append(str(found))
                    continue
                stamps[found.name] = found.stamp
                for article in web.read(found, self.apart):
                    assert isinstance(article, Article), article
                    done.articles[article.id] = article
        done.new = len(stamps.keys() - self.stamps.keys())
        done.unchanged = sum(self.stamps.get(name) == stamp for name, stamp in stamps.items())
        done.changed = len(stamps) - done.new - done.unchanged
        self.stamps = stamps
        return done

    def kept(self, article: Article) -> bytes:
        """Return the bytes that an article can be proved by."""
        data = (self.folder / "pages" / article.sha256).read_bytes()
        assert hashlib.sha256(data).hexdigest() == article.sha256
        return data


@pytest.fixture(scope="module")
def apart() -> Iterator[ReadingProcess]:
    with ReadingProcess() as process:
        yield process


@pytest.fixture
def fetch(tmp_path: Path, apart: ReadingProcess) -> Fetch:
    return Fetch(tmp_path / "fetched", apart)


class TestAPage:
    def test_is_one_article_named_by_its_address(self, site: Site, fetch: Fetch) -> None:
        url = site.put("/pier", page())
        (article,) = fetch(url).articles.values()
        assert (article.id, article.url, article.source) == (url, url, url)
        assert (article.title, article.outlet, str(article.date)) == (
            "Footbridge closes",
            "Harbor Ledger",
            "2031-04-02",
        )

    def test_is_kept_as_it_was_fetched_so_that_its_citation_can_be_proved(self, site: Site, fetch: Fetch) -> None:
        (article,) = fetch(site.put("/pier", page(), zipped=True)).articles.values()
        assert fetch.kept(article) == page().encode()

    def test_with_an_etag_is_not_sent_again(self, site: Site, fetch: Fetch) -> None:
        url = site.put("/pier", page(), headers={"ETag": '"1"'})
        fetch(url)
        assert site.news() == [("/pier", 200)]
        assert fetch(url).unchanged == 1
        assert site.news() == [("/pier", 304)]

    def test_that_tells_when_it_was_modified_is_asked_for_only_since_then(self, site: Site, fetch: Fetch) -> None:
        since: list[str | None] = []

        def answer(handler: Handler) -> None:
            since.append(handler.headers.get("If-Modified-Since"))
            Page(page(), headers={"Last-Modified": "Wed, 02 Apr 2031 09:00:00 GMT"}).answer(handler)

        site.pages["/pier"] = answer
        fetch(site("/pier"))
        fetch(site("/pier"))
        assert since == [None, "Wed, 02 Apr 2031 09:00:00 GMT"]

    def test_in_which_only_what_stands_around_the_story_changed_is_the_same(self, site: Site, fetch: Fetch) -> None:
        url = site.put("/pier", page())
        fetch(url)
        site.put("/pier", page().replace("<nav>", "<nav><a href='/new'>Sports of today</a>"))
        assert fetch(url).unchanged == 1

    def test_whose_story_changed_holds_the_version_before(self, site: Site, fetch: Fetch) -> None:
        url = site.put("/pier", page(words=CALM))
        fetch(url)
        site.put("/pier", page(words="Two people were on it when they gave way"))
        done = fetch(url)
        assert (done.changed, list(done.articles)) == (1, [url])
        (before,) = done.articles[url].earlier
        assert CALM in before.paragraphs[1]
        assert CALM in fetch.kept(before).decode()

    def test_has_no_more_than_so_many_versions(self, site: Site, fetch: Fetch) -> None:
        url = site("/pier")
        for number in range(4):
            site.put("/pier", page(words=f"There were {number} boats in the harbor when they gave way"))
            done = fetch(url, limits=Limits(pause=0, versions=3))
        assert [before.paragraphs[1][12] for before in done.articles[url].earlier] == ["2", "1"]

    def test_at_which_a_redirect_ends_is_where_it_was_fetched_from(self, site: Site, fetch: Fetch) -> None:
        site.put("/pier", page(), headers={"ETag": '"1"'})
        url = site.put("/old", "", status=301, headers={"Location": "/pier"})
        (article,) = fetch(url).articles.values()
        assert (article.id, article.url) == (url, site("/pier"))
        site.news()
        fetch(url)
        assert site.news() == [("/old", 301), ("/pier", 304)]

    def test_that_was_changed_where_it_is_kept_is_no_proof(self, site: Site, fetch: Fetch) -> None:
        url = site.put("/pier", page(), headers={"ETag": '"1"'})
        (article,) = fetch(url).articles.values()
        (fetch.folder / "pages" / article.sha256).write_bytes(b"<p>Forged.</p>")
        web = Web(fetch.folder, LIMITS)
        (found,) = web.find(url, fetch.apart)
        assert not isinstance(found, ArticleError)
        (error,) = web.read(found, fetch.apart)
        assert str(error).startswith(f"{url}: the page as fetched was changed since")

    def test_is_forgotten_with_what_was_kept_of_it(self, site: Site, fetch: Fetch) -> None:
        one, other = site.put("/one", page("One")), site.put("/other", page("Other"))
        fetch(one, other)
        Web(fetch.folder, LIMITS).clean_up([one])
        assert len(list((fetch.folder / "pages").iterdir())) == len(list((fetch.folder / "links").iterdir())) == 1

    def test_whose_record_is_damaged_is_fetched_anew(self, site: Site, fetch: Fetch) -> None:
        url = site.put("/pier", page(), headers={"ETag": '"1"'})
        fetch(url)
        (record,) = (fetch.folder / "links").iterdir()
        record.write_text('{"url": 7}', "utf-8")
        site.news()
        assert list(fetch(url).articles) == [url]
        assert site.news() == [("/pier", 200)]


class TestAFeed:
    def test_holds_an_article_for_each_entry(self, site: Site, fetch: Fetch) -> None:
        url = site.put("/feed", feed(entry("red"), entry("blue")), "application/rss+xml")
        articles = fetch(url).articles.values()
        assert [(article.title, article.url) for article in articles] == [
            ("Story red", "https://ledger.example/red"),
            ("Story blue", "https://ledger.example/blue"),
        ]
        assert all(article.id.startswith(f"{url}#") for article in articles)

    def test_with_an_etag_is_fetched_only_when_it_changed(self, site: Site, fetch: Fetch) -> None:
        url = site.put("/feed", feed(entry("red")), "application/rss+xml", headers={"ETag": '"1"'})
        fetch(url)
        assert site.news() == [("/feed", 200)]
        assert fetch(url).unchanged == 1
        assert site.news() == [("/feed", 304)]

    def test_takes_a_new_entry_on_top_without_touching_the_others(self, site: Site, fetch: Fetch) -> None:
        url = site.put("/feed", feed(entry("red"), entry("blue")), "text/xml")
        fetch(url)
        site.put("/feed", feed(entry("green"), entry("red"), entry("blue")), "text/xml")
        done = fetch(url)
        assert (done.new, done.changed, done.unchanged) == (1, 0, 2)

    def test_replaces_the_one_article_whose_entry_changed(self, site: Site, fetch: Fetch) -> None:
        url = site.put("/feed", feed(entry("red"), entry("blue")), "text/xml")
        before = fetch(url)
        site.put("/feed", feed(entry("red", "The red boat sank at noon."), entry("blue")), "text/xml")
        done = fetch(url)
        assert (done.new, done.changed, done.unchanged) == (0, 1, 1)
        assert list(done.articles) == list(before.articles)
        assert [len(article.earlier) for article in done.articles.values()] == [1, 0]

    def test_keeps_what_it_no_longer_lists(self, site: Site, fetch: Fetch) -> None:
        url = site.put("/feed", feed(entry("red")), "text/xml")
        fetch(url)
        site.put("/feed", feed(entry("blue")), "text/xml")
        assert [article.title for article in fetch(url).articles.values()] == ["Story red", "Story blue"]

    def test_proves_each_entry_by_what_that_tells(self, site: Site, fetch: Fetch) -> None:
        url = site.put("/feed", feed(entry("red", "The red boat sank.")), "text/xml")
        (article,) = fetch(url).articles.values()
        assert json.loads(fetch.kept(article))["paragraphs"] == ["The red boat sank."]

    def test_tells_entries_with_one_guid_apart(self, site: Site, fetch: Fetch) -> None:
        same = [("x", f"https://ledger.example/{n}", f"The harbor told of boat {n}.") for n in (1, 2)]
        assert len(fetch(site.put("/feed", feed(*same), "text/xml")).articles) == 2

    @pytest.mark.parametrize("kind", ["text/html", "text/plain", "application/octet-stream", ""])
    def test_is_one_whatever_its_server_calls_it(self, site: Site, fetch: Fetch, kind: str) -> None:
        assert len(fetch(site.put("/feed", feed(entry("red"), entry("blue")), kind)).articles) == 2

    def test_that_is_read_otherwise_by_new_readers_has_no_new_versions(
        self, site: Site, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = site.put("/feed", feed(entry("red")), "text/xml", headers={"ETag": '"1"'})
        fetch(url)
        monkeypatch.setattr("index.fetching.visiting.VERSION", 10**6)
        assert [article.earlier for article in fetch(url).articles.values()] == [()]

    def test_of_json_lines_holds_what_it_lists_now(self, site: Site, fetch: Fetch) -> None:
        def lines(*names: str) -> str:
            return "".join(json.dumps({"id": name, "paragraphs": [f"Of {name} boats."]}) + "\n" for name in names)

        url = site.put("/news.jsonl", lines("red", "blue"), "application/jsonl")
        assert {(a.id, a.source) for a in fetch(url).articles.values()} == {
            ("red", f"{url}#red"),
            ("blue", f"{url}#blue"),
        }
        site.put("/news.jsonl", lines("blue"), "application/jsonl")
        assert list(fetch(url).articles) == ["blue"]


class TestFollowing:
    @pytest.fixture
    def url(self, site: Site) -> str:
        for name in ("red", "blue"):
            site.put(f"/{name}", page(f"The {name} boat", f"The {name} one is mine"), headers={"ETag": f'"{name}"'})
        return self.serve(site)

    def serve(self, site: Site, red: str = "Of the red boat, more inside.") -> str:
        entries = ("red", site("/red"), red), ("blue", site("/blue"), "Of the blue boat, more inside.")
        return site.put("/feed", feed(*entries), "text/xml")

    def test_takes_the_pages_that_entries_lead_to(self, fetch: Fetch, url: str) -> None:
        articles = fetch(url, follow=True).articles.values()
        assert [article.title for article in articles] == ["The red boat", "The blue boat"]
        assert [article.earlier for article in articles] == [(), ()]
        assert {fetch.kept(article)[:6] for article in articles} == {b"<html>"}

    def test_is_remembered_and_fetches_nothing_anew_where_no_entry_changed(
        self, site: Site, fetch: Fetch, url: str
    ) -> None:
        fetch(url, follow=True)
        site.news()
        assert fetch(url).unchanged == 2
        assert site.news() == [("/feed", 200)]

    def test_asks_for_the_page_of_an_entry_that_changed(self, site: Site, fetch: Fetch, url: str) -> None:
        fetch(url, follow=True)
        site.news()
        self.serve(site, "Of the red boat, much more inside.")
        assert [article.earlier for article in fetch(url).articles.values()] == [(), ()]
        assert site.news() == [("/feed", 200), ("/red", 304)]

    def test_falls_back_on_what_the_entry_tells(self, site: Site, fetch: Fetch, url: str) -> None:
        del site.pages["/red"]
        done = fetch(url, follow=True)
        (line,) = done.errors
        assert line.startswith(f"{site('/red')}: the server answers 404")
        assert [article.title for article in done.articles.values()] == ["Story red", "The blue boat"]
        assert fetch(url).errors == []

    def test_asks_for_no_more_than_so_many_at_once(self, fetch: Fetch, url: str) -> None:
        limits = Limits(pause=0, follow=1)
        assert fetch(url, follow=True, limits=limits).errors == [
            f"{url}: of the pages that it leads to, 1 was left for another time"
        ]
        assert fetch(url, limits=limits).errors == []

    def test_leaves_a_host_that_does_not_answer_alone(self, site: Site, fetch: Fetch) -> None:
        for n in range(4):
            site.pages[f"/{n}"] = lambda _: site.over.wait()
        entries = [(str(n), site(f"/{n}"), f"Of boat {n}, more inside.") for n in range(4)]
        url = site.put("/feed", feed(*entries), "text/xml")
        done = fetch(url, follow=True, limits=Limits(seconds=0.1, pause=0))
        assert len(done.articles) == 4
        assert done.errors == [
            f"{site('/0')}: took longer than 0.1 seconds",
            f"{site('/1')}: took longer than 0.1 seconds",
            f"{url}: of the pages that it leads to, 2 were left for another time",
        ]


class TestWhatGoesWrong:
    """Each costs one line and bounded time and memory, and the article that was fetched before stays."""

    @pytest.fixture
    def broken(self, site: Site, fetch: Fetch) -> Any:
        def after(answer: Any, limits: Limits = LIMITS) -> str:
            url = site.put("/pier", page())
            before = fetch(url)
            site.pages["/pier"] = answer
            done = fetch(url, limits=limits)
            assert (done.articles, done.unchanged) == (before.articles, 1)
            (line,) = done.errors
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
    def test_is_told_in_a_line(self, broken: Any, answer: Page, line: str) -> None:
        assert broken(answer).startswith(line)

    def test_a_server_that_hangs(self, site: Site, broken: Any) -> None:
        line = broken(lambda _: site.over.wait(), Limits(seconds=0.05, pause=0))
        assert line == "took longer than 0.05 seconds"

    def test_a_server_that_sends_forever_a_little_at_a_time(self, site: Site, broken: Any) -> None:
        def drip(handler: Handler) -> None:
            handler.send_response(200)
            handler.end_headers()
            while not site.over.wait(0.01):
                handler.wfile.write(b"x")

        assert broken(drip, Limits(seconds=0.1, pause=0)) == "took longer than 0.1 seconds"

    def test_headers_that_never_end(self, site: Site, broken: Any) -> None:
        def drip(handler: Handler) -> None:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
            while not site.over.wait(0.01):
                handler.wfile.write(b"x")

        assert broken(drip, Limits(seconds=0.1, pause=0)) == "took longer than 0.1 seconds"

    def test_a_page_without_end(self, broken: Any) -> None:
        def pour(handler: Handler) -> None:
            handler.send_response(200)
            handler.end_headers()
            while True:
                handler.wfile.write(b"x" * 65536)

        assert broken(pour, Limits(seconds=5, pause=0, size=1 << 20)) == "is larger than a page or feed may be (1 MB)"

    def test_a_small_page_that_unpacks_to_a_large_one(self, broken: Any) -> None:
        bomb = Page(b"\0" * (4 << 20), zipped=True)
        assert broken(bomb, Limits(seconds=5, pause=0, size=1 << 20)) == "is larger than a page or feed may be (1 MB)"

    def test_a_packed_page_that_is_cut_off(self, broken: Any) -> None:
        half = gzip.compress(page().encode())[:-20]
        assert broken(Page(half, headers={"Content-Encoding": "gzip"})) == "was cut off"

    def test_a_page_that_was_never_fetched_is_no_article(self, site: Site, fetch: Fetch) -> None:
        done = fetch(site("/gone"), site.put("/pier", page()))
        assert list(done.articles) == [site("/pier")]
        assert done.errors == [
            f"{site('/gone')}: the server answers 404; if it is gone for good: onrecord forget {site('/gone')}"
        ]

    def test_a_host_that_does_not_answer_is_not_asked_for_all_its_pages(self, site: Site, fetch: Fetch) -> None:
        asked = []

        def hang(handler: Handler) -> None:
            asked.append(handler.path)
            site.over.wait()

        for n in range(4):
            site.pages[f"/{n}"] = hang
        done = fetch(*(site(f"/{n}") for n in range(4)), limits=Limits(seconds=0.1, pause=0))
        assert asked == ["/0", "/1"]
        assert [line.endswith("failed to answer 2 times in a row") for line in done.errors] == [
            False,
            False,
            True,
            True,
        ]

    def test_a_name_that_no_host_has(self, fetch: Fetch) -> None:
        (line,) = fetch("http://harbor.invalid/pier").errors
        assert line.startswith("http://harbor.invalid/pier: cannot be reached: harbor.invalid is no known host")


class TestRobots:
    def test_are_obeyed(self, site: Site, fetch: Fetch) -> None:
        site.put("/robots.txt", "User-agent: *\nDisallow: /private/\n", "text/plain")
        done = fetch(site.put("/pier", page()), site.put("/private/pier", page("Private")))
        assert done.errors == [f"{site('/private/pier')}: robots.txt asks programs not to fetch this"]
        assert site.news() == [("/pier", 200)]

    def test_are_asked_for_once(self, site: Site, fetch: Fetch) -> None:
        fetch(site.put("/one", page()), site.put("/two", page("Two")))
        assert [path for path, _ in site.asked].count("/robots.txt") == 1

    def test_may_name_this_program(self, site: Site, fetch: Fetch) -> None:
        site.put("/robots.txt", "User-agent: onrecord\nDisallow: /\n\nUser-agent: *\nAllow: /\n", "text/plain")
        assert fetch(site.put("/pier", page())).errors == [
            f"{site('/pier')}: robots.txt asks programs not to fetch this"
        ]
        assert {agent.partition("/")[0] for agent in site.agents} == {"onrecord"}

    def test_that_fail_forbid_everything(self, site: Site, fetch: Fetch) -> None:
        site.put("/robots.txt", "", status=500)
        assert fetch(site.put("/pier", page())).errors == [
            f"{site('/pier')}: its robots.txt cannot be had (answer 500)"
        ]

    def test_are_those_of_the_host_that_a_redirect_leads_to(self, site: Site, fetch: Fetch) -> None:
        with serving() as elsewhere:
            elsewhere.put("/robots.txt", "User-agent: *\nDisallow: /\n", "text/plain")
            elsewhere.put("/pier", page())
            site.put("/old", "", status=302, headers={"Location": elsewhere("/pier")})
            (line,) = fetch(site("/old")).errors
            assert line == f"{site('/old')}: leads to {elsewhere('/pier')}: robots.txt asks programs not to fetch this"
            assert elsewhere.news() == []

    def test_tell_how_long_to_pause(self, site: Site, fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
        slept: list[float] = []
        monkeypatch.setattr("index.fetching.politeness.time.sleep", slept.append)
        site.put("/robots.txt", "User-agent: *\nCrawl-delay: 20\n", "text/plain")
        fetch(site.put("/one", page()), site.put("/two", page("Two")), limits=Limits(longest_pause=10))
        (pause,) = slept
        assert 5 < pause <= 10


class TestPrivateAddresses:
    def test_are_not_asked_unless_that_is_allowed(self, site: Site, fetch: Fetch) -> None:
        url = site.put("/pier", page())
        (line,) = fetch(url, allow_private=None).errors
        assert line.startswith(f"{url}: 127.0.0.1 is at 127.0.0.1, which is no public address (--allow-private fetches")
        assert site.asked == []

    def test_are_asked_again_where_that_was_allowed_for_the_link(self, site: Site, fetch: Fetch) -> None:
        fetch(site.put("/pier", page()))
        assert fetch(site("/pier"), allow_private=None).errors == []

    def test_are_not_asked_behind_a_name_that_stands_for_another_address_the_next_time(
        self, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = []

        def look_up(host: str, port: int, **_: Any) -> list[Any]:
            asked.append(host)
            return [(2, 1, 6, "", ("93.184.215.14" if len(asked) > 1 else "10.0.0.7", port))]

        monkeypatch.setattr("index.fetching.connecting.socket.getaddrinfo", look_up)
        (line,) = fetch("http://harbor.example/pier", allow_private=False).errors
        assert line.startswith("http://harbor.example/pier: harbor.example is at 10.0.0.7, which is no public address")
        assert asked == ["harbor.example"]

    def test_are_not_asked_where_a_redirect_leads(
        self, site: Site, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The first of two hosts counts as public here, the other is what it is."""
        with serving() as elsewhere:
            elsewhere.put("/pier", page())
            target = elsewhere("/pier").replace("127.0.0.1", "127.0.0.2")
            site.put("/old", "", status=302, headers={"Location": target})
            monkeypatch.setattr("index.fetching.connecting.is_public", lambda address: address == "127.0.0.1")
            (line,) = fetch(site("/old"), allow_private=False).errors
            assert line.startswith(f"{site('/old')}: leads to {target}: 127.0.0.2 is at 127.0.0.2, which is no public")
            assert elsewhere.asked == []
