"""`onrecord chat`: a conversation at a terminal, or line by line through a pipe."""

from __future__ import annotations

import io
import sys
import threading
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol, TypeVar

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import FileHistory
from prompt_toolkit.patch_stdout import patch_stdout

from bot.completion import NameCompleter
from bot.rendering import printable
from bot.terminal import PlainView, TerminalView, View, note, terminal_console
from index.errors import OnrecordError
from retrieval.dialog import Dialog, places

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from retrieval.answer import Answer, Hit

T = TypeVar("T")

HISTORY = "chat-history"
MOST = 50  # passages that /more can reach
NEIGHBOURS = 2  # passages that /context shows on either side
INTERRUPTED = 130  # what a shell reports for a command ended by Ctrl-C

HELP = {
    "/more": "further passages of the last answer",
    "/context N": "what stands around passage N of the last answer",
    "/sources": "what the index was built from",
    "/help": "this list",
    "/quit": "leave (so does Ctrl-D)",
}
COMMANDS = tuple(usage.split()[0] for usage in HELP)
KEYS = "Tab completes names and commands, Up recalls earlier questions, Ctrl-C clears the line or stops a question."


class Engine(Protocol):
    """What a conversation needs of the engine."""

    def ask(self, question: str, *, k: int = 5, now: date | None = None) -> Answer:
        """Answer a question."""

    def converse(self, question: str, dialog: Dialog, *, k: int = 5) -> tuple[Answer, Dialog]:
        """Answer a question within a conversation, and return the conversation with it."""

    def speakers(self) -> list[str]:
        """Return the canonical names of everybody quoted."""

    def neighbours(self, article: str, paragraph: int, n: int, /) -> list[Hit]:
        """Return the passages from n before to n after a passage, in order."""

    def sources(self) -> list[str]:
        """Return what the index was built from."""

    def describe(self) -> str:
        """Return one line about the index."""


def run_chat(engine: Engine, *, state_dir: Path, k: int = 5) -> int:
    """Answer questions until the input ends, and return the exit code.

    With a terminal at both ends it is a prompt with history and completion; otherwise it reads one question a line
    and writes plain text. Either way stdout holds only what the articles say; notes go to stderr. The engine stays
    open.
    """
    note(f"{engine.describe()}. /help lists the commands.")
    if sys.stdin.isatty() and sys.stdout.isatty():
        return _converse(Chat(engine, TerminalView(terminal_console()), k), _session(engine, state_dir))
    return _read_lines(Chat(engine, PlainView(sys.stdout), k))


class Chat:
    """One conversation: runs what is typed, and remembers which passages the last answer has shown.

    Attributes:
        failed: whether any question ended in an error.
    """

    def __init__(self, engine: Engine, view: View, k: int) -> None:
        self._engine = engine
        self._view = view
        self._k = k
        self._dialog = Dialog()
        self._answer: Answer | None = None
        self._shown: list[Hit] = []
        self._waiting: list[Hit] | None = None
        self.failed = False

    def take(self, line: str) -> None:
        """Run one line: a question, a command, or nothing.

        Raises:
            EOFError: the line asks to leave.
        """
        words = printable(line).split()
        if not words:
            return
        try:
            if words[0].startswith("/"):
                self._command(words[0].lower(), words[1:])
            else:
                self._ask(" ".join(words))
        except OnrecordError as error:
            self.failed = True
            note(f"onrecord: {error}")

    def _ask(self, question: str) -> None:
        answer, self._dialog = _interruptible(lambda: self._engine.converse(question, self._dialog, k=self._k))
        self._answer, self._shown, self._waiting = answer, list(answer.hits or answer.nearest), None
        self._view.answer(answer)

    def _command(self, name: str, arguments: list[str]) -> None:
        match name:
            case "/more":
                self._more()
            case "/context":
                self._context(arguments)
            case "/sources":
                note(*self._engine.sources())
            case "/help":
                note(*(f"{usage:<12}{meaning}" for usage, meaning in HELP.items()), KEYS)
            case "/quit":
                raise EOFError
            case _:
                note(f"There is no {name}. The commands are {', '.join(COMMANDS)}.")

    def _more(self) -> None:
        if self._answer is None:
            note("Ask something first; /more then shows further passages.")
            return
        if self._waiting is None:
            self._waiting = self._further(self._answer)
        page, self._waiting = self._waiting[: self._k], self._waiting[self._k :]
        if page:
            self._view.more(page, first=len(self._shown) + 1)
            self._shown += page
            self._dialog = self._dialog.showing_also(places(page))
        else:
            note("There are no further passages.")

    def _further(self, answer: Answer) -> list[Hit]:
        if not answer.hits:
            return []
        # The resolved question: by now "and the money?" would be a follow-up to itself.
        larger = _interruptible(lambda: self._engine.ask(answer.standalone, k=MOST))
        seen = {(hit.article, hit.paragraph) for hit in self._shown}
        return [hit for hit in larger.hits if (hit.article, hit.paragraph) not in seen]

    def _context(self, arguments: list[str]) -> None:
        numbered = {str(number): hit for number, hit in enumerate(self._shown, 1)}
        hit = numbered.get(arguments[0] if arguments else "1")
        if hit is None:
            count = len(numbered)
            note(f"/context takes the number of a passage, 1 to {count}." if count else "There is no passage yet.")
            return
        around = _interruptible(lambda: self._engine.neighbours(hit.article, hit.paragraph, NEIGHBOURS))
        if around:
            self._view.context(hit, around)
        else:
            note("That article is no longer in the index.")


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


def _session(engine: Engine, state_dir: Path) -> PromptSession[str]:
    return PromptSession(
        "> ",
        history=PrivateHistory(state_dir),
        completer=NameCompleter(COMMANDS, engine.speakers),
        auto_suggest=AutoSuggestFromHistory(),
        # Every word of a question could begin a name; unasked, only the short list of commands opens.
        complete_while_typing=Condition(lambda: get_app().current_buffer.text.startswith("/")),
        reserve_space_for_menu=len(COMMANDS) + 1,
    )


def _converse(chat: Chat, session: PromptSession[str]) -> int:
    with suppress(EOFError):
        while True:
            with suppress(KeyboardInterrupt):
                with patch_stdout():  # a note from the background must not run through the line being typed
                    line = session.prompt()
                _take_or_stop(chat, line)
    return 0


def _take_or_stop(chat: Chat, line: str) -> None:
    try:
        chat.take(line)
    except KeyboardInterrupt:
        # The terminal has echoed ^C where the next prompt would begin.
        note("")


def _read_lines(chat: Chat) -> int:
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    try:
        for line in sys.stdin:
            chat.take(line)
    except KeyboardInterrupt:
        return INTERRUPTED
    except EOFError:
        pass
    return int(chat.failed)


def _interruptible(work: Callable[[], T]) -> T:
    """Return what work returns; Ctrl-C ends the waiting at once, although native code runs on to its end."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future.result()
