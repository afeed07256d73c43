"""Answers as bare lines of text: for another program, and for people who listen to their screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from bot.notes import wrapped
from bot.rendering import (
    citation_line,
    long_date,
    marked,
    origin_parts,
    plain_hit,
    plain_text,
    printable,
    printable_parts,
    quoted_text,
    same_passage,
    speaker_text,
    speakers_line,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from retrieval.answer import Answer, Hit
    from retrieval.listing import Quoted, SpeakerSummary


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
        if answer.message:
            self._write(answer.message)
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
