"""What stands around a passage as Telegram messages: its neighbours, and the whole article."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Final

from telegram.constants import MessageEntityType, MessageLimit

from bot.entities import LONGEST_TITLE, brief, cited, excerpt, quotation
from bot.marked import ELLIPSIS, Marked, joined, shortened, styled
from bot.plain import PlainView
from bot.rendering import origin_parts, printable, same_passage, speakers_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retrieval.answer import Hit

LONGEST_FILE_NAME: Final = 60
_ROOM: Final = MessageLimit.MAX_TEXT_LENGTH
_NO_FILE_NAME: Final = re.compile(r"[^\w.,’ -]+")


def context_message(hit: Hit, around: Sequence[Hit]) -> Marked:
    """Return a passage among its neighbours, each with its paragraph number, as one message.

    Neighbours that do not fit whole are left out, those furthest off first, and an ellipsis stands for them.

    Args:
        hit: the passage.
        around: the neighbours in order, the passage among them.
    """
    speakers = speakers_line(hit)
    end = [*([Marked(f"— {shortened(speakers, LONGEST_TITLE)}")] if speakers else []), cited(hit.citation)]
    room = _ROOM - joined("\n", [Marked(""), *end]).units - 4 * len(ELLIPSIS) - 8
    first, last = excerpt(hit, room)
    blocks = {hit.paragraph: quotation(hit, first, last)}
    before = [one for one in around if one.paragraph < hit.paragraph]
    after = [one for one in around if one.paragraph > hit.paragraph]
    room -= blocks[hit.paragraph].units
    whole = [first == 0, last == len(hit.text)]
    for side, one in _outwards(before, after):
        block = Marked(f"[{one.citation.paragraph}] {one.text}")
        whole[side] = whole[side] and block.units + 2 <= room
        if whole[side]:
            blocks[one.paragraph] = block
            room -= block.units + 2
    shown = [blocks[paragraph] for paragraph in sorted(blocks)]
    left_out = [[] if one else [Marked(ELLIPSIS)] for one in whole]
    return joined("\n\n", [*left_out[0], *shown, *left_out[1], joined("\n", end)])


def article_message(passages: Sequence[Hit], hit: Hit | None) -> Marked | None:
    """Return a whole article as one message, or None where it does not fit.

    Args:
        passages: of the article, in order.
        hit: the passage to be set off, if it is still there.
    """
    citation = brief(passages[0].citation)
    heading = [styled(citation.title, MessageEntityType.BOLD), Marked(", ".join(origin_parts(citation)))]
    paragraphs = (
        quotation(replace(hit, text=one.text), 0, len(one.text)) if hit and same_passage(one, hit) else Marked(one.text)
        for one in passages
    )
    message = joined("\n\n", [joined("\n", heading), *paragraphs])
    return message if message.units <= _ROOM else None


def article_file(passages: Sequence[Hit], hit: Hit | None) -> tuple[str, bytes]:
    """Return a whole article as the name and content of a text file: numbered paragraphs, the hit behind a ``>``.

    Args:
        passages: of the article, in order.
        hit: the passage to be marked, if it is still there.
    """
    text = io.StringIO()
    first = passages[0]
    PlainView(text).article(hit or replace(first, paragraph=-1), passages)
    title = _NO_FILE_NAME.sub(" ", printable(first.citation.title))
    name = shortened(" ".join(title.split()), LONGEST_FILE_NAME).strip(" .…") or "article"
    return f"{name}.txt", text.getvalue().encode("utf-8", "replace")


def _outwards(before: Sequence[Hit], after: Sequence[Hit]) -> list[tuple[int, Hit]]:
    """Return neighbours nearest first, those after (1) in turn with those before (0)."""
    pairs = zip_longest(((1, one) for one in after), ((0, one) for one in reversed(before)))
    return [one for one in chain.from_iterable(pairs) if one]
