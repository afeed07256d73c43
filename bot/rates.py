"""How much one person may ask, and the friendly word to whoever asks for more."""

from __future__ import annotations

import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from telegram import Update
from telegram.error import TelegramError

from bot.groups import is_meant_for_bot
from bot.texts import texts_for

if TYPE_CHECKING:
    from collections.abc import Callable

AT_ONCE: Final = 40
A_MINUTE: Final = 30
INLINE_AT_ONCE: Final = 60  # an inline query comes with every few letters typed
INLINE_A_MINUTE: Final = 120
MOST_PEOPLE: Final = 10_000
QUIET: Final = 60.0
"""Seconds between two friendly words to one person."""


class Verdict(Enum):
    """What becomes of something asked: it is answered, refused with a word, or passed over."""

    WELCOME = auto()
    TOO_MUCH = auto()
    PASSED_OVER = auto()


@dataclass
class _Bucket:
    left: float
    at: float
    told: float = float("-inf")


class Rates:
    """A token bucket for each person: full at first, refilled steadily.

    Only so many people are remembered, the latest; somebody forgotten had time to get a full bucket again, or is one
    of so many that no rate of one person matters.
    """

    def __init__(
        self,
        at_once: int = AT_ONCE,
        a_minute: float = A_MINUTE,
        most_people: int = MOST_PEOPLE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Give everybody a full bucket.

        Args:
            at_once: how much somebody may ask after a silence.
            a_minute: how much somebody may go on asking.
            most_people: how many people to remember.
            clock: seconds, from any time on.
        """
        self._at_once = at_once
        self._a_second = a_minute / 60
        self._most_people = most_people
        self._clock = clock
        self._buckets: OrderedDict[int, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        """Return how many people are remembered."""
        return len(self._buckets)

    def ask(self, person: int) -> Verdict:
        """Count one thing asked by a person and return what becomes of it."""
        now = self._clock()
        bucket = self._buckets.setdefault(person, _Bucket(self._at_once, now))
        self._buckets.move_to_end(person)
        while len(self._buckets) > self._most_people:
            self._buckets.popitem(last=False)
        bucket.left = min(self._at_once, bucket.left + (now - bucket.at) * self._a_second)
        bucket.at = now
        if bucket.left >= 1:
            bucket.left -= 1
            return Verdict.WELCOME
        if now - bucket.told < QUIET:
            return Verdict.PASSED_OVER
        bucket.told = now
        return Verdict.TOO_MUCH


class Gate:
    """Lets in what a person asks, but not too much of it.

    It stands before the queue of a chat, so that a flood takes no memory; what in a group is not meant for the bot
    counts for nothing.
    """

    def __init__(self, rates: Rates | None = None, inline: Rates | None = None) -> None:
        """Stand open.

        Args:
            rates: of messages and presses of buttons.
            inline: of inline queries.
        """
        self._rates = Rates() if rates is None else rates
        self._inline = Rates(INLINE_AT_ONCE, INLINE_A_MINUTE) if inline is None else inline

    async def admits(self, update: object) -> bool:
        """Return whether an update is to be processed; if not, the person has been told why, or was a moment ago."""
        if not isinstance(update, Update) or not update.effective_user or not _is_asked(update):
            return True
        rates = self._inline if update.inline_query else self._rates
        verdict = rates.ask(update.effective_user.id)
        if verdict is not Verdict.WELCOME:
            await _refuse(update, with_a_word=verdict is Verdict.TOO_MUCH)
        return verdict is Verdict.WELCOME


def _is_asked(update: Update) -> bool:
    return update.message is None or is_meant_for_bot(update.message)


async def _refuse(update: Update, *, with_a_word: bool) -> None:
    text = texts_for(update.effective_user).too_much
    with suppress(TelegramError):
        if update.callback_query:
            await update.callback_query.answer(text)  # always: the client waits for it
        elif update.message and with_a_word:
            await update.message.reply_text(text)
