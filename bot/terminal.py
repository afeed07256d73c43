"""One Answer on a screen: the words that answer stand out, and nothing that an article holds acts on the screen."""

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Protocol, TextIO

from rich.console import Console
from rich.text import Text

from bot.rendering import NEAREST, citation_line, plain_hit, plain_text, printable, printable_parts, speakers_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retrieval.answer import Answer, Hit

HIGHLIGHT = "bold magenta"  # of the eight ANSI colours, magenta keeps its contrast on black and on white
DIM = "dim"
MARGIN = Text(" " * 4)
NARROWEST = 16


class View(Protocol):
    """Where a conversation shows what the articles say."""

    def answer(self, answer: Answer) -> None:
        """Show a whole answer."""

    def more(self, hits: Sequence[Hit], *, first: int) -> None:
        """Show further hits of an answer, numbered from `first`."""

    def context(self, hit: Hit, around: Sequence[Hit]) -> None:
        """Show a hit among its neighbours, each with its paragraph number."""


class TerminalView:
    """Shows answers to a person at a terminal: wrapped at words to its width, in colour unless NO_COLOR is set."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def answer(self, answer: Answer) -> None:
        """Show how the question was understood, the message, the choices, and the passages."""
        answer = printable_parts(answer)
        if answer.standalone.strip() != answer.question.strip():
            self._hang(Text("→ ", DIM), Text(answer.standalone, DIM))
        message = answer.message or ("Who is meant?" if answer.choices else None)
        if message:
            self._hang(Text(), Text(message))
        for choice in answer.choices:
            self._hang(Text("  · "), Text(choice, "bold"))
        if answer.nearest and not answer.hits:
            self._hang(Text(), Text(NEAREST))
        self._console.print()
        self._hits(answer.hits or answer.nearest, 1)

    def more(self, hits: Sequence[Hit], *, first: int) -> None:
        """Show further hits of an answer, numbered from `first`."""
        self._console.print()
        self._hits(printable_parts(tuple(hits)), first)

    def context(self, hit: Hit, around: Sequence[Hit]) -> None:
        """Show a hit among its neighbours, each with its paragraph number, and then where they stand."""
        hit, around = printable_parts(hit), printable_parts(tuple(around))
        self._console.print()
        for other in around:
            here = (other.article, other.paragraph) == (hit.article, hit.paragraph)
            gutter = Text(f"¶{other.citation.paragraph}".ljust(len(MARGIN)), "bold" if here else DIM)
            # Only the hit knows which of its words answered.
            self._hang(gutter, _passage(hit) if here else Text(other.text))
            self._console.print()
        self._hang(MARGIN, _origin(hit))
        self._console.print()

    def _hits(self, hits: Sequence[Hit], first: int) -> None:
        for number, hit in enumerate(hits, first):
            self._hang(Text(f"{number:>2}  ", "bold"), _passage(hit))
            self._hang(MARGIN, _origin(hit))
            if hit.citation.url:
                self._hang(MARGIN, Text(hit.citation.url, DIM))
            for copy in hit.also:
                self._hang(MARGIN, Text(f"also in {citation_line(copy.citation)}", DIM))
            self._console.print()

    def _hang(self, gutter: Text, body: Text) -> None:
        width = max(self._console.width - len(gutter), NARROWEST)
        for line in body.wrap(self._console, width, overflow="fold"):
            line.rstrip()
            # Already wrapped; a second wrapping would pad and crop.
            self._console.print(Text.assemble(gutter, line), soft_wrap=True)
            gutter = Text(" " * len(gutter))


def show_in_terminal(answer: Answer) -> None:
    """Show one answer on stdout as a conversation would."""
    TerminalView(terminal_console()).answer(answer)


def terminal_console() -> Console:
    """Return a console on stdout that shows text as it is."""
    return Console(file=sys.stdout, markup=False, highlight=False, emoji=False)


class PlainView:
    """Writes answers for another program: one line a passage, no escape codes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def answer(self, answer: Answer) -> None:
        """Write an answer the way `onrecord ask` does."""
        self._write(plain_text(printable_parts(answer)))

    def more(self, hits: Sequence[Hit], *, first: int) -> None:
        """Write further hits of an answer, numbered from `first`."""
        self._write("\n\n".join(plain_hit(hit, f"{number}. ") for number, hit in enumerate(hits, first)))

    def context(self, hit: Hit, around: Sequence[Hit]) -> None:
        """Write a hit among its neighbours, each with its paragraph number, and then where they stand."""
        lines = [f"[{neighbour.citation.paragraph}] {printable(neighbour.text)}" for neighbour in around]
        self._write("\n\n".join([*lines, _origin(printable_parts(hit)).plain]))

    def _write(self, text: str) -> None:
        print(text, end="\n\n", file=self._stream, flush=True)


def note(*lines: str) -> None:
    """Write lines about the conversation, not from the articles, to stderr."""
    for line in map(printable, lines):
        sys.stderr.write(f"{_wrapped(line) if sys.stderr.isatty() else line}\n")
    sys.stderr.flush()


def _wrapped(line: str) -> str:
    width = shutil.get_terminal_size().columns
    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)


def _passage(hit: Hit) -> Text:
    text = Text(hit.text)
    for start, end in hit.highlights:
        text.stylize(HIGHLIGHT, start, end)
    return text


def _origin(hit: Hit) -> Text:
    speaker = speakers_line(hit)
    return Text.assemble(f"— {speaker}. " if speaker else "", (citation_line(hit.citation), DIM))
