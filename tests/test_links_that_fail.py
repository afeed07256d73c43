"""Hosts that hang, stream forever, lie, or are none that may be asked: one line, bounded time and memory."""

from __future__ import annotations

import gzip
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpcore
import pytest
import trustme

from index.sources.urls import Limits
from tests.visits import LIMITS, Fetch, page
from tests.web_server import Handler, Page, Site, serving


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

    def test_a_packed_page_that_unpacks_to_nothing_forever(self, broken: Any) -> None:
        nothing = Page(gzip.compress(b"") * 60_000, headers={"Content-Encoding": "gzip"})
        assert (
            broken(nothing, Limits(seconds=5, pause=0, size=1 << 20)) == "is larger than a page or feed may be (1 MB)"
        )

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
        done = fetch(*(site(f"/{n}") for n in range(4)), limits=Limits(seconds=0.5, pause=0))
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


class TestCertificates:
    @pytest.fixture
    def authority(self) -> trustme.CA:
        return trustme.CA()

    @pytest.fixture
    def secure(self, authority: trustme.CA) -> Iterator[Site]:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(tls)
        with serving(tls) as site:
            yield site

    def test_that_is_not_trusted_is_told_with_what_to_do(self, secure: Site, fetch: Fetch) -> None:
        url = secure.put("/pier", page())
        (line,) = fetch(url).errors
        assert line.startswith(f"{url}: its certificate is not trusted (")
        assert line.endswith("); if you trust it, name the file of its CA in SSL_CERT_FILE")
        assert secure.asked == []

    def test_that_a_person_trusts_is_good(
        self, secure: Site, fetch: Fetch, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        url = secure.put("/pier", page())
        assert list(fetch(url).articles) == [url]
        (line,) = fetch(url.replace("127.0.0.1", "localhost")).errors
        assert "localhost" in line.partition(" not trusted ")[2]


class TestAHostOfSeveralAddresses:
    def test_is_reached_though_the_first_is_silent(
        self, site: Site, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = httpcore.SyncBackend.connect_tcp
        asked: list[tuple[str, float]] = []

        def connect(backend: Any, host: str, port: int, timeout: float, *rest: Any) -> Any:
            asked.append((host, timeout))
            if host == "::1":
                raise httpcore.ConnectTimeout
            return real(backend, host, port, timeout, *rest)

        monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
        monkeypatch.setattr("index.sources.http._look_up", lambda *_: ["::1", "127.0.0.1"])
        assert fetch(site.put("/pier", page())).errors == []
        (_, first), (_, second) = asked[:2]
        assert 0 < first <= LIMITS.seconds / 2 < second <= LIMITS.seconds


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

        monkeypatch.setattr("index.sources.http.socket.getaddrinfo", look_up)
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
            monkeypatch.setattr("index.sources.http.is_public", lambda address: address == "127.0.0.1")
            (line,) = fetch(site("/old"), allow_private=False).errors
            assert line.startswith(f"{site('/old')}: leads to {target}: 127.0.0.2 is at 127.0.0.2, which is no public")
            assert elsewhere.asked == []
