"""PDF files with text in them: columns put in order, lines joined to paragraphs, headers of pages left out."""

from __future__ import annotations

import hashlib
import io
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Protocol, TypeVar

from index.core.article import Article
from index.core.errors import ArticleError
from index.readers.extraction.metadata import Facts, article_of, with_first_lines
from index.readers.extraction.original import Original

if TYPE_CHECKING:
    from pdfminer.layout import LTPage


class Box(Protocol):
    """A block on a page: left, bottom, right and top in points from the lower left corner, as pdfminer names them."""

    x0: float
    y0: float
    x1: float
    y1: float


Any_Box = TypeVar("Any_Box", bound=Box)
_OVERLAP = 1.0  # points by which neighbouring blocks may overlap and still be apart


def reading_order(boxes: Sequence[Any_Box]) -> list[Any_Box]:
    """Return the blocks of a page in reading order, by cutting it where no block lies (the recursive X-Y cut).

    Nagy and Seth, "Hierarchical representation of optically scanned documents", 1984. A page is cut into columns
    where it can be, else below its uppermost block.
    """
    ordered: list[Any_Box] = []
    waiting = [list(boxes)]
    while waiting:
        part = waiting.pop()
        cut = len(part) > 1 and (_cut(part, _across) or _cut(part, _down))
        if cut:
            waiting += [cut[1], cut[0]]
        else:
            ordered += sorted(part, key=lambda box: (-box.y1, box.x0))
    return ordered


def _across(box: Box) -> tuple[float, float]:
    return box.x0, box.x1


def _down(box: Box) -> tuple[float, float]:
    return -box.y1, -box.y0


def _cut(
    boxes: Sequence[Any_Box], extent: Callable[[Box], tuple[float, float]]
) -> tuple[list[Any_Box], list[Any_Box]] | None:
    """Return the blocks before and after the first gap along an axis, or None where there is no gap."""
    along = sorted(boxes, key=extent)
    end = extent(along[0])[1]
    for position, box in enumerate(along[1:], 1):
        start, stop = extent(box)
        if start >= end - _OVERLAP:
            return along[:position], along[position:]
        end = max(end, stop)
    return None


_DIGITS = re.compile(r"\d+")
_FOLIO = re.compile(r"(?:page\s+)?\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?|[-–—]\s*\d{1,4}\s*[-–—]", re.IGNORECASE)
_ENDS = re.compile(r"[.!?:;…][”\"’')\]]*$")
_BROKEN = re.compile(r"(?P<head>\w+)[-\u2010]$")
_WORD = re.compile(r"\w+(?:[-\u2010]\w+)+")
_SOFT = "\u00ad"
_LARGER = 1.2
_SAME = 0.12


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of a page: its text, its box in points from the lower left, the size of its letters.

    `page` and `block` are the numbers of the page, and of the block of lines on it that it belongs to.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    page: int
    block: int


def paragraphs_of_lines(lines: Sequence[PrintedLine]) -> tuple[str | None, list[str]]:
    """Return the title, if large letters on the first page tell one, and the paragraphs of lines in reading order."""
    lines = list(_without_running_lines(lines))
    if not lines:
        return None, []
    body = median(line.size for line in lines for _ in line.text)
    title = _title(lines, body)
    rest = [line for line in lines if line not in title] if len(title) < len(lines) else lines
    compounds = {word.lower() for line in lines for word in _WORD.findall(line.text)}
    paragraphs = [_join([line.text for line in group], compounds) for group in _groups(rest)]
    heading = " ".join(line.text for line in title) if rest is not lines else None
    return heading, list(_continued(paragraphs, compounds))


def _without_running_lines(lines: Sequence[PrintedLine]) -> Iterator[PrintedLine]:
    """Leave out what stands at the edge of page after page, and page numbers."""
    pages: dict[int, list[PrintedLine]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(line)
    edges = {id(edge) for found in pages.values() for edge in _edges(found)}
    repeated = Counter(_DIGITS.sub("#", line.text) for line in lines if id(line) in edges)
    for line in lines:
        often = len(pages) > 1 and repeated[_DIGITS.sub("#", line.text)] >= max(2, len(pages) / 2)
        if id(line) not in edges or not (often or _FOLIO.fullmatch(line.text)):
            yield line


def _edges(lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    """Return the two uppermost and the two lowest lines of a page."""
    down = sorted(lines, key=lambda line: -line.top)
    return [*down[:2], *down[-2:]] if len(down) > 4 else down


def _title(lines: Sequence[PrintedLine], body: float) -> list[PrintedLine]:
    """Return the lines of the largest letters on the first page, if they are larger than the text and few."""
    first = [line for line in lines if line.page == lines[0].page]
    largest = max(line.size for line in first)
    found = [line for line in first if line.size >= largest * (1 - _SAME / 2)]
    return found if largest >= body * _LARGER and sum(len(line.text) for line in found) <= 300 else []


def _groups(lines: Sequence[PrintedLine]) -> Iterator[list[PrintedLine]]:
    """Yield the lines of each paragraph."""
    blocks: dict[tuple[int, int], list[PrintedLine]] = {}
    for line in lines:
        blocks.setdefault((line.page, line.block), []).append(line)
    for block in blocks.values():
        left, right = min(line.left for line in block), max(line.right for line in block)
        pitch = median([above.bottom - below.bottom for above, below in pairwise(block)] or [0.0])
        group = [block[0]]
        for above, line in pairwise(block):
            if _begins(above, line, left, right, pitch):
                yield group
                group = []
            group.append(line)
        yield group


def _begins(above: PrintedLine, line: PrintedLine, left: float, right: float, pitch: float) -> bool:
    """Tell whether a paragraph begins with a line: by space above it, an indent, its letters, or a short line above."""
    spaced = above.bottom - line.bottom > pitch * 1.3 + 1
    indented = line.left > left + 0.8 * line.size and above.left < left + 0.8 * line.size and line.left < right - 60
    other_letters = abs(line.size - above.size) > _SAME * above.size
    stopped = _ENDS.search(above.text) is not None and above.right < right - 0.2 * (right - left)
    return spaced or indented or other_letters or stopped


def _continued(paragraphs: Sequence[str], compounds: set[str]) -> Iterator[str]:
    """Join paragraphs that a column or a page has cut: the first half has no end, the second no capital."""
    held = ""
    for paragraph in paragraphs:
        if held and (paragraph[0].islower() and (not _ENDS.search(held) or _BROKEN.search(held))):
            held = _join([held, paragraph], compounds)
        else:
            if held:
                yield held
            held = paragraph
    if held:
        yield held


def _join(lines: Sequence[str], compounds: set[str]) -> str:
    """Return lines as one text; a word cut by a hyphen is whole again, a compound keeps its hyphen.

    A hyphen at the end of a line belongs to the word if the same compound stands within a line elsewhere, or if what
    follows begins with a capital or a digit.
    """
    text = lines[0]
    for line in lines[1:]:
        broken = _BROKEN.search(text)
        tail = re.match(r"\w+", line)
        if text.endswith(_SOFT):
            text = text.rstrip(_SOFT) + line
        elif broken and tail:
            kept = f"{broken['head']}-{tail.group()}".lower() in compounds or not line[0].islower()
            text = (text if kept else text[:-1]) + line
        else:
            text = f"{text} {line}"
    return text.replace(_SOFT, "")


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
    title, paragraphs = paragraphs_of_lines(_lines(data, name))
    if not paragraphs:
        raise ArticleError(f"{name}: holds no text (pictures of pages are not read)")
    facts = with_first_lines(Facts(title), paragraphs, name)
    yield article_of(name, paragraphs, facts, source=name, sha256=hashlib.sha256(data).hexdigest())


def _lines(data: bytes, name: str) -> list[PrintedLine]:
    """Return the lines of all pages in reading order; of a file that breaks off, those before."""
    # Imported here because they are an extra.
    from pdfminer.high_level import extract_pages  # noqa: PLC0415
    from pdfminer.layout import LAParams  # noqa: PLC0415
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect  # noqa: PLC0415

    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    lines: list[PrintedLine] = []
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


def _page_lines(page: LTPage, number: int) -> Iterator[PrintedLine]:
    """Yield the lines of a page, block by block, columns one after the other."""
    from pdfminer.layout import LTChar, LTTextBox, LTTextLine  # noqa: PLC0415

    for block, box in enumerate(reading_order([item for item in page if isinstance(item, LTTextBox)])):
        for line in box:
            if isinstance(line, LTTextLine) and (text := " ".join(line.get_text().replace("\0", "").split())):
                sizes = sorted(char.size for char in line if isinstance(char, LTChar))
                size = sizes[len(sizes) // 2] if sizes else line.height
                yield PrintedLine(text, line.x0, line.y0, line.x1, line.y1, size, number, block)
