"""Word documents: the paragraphs of a .docx, read as XML that can hold no macro and point nowhere."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from index.core.article import Article
from index.core.errors import ArticleError
from index.readers.extraction.metadata import Facts, article_of, with_first_lines
from index.readers.extraction.original import Original

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CORE = "{http://purl.org/dc/elements/1.1/}"
_BODY, _PROPERTIES = "word/document.xml", "docProps/core.xml"
_MOST = 64 * 2**20
_GONE = frozenset(f"{_WORD}{name}" for name in ("del", "moveFrom", "instrText", "delText", "txbxContent"))
# What stands for something that older programs do not know, beside that.
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def read_docx(original: Original) -> Iterator[Article | ArticleError]:
    """Yield the one article of a Word document.

    The day on which the file was made is that of a template as often as not, and is not taken for the article's.

    Raises:
        ArticleError: it is no Word document, or holds no text.
    """
    name, data = original.name, original.read()
    body, properties = _parts(data, name)
    found = [(style, text) for style, text in _paragraphs(body) if text]
    if not found:
        raise ArticleError(f"{name}: holds no text")
    told = _property(properties, "title")
    is_title = len(found) > 1 and (found[0][0] in ("title", "heading1") or found[0][1] == told)
    title = found.pop(0)[1] if is_title else told
    paragraphs = [text for _, text in found]
    facts = with_first_lines(Facts(title, byline=_property(properties, "creator")), paragraphs, name)
    yield article_of(name, paragraphs, facts, source=name, sha256=hashlib.sha256(data).hexdigest())


def _parts(data: bytes, name: str) -> tuple[Element, Element | None]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if _BODY not in archive.namelist():
                raise ArticleError(f"{name}: is no Word document (it has no {_BODY})")
            properties = _xml(archive, _PROPERTIES, name) if _PROPERTIES in archive.namelist() else None
            return _xml(archive, _BODY, name), properties
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        encrypted = "password" in str(error)
        reason = "is protected by a password" if encrypted else "is no Word document, or a broken one"
        raise ArticleError(f"{name}: {reason}") from None


def _xml(archive: zipfile.ZipFile, part: str, name: str) -> Element:
    """Return a part of a document; at most so much of it is unpacked as a story of many pages can need."""
    with archive.open(part) as file:
        data = file.read(_MOST + 1)
    if len(data) > _MOST:
        raise ArticleError(f"{name}: unpacks to more than {_MOST >> 20} MB")
    try:
        root = fromstring(data)
    except DefusedXmlException:
        raise ArticleError(f"{name}: declares XML entities, which are not read") from None
    except ParseError:
        raise ArticleError(f"{name}: is no Word document, or a broken one ({part} is not XML)") from None
    assert isinstance(root, Element)
    return root


def _paragraphs(body: Element) -> Iterator[tuple[str, str]]:
    """Yield style and text of each paragraph, without a recursion that hostile nesting could exhaust."""
    twice = {id(paragraph) for other in body.iter(_FALLBACK) for paragraph in other.iter(f"{_WORD}p")}
    for paragraph in body.iter(f"{_WORD}p"):
        if id(paragraph) in twice:
            continue
        style = paragraph.find(f"{_WORD}pPr/{_WORD}pStyle")
        name = (style.get(f"{_WORD}val") or "") if style is not None else ""
        yield name.lower().replace(" ", ""), " ".join("".join(_runs(paragraph)).split())


def _runs(paragraph: Element) -> Iterator[str]:
    waiting = [paragraph]
    while waiting:
        element = waiting.pop()
        if element.tag == f"{_WORD}t":
            yield element.text or ""
        elif element.tag in (f"{_WORD}tab", f"{_WORD}br", f"{_WORD}cr"):
            yield " "
        elif element.tag == f"{_WORD}noBreakHyphen":
            yield "-"
        if element.tag not in _GONE:
            waiting.extend(reversed(element))


def _property(properties: Element | None, key: str) -> str | None:
    found = properties.find(f"{_CORE}{key}") if properties is not None else None
    text = " ".join((found.text or "").split()) if found is not None else ""
    # What Word and its relatives write when nobody has told them who is writing.
    return None if text.lower() in ("", "python-docx", "user", "author", "admin", "microsoft office user") else text
