"""A conversation at a terminal, typed through a pseudo-terminal."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests import chat_standin
from tests.chat_standin import CHIEF, MAYOR
from tests.pseudo_terminal import CTRL_C, CTRL_D, ENTER, TAB, UP, Terminal, plain

Chat = Callable[..., Terminal]


@pytest.fixture
def chat(tmp_path: Path) -> Chat:
    """Begin a conversation with a stand-in for the engine."""

    def begin(kind: str = "plain", *options: str, columns: int = 80, lines: int = 24, **env: str) -> Terminal:
        words = [chat_standin.__file__, kind, str(tmp_path / "state"), *options]
        project = str(Path(chat_standin.__file__).parent.parent)
        given = {"TERM": "xterm-256color", "PYTHONPATH": project, "PAGER": "cat", **env}
        kept = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "COLUMNS", "LINES"}}
        return Terminal(words, kept | given, columns=columns, lines=lines)

    return begin


def script(folder: Path, text: str) -> str:
    """Return the path of an executable script."""
    path = folder / "pager"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def ask(terminal: Terminal, words: str) -> str:
    """Type a line at the prompt; return what is shown up to the next one."""
    terminal.type(words + ENTER)
    terminal.wait_for(re.escape(words.rpartition(" ")[2]))
    return terminal.prompt()


def test_questions_are_answered_until_ctrl_d(chat: Chat) -> None:
    with chat() as terminal:
        assert "built 2031-04-01 04:00 UTC. /help lists the commands." in " ".join(terminal.prompt().split())
        assert "— Adela Brandvold. Quillhaven Ledger, 14 January 2031" in ask(terminal, "What now?")
        terminal.type(CTRL_D)
        assert terminal.end() == 0


def test_up_brings_back_the_questions_of_an_earlier_conversation(chat: Chat) -> None:
    with chat() as terminal:
        terminal.prompt()
        ask(terminal, "What of the ferry?")
        terminal.type(CTRL_D)
        assert terminal.end() == 0
    with chat() as terminal:
        terminal.prompt()
        terminal.type(UP)
        terminal.wait_for("What of the ferry\\?")
        terminal.type(ENTER)
        assert "Promise number 0" in terminal.prompt()


def test_tab_completes(chat: Chat) -> None:
    completions = {
        "did brandv": MAYOR,
        "about the fest": "festival",
        "/quotes petra": CHIEF,
        "/in ledg": "Quillhaven Ledger",
        "/spea": "/speakers",
    }
    with chat() as terminal:
        terminal.prompt()
        for typed, completed in completions.items():
            terminal.type(f"{typed}{TAB}!")
            terminal.wait_for(re.escape(completed[-4:]) + "!")
            terminal.type(CTRL_C)
            terminal.prompt()


def test_ctrl_c_in_the_middle_of_an_answer_gives_the_prompt_back(chat: Chat) -> None:
    with chat("slow") as terminal:
        terminal.prompt()
        terminal.type(f"slow one{ENTER}")
        terminal.wait_for("thinking\n")
        terminal.type(CTRL_C)
        terminal.prompt()
        assert "Promise number 0" in ask(terminal, "quick one?")
        assert "Traceback" not in terminal.raw


def test_a_resized_terminal_gets_lines_of_its_new_width(chat: Chat) -> None:
    with chat() as terminal:
        terminal.prompt()
        ask(terminal, "wide?")
        terminal.resize(40, 15)
        answer = ask(terminal, "narrow?")
        assert "Promise number 2" in answer
        assert max(map(len, answer.splitlines())) <= 40


def test_filters_stand_in_the_prompt_on_a_line_of_their_own_where_it_is_narrow(chat: Chat) -> None:
    with chat(columns=100) as terminal:
        terminal.prompt()
        assert ask(terminal, "/since 2031").endswith("\nsince 1 January 2031 >")
        terminal.resize(40, 15)
        assert "\nsince 1 January 2031, in Quillhaven\nLedger\n>" in ask(terminal, "/in ledger")


def test_an_address_is_a_link_only_where_it_is_safe(chat: Chat) -> None:
    with chat() as terminal:
        terminal.prompt()
        ask(terminal, "q?")
        assert re.search(r"\x1b\]8;[^;]*;https://ledger\.example/ferry\x1b\\", terminal.raw)
    with chat("hostile") as terminal:
        terminal.prompt()
        ask(terminal, "q?")
        ask(terminal, "/open 1")
        ask(terminal, "/in nowhere")
        assert "\x1b]" not in terminal.raw
        assert "\x1b[2J" not in terminal.raw
        assert not {"\x07", "\x9b", "\u202e"} & set(terminal.raw)


def test_a_whole_article_goes_through_the_pager_that_the_person_prefers(chat: Chat, tmp_path: Path) -> None:
    kept = tmp_path / "paged"
    with chat("long", PAGER=f"{script(tmp_path, 'cat >' + str(kept))} -x") as terminal:
        terminal.prompt()
        ask(terminal, "q?")
        ask(terminal, "/open 3")
    text = plain(kept.read_text())
    assert "The ferry\nQuillhaven Ledger, 14 January 2031\n" in text
    assert "\n   2 “Promise number 1.”\n" in text
    assert "\n>  3 “Promise number 2.”\n" in text
    assert text.count("Promise number") == 60


@pytest.mark.parametrize("pager", ["cat", "", "no-such-pager", "'"])
def test_without_a_pager_an_article_is_shown_at_once(chat: Chat, pager: str) -> None:
    with chat("long", PAGER=pager) as terminal:
        terminal.prompt()
        ask(terminal, "q?")
        shown = ask(terminal, "/open 3")
        assert shown.count("Promise number") == 60
        assert ("no-such-pager cannot be started" in shown) is (pager == "no-such-pager")
        assert "Traceback" not in shown


def test_what_fits_the_screen_needs_no_pager(chat: Chat, tmp_path: Path) -> None:
    with chat(PAGER=script(tmp_path, "echo paged; cat")) as terminal:
        terminal.prompt()
        ask(terminal, "q?")
        shown = ask(terminal, f"/quotes {MAYOR}")
        assert "Promise number 2" in shown
        assert "paged" not in shown


def test_who_leaves_the_pager_early_is_back_at_the_prompt(chat: Chat, tmp_path: Path) -> None:
    with chat("long", PAGER=script(tmp_path, "head -n 1 >/dev/null")) as terminal:
        terminal.prompt()
        assert "Traceback" not in ask(terminal, f"/quotes {MAYOR}")
        assert "Promise number 0" in ask(terminal, "q?")


def test_no_color_leaves_no_colours_and_suggests_nothing_that_looks_typed(chat: Chat) -> None:
    with chat(NO_COLOR="1") as terminal:
        terminal.prompt()
        ask(terminal, "What of the ferry?")
        ask(terminal, "/open 1")
        terminal.type("What")
        shown = terminal.wait_for("What")
        assert "of the ferry" not in shown
        codes = {code for codes in re.findall(r"\x1b\[([0-9;]*)m", terminal.raw) for code in codes.split(";")}
        assert not {code for code in codes if len(code) > 1}


def test_plain_is_lines_of_words_and_nothing_else(chat: Chat) -> None:
    with chat("plain", "--plain") as terminal:
        terminal.wait_for("Question: $")
        terminal.type("What now?\n")
        shown = terminal.wait_for("Question: $")
        assert "Passage 1.\n“Promise number 0.”\n" in shown
        assert "Said by Adela Brandvold.\nQuillhaven Ledger, 14 January 2031, “The ferry”, paragraph 1.\n" in shown
        assert "Link: https://ledger.example/ferry\n" in shown
        terminal.type("/since 2031\n")
        assert "Asking articles since 1 January 2031.\nQuestion: " in terminal.wait_for("Question: $")
        terminal.type(f"dropped{CTRL_C}")
        terminal.wait_for("Question: $")
        terminal.type(CTRL_D)
        assert terminal.end() == 0
        assert "\x1b" not in terminal.raw


@pytest.mark.parametrize("options", [[], ["--plain"]])
def test_a_narrow_terminal_gets_no_broken_words(chat: Chat, options: list[str]) -> None:
    with chat("plain", *options, columns=30, lines=15) as terminal:
        wait = partial(terminal.wait_for, "Question: $") if options else terminal.prompt
        wait()
        for line in ("q?", "/speakers", f"/quotes {MAYOR}", "/open 1", "/help"):
            terminal.type(line + ENTER)
            terminal.wait_for(re.escape(line.rpartition(" ")[2]))
            shown = wait().splitlines()
            assert [long for long in shown if len(long) > 30 and " " in long.strip()] == []


@pytest.mark.parametrize("options", [[], ["--plain"]])
def test_a_new_generation_is_told_between_two_prompts(chat: Chat, options: list[str]) -> None:
    with chat("renewed", *options) as terminal:
        wait = partial(terminal.wait_for, "Question: $") if options else terminal.prompt
        wait()
        terminal.type(f"q?{ENTER}")
        terminal.wait_for("Promise number 0")
        told = terminal.wait_for("now answering from the first\n")
        assert "torch" in told
        if not options:
            terminal.wait_for("now answering from the second\n")
        wait()
