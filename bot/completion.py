"""What the words before the cursor of a conversation can become: commands and their arguments, names, topics."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from prompt_toolkit.completion import Completer, Completion

from bot.rendering import printable
from index.errors import OnrecordError
from index.names import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document

NAME_WORDS = 5  # words before the cursor that may be the beginning of a name
PHRASE_WORDS = 2  # and of a topic
FEWEST_LETTERS = 2  # of a topic; one letter begins hundreds
MOST_TOPICS = 20
MOST_NAMES = 20_000  # that are looked through, those quoted most: to fold more of them takes longer than a Tab should


class ChatCompleter(Completer):
    """Completes commands and their arguments, and in questions names and topics, ignoring case and accents.

    A name completes from any of its words on, a topic from its first.
    """

    def __init__(
        self,
        commands: Sequence[str],
        speakers: Callable[[], Iterable[str]],
        topics: Callable[[], Iterable[str]] = tuple,
        arguments: Mapping[str, Callable[[], Iterable[str]]] | None = None,
    ) -> None:
        """Complete.

        Args:
            commands: what a line that begins with a slash can become.
            speakers: gives the names, as the index has them when it is asked.
            topics: gives words and phrases of the articles, the most frequent first.
            arguments: gives what can follow a command, by command.
        """
        self._commands = commands
        self._speakers = speakers
        self._topics = topics
        self._arguments = arguments or {}

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:  # noqa: ARG002
        """Yield what the words before the cursor can become."""
        typed = document.text_before_cursor
        command, space, argument = typed.partition(" ")
        if not typed.startswith("/"):
            names = list(self._names(typed))
            yield from names
            yield from self._common(typed, {word for name in names for word in fold(name.text).split()})
        elif not space:
            yield from (Completion(name, -len(typed)) for name in self._commands if name.startswith(typed.lower()))
        elif given := self._arguments.get(command.lower()):
            begun = fold(argument.lstrip())
            yield from (
                Completion(printable(one), -len(argument.lstrip()))
                for one in islice(_told(given), MOST_NAMES)
                if not begun or _continues(one, begun)
            )

    def _names(self, typed: str) -> Iterator[Completion]:
        lengths = {fold(tail): len(tail) for tail in _tails(typed)[-NAME_WORDS:]}
        for name in islice(_told(self._speakers), MOST_NAMES):
            matching = (length for begun, length in lengths.items() if _continues(name, begun))
            if length := next(matching, 0):
                yield Completion(printable(name), -length)

    def _common(self, typed: str, offered: Collection[str]) -> Iterator[Completion]:
        """Yield the topics that fit, but not those that a name already offers."""
        tails = [tail for tail in _tails(typed)[-PHRASE_WORDS:] if len(tail) >= FEWEST_LETTERS]
        lengths = {fold(tail): len(tail) for tail in tails}
        left = MOST_TOPICS
        for topic in _told(self._topics) if lengths else ():
            folded = fold(topic)
            longer = (n for begun, n in lengths.items() if folded.startswith(begun) and folded != begun)
            if folded not in offered and (length := next(longer, 0)):
                yield Completion(printable(topic), -length)
                left -= 1
            if not left:
                return


def _told(texts: Callable[[], Iterable[str]]) -> Iterable[str]:
    # A damaged index is reported when a question is asked, not while one is typed.
    with suppress(OnrecordError):
        return texts()
    return []


def _tails(text: str) -> list[str]:
    """Return the text from each of its words on, the longest first."""
    return [text[word.start() :] for word in re.finditer(r"\b\w", text)]


def _continues(name: str, begun: str) -> bool:
    return any(tail.startswith(begun) for tail in _folded_tails(name))


@lru_cache(maxsize=65536)
def _folded_tails(name: str) -> list[str]:
    return _tails(fold(name))
