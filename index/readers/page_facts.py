"""What a web page tells of itself: JSON-LD of schema.org first, then the meta elements of OpenGraph and others."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from index.readers.bylines import without_by
from index.readers.days import Dated, dated, day_of_address, first_dated, parse_day
from index.readers.facts import Facts

_LONGEST_DATA = 1_000_000
_LONGEST_NAME = 60
_MOST_NAMES = 50
_DATES = (
    "article:published_time", "og:published_time", "datepublished", "parsely-pub-date", "sailthru.date", "pubdate",
    "publishdate", "publish_date", "publish-date", "published_time", "publication_date", "article.published",
    "originalpublicationdate", "dc.date.issued", "dcterms.issued", "dc.date", "dc.date.created", "dcterms.created",
    "dcterms.date", "cxenseparse:recs:publishtime", "bt:pubdate", "date",
)  # fmt: skip
_AUTHORS = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "byl", "article.author")
_OUTLETS = ("og:site_name", "application-name", "dc.publisher", "cre")
_TITLES = ("og:title", "twitter:title", "dc.title", "parsely-title", "headline")
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d+\)(https?://\S+)", re.IGNORECASE)
_SIGNED = re.compile(r"(?P<title>.+\S)\s+[|–—:·-]\s+(?P<outlet>.+?)")
# What old pages put around a script, lest browsers that know none show it.
_WRAPPED = re.compile(r"^\s*(?:(?://|/\*)?\s*<!\[CDATA\[\s*(?:\*/)?|<!--)|(?:(?://|/\*)?\s*\]\]>\s*(?:\*/)?|-->)\s*$")
_LETTERS = re.compile(r"\w")


def read_page_facts(tree: etree._Element, data: bytes, url: str | None) -> Facts:
    """Return what a page tells of its article.

    Args:
        tree: the page.
        data: its bytes, for the note in which a browser says where it saved the page from.
        url: where it was fetched from, or None.
    """
    meta = _meta(tree)
    address = url or _address(tree, meta, data)
    linked = _article_of(tree, address)
    outlet = _outlet(_named(linked.get("publisher")) or _first(meta, _OUTLETS)) or _host(address)
    byline = _byline(tree, linked, meta)
    return Facts(
        title=_title(tree, linked, meta, outlet),
        dated=_dated(tree, linked, meta, address),
        outlet=outlet,
        byline=byline if byline and byline.casefold() != (outlet or "").casefold() else None,
        url=address,
    )


def headings(tree: etree._Element) -> list[str]:
    """Return the texts of the main headings of a page, and its title."""
    return [_tidy("".join(element.itertext())) for element in tree.iter("h1", "title")]


def _meta(tree: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        key = element.get("property") or element.get("name") or element.get("itemprop")
        content = _tidy(element.get("content") or "")
        if key and content:
            found.setdefault(str(key).lower(), content)
    return found


def _article_of(tree: etree._Element, url: str | None) -> dict[str, Any]:
    """Return the article that the page describes in JSON-LD; an empty one where it describes none.

    Where it describes several, that is the one with the address of the page, else the one that is headed as the page
    is, else the first. What it names by "@id" alone is looked up.
    """
    nodes = list(_linked_data(tree))
    articles = [node for node in nodes if _is_article(node)]
    if not articles:
        return {}
    titles = set(map(_key, headings(tree)))
    found = next(
        (node for node in articles if url and _place(url) in map(_place, _addresses(node))),
        next((node for node in articles if _key(str(node.get("headline"))) in titles), articles[0]),
    )
    known = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    return found | {part: _looked_up(found.get(part), known) for part in ("author", "publisher")}


def _linked_data(tree: etree._Element) -> Iterator[dict[str, Any]]:
    for element in tree.iter("script"):
        if "ld+json" in (element.get("type") or "").lower():
            with suppress(ValueError, RecursionError):
                record = json.loads(_WRAPPED.sub("", (element.text or "")[:_LONGEST_DATA]), strict=False)
                yield from list(_nodes(record, 0))


def _looked_up(value: Any, known: dict[str, dict[str, Any]]) -> Any:  # noqa: ANN401  (JSON)
    if isinstance(value, list):
        return [_looked_up(item, known) for item in value[:_MOST_NAMES]]
    if isinstance(value, dict) and "name" not in value:
        return known.get(str(value.get("@id")), value)
    return value


def _addresses(node: dict[str, Any]) -> Iterator[str]:
    for value in (node.get("url"), node.get("@id"), node.get("mainEntityOfPage")):
        told = value.get("@id") if isinstance(value, dict) else value
        if isinstance(told, str):
            yield told


def _place(url: str) -> str:
    """Return what tells an address from others of its site, however it is written."""
    return re.sub(r"^https?://(?:www\.)?|[?#].*$|/$", "", url)


def _nodes(value: Any, depth: int) -> Iterator[dict[str, Any]]:  # noqa: ANN401  (JSON)
    if isinstance(value, dict):
        yield value
        value = [value.get("@graph"), value.get("mainEntity"), value.get("mainEntityOfPage")]
    if isinstance(value, list) and depth < 4:
        for item in value:
            yield from _nodes(item, depth + 1)


def _is_article(node: dict[str, Any]) -> bool:
    kinds = node.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(name, str) and re.search(r"Article|Posting|Report|Story", name) for name in names)


def _named(value: Any) -> str | None:  # noqa: ANN401  (JSON)
    """Return the name of a person or organisation, or the names of several."""
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, list):
        names = dict.fromkeys(filter(None, map(_named, value)))
        return ", ".join(names) or None
    return _tidy(value) or None if isinstance(value, str) and "://" not in value else None


def _title(tree: etree._Element, linked: dict[str, Any], meta: dict[str, str], outlet: str | None) -> str | None:
    told = _named(linked.get("headline")) or _first(meta, _TITLES)
    found = told or next(filter(None, headings(tree)), None)
    signed = _SIGNED.fullmatch(found or "")
    return signed["title"] if signed and _key(signed["outlet"]) == _key(outlet or "") else found


def _dated(tree: etree._Element, linked: dict[str, Any], meta: dict[str, str], url: str | None) -> Dated | None:
    told = linked.get("datePublished") or linked.get("dateCreated")
    return first_dated(
        dated(parse_day(told if isinstance(told, str) else None), "metadata"),
        *(dated(parse_day(meta.get(key)), "metadata") for key in _DATES),
        *(dated(parse_day(element.get("datetime")), "metadata") for element in _marked_times(tree)),
        dated(day_of_address(url), "url"),
        *(dated(_time(element), "page") for element in _times(tree)),
    )


def _marked_times(tree: etree._Element) -> Iterator[etree._Element]:
    return (e for e in tree.iter("time") if e.get("pubdate") is not None or e.get("itemprop") == "datePublished")


def _times(tree: etree._Element) -> list[etree._Element]:
    """Return the first time that a page shows in its article; where it has several articles, the page tells none."""
    articles = list(tree.iter("article"))
    places = articles if len(articles) == 1 else list(tree.iter("main")) if not articles else []
    return [time for place in places for time in place.iter("time")][:1]


def _time(element: etree._Element) -> date | None:
    return parse_day(element.get("datetime")) or parse_day("".join(element.itertext()))


def _byline(tree: etree._Element, linked: dict[str, Any], meta: dict[str, str]) -> str | None:
    told = (
        _named(linked.get("author"))
        or next((value for key in _AUTHORS if (value := meta.get(key)) and "://" not in value), None)
        or _marked_author(tree)
    )
    return without_by(told)[:200] if told else None


def _marked_author(tree: etree._Element) -> str | None:
    """Return the names that the one article of a page marks as those of its authors."""
    articles = list(tree.iter("article"))
    place = articles[0] if len(articles) == 1 else None if articles else tree
    marked = [] if place is None else [e for e in place.iter("a", "span", "p", "div", "address") if _marks_author(e)]
    names = [_tidy("".join(element.itertext())) for element in marked]
    return ", ".join(dict.fromkeys(name for name in names if 0 < len(name) <= _LONGEST_NAME)) or None


def _marks_author(element: etree._Element) -> bool:
    return "author" in (element.get("rel") or "").lower().split() or element.get("itemprop") == "author"


def _address(tree: etree._Element, meta: dict[str, str], data: bytes) -> str | None:
    canonical = [e.get("href") for e in tree.iter("link") if "canonical" in (e.get("rel") or "").lower().split()]
    saved = _SAVED_FROM.search(data[:4000])
    given = [*canonical, meta.get("og:url"), saved[1].decode("ascii", "ignore") if saved else None]
    return next((str(address) for address in given if _host(address)), None)


def _host(url: str | None) -> str | None:
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    host = parts.hostname if parts.scheme in ("http", "https") else None
    return host.removeprefix("www.") if host and "." in host else None


def _outlet(told: str | None) -> str | None:
    """Return the name of an outlet without what some sites add to it for search engines."""
    return (told or "").lstrip("@").partition(" | ")[0].strip() or None


def _key(text: str) -> str:
    return "".join(_LETTERS.findall(text.casefold()))


def _first(meta: dict[str, str], keys: tuple[str, ...]) -> str | None:
    return next((meta[key] for key in keys if key in meta), None)


def _tidy(text: str) -> str:
    """Return text on one line, with escapes undone that some sites write twice."""
    return " ".join(html.unescape(text).split())
