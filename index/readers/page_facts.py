"""What a web page tells of itself: JSON-LD of schema.org first, then the meta elements of OpenGraph and others."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from index.readers.days import Dated, dated, day_of_address, first_dated, parse_day

_LONGEST_DATA = 1_000_000
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
_LETTERS = re.compile(r"\w")
_BY = re.compile(r"^\s*by:?\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page tells of its article; None where it does not."""

    title: str | None = None
    dated: Dated | None = None
    outlet: str | None = None
    byline: str | None = None
    url: str | None = None


def read_page_facts(tree: etree._Element, data: bytes, url: str | None) -> PageFacts:
    """Return what a page tells of its article.

    Args:
        tree: the page.
        data: its bytes, for the note in which a browser says where it saved the page from.
        url: where it was fetched from, or None.
    """
    meta = _meta(tree)
    linked = _article_of(tree)
    address = url or _address(tree, meta, data)
    outlet = _outlet(_named(linked.get("publisher")) or _first(meta, _OUTLETS)) or _host(address)
    byline = _byline(linked, meta)
    return PageFacts(
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


def _article_of(tree: etree._Element) -> dict[str, Any]:
    """Return the first article that the page describes in JSON-LD; an empty one where it describes none."""
    for element in tree.iter("script"):
        if "ld+json" not in (element.get("type") or ""):
            continue
        try:
            record = json.loads((element.text or "")[:_LONGEST_DATA], strict=False)
            found = next((node for node in _nodes(record, 0) if _is_article(node)), None)
        except (ValueError, RecursionError):
            continue
        if found:
            return found
    return {}


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


def _time(element: etree._Element) -> Any:  # noqa: ANN401
    return parse_day(element.get("datetime")) or parse_day("".join(element.itertext()))


def _byline(linked: dict[str, Any], meta: dict[str, str]) -> str | None:
    told = _named(linked.get("author")) or next(
        (value for key in _AUTHORS if (value := meta.get(key)) and "://" not in value), None
    )
    return _BY.sub("", told)[:200] if told else None


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
