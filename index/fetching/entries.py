"""What an entry of a feed tells, as bytes that can be kept and proved; and what kind of thing was fetched."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from index.articles import Article
from index.errors import ArticleError
from index.readers import READERS, kind_of_content
from index.readers.wire import from_record, to_record

ENTRY = ".entry"
"""The kind of such bytes, beside the suffixes of `index.readers.READERS`."""

FEEDS = frozenset({".atom", ".rss", ".xml"})
SEVERAL = frozenset({".jsonl", ".mbox"})
"""The kinds, beside feeds, that hold several articles."""

_TOLD = ("title", "paragraphs", "date", "outlet", "place", "url", "byline", "language", "date_from")
_BEGINNING = re.compile(rb"\s*(<\?xml[^>]*>|<!--.*?-->|<!doctype[^>]*>|\s)*<([a-z:]+)", re.IGNORECASE | re.DOTALL)
_ROOTS = {b"rss": ".rss", b"feed": ".atom", b"rdf:rdf": ".xml", b"html": ".html", b"atom:feed": ".atom"}
_VAGUE = frozenset({"", "application/octet-stream", "binary/octet-stream", "text/plain", "text/html", "text/xml",
                    "application/xml"})  # fmt: skip


def kind_of(content_type: str, url: str, data: bytes) -> str:
    """Return the suffix of the reader for what was fetched.

    A Content-Type counts, but servers give those of text, pages and XML to each other: where the bytes begin as a feed
    or a page does, they are that.

    Raises:
        ArticleError: no reader reads it.
    """
    told = content_type.partition(";")[0].strip().lower()
    kind = kind_of_content(told)
    if told in _VAGUE:
        root = _BEGINNING.match(data[:4096].removeprefix(b"\xef\xbb\xbf"))
        suffix = PurePosixPath(urlsplit(url).path).suffix.lower()
        named = suffix if suffix in READERS and kind in (None, ".txt") else None
        kind = (_ROOTS.get(root[2].lower()) if root else None) or named or kind
    if kind is None:
        raise ArticleError(
            f"{url}: is {told or 'of a kind that its server does not tell'}, which is no kind of article"
        )
    return kind


def charset_of(content_type: str) -> str | None:
    """Return the encoding that a Content-Type tells, or None."""
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    return found[1] if found else None


def only(found: Sequence[Article | ArticleError], name: str) -> Article:
    """Return the article of a page.

    Raises:
        ArticleError: there is none.
    """
    article = found[0] if found else ArticleError(f"{name}: holds no article")
    if isinstance(article, ArticleError):
        raise article
    return article


def told_by(article: Article) -> tuple[object, ...]:
    """Return what two versions of an article differ in, where they do."""
    return tuple(getattr(article, name) for name in _TOLD if name != "url")


def to_entry(article: Article) -> bytes:
    """Return what an article tells as JSON."""
    record = {name: value for name, value in to_record(article).items() if name in _TOLD}
    return json.dumps(record, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def from_entry(data: bytes, name: str) -> Article:
    """Return the article that `to_entry` wrote."""
    return from_record(json.loads(data) | {"id": name})


def completed(page: Article, entry: Article) -> Article:
    """Return the article of a page with what only the entry that leads to it tells."""
    if not page.date:
        page = replace(page, date=entry.date, date_from=entry.date_from)
    return replace(
        page, outlet=page.outlet or entry.outlet, byline=page.byline or entry.byline, url=page.url or entry.url
    )
