"""Feeds as sources: an article for each entry, and the pages that entries lead to."""

from __future__ import annotations

import json

import pytest

from index.sources.urls import Limits
from index.sources.web import Web
from tests.visits import LIMITS, Fetch, entry, feed, page
from tests.web_server import Site


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

    def test_keeps_what_it_no_longer_lists_until_it_is_forgotten(self, site: Site, fetch: Fetch) -> None:
        url = site.put("/feed", feed(entry("red")), "text/xml")
        fetch(url)
        site.put("/feed", feed(entry("blue")), "text/xml")
        assert [article.title for article in fetch(url).articles.values()] == ["Story red", "Story blue"]
        Web(fetch.folder, LIMITS).clean_up([])
        assert [article.title for article in fetch(url).articles.values()] == ["Story blue"]

    def test_that_serves_a_page_instead_keeps_its_articles(self, site: Site, fetch: Fetch) -> None:
        url = site.put("/feed", feed(entry("red")), "text/xml")
        before = fetch(url)
        site.put("/feed", page("Down for maintenance"))
        done = fetch(url)
        assert done.articles == before.articles
        assert done.errors == [f"{url}: was a feed, and is a page now; if it is gone for good: onrecord forget {url}"]

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
        monkeypatch.setattr("index.sources.web.VERSION", 10**6)
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

    def test_takes_addresses_as_feeds_write_them_and_as_no_feed_should(self, site: Site, fetch: Fetch) -> None:
        site.put("/f%C3%A4hre", page("The red boat"))
        links = site("/fähre#top"), "http://ada:secret@ledger.example/x", "http://a:b:c/"
        told = feed(*((str(number), address, "Of a boat.") for number, address in enumerate(links)))
        done = fetch(site.put("/feed", told, "text/xml"), follow=True)
        assert [article.title for article in done.articles.values()] == ["The red boat", "Story 1", "Story 2"]
        assert [line.partition(": ")[2][:12] for line in done.errors] == ["give the add", "is no web ad"]

    def test_falls_back_on_what_the_entry_tells(self, site: Site, fetch: Fetch, url: str) -> None:
        del site.pages["/red"]
        done = fetch(url, follow=True)
        (line,) = done.errors
        assert line.startswith(f"{site('/red')}: the server answers 404")
        assert [article.title for article in done.articles.values()] == ["Story red", "The blue boat"]
        assert fetch(url).errors == []

    def test_leaves_alone_what_leads_nowhere_or_to_no_article(self, site: Site, fetch: Fetch) -> None:
        site.put("/empty.jsonl", "\n", "application/jsonl")
        told = feed(("red", "", "Of the red boat."), ("blue", site("/empty.jsonl"), "Of the blue boat."))
        done = fetch(site.put("/feed", told, "text/xml"), follow=True)
        assert [article.title for article in done.articles.values()] == ["Story red", "Story blue"]
        assert len(done.errors) == 1

    def test_takes_the_day_of_the_entry_where_the_page_tells_none(self, site: Site, fetch: Fetch) -> None:
        bare = "<html><body><article><p>The red boat sank on its way to the far shore.</p></article></body></html>"
        site.put("/red", bare)
        told = feed(("red", site("/red"), "Of the red boat."))
        (article,) = fetch(site.put("/feed", told, "text/xml"), follow=True).articles.values()
        assert (str(article.date), article.date_from) == ("2031-04-02", "feed")

    def test_asks_for_no_more_than_so_many_at_once(self, fetch: Fetch, url: str) -> None:
        limits = Limits(pause=0, follow=1)
        assert fetch(url, follow=True, limits=limits).errors == [
            f"{url}: of the pages that it leads to, 1 was left for another time"
        ]
        assert fetch(url, limits=limits).errors == []

    def test_asks_for_no_more_than_so_many_that_are_not_there(self, site: Site, fetch: Fetch) -> None:
        told = feed(*((str(number), site(f"/{number}"), "Of a boat.") for number in range(3)))
        url = site.put("/feed", told, "text/xml")
        first, second, left = fetch(url, follow=True, limits=Limits(pause=0, follow=2)).errors
        assert [line.partition(": ")[0] for line in (first, second)] == [site("/0"), site("/1")]
        assert left == f"{url}: of the pages that it leads to, 1 was left for another time"

    def test_leaves_a_host_alone_that_is_out_of_service(self, site: Site, fetch: Fetch) -> None:
        for n in range(4):
            site.put(f"/{n}", status=503)
        entries = [(str(n), site(f"/{n}"), f"Of boat {n}, more inside.") for n in range(4)]
        url = site.put("/feed", feed(*entries), "text/xml")
        done = fetch(url, follow=True)
        assert len(done.articles) == 4
        assert done.errors == [
            f"{site('/0')}: the server answers 503 (too many requests, or out of service)",
            f"{site('/1')}: the server answers 503 (too many requests, or out of service)",
            f"{url}: of the pages that it leads to, 2 were left for another time",
        ]
