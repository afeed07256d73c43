"""One Answer as plain text, notes on stderr, and what every front end shares: citation lines, safe characters."""

from __future__ import annotations

import json
import logging
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any, TextIO, TypeVar, cast
from urllib.parse import quote

from bot.render.messages import error_line, long_date, remark_line
from index.core.errors import Note, OnrecordError
from retrieval.core.answer import Answer, Citation, Hit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from retrieval.attribution.listing import Quoted, SpeakerSummary

# C1 controls, line separators, bidirectional overrides, lone surrogates; JSON escapes C0 controls itself.
_ACTING = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def json_text(value: Any, indent: int | None = None) -> str:  # noqa: ANN401  (JSON)
    """Return JSON that a person can read, with what would act on a screen, or cannot be written, as an escape."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _ACTING.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


T = TypeVar("T")

NEAREST = "Nearest:"
_IN_ADDRESSES = "!#$%&'()*+,/:;=?@[]~"  # what may stand in a web address beside letters, digits and "-._"
# C0 and C1 controls (ESC, CSI, BEL, …) and bidirectional overrides act on a screen; lone surrogates, which JSON
# can spell, cannot be written at all.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    r"""Return text that is safe to write to a screen, with every other code point where it was.

    >>> printable("a\tb\x1b[31mc")
    'a b�[31mc'
    """
    return _UNPRINTABLE.sub(lambda found: " " if found.group().isspace() else "\N{REPLACEMENT CHARACTER}", text)


def printable_parts(value: T) -> T:
    """Return an Answer or a Hit, or a tuple of them, with every text in it made printable."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return cast("T", printable(value))
    if isinstance(value, Mapping):
        return cast("T", {name: printable_parts(part) for name, part in value.items()})
    if isinstance(value, tuple):
        return cast("T", tuple(printable_parts(part) for part in value))
    if is_dataclass(value) and not isinstance(value, type):
        parts = {part.name: printable_parts(getattr(value, part.name)) for part in fields(value)}
        return cast("T", replace(value, **parts))
    return value


def citation_line(citation: Citation) -> str:
    """Return where a hit stands, for people: outlet, date, title, paragraph.

    >>> from retrieval.core.answer import Citation
    >>> citation_line(Citation("Pier to close", "Harbor Ledger", "2031-04-02", None, 3, (0, 9), "pier.txt", ""))
    'Harbor Ledger, 2 April 2031, “Pier to close”, paragraph 3'
    """
    return _line(citation, f"“{citation.title}”")


def place_line(citation: Citation) -> str:
    """Return where a hit stands in few words: outlet, date, paragraph.

    >>> from retrieval.core.answer import Citation
    >>> place_line(Citation("Pier to close", "Harbor Ledger", "2031-04-02", None, 3, (0, 9), "pier.txt", ""))
    'Harbor Ledger, 2 April 2031, paragraph 3'
    """
    return _line(citation)


def _line(citation: Citation, *title: str) -> str:
    note = [citation.note] if citation.note else []
    return ", ".join([*origin_parts(citation), *title, f"paragraph {citation.paragraph}", *note])


def same_passage(one: Hit, other: Hit) -> bool:
    """Tell whether two hits are the same passage, whatever of it answered."""
    return (one.article, one.paragraph) == (other.article, other.paragraph)


def origin_parts(citation: Citation) -> list[str]:
    """Return who published an article, or the name of its file, and when it was published."""
    return [citation.outlet or citation.source, *([long_date(citation.date)] if citation.date else [])]


def link_target(url: str | None) -> str | None:
    r"""Return an address that a terminal may open at a click, or None where it is none of the web.

    >>> link_target("https://ledger.example/a b"), link_target("file:///etc/passwd"), link_target("http://x\x1b]8;;")
    ('https://ledger.example/a%20b', None, None)
    """
    # Where there is a replacement character now, something else stood.
    if not url or "\N{REPLACEMENT CHARACTER}" in url or printable(url) != url:
        return None
    if not re.match(r"https?://[!-.0-~]", url, re.IGNORECASE):
        return None
    return quote(url, safe=_IN_ADDRESSES)


def summary_line(answer: Answer) -> str | None:
    """Return the one line that stands above the passages, or None where the passages speak for themselves."""
    if answer.status == "ambiguous":
        return f"{remark_line(answer) or 'Who is meant?'} {' · '.join(answer.choices)}"
    return remark_line(answer)


def speakers_line(hit: Hit) -> str | None:
    """Return who is quoted in the highlighted words of a hit, or None where nobody is."""
    names = dict.fromkeys(
        quotation.speaker
        for quotation in hit.quotations
        if quotation.speaker and any(quotation.start < end and start < quotation.end for start, end in hit.highlights)
    )
    return ", ".join(names) or None


def plain_text(answer: Answer) -> str:
    """Return an answer for a pipe: a numbered list of passages, verbatim but for controls, each with its citation."""
    answer = printable_parts(answer)
    hits = answer.hits or answer.nearest
    heading = None if answer.hits or not answer.nearest else NEAREST
    blocks = [summary_line(answer), heading, *(plain_hit(hit, f"{number}. ") for number, hit in enumerate(hits, 1))]
    return "\n\n".join(block for block in blocks if block)


def plain_hit(hit: Hit, gutter: str = "") -> str:
    """Return a passage for a pipe, behind a gutter such as its number, with its citation below."""
    hit = printable_parts(hit)
    speaker = speakers_line(hit)
    origin = [f"— {speaker}. " if speaker else "", citation_line(hit.citation)]
    lines = [f"{gutter}{hit.text}", f"   {''.join(origin)}"]
    if hit.citation.url:
        lines.append(f"   {hit.citation.url}")
    return "\n".join(lines + [f"   also in {citation_line(copy.citation)}" for copy in hit.also])


def quoted_text(record: Quoted) -> str:
    """Return a quotation with its speaker, and its citation on a line of its own."""
    speaker = record.quotation.speaker or "somebody"
    words = printable(marked(record.text, record.quotation.kind))
    return f"{printable(speaker)} ({record.quotation.kind}): {words}\n   {printable(citation_line(record.citation))}\n"


def marked(words: str, kind: str) -> str:
    """Return the words of a quotation, in quotation marks where they are the speaker's very words."""
    return f"“{words}”" if kind == "direct" else words


def speaker_text(summary: SpeakerSummary) -> str:
    """Return a speaker in one line: how many quotations, who, in how many articles, from when to when."""
    dates = " to ".join(dict.fromkeys(date for date in (summary.first, summary.last) if date))
    articles = f"{summary.articles} article{'s' if summary.articles > 1 else ''}"
    return f"{summary.quotations:>6}  {printable(summary.name)} ({', '.join(filter(None, (articles, dates)))})"


NARROW = 40  # columns that a meaning needs beside its term


def note(*lines: str, indent: int | None = None) -> None:
    """Write lines about the conversation, not from the articles, to stderr; a terminal gets them wrapped.

    Args:
        lines: what to write.
        indent: columns before what is wrapped; as many as the line itself has by default.
    """
    for line in map(printable, lines):
        sys.stderr.write(f"{wrapped(line, indent) if sys.stderr.isatty() else line}\n")
    sys.stderr.flush()


def note_list(pairs: Iterable[tuple[str, str]]) -> None:
    """Write terms with what they mean to stderr; on a narrow terminal, the meaning goes below its term."""
    pairs = list(pairs)
    column = max((len(term) for term, _ in pairs), default=0) + 2
    narrow = sys.stderr.isatty() and shutil.get_terminal_size().columns < column + NARROW
    for term, meaning in pairs:
        if narrow:
            note(term, f"  {meaning}")
        else:
            note(f"{term:<{column}}{meaning}", indent=column)


@contextmanager
def log_held_back() -> Iterator[None]:
    """Keep what the background logs until the end of the block: it must not run through an answer being written."""
    held: list[tuple[logging.Handler, logging.LogRecord]] = []

    def hold(handler: logging.Handler, record: logging.LogRecord) -> bool:
        held.append((handler, record))
        return False

    holding = [(handler, partial(hold, handler)) for handler in logging.getLogger().handlers]
    for handler, filtering in holding:
        handler.addFilter(filtering)
    try:
        yield
    finally:
        for handler, filtering in holding:
            handler.removeFilter(filtering)
        for handler, record in held:
            handler.handle(record)


def word_errors(record: logging.LogRecord) -> bool:
    """Put errors that are logged into words, with what to do about them; a filter for handlers that takes all."""
    record.msg = _worded(record.msg)
    if isinstance(record.args, tuple):
        record.args = tuple(map(_worded, record.args))
    return True


def _worded(value: object) -> Any:  # noqa: ANN401  (what is logged may be anything)
    return error_line(value) if isinstance(value, OnrecordError | Note) else value


class StderrHandler(logging.StreamHandler[TextIO]):
    """Writes to whatever stderr is at the time, which a prompt replaces while it waits."""

    def __init__(self) -> None:
        """Handle every level."""
        logging.Handler.__init__(self)
        self.addFilter(word_errors)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """The stderr of this moment."""
        return sys.stderr


def wrapped(line: str, indent: int | None = None) -> str:
    """Return a line wrapped at words to the width of the terminal.

    Args:
        line: the line.
        indent: columns before what is wrapped; as many as the line itself has by default.
    """
    width = shutil.get_terminal_size().columns
    hanging = " " * (len(line) - len(line.lstrip()) if indent is None else indent)
    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False, subsequent_indent=hanging)


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
        self._write("\n\n".join([*lines, _origin(hit)]))

    def article(self, hit: Hit, passages: Sequence[Hit]) -> None:
        """Write a whole article, each paragraph with its number, the hit behind a ``>``."""
        lines = [
            f"{'> ' if same_passage(one, hit) else ''}[{one.citation.paragraph}] {printable(one.text)}"
            for one in passages
        ]
        self._write("\n\n".join([*_heading(hit), *lines]))

    def quotes(self, quoted: Iterable[Quoted]) -> None:
        """Write quotations the way `onrecord quotes` does."""
        for record in quoted:
            print(quoted_text(record), file=self._stream)

    def speakers(self, summaries: Iterable[SpeakerSummary]) -> None:
        """Write who is quoted the way `onrecord speakers` does."""
        for summary in summaries:
            print(speaker_text(summary), file=self._stream)
        self._stream.flush()

    def _write(self, text: str) -> None:
        print(text, end="\n\n", file=self._stream, flush=True)


class SpokenView:
    """Writes answers for whoever has the screen read out: words instead of signs, and nothing but lines of text."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def answer(self, answer: Answer) -> None:
        """Write how the question was understood, the message, the choices, and the passages."""
        answer = printable_parts(answer)
        if answer.standalone.strip() != answer.question.strip():
            self._write(f"Understood as: {answer.standalone}")
        if message := remark_line(answer):
            self._write(message)
        for number, choice in enumerate(answer.choices, 1):
            self._write(f"Choice {number}: {choice}")
        if answer.nearest and not answer.hits:
            self._write("Passages that come near:")
        self.more(answer.hits or answer.nearest, first=1)

    def more(self, hits: Sequence[Hit], *, first: int) -> None:
        """Write further hits of an answer, numbered from `first`."""
        for number, hit in enumerate(printable_parts(tuple(hits)), first):
            self._write(f"Passage {number}.", hit.text, *_answering(hit), *_told(hit), "")

    def context(self, hit: Hit, around: Sequence[Hit]) -> None:
        """Write a hit among its neighbours, each with its paragraph number, and then where they stand."""
        self._paragraphs(hit, around)
        self._write(*_told(printable_parts(hit)), "")

    def article(self, hit: Hit, passages: Sequence[Hit]) -> None:
        """Write a whole article, each paragraph with its number, and which one is the hit."""
        self._write(*_heading(hit))
        self._paragraphs(hit, passages)

    def quotes(self, quoted: Iterable[Quoted]) -> None:
        """Write quotations, each with who says it and where it stands."""
        for number, one in enumerate(map(printable_parts, quoted), 1):
            speaker = one.quotation.speaker or "somebody"
            self._write(f"Quotation {number}, by {speaker}.", marked(one.text, one.quotation.kind))
            self._write(f"{citation_line(one.citation)}.", "")

    def speakers(self, summaries: Iterable[SpeakerSummary]) -> None:
        """Write who is quoted, a line each."""
        for one in summaries:
            days = " to ".join(dict.fromkeys(long_date(day) for day in (one.first, one.last) if day))
            counts = f"quotations: {one.quotations}, articles: {one.articles}"
            self._write(f"{printable(one.name)}, {counts}{f', {days}' if days else ''}.")

    def _paragraphs(self, hit: Hit, passages: Sequence[Hit]) -> None:
        for one in printable_parts(tuple(passages)):
            here = ", the passage of the answer" if same_passage(one, hit) else ""
            self._write(f"Paragraph {one.citation.paragraph}{here}.", one.text, "")

    def _write(self, *lines: str) -> None:
        for line in lines:
            print(wrapped(line) if self._stream.isatty() else line, file=self._stream)
        self._stream.flush()


def _heading(hit: Hit) -> list[str]:
    citation = printable_parts(hit.citation)
    return [citation.title, ", ".join(origin_parts(citation)), *([citation.url] if citation.url else [])]


def _origin(hit: Hit) -> str:
    hit = printable_parts(hit)
    speaker = speakers_line(hit)
    return f"{f'— {speaker}. ' if speaker else ''}{citation_line(hit.citation)}"


def _answering(hit: Hit) -> list[str]:
    """Return a line with the words that answer, where they are not the whole passage."""
    words = " … ".join(hit.text[start:end] for start, end in hit.highlights)
    return [f"The words that answer: {words}"] if words and words != hit.text else []


def _told(hit: Hit) -> list[str]:
    speaker = speakers_line(hit)
    lines = [f"Said by {speaker}."] if speaker else []
    lines.append(f"{citation_line(hit.citation)}.")
    if hit.citation.url:
        lines.append(f"Link: {hit.citation.url}")
    return lines + [f"Also in {citation_line(copy.citation)}." for copy in hit.also]
