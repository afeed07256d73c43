"""Pages and feeds to serve, and visits to them as the builds of one index make them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.render.messages import error_line
from index.core.article import Article
from index.core.errors import ArticleError
from index.core.files import Stamp
from index.readers.sandbox import ReadingProcess
from index.sources.urls import Limits
from index.sources.web import Web
from tests.web_server import Site, serving

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


def feed(*entries: tuple[str, str, str]) -> str:
    items = "".join(
        f"<item><guid>{guid}</guid><link>{link}</link><title>Story {guid}</title>"
        f"<pubDate>Wed, 02 Apr 2031 09:00:00 +0000</pubDate><description>{text}</description></item>"
        for guid, link, text in entries
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Harbor Ledger</title>{items}</channel></rss>'


def entry(guid: str, text: str = "") -> tuple[str, str, str]:
    text = text or f"The harbor office told of the {guid} boat on Wednesday."
    return guid, f"https://ledger.example/{guid}", text


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
                    done.errors.append(error_line(found))
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


@pytest.fixture(scope="session")
def apart() -> Iterator[ReadingProcess]:
    """A process that reads files and what was fetched."""
    with ReadingProcess() as process:
        yield process


@pytest.fixture
def site() -> Iterator[Site]:
    """A web server on loopback."""
    with serving() as site:
        yield site


@pytest.fixture
def fetch(tmp_path: Path, apart: ReadingProcess) -> Fetch:
    """Visit links, as the builds of one index do."""
    return Fetch(tmp_path / "fetched", apart)
