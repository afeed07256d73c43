"""The buttons under messages: what stands on them, and what pressing one sends back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.telegram.ui.formatted_text import shortened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from bot.telegram.state.messages import SentMessage
    from bot.telegram.ui.texts import Texts
    from index.core.article import Span

MORE: Final = "m"
CONTEXT: Final = "c"
ARTICLE: Final = "a"
REST: Final = "r"
WHO_ELSE: Final = "w"
CHOICE: Final = "p"
NOT_MEANT: Final = "n"
PAGE: Final = "l"
UNFOLLOW: Final = "u"
FOLLOW: Final = "f"
SAVE: Final = "s"
DISCARD: Final = "d"
TAKE_OUT: Final = "t"
SURE: Final = "y"
KEEP: Final = "k"

MOST_CHOICES: Final = 8
LONGEST_LABEL: Final = 60
_CHOICES_IN_A_ROW: Final = 2

# At most 1 + 1 + 19 + 3 × 11 of the 64 bytes that Telegram sends back.
_DATA: Final = re.compile(r"([a-z]):(\d{1,19})((?::\d{1,10}){0,3})", re.ASCII)


class Press(NamedTuple):
    """What a button sends back: what to do, the key of the message, and numbers that say with what."""

    action: str
    key: int
    numbers: tuple[int, ...] = ()

    @property
    def button(self) -> str:
        """What tells the button from the others under its message."""
        return ":".join([self.action, *map(str, self.numbers)])

    @property
    def data(self) -> str:
        """The callback data, 1 to 64 bytes."""
        return ":".join([self.action, *map(str, (self.key, *self.numbers))])

    @classmethod
    def read(cls, data: str | None) -> Press | None:
        """Return what callback data says; None where no button of ours sends such data."""
        found = _DATA.fullmatch(data or "")
        if not found:
            return None
        return cls(found[1], int(found[2]), tuple(int(number) for number in found[3].split(":")[1:]))


def answer_keyboard(
    key: int, sent: SentMessage, texts: Texts, pressed: Collection[str] = ()
) -> InlineKeyboardMarkup | None:
    """Return the buttons under an answer, without those that have done what they do; None where none is left.

    Args:
        key: of the message.
        sent: what is remembered of it.
        texts: the language.
        pressed: which buttons to leave out; see `Press.button`.
    """
    return keyboard(
        [[(label, press) for label, press in row if press.button not in pressed] for row in _rows(key, sent, texts)]
    )


def offers(sent: SentMessage, press: Press, texts: Texts) -> bool:
    """Tell whether a button stands, or stood, under a message: a client can send back whatever it likes."""
    if press.action == PAGE:
        return bool(sent.listing) and not sent.choices and len(press.numbers) == 1
    return any(press == one for row in _rows(press.key, sent, texts) for _, one in row)


def keyboard(rows: Iterable[Sequence[tuple[str, Press]]]) -> InlineKeyboardMarkup | None:
    """Return buttons in rows, or None where there are none."""
    buttons = [
        [InlineKeyboardButton(shortened(label, LONGEST_LABEL), callback_data=press.data) for label, press in row]
        for row in rows
        if row
    ]
    return InlineKeyboardMarkup(buttons) if buttons else None


def choice_rows(key: int, choices: Sequence[str]) -> list[list[tuple[str, Press]]]:
    """Return a button for each of those who may be meant."""
    buttons = [(name, Press(CHOICE, key, (number,))) for number, name in enumerate(choices[:MOST_CHOICES])]
    return [buttons[start : start + _CHOICES_IN_A_ROW] for start in range(0, len(buttons), _CHOICES_IN_A_ROW)]


def page_row(key: int, page: int, pages: int, texts: Texts) -> list[tuple[str, Press]]:
    """Return the buttons that turn the pages of a list, whose pages count from 0."""
    before = [(texts.page_before, Press(PAGE, key, (page - 1,)))] if page > 0 else []
    after = [(texts.page_after, Press(PAGE, key, (page + 1,)))] if page + 1 < pages else []
    return before + after


def _rows(key: int, sent: SentMessage, texts: Texts) -> Iterable[list[tuple[str, Press]]]:
    yield from choice_rows(key, sent.choices)
    yield rest_row(key, 0, sent.left, texts)
    if not sent.status:
        return
    yield [
        (label, Press(CONTEXT, key, (number,))) for number, label in _numbered(sent, texts.context, texts.context_of)
    ]
    yield [
        (label, Press(ARTICLE, key, (number,))) for number, label in _numbered(sent, texts.article, texts.article_of)
    ]
    further = bool(sent.waiting) or not sent.exhausted
    more = [(texts.more, Press(MORE, key))] if further else []
    first = not sent.earlier and not sent.follow
    somebody_spoke = sent.status == "answered" and sent.speaker
    who_else = [(texts.who_else, Press(WHO_ELSE, key))] if somebody_spoke and first else []
    yield more + who_else
    yield [(texts.not_meant, Press(NOT_MEANT, key))] if first else []
    yield [(texts.unfollow, Press(UNFOLLOW, key, (sent.follow,)))] if sent.follow and not sent.earlier else []


def rest_row(key: int, number: int, left: Iterable[Span], texts: Texts) -> list[tuple[str, Press]]:
    """Return a button for each part of a passage that is left to be shown.

    Args:
        key: of the message that the passage stands in.
        number: of the passage in it, from 0.
        left: the parts, in code points.
        texts: the language.
    """
    return [(texts.rest if start else texts.beginning, Press(REST, key, (number, start, end))) for start, end in left]


def _numbered(sent: SentMessage, alone: str, one_of: str) -> list[tuple[int, str]]:
    several = len(sent.passages) + len(sent.waiting) > 1
    labels = [one_of.format(number=number + 1) if several else alone for number in range(len(sent.passages))]
    return list(enumerate(labels))
