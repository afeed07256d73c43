"""Blocks of text in a tree of HTML elements: where paragraphs begin and end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree, html

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer"
    " form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol option p pre section summary table tbody tfoot thead"
    " tr ul"
    # What trafilatura calls its blocks.
    " ab code fw head item list quote row".split()
)
_CELLS = frozenset(("cell", "td", "th"))
_UNSEEN = frozenset(
    "applet audio button canvas embed head iframe input map math nav noscript object option script select style svg"
    " template textarea title video".split()
)
AROUND = _UNSEEN | frozenset("aside fieldset figcaption figure footer form header".split())
"""Elements that stand around a story on a page of which nothing else is known."""
_LINKS = frozenset(("a", "ref"))


@dataclass(slots=True)
class Block:
    """A stretch of text between two block elements; `linked` counts its characters that are links."""

    pieces: list[str] = field(default_factory=list)
    linked: int = 0
    in_list: bool = False

    @property
    def lines(self) -> list[str]:
        """Return its text, one string for each line that the page breaks it into, white space made plain."""
        joined = "".join(self.pieces).split("\n")
        return [line for line in (" ".join(part.split()) for part in joined) if line]

    @property
    def share_linked(self) -> float:
        """Return which share of its text is links."""
        return self.linked / max(1, sum(map(len, self.lines)))


def parse_fragment(markup: str) -> etree._Element | None:
    """Return the tree of a piece of HTML, or None where it holds no element and no text."""
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(f"<html><body>{markup}</body></html>", parser=parser)
    except (etree.ParserError, ValueError):
        return None


def paragraphs_of(markup: str) -> list[str]:
    """Return the paragraphs of a piece of HTML, such as an entry of a feed or a mail."""
    tree = parse_fragment(markup)
    return [] if tree is None else [line for block in blocks(tree, unseen=_UNSEEN) for line in block.lines]


def blocks(tree: etree._Element, unseen: frozenset[str] = frozenset()) -> Iterator[Block]:
    """Yield the blocks of a tree that hold text, in the order of the page.

    Args:
        tree: elements of HTML, or of the body that trafilatura extracts.
        unseen: names of elements to leave out with all they contain.
    """
    return (block for block in _Walk(unseen).walk(tree) if block.lines)


class _Walk:
    """One walk over a tree, without recursion: hostile pages nest deeper than Python's stack."""

    def __init__(self, unseen: frozenset[str]) -> None:
        self._unseen = unseen
        self._block = Block()
        self._links = self._lists = 0

    def walk(self, tree: etree._Element) -> Iterator[Block]:
        skipped: etree._Element | None = None
        for event, element in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
            tag = element.tag if isinstance(element.tag, str) else ""
            if skipped is None and (tag in self._unseen or _is_hidden(element)):
                skipped = element
            if skipped is None:
                yield from self._open(tag, element) if event == "start" else self._close(tag)
            if event != "start":
                if element is skipped:
                    skipped = None
                if skipped is None and element is not tree:
                    self._add(element.tail)
        yield self._block

    def _open(self, tag: str, element: etree._Element) -> Iterator[Block]:
        self._links += tag in _LINKS
        self._lists += tag in ("li", "item")
        if tag in _BLOCKS:
            yield from self._next()
        elif tag in ("br", "lb"):
            self._block.pieces.append("\n")
        self._add(element.text)

    def _close(self, tag: str) -> Iterator[Block]:
        self._links -= tag in _LINKS
        self._lists -= tag in ("li", "item")
        if tag in _BLOCKS:
            yield from self._next()
        elif tag in _CELLS:
            self._block.pieces.append(" ")

    def _next(self) -> Iterator[Block]:
        yield self._block
        self._block = Block(in_list=self._lists > 0)

    def _add(self, text: str | None) -> None:
        if text:
            self._block.pieces.append(text.replace("\n", " "))
            self._block.linked += len(" ".join(text.split())) if self._links else 0


def _is_hidden(element: etree._Element) -> bool:
    style = element.get("style") if isinstance(element.tag, str) else None
    return bool(style) and "display:none" in str(style).replace(" ", "").lower()
