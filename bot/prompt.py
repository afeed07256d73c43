"""The prompt of a conversation: what is typed, with history and completion, one line at a time."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.patch_stdout import patch_stdout

from bot.completion import ChatCompleter
from bot.history import PrivateHistory
from bot.notes import log_held_back, note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from prompt_toolkit.key_binding import KeyPressEvent

MENU_LINES = 8


class Chat(Protocol):
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


def converse(chat: Chat, state_dir: Path, *, shown: Callable[[], None]) -> int:
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


def _session(chat: Chat, state_dir: Path) -> PromptSession[str]:
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


def _take_or_stop(chat: Chat, line: str) -> None:
    try:
        chat.take(line)
    except KeyboardInterrupt:
        # The terminal has echoed ^C where the next prompt would begin.
        note("")
