"""The lines of a conversation: typed at a prompt with history and completion, or from a pipe."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.patch_stdout import patch_stdout

from bot.render.text import log_held_back, note, printable
from index.core.errors import OnrecordError
from index.quotations.lexicon.name_words import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from prompt_toolkit.document import Document
    from prompt_toolkit.key_binding import KeyPressEvent


HISTORY = "chat-history"


class PrivateHistory(FileHistory):
    """Questions of earlier runs, in a file that only its owner can read; one that cannot be written is done without."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        super().__init__(str(folder / HISTORY))
        try:
            self._earlier = list(super().load_history_strings())
        except OSError as error:
            note(f"No earlier questions: {error}.")
            self._earlier = []

    def load_history_strings(self) -> list[str]:
        """Return the questions of earlier runs, latest first."""
        return self._earlier

    def store_string(self, string: str) -> None:
        """Add a question to the file."""
        # A full disk, or bytes that are no UTF-8, must not cost the person the answer.
        with suppress(OSError, UnicodeError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._folder / HISTORY
            path.touch(mode=0o600)
            path.chmod(0o600)
            super().store_string(string)


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


MENU_LINES = 8


class PromptedChat(Protocol):
    """What a prompt needs of a conversation."""

    commands: tuple[str, ...]

    def take(self, line: str, /) -> None:
        """Run one line."""

    def state(self) -> str:
        """Return what every question is asked within, or nothing."""

    def names(self) -> list[str]:
        """Return the names that a question may hold."""

    def topics(self) -> list[str]:
        """Return what a question may be about."""

    def arguments(self, command: str, /) -> list[str]:
        """Return what may follow a command."""


def run_prompt(chat: PromptedChat, state_dir: Path, *, shown: Callable[[], None]) -> int:
    """Take lines from a prompt until the person leaves; return the exit code.

    Args:
        chat: whom they go to.
        state_dir: where the history lies.
        shown: called when the prompt stands on the screen.
    """
    session = _session(chat, state_dir)
    session.app.after_render += lambda _: shown()
    with suppress(EOFError):
        while True:
            with suppress(KeyboardInterrupt):
                with _notes_above_the_prompt():
                    line = session.prompt()
                with log_held_back():
                    _take_or_stop(chat, line)
    return 0


def _session(chat: PromptedChat, state_dir: Path) -> PromptSession[str]:
    completer = ChatCompleter(
        chat.commands,
        chat.names,
        chat.topics,
        {command: partial(chat.arguments, command) for command in chat.commands},
    )
    return PromptSession(
        lambda: _prompt(chat.state()),
        history=PrivateHistory(state_dir),
        completer=completer,
        key_bindings=_tab(),
        # Without colours, what is suggested would look like what is typed.
        auto_suggest=None if os.environ.get("NO_COLOR") else AutoSuggestFromHistory(),
        # Every word of a question could begin a name; unasked, only commands and their arguments open.
        complete_while_typing=Condition(lambda: get_app().current_buffer.text.startswith("/")),
        reserve_space_for_menu=MENU_LINES,
    )


def _tab() -> KeyBindings:
    """Return a Tab that takes the only completion there is, also right after a letter, while a menu is being made."""
    bindings = KeyBindings()

    @bindings.add("tab")
    def complete(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state:
            buffer.complete_next()
            return
        found = islice(buffer.completer.get_completions(buffer.document, CompleteEvent(completion_requested=True)), 2)
        match list(found):
            case [only]:
                buffer.apply_completion(only)
            case _:
                buffer.start_completion(insert_common_part=True)

    return bindings


def _prompt(state: str) -> str:
    """Return the prompt; where little room would be left to type in, the state has a line of its own."""
    if not state:
        return "> "
    width = shutil.get_terminal_size().columns
    if len(state) + len(" > ") <= width // 2:
        return f"{state} > "
    return f"{textwrap.fill(state, width - 1)}\n> "


@contextmanager
def _notes_above_the_prompt() -> Iterator[None]:
    """Show what the background says above the line that is being typed, rather than through it."""
    stderr = sys.stderr
    with patch_stdout():
        if not stderr.isatty():
            sys.stderr = stderr
        yield


def _take_or_stop(chat: PromptedChat, line: str) -> None:
    try:
        chat.take(line)
    except KeyboardInterrupt:
        # The terminal has echoed ^C where the next prompt would begin.
        note("")
