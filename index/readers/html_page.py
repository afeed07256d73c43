"""Saved web pages: the story without what stands around it, by trafilatura."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from lxml import etree, html
from trafilatura import bare_extraction

from index.articles import Article
from index.errors import ArticleError
from index.readers.boilerplate import is_boilerplate
from index.readers.days import dated, day_of_lines, day_of_name, first_dated
from index.readers.decoding import decode
from index.readers.html_text import AROUND, Block, blocks
from index.readers.originals import Original
from index.readers.page_facts import PageFacts, headings, read_page_facts
from index.readers.plain_text import read_dateline
from index.readers.titles import title_from, without_title

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
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
    day = facts.dated or dated(day_of_lines(lines), "dateline")
    yield _article(original, hashlib.sha256(data).hexdigest(), replace(facts, dated=day), paragraphs)


def _article(original: Original, sha256: str, facts: PageFacts, paragraphs: list[str]) -> Article:
    name, dateline = original.name, read_dateline(paragraphs[0])
    day = first_dated(
        facts.dated,
        dated(dateline.date, "dateline"),
        dated(day_of_name(name), "file name"),
    )
    return Article(
        id=name,
        title=facts.title or title_from(paragraphs[0][dateline.length :]),
        paragraphs=tuple(paragraphs),
        date=day.day if day else None,
        date_from=day.origin if day else None,
        outlet=facts.outlet or dateline.outlet,
        byline=facts.byline,
        place=dateline.place,
        url=facts.url,
        source=name,
        sha256=sha256,
    )


def _parse(data: bytes, original: Original) -> etree._Element:
    """Return the tree of a page, in the encoding that it or its server tells, else the likeliest one."""
    if not data.strip():
        raise ArticleError(f"{original.name}: holds no text")
    told = _CHARSET.search(data[:4096])
    encoding = original.charset or (told[1].decode("ascii") if told else None)
    text = _decoded(data, encoding) or decode(data, original.name)
    try:
        # Comments would cut the text of a paragraph in two.
        parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, default_doctype=False)
        tree = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff")), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise ArticleError(f"{original.name}: is not a web page") from None
    return tree


def _decoded(data: bytes, encoding: str | None) -> str | None:
    if not encoding or b"\0" in data[:1000]:
        return None
    try:
        # What pages call Latin-1 is Windows-1252, as every browser reads it.
        return data.decode("cp1252" if encoding.lower() in ("iso-8859-1", "latin1", "ascii", "us-ascii") else encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _lines(tree: etree._Element) -> list[str]:
    """Return the paragraphs of the story, its title and date among them.

    A page too short for trafilatura has those outside its menus and forms.
    """
    own = _story(blocks(_main_element(tree), unseen=AROUND))
    try:
        # Links are kept to tell paragraphs that are nothing but links; comments of readers are no part of the story.
        document = bare_extraction(tree, include_comments=False, include_links=True)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, etree.LxmlError):
        return own
    body = getattr(document, "body", None)
    found = [] if body is None else _story(blocks(body))
    # What trafilatura rescues of a page where it finds no story is the text of all of it in one piece.
    return own if not found or (len(found) == 1 and len(own) > 1) else found


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
    is_sentence = not block.in_list and (text[0].islower() or text.rstrip("”’").endswith("."))
    return block.share_linked >= _ALL_LINKS and not is_sentence
