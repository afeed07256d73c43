"""One Answer on a screen, in a pager where it is long: nothing that an article holds acts on the screen."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from itertools import groupby
from typing import IO, TYPE_CHECKING, Protocol

from rich.console import Console
from rich.style import Style
from rich.text import Text

from bot.render.messages import remark_line
from bot.render.text import (
    NEAREST,
    citation_line,
    link_target,
    marked,
    note,
    origin_parts,
    printable_parts,
    same_passage,
    speaker_text,
    speakers_line,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import FrameType

    from retrieval.attribution.listing import Quoted, SpeakerSummary
    from retrieval.core.answer import Answer, Citation, Hit


_KNOW_LINES = {"less", "more", "most"}
"""The pagers that ``+N`` makes begin at line N."""


def page(chunks: Iterable[str], stream: IO[str], *, at: int | None = None) -> None:
    """Show text on a terminal: at once where it fits, else in $PAGER (else less, else more), which is waited for.

    Where PAGER is empty or `cat`, or cannot be started, everything is written at once.

    Args:
        chunks: pieces of the text; no more are taken than the pager reads.
        stream: the terminal.
        at: position, from 0, of the chunk to begin near in a pager, which needs all of them at once.
    """
    height = shutil.get_terminal_size().lines - 1
    if at is not None:
        chunks = list(chunks)
        lines = [chunk.count("\n") for chunk in chunks]
        # A little of what stands before, and no empty screen after the end.
        pager = _pager(min(sum(lines[:at]) + 1 - height // 4, sum(lines) + 1 - height))
    else:
        pager = _pager(1)
    held: list[str] = []
    rest = iter(chunks)
    for chunk in rest:
        held.append(chunk)
        if pager is None or sum(piece.count("\n") for piece in held) > height:
            break
    else:
        pager = None
    if pager is None or not _feed(pager, held, rest):
        stream.writelines(held)
        stream.writelines(rest)
    stream.flush()


def _pager(line: int) -> list[str] | None:
    named = os.environ.get("PAGER")
    if named is None:
        named = next((name for name in ("less", "more") if shutil.which(name)), "")
    try:
        command = shlex.split(named)
    except ValueError as error:
        note(f"PAGER is not a command: {error}.")
        return None
    if not command or command == ["cat"] or os.environ.get("TERM") == "dumb":
        return None
    known = os.path.basename(command[0]) in _KNOW_LINES  # noqa: PTH119  (a command, not a path)
    return [*command, f"+{line}"] if known and line > 1 else command


def _feed(command: list[str], held: Iterable[str], rest: Iterable[str]) -> bool:
    """Show text in a pager; tell whether it could be started."""
    # As git does: leave at once what fits, pass colours on, keep the last page on the screen.
    environment = {"LESS": "FRX"} | os.environ
    try:
        pager = subprocess.Popen(command, stdin=subprocess.PIPE, encoding="utf-8", errors="replace", env=environment)  # noqa: S603  (the person's own pager)
    except OSError as error:
        note(f"The pager {command[0]} cannot be started ({error.strerror}); set PAGER to another.")
        return False
    assert pager.stdin is not None
    with _interrupts_left_to_the_pager():
        # Who has read enough leaves; what was still to be written is not wanted.
        with suppress(BrokenPipeError):
            pager.stdin.writelines(held)
            pager.stdin.writelines(rest)
        with suppress(BrokenPipeError):
            pager.stdin.close()
        pager.wait()
    return True


@contextmanager
def _interrupts_left_to_the_pager() -> Iterator[None]:
    """Let Ctrl-C, which reaches the pager too, mean there what it means there."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave_it(number: int, frame: FrameType | None) -> None:
        del number, frame

    before = signal.signal(signal.SIGINT, leave_it)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


HIGHLIGHT = "bold magenta"  # of the eight ANSI colours, magenta keeps its contrast on black and on white
DIM = "dim"
MARGIN = Text(" " * 4)
NARROWEST = 16
LINKLESS = ("dumb", "linux")  # terminals that show the code of a link, or nothing


class View(Protocol):
    """Where a conversation shows what the articles say."""

    def answer(self, answer: Answer) -> None:
        """Show a whole answer."""

    def more(self, hits: Sequence[Hit], *, first: int) -> None:
        """Show further hits of an answer, numbered from `first`."""

    def context(self, hit: Hit, around: Sequence[Hit]) -> None:
        """Show a hit among its neighbours, each with its paragraph number."""

    def article(self, hit: Hit, passages: Sequence[Hit]) -> None:
        """Show a whole article, with a hit marked in it."""

    def quotes(self, quoted: Iterable[Quoted]) -> None:
        """Show quotations, each with its citation."""

    def speakers(self, summaries: Iterable[SpeakerSummary]) -> None:
        """Show who is quoted."""


class TerminalView:
    """Shows answers to a person at a terminal: wrapped at words to its width, in colour unless NO_COLOR is set.

    What may be longer than the screen goes through the person's pager.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    def answer(self, answer: Answer) -> None:
        """Show how the question was understood, the message, the choices, and the passages."""
        answer = printable_parts(answer)
        if answer.standalone.strip() != answer.question.strip():
            self._hang(Text("→ ", DIM), Text(answer.standalone, DIM))
        message = remark_line(answer) or ("Who is meant?" if answer.choices else None)
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
            here = same_passage(other, hit)
            gutter = Text(f"¶{other.citation.paragraph}".ljust(len(MARGIN)), "bold" if here else DIM)
            # Only the hit knows which of its words answered.
            self._hang(gutter, _passage(hit) if here else Text(other.text))
            self._console.print()
        self._hang(MARGIN, _origin(hit))
        self._console.print()

    def article(self, hit: Hit, passages: Sequence[Hit]) -> None:
        """Show a whole article, with a hit marked in it; a pager begins there."""
        hit, passages = printable_parts(hit), printable_parts(tuple(passages))
        chunks = [self._rendered(self._heading, hit.citation)]
        at = 0
        for passage in passages:
            if here := same_passage(passage, hit):
                at = len(chunks)
            chunks.append(self._rendered(self._paragraph, hit if here else passage, here=here))
        page(chunks, self._console.file, at=at)

    def quotes(self, quoted: Iterable[Quoted]) -> None:
        """Show quotations, the pieces of one together, each with its citation."""
        pieces = groupby(quoted, lambda one: (one.article, one.paragraph, one.quotation.quotation))
        chunks = (self._rendered(self._quotation, n, list(said)) for n, (_, said) in enumerate(pieces, 1))
        page(chunks, self._console.file)

    def speakers(self, summaries: Iterable[SpeakerSummary]) -> None:
        """Show who is quoted, how often and when."""
        page((self._rendered(self._speaker, summary) for summary in summaries), self._console.file)

    def _heading(self, citation: Citation) -> None:
        self._console.print()
        self._hang(Text(), Text(citation.title, "bold"))
        self._hang(Text(), Text(", ".join(origin_parts(citation)), DIM))
        if citation.url:
            self._hang(Text(), Text(citation.url, DIM))
        self._console.print()

    def _paragraph(self, hit: Hit, *, here: bool) -> None:
        gutter = Text(f"{'>' if here else ' '}{hit.citation.paragraph:>3} ", "bold" if here else DIM)
        self._hang(gutter, _passage(hit) if here else Text(hit.text))
        self._console.print()

    def _quotation(self, number: int, pieces: Sequence[Quoted]) -> None:
        first, *_ = pieces = printable_parts(tuple(pieces))
        words = " … ".join(marked(piece.text, piece.quotation.kind) for piece in pieces)
        self._hang(Text(f"{number:>2}  ", "bold"), Text(words))
        speaker = first.quotation.speaker
        origin = Text.assemble(f"— {speaker}. " if speaker else "", (citation_line(first.citation), DIM))
        self._hang(MARGIN, origin)
        self._console.print()

    def _speaker(self, summary: SpeakerSummary) -> None:
        count, _, rest = speaker_text(summary).strip().partition("  ")
        self._hang(Text(f"{count:>6}  "), Text(rest))

    def _rendered(self, show: Callable[..., None], *arguments: object, **options: object) -> str:
        """Return what would be shown."""
        with self._console.capture() as captured:
            show(*arguments, **options)
        return captured.get()

    def _hits(self, hits: Sequence[Hit], first: int) -> None:
        for number, hit in enumerate(hits, first):
            self._hang(Text(f"{number:>2}  ", "bold"), _passage(hit))
            self._hang(MARGIN, _origin(hit))
            if hit.citation.url:
                self._hang(MARGIN, Text(hit.citation.url, Style(dim=True, link=self._link(hit.citation.url))))
            for copy in hit.also:
                self._hang(MARGIN, Text(f"also in {citation_line(copy.citation)}", DIM))
            self._console.print()

    def _link(self, url: str) -> str | None:
        clickable = self._console.is_terminal and os.environ.get("TERM") not in LINKLESS
        return link_target(url) if clickable else None

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


def _passage(hit: Hit) -> Text:
    text = Text(hit.text)
    for start, end in hit.highlights:
        text.stylize(HIGHLIGHT, start, end)
    return text


def _origin(hit: Hit) -> Text:
    speaker = speakers_line(hit)
    return Text.assemble(f"— {speaker}. " if speaker else "", (citation_line(hit.citation), DIM))
