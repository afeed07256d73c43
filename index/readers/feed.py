"""Feeds: each entry of RSS or Atom is an article."""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

import feedparser
from defusedxml import DefusedXmlException
from defusedxml.sax import parseString

from index.core.article import Article
from index.core.errors import ArticleError
from index.readers.extraction.html_text import paragraphs_of, without_boilerplate
from index.readers.extraction.metadata import (
    Dated,
    Facts,
    article_of,
    dated,
    day_of_address,
    first_dated,
    parse_day,
    without_title,
)
from index.readers.extraction.original import Original

_MOST_ENTRIES = 10_000

# A plain dict: feedparser's own answers for keys that are not there, with a warning.
Entry = dict[str, Any]


def read_feed(original: Original) -> Iterator[Article | ArticleError]:
    """Yield an article for each entry of a feed, and an error for each that tells nothing.

    The sha256 of such an article is that of what its entry tells, so that a new entry changes none of the others.

    Raises:
        ArticleError: it is no feed, or has no entries.
    """
    name, data = original.name, original.read()
    _refuse_entities(data, name)
    # Given a stream and not a string, feedparser cannot take an address for something to fetch.
    feed = feedparser.parse(io.BytesIO(data), response_headers=_headers(original), resolve_relative_uris=False)
    if not feed.get("version"):
        raise ArticleError(f"{name}: is no RSS or Atom feed")
    if not feed.entries:
        raise ArticleError(f"{name}: holds no articles")
    outlet = _line(feed.feed.get("title"))
    entries = list(map(dict, feed.entries[:_MOST_ENTRIES]))
    ids = _ids_that_stay(entries) if original.url else map(str, range(1, len(entries) + 1))
    for number, (entry, place) in enumerate(zip(entries, ids, strict=True), 1):
        article = _article(entry, f"{name}#{place}", name, outlet)
        yield article or ArticleError(f"{name}, entry {number}: holds no text")


def _ids_that_stay(entries: list[Entry]) -> list[str]:
    """Return what tells the entries of a fetched feed apart, whatever comes above them the next time.

    That is a hash of an entry's guid, else of its link, else of its title; where several have the same, of all three.
    """
    told = [[str(entry.get(part) or "") for part in ("id", "link", "title")] for entry in entries]
    first = [next(filter(None, parts), "") for parts in told]
    shared = {key for key, count in Counter(first).items() if count > 1}
    keys = ["\n".join(parts) if key in shared else key for key, parts in zip(first, told, strict=True)]
    return [hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:12] for key in keys]


def _refuse_entities(data: bytes, name: str) -> None:
    try:
        parseString(data, ContentHandler(), forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except DefusedXmlException:
        raise ArticleError(f"{name}: declares XML entities, which are not read") from None
    except (SAXException, ValueError, LookupError):
        pass  # feeds are often not well-formed; feedparser reads those without any entities but HTML's


def _headers(original: Original) -> dict[str, str]:
    charset = f"; charset={original.charset}" if original.charset else ""
    return {"content-type": f"application/xml{charset}"} | ({"content-location": original.url} if original.url else {})


def _article(entry: Entry, article: str, name: str, outlet: str | None) -> Article | None:
    told_url = _line(entry.get("link"))
    url = told_url if told_url and told_url.startswith(("http://", "https://")) else None
    title, paragraphs = _line(entry.get("title")), _paragraphs(entry)
    paragraphs = without_title(paragraphs or list(filter(None, [title])), [title])
    if not paragraphs:
        return None
    day = _day(entry, url)
    authors = [author.get("name") for author in entry.get("authors", ())] or [entry.get("author")]
    byline = ", ".join(dict.fromkeys(filter(None, map(_line, authors)))) or None
    source = entry.get("source")
    told = [title, paragraphs, url, byline, outlet, day.day.isoformat() if day else None]
    origin = _line(source.get("title")) if isinstance(source, dict) else None
    facts = Facts(title, day, origin or outlet, byline, url=url)
    return article_of(
        article,
        paragraphs,
        facts,
        source=name,
        sha256=hashlib.sha256(json.dumps(told).encode()).hexdigest(),
    )


def _paragraphs(entry: Entry) -> list[str]:
    """Return the paragraphs of an entry's content, or of its summary where that tells more."""
    texts = [part.get("value", "") for part in entry.get("content", ())] + [entry.get("summary", "")]
    found = (list(without_boilerplate(paragraphs_of(text))) for text in texts if isinstance(text, str) and text)
    return max(found, key=lambda paragraphs: sum(map(len, paragraphs)), default=[])


def _day(entry: Entry, url: str | None) -> Dated | None:
    """Return the day as the feed writes it, in its own time zone, which feedparser's parsed times no longer have."""
    told = [entry.get("published"), entry.get("created"), entry.get("updated")]
    found = next((day for text in told if isinstance(text, str) and (day := parse_day(text))), None)
    return first_dated(dated(found, "feed"), dated(day_of_address(url), "url"))


def _line(text: Any) -> str | None:  # noqa: ANN401  (whatever the feed holds)
    """Return a text of a feed, which may be HTML, as one line."""
    if not isinstance(text, str):
        return None
    words = paragraphs_of(text) if "<" in text or "&" in text else [text]
    return " ".join(" ".join(words).split())[:1000] or None
