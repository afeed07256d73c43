"""A conversation at a terminal and through a pipe."""

from __future__ import annotations

import io
import re
import signal
import stat
import sys
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.cells import cell_len
from rich.console import Console

from bot.chat.prompt import HISTORY, ChatCompleter
from bot.chat.session import COMMANDS, ChatEngine, run_chat
from bot.render.terminal import HIGHLIGHT, TerminalView
from bot.render.text import PlainView, printable
from index.core.errors import Advice, DamagedError
from retrieval.conversation.state import Dialog
from retrieval.core.answer import Answer, Citation, Copy, Hit, HitQuotation, Reason, remark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MAYOR = "Adela Brandvold"
PROMISE = "“The ferry will not close while I am mayor,” Brandvold told about 200 people in the gymnasium."
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
CTRL_C, CTRL_D = "\x03", "\x04"


def a_hit(text: str = PROMISE, paragraph: int = 1, words: str = "", speaker: str = MAYOR) -> Hit:
    start = text.index(words) if words else 0
    span = (start, start + len(words)) if words else (0, len(text))
    citation = Citation("Ferry to stay", "Quillhaven Ledger", "2031-01-14", None, paragraph + 1, span, "ferry.txt", "0")
    quotation = HitQuotation(speaker, "direct", *span, "said", 0)
    return Hit("ferry.txt", paragraph, text, 0.9, (span,), (quotation,), (), citation)


def an_answer(
    *hits: Hit, question: str = "What did the mayor say?", message: str | None = None, **parts: Any
) -> Answer:
    note = remark(Reason.LINE, line=message) if message is not None else None
    answer = Answer(question, "answered" if hits else "not_found", 0.9, question, note, speaker=MAYOR, hits=hits)
    return replace(answer, **parts)


@dataclass
class StandIn:
    """An engine with a number of passages by the mayor, and what it was asked."""

    passages: int = 3
    names: list[str] = field(default_factory=lambda: [MAYOR, "Petra Lindqvist", "Oskar Lindqvist", "Zoë Márquez-Nuñez"])
    answer: Callable[[str], Answer] | None = None
    asked: list[tuple[str, int]] = field(default_factory=list)

    def ask(self, question: str, *, k: int = 5, **_: Any) -> Answer:
        self.asked.append((question, k))
        if self.answer:
            return self.answer(question)
        hits = (a_hit(f"“Promise number {n}.”", n) for n in range(min(k, self.passages)))
        return an_answer(*hits, question=question)

    def converse(self, question: str, dialog: Dialog, *, k: int = 5, **_: Any) -> tuple[Answer, Dialog]:
        return self.ask(question, k=k), dialog

    def speakers(self) -> list[str]:
        return self.names

    def topics(self) -> list[str]:
        return []

    def neighbours(self, article: str, paragraph: int, n: int) -> list[Hit]:
        around = range(max(0, paragraph - n), paragraph + n + 1)
        return [a_hit(f"Neighbour {number} of {article}.", number) for number in around]

    def sources(self) -> list[str]:
        return ["/articles", "https://wire.example/feed"]

    def describe(self) -> str:
        return "120 articles, 1,480 passages, built 2026-11-24 04:00"

    def questions(self) -> list[str]:
        return [question for question, _ in self.asked]


class Screen(io.StringIO):
    """Output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@dataclass
class Run:
    code: int
    out: str
    err: str


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Run]:
    def run(engine: ChatEngine, *lines: str | bytes, k: int = 5) -> Run:
        data = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
        out, err = io.StringIO(), io.StringIO()
        for name, stream in {"stdin": io.TextIOWrapper(io.BytesIO(data)), "stdout": out, "stderr": err}.items():
            monkeypatch.setattr(sys, name, stream)
        return Run(run_chat(engine, state_dir=tmp_path / "state", k=k), out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Run]:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.delenv("NO_COLOR", raising=False)

    def run(engine: ChatEngine, keys: str, k: int = 5) -> Run:
        out, err = Screen(), Screen()
        for name, stream in {"stdin": Screen(), "stdout": out, "stderr": err}.items():
            monkeypatch.setattr(sys, name, stream)
        with create_pipe_input() as keyboard, create_app_session(input=keyboard, output=DummyOutput()):
            keyboard.send_text(keys)
            code = run_chat(engine, state_dir=tmp_path / "state", k=k)
        return Run(code, out.getvalue(), err.getvalue())

    return run


def shown(answer: Answer, width: int = 60) -> str:
    """Return what a terminal without colours would show."""
    stream = io.StringIO()
    TerminalView(Console(file=stream, width=width, color_system=None)).answer(answer)
    return stream.getvalue()


def words_of(text: str) -> str:
    return "".join(text.split())


# What an answer looks like on a screen


def test_a_passage_has_a_number_its_words_its_speaker_and_where_it_stands() -> None:
    lines = shown(an_answer(a_hit())).splitlines()
    assert lines == [
        "",
        " 1  “The ferry will not close while I am mayor,” Brandvold",
        "    told about 200 people in the gymnasium.",
        "    — Adela Brandvold. Quillhaven Ledger, 14 January 2031,",
        "    “Ferry to stay”, paragraph 2",
        "",
    ]


def test_the_words_that_answer_stand_out_and_only_they() -> None:
    words = "The ferry will not close while I am mayor,"
    console = Console(file=io.StringIO(), width=200, record=True, force_terminal=True, color_system="standard")
    TerminalView(console).answer(an_answer(a_hit(words=words)))
    bold_magenta = console.get_style(HIGHLIGHT).render(words)
    assert f"“{bold_magenta}” Brandvold told" in console.export_text(styles=True)


def test_a_passage_in_several_outlets_names_them_all() -> None:
    courier = replace(a_hit().citation, outlet="Orrin County Courier")
    text = shown(an_answer(replace(a_hit(), also=(Copy("b.txt", 1, courier),))), 120)
    assert "    also in Orrin County Courier, 14 January 2031, “Ferry to stay”, paragraph 2\n" in text


def test_how_a_follow_up_was_understood_stands_above_the_answer() -> None:
    follow_up = an_answer(a_hit(), question="And the money?", standalone="What did Adela Brandvold say of the money?")
    assert shown(follow_up).startswith("→ What did Adela Brandvold say of the money?\n")
    assert "→" not in shown(an_answer(a_hit()))


def test_a_refusal_says_so_and_shows_what_came_near() -> None:
    refusal = an_answer(message="The articles quote no words of Cyrus Wexcombe.", nearest=(a_hit(),))
    lines = shown(refusal).splitlines()
    assert lines[:3] == ["The articles quote no words of Cyrus Wexcombe.", "Nearest:", ""]
    assert lines[3].startswith(" 1  “The ferry")


def test_an_ambiguous_question_lists_who_may_be_meant() -> None:
    who = an_answer(status="ambiguous", choices=("Oskar Lindqvist", "Petra Lindqvist"))
    assert shown(who).splitlines() == ["Who is meant?", "  · Oskar Lindqvist", "  · Petra Lindqvist", ""]


def test_markup_emoji_codes_and_numbers_in_an_article_are_only_words() -> None:
    text = "The sign read [bold red]stop[/] and :smile: and [/nonsense] and 42."
    assert text in shown(an_answer(a_hit(text)), 120)


@pytest.mark.parametrize("hostile", ["\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\r", "\x08", "\u202e", "\ud800"])
def test_nothing_in_an_article_acts_on_the_screen(hostile: str) -> None:
    source = replace(a_hit().citation, title=f"A{hostile}B", outlet=hostile)
    answer = an_answer(replace(a_hit(f"a{hostile}b"), citation=source), message=f"x{hostile}y")
    stream = io.StringIO()
    PlainView(stream).answer(answer)
    for text in (shown(answer, 200), stream.getvalue()):
        assert hostile not in text
        assert "\x1b" not in text
        text.encode()


pieces = st.sampled_from(
    ["[bold]", "[/]", "\x1b[31m", "\x1b]8;;http://x\x07", ":bomb:", " ", "\n", "\t", "“", "”", "語"]
)
hostile_texts = st.lists(pieces | st.text(st.characters(), max_size=20), min_size=1).map("".join)


@given(hostile_texts, st.integers(24, 120), st.data())
def test_every_word_of_a_passage_is_shown_in_order_and_no_control_character(
    text: str, width: int, data: st.DataObject
) -> None:
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    hit = replace(a_hit("x" + text), highlights=((start, end),), quotations=())
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=True, color_system="standard")
    TerminalView(console).answer(an_answer(hit))
    plain = ESCAPE.sub("", stream.getvalue())
    assert not [char for char in plain if char != "\n" and printable(char) != char]
    assert words_of(plain).startswith(words_of("1x" + printable(text)) + words_of("Quillhaven Ledger"))
    assert all(cell_len(line) <= width for line in plain.split("\n"))


@given(st.text(st.characters(), max_size=50))
def test_making_text_printable_leaves_every_offset_where_it_was(text: str) -> None:
    assert len(printable(text)) == len(text)
    assert printable(printable(text)) == printable(text)


# Through a pipe


def test_a_pipe_gets_answers_on_stdout_and_everything_else_on_stderr(piped: Callable[..., Run]) -> None:
    run = piped(StandIn(passages=1), "What did the mayor say?", "/sources", "/help", "/nonsense")
    origin = "— Adela Brandvold. Quillhaven Ledger, 14 January 2031, “Ferry to stay”, paragraph 1"
    assert run.out == f"1. “Promise number 0.”\n   {origin}\n\n"
    greeting, *rest = run.err.splitlines()
    assert greeting == "120 articles, 1,480 passages, built 2026-11-24 04:00. /help lists the commands."
    assert rest[:2] == ["/articles", "https://wire.example/feed"]
    assert rest[-1].startswith("There is no /nonsense. The commands are /more,")


def test_a_pipe_gets_no_escape_codes_even_where_colour_is_forced(
    piped: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    run = piped(StandIn(), "What did the mayor say?", "/context 1", "/more")
    assert "\x1b" not in run.out + run.err


def test_blank_lines_and_stray_spaces_are_no_part_of_a_question(piped: Callable[..., Run]) -> None:
    engine = StandIn()
    piped(engine, "", "   ", "\t", "  What did \t the mayor say?  ")
    assert engine.questions() == ["What did the mayor say?"]


def test_a_last_line_without_an_end_is_asked_too_and_quit_ends_the_reading(piped: Callable[..., Run]) -> None:
    engine = StandIn()
    assert piped(engine, "one", "two").code == 0
    assert piped(engine, "three", "/quit", "four").code == 0
    assert engine.questions() == ["one", "two", "three"]


def test_an_error_is_one_line_and_the_next_question_is_answered(piped: Callable[..., Run]) -> None:
    def answer(question: str) -> Answer:
        if question == "one":
            raise DamagedError("passages.faiss\nis damaged", Advice.MEND_INDEX)
        return an_answer(a_hit())

    run = piped(StandIn(answer=answer), "one", "two")
    assert run.err.splitlines()[1:] == ["onrecord: passages.faiss is damaged; run `onrecord index` to mend it"]
    assert PROMISE in run.out
    assert run.code == 1


def test_a_mistake_in_the_program_is_not_hidden(piped: Callable[..., Run]) -> None:
    def answer(question: str) -> Answer:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        piped(StandIn(answer=answer), "one")


def test_bytes_that_are_no_text_do_not_end_the_conversation(piped: Callable[..., Run]) -> None:
    engine = StandIn()
    assert piped(engine, b"caf\xe9 \x1b[31m", "two").code == 0
    assert engine.questions() == ["caf\ufffd \ufffd[31m", "two"]


# Commands


def test_more_pages_through_the_rest_and_numbers_on(piped: Callable[..., Run]) -> None:
    engine = StandIn(passages=5)
    run = piped(engine, "q", "/more", "/more", "/more", k=2)
    assert re.findall(r"^(\d)\. “Promise number (\d)", run.out, re.MULTILINE) == [
        (str(n + 1), str(n)) for n in range(5)
    ]
    assert run.err.splitlines()[1:] == ["There are no further passages."]
    assert [k for _, k in engine.asked] == [2, 50], "the larger answer is asked for once"


def test_more_of_a_follow_up_asks_the_question_as_it_was_understood(piped: Callable[..., Run]) -> None:
    engine = StandIn(
        answer=lambda question: an_answer(a_hit(), question=question, standalone="What did she say of it?")
    )
    run = piped(engine, "And that?", "/more")
    assert engine.questions() == ["And that?", "What did she say of it?"]
    assert run.out.count("The ferry will not close") == 1, "passages already shown are not shown again"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(None, "Ask something first"), (an_answer(nearest=(a_hit(),)), "There are no further passages")],
)
def test_more_without_anything_more_says_so(piped: Callable[..., Run], answer: Answer | None, expected: str) -> None:
    engine = StandIn(answer=lambda _: answer or an_answer())
    run = piped(engine, *(["q"] if answer else []), "/more")
    assert run.err.splitlines()[-1].startswith(expected)
    assert len(engine.asked) == (1 if answer else 0)


def test_context_shows_the_neighbours_of_a_passage_also_of_one_that_more_brought(piped: Callable[..., Run]) -> None:
    run = piped(StandIn(passages=5), "q", "/more", "/context 4", k=2)
    *neighbours, origin = run.out.strip().split("\n\n")[-6:]
    assert neighbours == [f"[{n + 1}] Neighbour {n} of ferry.txt." for n in range(1, 6)]
    assert origin.endswith("paragraph 4")


def test_context_on_a_screen_keeps_the_words_that_answered_and_marks_no_others(typed: Callable[..., Run]) -> None:
    engine = StandIn()
    engine.neighbours = lambda article, *_: [a_hit(f"Near {n} of {article}.", n) for n in range(2)]  # type: ignore[method-assign]
    colourful = typed(engine, f"q\r/context 2\r{CTRL_D}").out
    screen = ESCAPE.sub("", colourful)
    assert "\n¶1  Near 0 of ferry.txt.\n" in screen
    assert "\n¶2  “Promise number 1.”\n" in screen
    assert "35m“Promise number 1" in colourful
    assert "35mNear" not in colourful


def test_more_on_a_screen_numbers_on(typed: Callable[..., Run]) -> None:
    screen = ESCAPE.sub("", typed(StandIn(passages=3), f"q\r/more\r{CTRL_D}", k=2).out)
    assert re.findall(r"^ (\d)  “", screen, re.MULTILINE) == ["1", "2", "3"]


@pytest.mark.parametrize("argument", ["0", "4", "x", "-1", "²", "9" * 5000])
def test_context_of_no_passage_says_which_there_are(piped: Callable[..., Run], argument: str) -> None:
    run = piped(StandIn(passages=3), "q", f"/context {argument}")
    assert run.err.splitlines()[-1] == "/context takes the number of a passage, 1 to 3."


def test_context_before_any_passage_and_of_an_article_that_went_says_so(piped: Callable[..., Run]) -> None:
    engine = StandIn()
    engine.neighbours = lambda *_: []  # type: ignore[method-assign]
    lines = piped(engine, "/context 1", "q", "/context").err.splitlines()
    assert lines[1:] == ["There is no passage yet.", "That article is no longer in the index."]


# At a terminal


def test_a_typed_question_is_answered_until_ctrl_d(typed: Callable[..., Run]) -> None:
    engine = StandIn()
    run = typed(engine, f"What did the mayor say?\r{CTRL_D}", k=3)
    assert engine.asked == [("What did the mayor say?", 3)]
    assert "Promise number 2" in run.out
    assert run.code == 0


def test_ctrl_c_clears_the_line_and_the_next_question_is_asked(typed: Callable[..., Run]) -> None:
    engine = StandIn()
    assert typed(engine, f"never mind{CTRL_C}What now?\r{CTRL_D}").code == 0
    assert engine.questions() == ["What now?"]


@pytest.fixture
def heeds_ctrl_c() -> Iterator[None]:
    """Ctrl-C is heard as at a terminal; what a shell starts in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeds_ctrl_c")
def test_ctrl_c_stops_a_running_question_at_once_and_the_conversation_goes_on(typed: Callable[..., Run]) -> None:
    released = threading.Event()

    def answer(question: str) -> Answer:
        if question == "slow":
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            released.wait(30)
        return an_answer(a_hit())

    run = typed(StandIn(answer=answer), f"slow\rquick\r{CTRL_D}")
    released.set()
    assert run.out.count("The ferry") == 1
    assert "Traceback" not in run.err


def test_ctrl_c_ends_a_piped_conversation_without_a_traceback(piped: Callable[..., Run]) -> None:
    def answer(question: str) -> Answer:
        raise KeyboardInterrupt

    assert piped(StandIn(answer=answer), "one", "two").code == 130


@pytest.mark.parametrize("no_color", [True, False])
def test_no_color_is_respected(typed: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, no_color: bool) -> None:
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    out = typed(StandIn(passages=1), f"q\r{CTRL_D}").out
    colours = [code for codes in ESCAPE.findall(out) for code in codes[2:-1].split(";") if code.startswith(("3", "9"))]
    assert bool(colours) is not no_color


def test_notes_wrap_at_words_on_a_terminal(typed: Callable[..., Run]) -> None:
    greeting = typed(StandIn(), CTRL_D).err.splitlines()
    assert greeting == ["120 articles, 1,480 passages, built 2026-11-24 04:00. /help", "lists the commands."]


def test_questions_are_remembered_for_the_next_run_and_private(typed: Callable[..., Run], tmp_path: Path) -> None:
    typed(StandIn(), f"First?\rSecond?\r{CTRL_D}")
    typed(StandIn(), f"Third?\r{CTRL_D}")
    history = tmp_path / "state" / HISTORY
    assert re.findall(r"^\+(.*)$", history.read_text(), re.MULTILINE) == ["First?", "Second?", "Third?"]
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
    assert stat.S_IMODE(history.parent.stat().st_mode) == 0o700


def test_a_state_folder_that_cannot_be_used_costs_only_the_history(typed: Callable[..., Run], tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    engine = StandIn()
    assert typed(engine, f"First?\r{CTRL_D}").code == 0
    assert engine.questions() == ["First?"]


def test_a_history_that_cannot_be_read_is_said_in_one_line(typed: Callable[..., Run], tmp_path: Path) -> None:
    (tmp_path / "state" / HISTORY).mkdir(parents=True)
    engine = StandIn()
    run = typed(engine, f"First?\r{CTRL_D}")
    assert engine.questions() == ["First?"]
    assert "No earlier questions" in run.err
    assert "Traceback" not in run.err


# Completion


def completed(typed: str, engine: ChatEngine | None = None) -> list[str]:
    completer = ChatCompleter(COMMANDS, (engine or StandIn()).speakers)
    found = completer.get_completions(Document(typed), CompleteEvent())
    return [typed[: len(typed) + one.start_position] + one.text for one in found]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("What did Adela Br", ["What did Adela Brandvold"]),
        ("what did bRAND", ["what did Adela Brandvold"]),
        ("lindqv", ["Petra Lindqvist", "Oskar Lindqvist"]),
        ("what did oskar ", ["what did Oskar Lindqvist"]),
        ("did marquez", ["did Zoë Márquez-Nuñez"]),
        ("did Nuñ", ["did Zoë Márquez-Nuñez"]),
        ("“bran", ["“Adela Brandvold"]),
        ("vold", []),
        ("what did ", []),
        ("", []),
        ("/", list(COMMANDS)),
        ("/So", ["/sources"]),
        ("/context 1", []),
    ],
)
def test_names_complete_from_any_of_their_words_and_commands_from_the_slash(typed: str, expected: list[str]) -> None:
    assert completed(typed) == expected


def test_names_follow_the_index_and_a_damaged_one_completes_nothing() -> None:
    engine = StandIn(names=[])
    assert completed("tak", engine) == []
    engine.names = ["Rosalind Tak"]
    assert completed("tak", engine) == ["Rosalind Tak"]

    def damaged() -> list[str]:
        raise DamagedError("gone")

    engine.speakers = damaged  # type: ignore[method-assign]
    assert completed("tak", engine) == []


def test_all_names_that_begin_so_are_offered_however_many_there_are() -> None:
    engine = StandIn(names=[f"Person{n} Surname{n}" for n in range(20_000)])
    assert len(completed("what did surname1999", engine)) == 11
