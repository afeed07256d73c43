"""Pages as sources: served on loopback, fetched, refreshed, kept, and proved."""

from __future__ import annotations

import pytest

from index.core.errors import ArticleError
from index.sources.urls import Limits
from index.sources.web import Web
from tests.visits import CALM, LIMITS, Fetch, page
from tests.web_server import Handler, Page, Site


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

    @pytest.mark.parametrize("etag", ['"1"', '"fähre"'])
    def test_with_an_etag_is_not_sent_again(self, site: Site, fetch: Fetch, etag: str) -> None:
        url = site.put("/pier", page(), headers={"ETag": etag})
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

    @pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
    def test_is_found_by_a_redirect_that_has_letters_beyond_ascii(
        self, site: Site, fetch: Fetch, encoding: str
    ) -> None:
        site.put("/f%C3%A4hre", page())
        told = {"Location": "/fähre".encode(encoding).decode("latin-1")}  # as the server of the tests sends it
        (article,) = fetch(site.put("/old", status=301, headers=told)).articles.values()
        assert article.url == site("/f%C3%A4hre")

    def test_that_was_changed_where_it_is_kept_is_mended_when_it_is_sent_again(self, site: Site, fetch: Fetch) -> None:
        url = site.put("/pier", page())
        (article,) = fetch(url).articles.values()
        (fetch.folder / "pages" / article.sha256).write_bytes(page().replace("Monday", "Sunday").encode())
        (article,) = fetch(url).articles.values()
        assert fetch.kept(article) == page().encode()

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
