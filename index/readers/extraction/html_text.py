"""The text of a tree of HTML elements: where paragraphs begin and end, and which lines are no part of the story."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree, html

from index.core.sentences import CAPITALS

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


_LONGEST = 400
# Whole paragraphs of web pages and newsletters, by how they begin; each is a habit of many sites, not of one.
_BEGINNINGS = re.compile(
    r"""
    (?:read|see|watch|view|learn|show|load)\s+(?:more|also|next|now)\b(?!\s+(?:than|of|and)\b)
    | (?:related|more\s+from|most\s+(?:read|popular|viewed)|recommended|trending|also\s+(?:on|read|see)
        |don[’']t\s+miss|you\s+(?:may|might)\s+(?:also\s+)?like|more\s+(?:stories|news|coverage|like\s+this)
        |further\s+reading|in\s+case\s+you\s+missed\s+it)\b[^.!?]{0,40}
        (?::|…|\.\.\.|$|\s(?=(?-i:[A-Z“‘"'])(?!.*[.!?][”’"']?$)))
    | (?:click|tap)\s+(?:here|to|on)\b
    | (?:sign\s+up|subscribe|register)\b.{0,80}
        \b(?:newsletter|e-?mails?|inbox|updates|alerts|today|now|here|free|channel)
    | (?:sign\s+up|subscribe|register|log\s+in|sign\s+in)[.!]?$
    | get\s+(?:(?:the|our|all|your)\s+)?[^.]{0,60}\b(?:newsletter|inbox|in\s+your\s+e-?mail|delivered)
    | (?:enter\s+)?your\s+e-?mail(?:\s+address)?[.:*]*$
    | (?:thank\s+you|thanks)\s+for\s+(?:signing\s+up|subscribing|registering)
    | (?:share|tweet|pin|e-?mail|print|save|comments?|reply|like|report|advertisement|sponsored|loading|close|menu
        |search|home|tags?|topics?|photos?|gallery|video|listen|transcript|skip\s+ad|replay|whatsapp|facebook|twitter|linkedin
        |reddit|pinterest|copy\s+link|order\s+reprints|print\s+article|follow|buy\s+now)[.:!]?$
    | share\s+(?:on|via|it|(?:this|with\s+your)(?:\s+\w+)?[.:!]?$) | tweet\s+this\b
    | (?:like|enjoy)(?:ed)?\s+this\s+(?:story|article|post)\b
    | (?:follow|find|join|like|contact)\s+(?:us|me|him|her|them|@?\w+(?:\s\w+)?)\s+(?:on|via|at)\s+
        (?:twitter|facebook|instagram|linkedin|telegram|youtube|x\b|@)
    | (?:e-?mail|write\s+to|contact|reach)\s+(?-i:[A-Z]\w+\s+){1,3}at\s+\S+@\S+
    | have\s+a\s+tip\?
    | (?:we|this\s+(?:web)?site|our\s+(?:web)?site)\b.{0,40}\buses?\s+cookies
    | by\s+(?:using|continuing|clicking|signing|subscribing)\b.{0,80}\byou\b.{0,40}\b(?:agree|accept|consent)\b
    | (?:accept|manage|reject)\s+(?:all\s+)?(?:cookies|preferences)
    | (?:copyright\s+)?(?:©|\(c\))\s*(?:copyright\s+)?(?:19|20|21)\d\d | copyright\s+(?:19|20|21)\d\d
    | all\s+rights\s+reserved
    | this\s+(?:copy\s+is\s+for\s+your\s+personal|material\s+may\s+not\s+be|article\s+has\s+been\s+sent)
    | (?:an?\s+error\s+(?:has\s+)?occurred|there\s+was\s+an\s+error)
        (?:[.!]?$|.{0,60}\b(?:try\s+again|reload|refresh|submitting|processing|loading|your)\b)
    | \(?\s*(?:image|photo|picture|video|graphic)s?\s*(?:credits?|source|by|courtesy|via)?\s*[:/]
    | (?:getty|reuters|ap|afp|shutterstock|istock)\s+(?:images?|photos?)\b[^.]{0,40}$
    | (?:view|see)\s+(?:this\s+e-?mail|in)\s+(?:in\s+)?(?:your\s+|the\s+)?browser
    | (?:unsubscribe|manage\s+(?:your\s+)?(?:subscription|preferences)|update\s+your\s+preferences)\b
    | you(?:’|'|\sa)re\s+receiving\s+this\s+(?:e-?mail|newsletter|message)
    | https?://\S+$
    """.replace("A-Z", CAPITALS),
    re.IGNORECASE | re.VERBOSE,
)
_NO_WORD = re.compile(r"[\W_]*")


def without_boilerplate(paragraphs: Iterable[str]) -> Iterator[str]:
    """Yield the paragraphs of a page that tell its story."""
    return (text for text in paragraphs if not is_boilerplate(text))


def is_boilerplate(paragraph: str) -> bool:
    """Tell whether a paragraph is a notice, a form, a share button, a credit, or a link to elsewhere.

    Only short paragraphs that begin as such lines do, or hold no word at all, are taken for boilerplate: a sentence
    about cookies within a story stays.
    """
    if _NO_WORD.fullmatch(paragraph):
        return True
    return len(paragraph) <= _LONGEST and _BEGINNINGS.match(paragraph.lstrip("-–—•*|>▶►» \t")) is not None
