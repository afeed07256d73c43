"""A web server on loopback whose answers a test writes, and which notes what it was asked."""

from __future__ import annotations

import gzip
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Handler = BaseHTTPRequestHandler


@dataclass
class Page:
    """What is served: with an ETag, where it has one, so that who knows it is told that nothing changed."""

    body: str | bytes = ""
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    zipped: bool = False

    def answer(self, handler: Handler) -> None:
        etag = self.headers.get("ETag")
        unchanged = etag and handler.headers.get("If-None-Match") == etag
        body = self.body.encode() if isinstance(self.body, str) else self.body
        body = b"" if unchanged else gzip.compress(body) if self.zipped else body
        handler.send_response(304 if unchanged else self.status)
        told = {"Content-Type": self.content_type, "Content-Length": str(len(body)), **self.headers}
        if self.zipped:
            told["Content-Encoding"] = "gzip"
        for name, value in told.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)


class Site:
    """Pages by their paths, and the requests so far as (path, status)."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.pages: dict[str, Page | Callable[[Handler], None]] = {}
        self.asked: list[tuple[str, int]] = []
        self.agents: set[str] = set()
        self.over = threading.Event()
        """Set when the test is over: what hangs waits for this."""

    def __call__(self, path: str) -> str:
        return self.address + path

    def put(
        self, path: str, body: str | bytes = "", content_type: str = "text/html; charset=utf-8", **rest: Any
    ) -> str:
        """Serve a page; return its address."""
        self.pages[path] = Page(body, content_type, **rest)
        return self(path)

    def news(self) -> list[tuple[str, int]]:
        """Return what was asked since this was called last, but for robots.txt."""
        asked, self.asked = self.asked, []
        return [(path, status) for path, status in asked if path != "/robots.txt"]


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """Serve on loopback, by https where there is a certificate to do so with."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.agents.add(self.headers.get("User-Agent", ""))
            page = site.pages.get(self.path, Page("Not here.", status=404))
            try:
                page.answer(self) if isinstance(page, Page) else page(self)
            except OSError:  # who asked has gone, as it should where an answer never ends
                self.close_connection = True

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002
            site.asked.append((self.path, int(code)))

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            """Say nothing of clients that go away, as they do where they trust no certificate."""

    server = Server(("127.0.0.1", 0), Answering)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    site = Site(f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        site.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
