"""A conversation as Markdown: questions as headings, passages as block quotes with their citations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.render.messages import remark_line
from bot.render.text import NEAREST, citation_line, link_target, printable, printable_parts, speakers_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.render.filters import Filters
    from retrieval.core.answer import Answer, Hit
    from retrieval.core.tracing import Timings

LONGEST = 2000  # code points of a question that are kept; a longer one is never answered

# What Markdown takes for markup, anywhere and at the beginning of a line.
_INLINE = re.compile(r"[\\`*_\[\]<>~|]|&(?=#?\w+;)|#(?=#*\s*$)")
_LEADING = re.compile(r"^(\s*)(#+|[-+=]|\d+[.)])(?=\s|$)|^(\s*)(-{3,}|={3,})")


@dataclass(frozen=True, slots=True)
class SavedTurn:
    """One question and what was shown for it.

    Attributes:
        question: as typed, at most `LONGEST` code points of it.
        understood: the question in full words, where it is another one.
        message: one line for people, or None.
        choices: canonical names to choose from when ambiguous.
        answered: whether the hits answer, or only come near.
        hits: the passages, those that /more showed among them.
        filters: the filters that were in force.
        timings: what answering took, by stage.
    """

    question: str
    understood: str | None
    message: str | None
    choices: tuple[str, ...]
    answered: bool
    hits: Sequence[Hit]
    filters: Filters
    timings: Timings | None = None

    @classmethod
    def of(cls, answer: Answer, hits: Sequence[Hit], filters: Filters, timings: Timings | None = None) -> SavedTurn:
        """Return the turn of an answer; `hits` may grow afterwards."""
        same = answer.standalone.strip() == answer.question.strip()
        question, understood = answer.question[:LONGEST], None if same else answer.standalone[:LONGEST]
        return cls(question, understood, remark_line(answer), answer.choices, bool(answer.hits), hits, filters, timings)


def conversation_text(turns: Iterable[SavedTurn], *, about: str) -> str:
    """Return a conversation as Markdown.

    Args:
        turns: the questions and what was shown for them, in order.
        about: one line on what was asked.
    """
    blocks = ["# Conversation", escaped(about), *(block for turn in turns for block in _blocks(turn))]
    return "\n\n".join(blocks) + "\n"


def escaped(text: str) -> str:
    r"""Return text on one line that Markdown shows as it is.

    >>> escaped("1. *Not* a [list]"), escaped("# 5 < 6")
    ('1\\. \\*Not\\* a \\[list\\]', '\\# 5 \\< 6')
    """
    text = _INLINE.sub(r"\\\g<0>", printable(text))
    return _LEADING.sub(lambda found: re.sub(r"([^\w\s])", r"\\\1", found.group(), count=1), text)


def _blocks(turn: SavedTurn) -> Iterator[str]:
    yield f"## {escaped(' '.join(turn.question.split()))}"
    if turn.understood:
        yield f"Understood as: {escaped(turn.understood)}"
    if turn.filters:
        yield f"Articles {escaped(str(turn.filters))}."
    if turn.message:
        yield escaped(turn.message)
    if turn.choices:
        yield "\n".join(f"- {escaped(choice)}" for choice in turn.choices)
    if turn.hits and not turn.answered:
        yield NEAREST
    for hit in turn.hits:
        yield _quoted(printable_parts(hit))


def _quoted(hit: Hit) -> str:
    speaker = speakers_line(hit)
    origin = escaped(f"{f'{speaker}. ' if speaker else ''}{citation_line(hit.citation)}")
    target = link_target(hit.citation.url)
    lines = [escaped(hit.text), "", f"— {origin}{f', <{target}>' if target else ''}"]
    lines += [f"also in {escaped(citation_line(copy.citation))}" for copy in hit.also]
    return "\n".join(f"> {line}".rstrip() for line in lines)
