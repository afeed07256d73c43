"""Saved web pages: the story without what stands around it, by trafilatura."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from lxml import etree, html
from trafilatura import bare_extraction

from index.articles import Article
from index.errors import ArticleError
from index.readers.boilerplate import is_boilerplate
from index.readers.bylines import byline_of_lines
from index.readers.days import dated, day_of_lines
from index.readers.decoding import decode, decoded
from index.readers.facts import article_of, with_first_lines
from index.readers.html_text import AROUND, Block, blocks
from index.readers.originals import Original
from index.readers.page_facts import headings, read_page_facts
from index.readers.titles import without_title

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
