"""PDF files with text in them: lines of columns put in order, words mended, headers of pages left out."""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.articles import Article
from index.errors import ArticleError
from index.readers.facts import Facts, article_of, with_first_lines
from index.readers.originals import Original
from index.readers.pdf_layout import Line, compose
from index.readers.pdf_order import reading_order

if TYPE_CHECKING:
    from pdfminer.layout import LTPage

_MOST_PAGES = 200


def read_pdf(original: Original) -> Iterator[Article | ArticleError]:
    """Yield the one article of a PDF file.

    The day on which the file was made is that of whoever printed it, and is not taken for the article's.

    Raises:
        ArticleError: it is no PDF, is encrypted, or has no text (a scan).
    """
    name, data = original.name, original.read()
    if b"%PDF-" not in data[:1024]:
        raise ArticleError(f"{name}: is no PDF file")
    title, paragraphs = compose(_lines(data, name))
    if not paragraphs:
        raise ArticleError(f"{name}: holds no text (pictures of pages are not read)")
    facts = with_first_lines(Facts(title), paragraphs, name)
    yield article_of(name, paragraphs, facts, source=name, sha256=hashlib.sha256(data).hexdigest())


def _lines(data: bytes, name: str) -> list[Line]:
    """Return the lines of all pages in reading order; of a file that breaks off, those before."""
    # Imported here because they are an extra.
    from pdfminer.high_level import extract_pages  # noqa: PLC0415
    from pdfminer.layout import LAParams  # noqa: PLC0415
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect  # noqa: PLC0415

    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    lines: list[Line] = []
    try:
        pages = extract_pages(io.BytesIO(data), maxpages=_MOST_PAGES, laparams=LAParams(boxes_flow=None))
        for number, page in enumerate(pages):
            lines += _page_lines(page, number)
    except (PDFPasswordIncorrect, PDFEncryptionError):
        raise ArticleError(f"{name}: is encrypted; save it without a password") from None
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  (pdfminer raises whatever a broken file makes it stumble over)
        if not lines:
            raise ArticleError(f"{name}: is a broken PDF file ({type(error).__name__})") from None
    return lines


def _page_lines(page: LTPage, number: int) -> Iterator[Line]:
    """Yield the lines of a page, block by block, columns one after the other."""
    from pdfminer.layout import LTChar, LTTextBox, LTTextLine  # noqa: PLC0415

    for block, box in enumerate(reading_order([item for item in page if isinstance(item, LTTextBox)])):
        for line in box:
            if isinstance(line, LTTextLine) and (text := " ".join(line.get_text().replace("\0", "").split())):
                sizes = sorted(char.size for char in line if isinstance(char, LTChar))
                size = sizes[len(sizes) // 2] if sizes else line.height
                yield Line(text, line.x0, line.y0, line.x1, line.y1, size, number, block)
