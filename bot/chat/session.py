"""`onrecord chat`: a conversation at a terminal, or line by line through a pipe."""

from __future__ import annotations

import io
import sys
from collections import deque
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Protocol, TypeVar

from bot.chat import commands as chat_commands
from bot.chat.background import interruptible
from bot.render.filters import NEIGHBOURS, Filters, further_hits
from bot.render.markdown import SavedTurn
from bot.render.messages import error_line
from bot.render.text import PlainView, SpokenView, log_held_back, note, note_list, printable
from index.core.errors import OnrecordError, UsageError
from retrieval.conversation.state import Dialog, places
from retrieval.core.tracing import Timings, timed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from bot.render.terminal import View
    from retrieval.core.answer import Answer, Hit

INTERRUPTED = 130  # what a shell reports for a command ended by Ctrl-C


class LineTaker(Protocol):
    """What lines are read for."""

    failed: bool

    def take(self, line: str, /) -> None:
        """Run one line."""

    def state(self) -> str:
        """Return what every question is asked within, or nothing."""


def read_lines(chat: LineTaker, *, prompting: bool, shown: Callable[[], None]) -> int:
    """Take lines from stdin until it ends or one asks to leave; return the exit code.

    Args:
        chat: whom they go to.
        prompting: ask for each line, as a person types it; Ctrl-C then drops a line rather than the conversation.
        shown: called when a line is waited for.
    """
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    with suppress(EOFError):
        while True:
            try:
                # What the background tells waits until the line is typed and answered.
                with log_held_back() if prompting else nullcontext():
                    _read_line(chat, prompting=prompting, shown=shown)
            except KeyboardInterrupt:
                if not prompting:
                    return INTERRUPTED
                note("")
    return 0 if prompting else int(chat.failed)


def _read_line(chat: LineTaker, *, prompting: bool, shown: Callable[[], None]) -> None:
    if prompting:
        state = f"Asking articles {chat.state()}.\n" if chat.state() else ""
        sys.stdout.write(f"{state}Question: ")
        sys.stdout.flush()
    shown()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    # Windows marks the beginning of a text.
    chat.take(line.removeprefix("\ufeff"))


REMEMBERED = 200  # questions that /save can write

HELP = {
    "/more": "further passages of the last answer",
    "/context N": "what stands around passage N of the last answer",
    "/open N": "the whole article of passage N, in the pager ($PAGER)",
    "/quotes NAME": "what somebody said, each quotation with its citation",
    "/verify “WORDS” by NAME": "whether somebody said that, word for word, and what differs",
    "/speakers": "who is quoted, and how often",
    "/since DATE": "ask only articles from a day, month or year on; /since alone: of any day",
    "/in OUTLET": "ask only the articles of an outlet; /in alone: of any outlet",
    "/why": "how the last question was read, and what each stage of the search scored",
    "/save FILE": "write the conversation into a file, as Markdown; /save! replaces the file",
    "/new": "forget the conversation; filters stay",
    "/sources": "what the index was built from",
    "/help": "this list",
    "/quit": "leave (so does Ctrl-D)",
}
T = TypeVar("T")

COMMANDS = tuple(usage.split()[0] for usage in HELP)
KEYS = (
    "Tab completes names, topics, commands and their arguments; Up recalls earlier questions; Ctrl-C clears the line "
    "or stops a question."
)


class ChatEngine(chat_commands.CommandEngine, Protocol):
    """What a conversation needs of the engine."""

    def ask(self, question: str, *, k: int = 5, now: date | None = None, scope: Sequence[str] | None = None) -> Answer:
        """Answer a question."""

    def converse(
        self, question: str, dialog: Dialog, *, k: int = 5, scope: Sequence[str] | None = None
    ) -> tuple[Answer, Dialog]:
        """Answer a question within a conversation, and return the conversation with it."""

    def speakers(self) -> list[str]:
        """Return the canonical names of everybody quoted."""

    def topics(self) -> list[str]:
        """Return words and phrases that many articles use, the most frequent first."""

    def neighbours(self, article: str, paragraph: int, n: int, /) -> list[Hit]:
        """Return the passages from n before to n after a passage, in order."""

    def sources(self) -> list[str]:
        """Return what the index was built from."""


def run_chat(
    engine: ChatEngine, *, state_dir: Path, k: int = 5, plain: bool = False, shown: Callable[[], None] = lambda: None
) -> int:
    """Answer questions until the input ends, and return the exit code.

    With a terminal at both ends it is a prompt with history and completion; otherwise it reads one question a line
    and writes plain text. Either way stdout holds only what the articles say; notes go to stderr. The engine stays
    open.

    Args:
        engine: whom to ask.
        state_dir: where the history lies.
        k: how many passages to show at most.
        plain: write lines of words only, which can be read out, and read lines without a prompt that redraws.
        shown: called when the first prompt stands on the screen.
    """
    note(f"{engine.describe()}. /help lists the commands.")
    at_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if plain or not at_terminal:
        view = SpokenView(sys.stdout) if plain else PlainView(sys.stdout)
        return read_lines(ChatSession(engine, view, k), prompting=at_terminal, shown=shown)
    # A pipe needs neither a prompt nor colours.
    from bot.chat.prompt import run_prompt  # noqa: PLC0415
    from bot.render.terminal import TerminalView, terminal_console  # noqa: PLC0415

    return run_prompt(ChatSession(engine, TerminalView(terminal_console()), k), state_dir, shown=shown)


class ChatSession:
    """One conversation: runs what is typed, and remembers what was asked and which passages were shown.

    Attributes:
        commands: what a line may begin with to be a command.
        failed: whether any question ended in an error.
    """

    commands = COMMANDS

    def __init__(self, engine: ChatEngine, view: View, k: int) -> None:
        self._engine = engine
        self._view = view
        self._k = k
        self._filters = Filters()
        self.failed = False
        self._forget()

    def _forget(self) -> None:
        self._dialog = Dialog()
        self._answer: Answer | None = None
        self._shown: list[Hit] = []
        self._waiting: list[Hit] | None = None
        self._turns: deque[SavedTurn] = deque(maxlen=REMEMBERED)
        self._asked = 0

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
                self._command(words[0].lower(), printable(line).strip()[len(words[0]) :].strip())
            else:
                self._ask(" ".join(words))
        except OnrecordError as error:
            self.failed = True
            note(f"onrecord: {error_line(error)}")

    def state(self) -> str:
        """Return the filters in force in words, or nothing."""
        return str(self._filters)

    def names(self) -> list[str]:
        """Return the names that a question may hold, those quoted most first."""
        return self._engine.speakers()

    def topics(self) -> list[str]:
        """Return what a question may be about, the most frequent first."""
        return self._engine.topics()

    def arguments(self, command: str) -> list[str]:
        """Return what may follow a command."""
        if command in ("/open", "/context"):
            return [str(number) for number, _ in enumerate(self._shown, 1)]
        if command == "/quotes":
            return self._engine.speakers()
        return list(self._engine.outlets()) if command == "/in" else []

    def _ask(self, question: str) -> None:
        answer, self._dialog, timings = interruptible(lambda: self._timed_answer_to(question))
        self._answer, self._shown, self._waiting = answer, list(answer.hits or answer.nearest), None
        self._turns.append(SavedTurn.of(answer, self._shown, self._filters, timings))
        self._asked += 1
        self._view.answer(answer)

    def _timed_answer_to(self, question: str) -> tuple[Answer, Dialog, Timings]:
        with timed() as timings:
            return *self._answer_to(question, self._k), timings

    def _answer_to(self, question: str, k: int) -> tuple[Answer, Dialog]:
        return self._filtered(lambda scope: self._engine.converse(question, self._dialog, k=k, scope=scope))

    def _filtered(self, ask: Callable[[list[str] | None], T]) -> T:
        try:
            return ask(self._filters.scope(self._engine))
        except UsageError:
            # Between the filters and the question, a new generation may have come that lacks one of the articles.
            return ask(self._filters.scope(self._engine))

    def _command(self, name: str, rest: str) -> None:
        engine, view = self._engine, self._view
        match name:
            case "/more":
                self._more()
            case "/context" | "/open":
                self._around(name, rest)
            case "/quotes":
                speaker = self._answer.speaker if self._answer else None
                chat_commands.show_quotes(engine, view, rest or speaker, self._filters)
            case "/verify":
                self._verify(rest)
            case "/speakers":
                chat_commands.show_speakers(engine, view, self._filters)
            case "/since":
                self._filters = chat_commands.filter_since(engine, self._filters, rest)
            case "/in":
                self._filters = chat_commands.filter_outlet(engine, self._filters, rest)
            case "/why":
                chat_commands.show_reading(engine, self._turns[-1] if self._turns else None)
            case "/save" | "/save!":
                turns, replacing = list(self._turns), name == "/save!"
                chat_commands.save_conversation(engine, turns, rest, asked=self._asked, replacing=replacing)
            case _:
                self._about_itself(name)

    def _verify(self, rest: str) -> None:
        answer = self._filtered(lambda scope: chat_commands.check_claim(self._engine, rest, scope))
        if answer:
            self._answer, self._shown, self._waiting = answer, list(answer.hits or answer.nearest), []
            self._view.answer(answer)

    def _about_itself(self, name: str) -> None:
        match name:
            case "/new":
                self._forget()
                note(
                    f"A new conversation. Questions are still asked of the articles {self._filters}."
                    if self._filters
                    else "A new conversation."
                )
            case "/sources":
                note(*self._engine.sources())
            case "/help":
                note_list(HELP.items())
                note(KEYS)
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
        seen = places(self._shown)
        return interruptible(
            lambda: self._filtered(lambda scope: further_hits(self._engine, answer.standalone, seen, scope))
        )

    def _around(self, command: str, rest: str) -> None:
        numbered = {str(number): hit for number, hit in enumerate(self._shown, 1)}
        hit = numbered.get(rest.split(maxsplit=1)[0] if rest else "1")
        if hit is None:
            count = len(numbered)
            note(f"{command} takes the number of a passage, 1 to {count}." if count else "There is no passage yet.")
        elif command == "/open":
            chat_commands.show_article(self._engine, self._view, hit)
        else:
            self._context(hit)

    def _context(self, hit: Hit) -> None:
        around = interruptible(lambda: self._engine.neighbours(hit.article, hit.paragraph, NEIGHBOURS))
        if around:
            self._view.context(hit, around)
        else:
            note("That article is no longer in the index.")
