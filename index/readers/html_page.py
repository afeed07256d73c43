"""Saved web pages: the story without what stands around it, and what the page tells of itself."""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from lxml import etree, html
from trafilatura import bare_extraction

from index.core.article import Article
from index.core.errors import ArticleError
from index.readers.extraction.html_text import AROUND, Block, blocks, is_boilerplate
from index.readers.extraction.metadata import (
    Dated,
    Facts,
    article_of,
    byline_of_lines,
    dated,
    day_of_address,
    day_of_lines,
    first_dated,
    parse_day,
    with_first_lines,
    without_by,
    without_title,
)
from index.readers.extraction.original import Original, decode, decoded

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
    return " ".join(unescape(text).split())


_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LATIN_1 = re.compile(r"iso-?8859-1|latin-?1|(?:us-)?ascii", re.IGNORECASE)
_SINGLE_BYTE = re.compile(r"iso-?8859-|latin|(?:us-)?ascii|windows-125|cp125|macintosh", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?][”\"’')]*$")
_BEGINNING = 60
_ALL_LINKS = 0.9


def read_html(original: Original) -> Iterator[Article | ArticleError]:
    """Yield the one article of a web page.

    Raises:
        ArticleError: it is no page, or has no article in it.
    """
    name, data = original.name, original.read()
    tree = _parse(data, original)
    # trafilatura changes the tree it is given.
    facts, titles = read_page_facts(tree, data, original.url), headings(tree)
    lines = _lines(tree)
    if not lines:
        raise ArticleError(f"{name}: holds no article that could be told from the page around it")
    paragraphs = without_title(lines, [*titles, facts.title])
    # The lines, unlike the paragraphs, still have the one that is a date, and the one that names who wrote it.
    told = replace(
        facts,
        dated=facts.dated or dated(day_of_lines(lines), "dateline"),
        byline=facts.byline or byline_of_lines(lines),
    )
    known = with_first_lines(told, paragraphs, name)
    yield article_of(name, paragraphs, known, source=name, sha256=hashlib.sha256(data).hexdigest())


def _parse(data: bytes, original: Original) -> etree._Element:
    """Return the tree of a page, in the encoding that it or its server tells, else the likeliest one."""
    if not data.strip():
        raise ArticleError(f"{original.name}: holds no text")
    text = _text(data, original)
    try:
        # Comments would cut the text of a paragraph in two.
        parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, default_doctype=False)
        tree = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff")), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise ArticleError(f"{original.name}: is not a web page") from None
    return tree


def _text(data: bytes, original: Original) -> str:
    """Return the text of a page: a byte order mark counts most, then what its server tells, then what it tells itself.

    Pages that call themselves Latin-1 and are UTF-8 are common; by chance, text in a single-byte encoding with accents
    in it is hardly ever valid UTF-8.
    """
    told = _CHARSET.search(data[:4096])
    for encoding in (original.charset, told[1].decode("ascii") if told else None):
        if encoding and not data.startswith(_MARKS) and b"\0" not in data[:1000]:
            if _SINGLE_BYTE.match(encoding) and (text := decoded(data, "utf-8")):
                return text
            # What pages call Latin-1 is Windows-1252, as every browser reads it.
            text = decoded(data, "cp1252" if _LATIN_1.fullmatch(encoding) else encoding)
            if text:
                return text
    return decode(data, original.name)


def _lines(tree: etree._Element) -> list[str]:
    """Return the paragraphs of the story, its title and date among them.

    A page too short for trafilatura has those outside its menus and forms.
    """
    main = _main_element(tree)
    own = _story(blocks(main, unseen=AROUND))
    try:
        # Links are kept to tell paragraphs that are nothing but links; comments of readers are no part of the story.
        document = bare_extraction(tree, include_comments=False, include_links=True)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, etree.LxmlError):
        return own
    body = getattr(document, "body", None)
    found = [] if body is None else _story(blocks(body))
    # What trafilatura rescues of a page where it finds no story is the text of all of it in one piece.
    in_one_piece = len(found) == 1 and len(own) > 1
    return own if not found or in_one_piece or (main.tag == "article" and _is_a_part(found, own)) else found


def _is_a_part(found: Sequence[str], whole: Sequence[str]) -> bool:
    """Tell whether a third of the sentences of an article is missing, as where it lies in several containers."""
    begun = {line[:_BEGINNING] for line in found}
    prose = [line for line in whole if len(line) >= _BEGINNING and _SENTENCE_END.search(line)]
    missing = sum(len(line) for line in prose if line[:_BEGINNING] not in begun)
    return missing * 3 > sum(map(len, prose))


def _main_element(tree: etree._Element) -> etree._Element:
    """Return the element that a page marks as its one article or main part, else the page."""
    for name in ("article", "main"):
        marked = list(tree.iter(name))
        if len(marked) == 1:
            return marked[0]
    return tree


def _story(found: Iterable[Block]) -> list[str]:
    """Return the lines of blocks, without those that lead elsewhere and boilerplate."""
    return [line for block in found if not _is_linked(block) for line in block.lines if not is_boilerplate(line)]


def _is_linked(block: Block) -> bool:
    """Tell whether a block leads to other stories: all of it is links, and it is neither a sentence nor part of one."""
    text = " ".join(block.lines)
    is_sentence = not block.in_list and text[-1] != "," and (text[0].islower() or text.rstrip("”’").endswith("."))
    return block.share_linked >= _ALL_LINKS and not is_sentence
