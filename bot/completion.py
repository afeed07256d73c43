"""What the words before the cursor of a conversation can become: commands and the names of speakers."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

from prompt_toolkit.completion import Completer, Completion

from bot.rendering import printable
from index.errors import OnrecordError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document

NAME_WORDS = 5  # words before the cursor that may be the beginning of a name


class NameCompleter(Completer):
    """Completes commands, and the names of speakers from any of their words on, ignoring case and accents."""

    def __init__(self, commands: Sequence[str], speakers: Callable[[], Sequence[str]]) -> None:
        """Complete.

        Args:
            commands: what a line that begins with a slash can become.
            speakers: gives the names, as the index has them when it is asked.
        """
        self._commands = commands
        self._speakers = speakers

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:  # noqa: ARG002
        """Yield what the words before the cursor can become."""
        typed = document.text_before_cursor
        if typed.startswith("/"):
            yield from (Completion(name, -len(typed)) for name in self._commands if name.startswith(typed.lower()))
            return
        lengths = {_folded(tail): len(tail) for tail in _tails(typed)[-NAME_WORDS:]}
        for name in self._names():
            matching = (length for begun, length in lengths.items() if _continues(name, begun))
            if length := next(matching, 0):
                yield Completion(printable(name), -length)

    def _names(self) -> Sequence[str]:
        # A damaged index is reported when a question is asked, not while one is typed.
        with suppress(OnrecordError):
            return self._speakers()
        return []


def _tails(text: str) -> list[str]:
    """Return the text from each of its words on, the longest first."""
    return [text[word.start() :] for word in re.finditer(r"\b\w", text)]


def _continues(name: str, begun: str) -> bool:
    return any(tail.startswith(begun) for tail in _folded_tails(name))


@lru_cache(maxsize=65536)
def _folded_tails(name: str) -> list[str]:
    return _tails(_folded(name))


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
