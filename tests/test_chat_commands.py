"""The commands of a conversation, line by line through a pipe."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from bot.chat.prompt import MOST_TOPICS, ChatCompleter
from bot.chat.session import COMMANDS, HELP, REMEMBERED, run_chat
from bot.render.filters import Filters, first_day, matching
from bot.render.markdown import escaped
from bot.render.text import link_target
from retrieval.core.answer import Answer, Citation
from tests import chat_standin
from tests.chat_standin import HOSTILE, LEDGER, MAYOR, StandIn

PAGE = (Path(__file__).parent.parent / "docs" / "chat.md").read_text()
GREETING = 1


@dataclass
class Run:
    code: int
    out: str
    err: list[str]


Talk = Callable[..., Run]


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Talk:
    """Have a conversation through a pipe; the notes come without the greeting."""
    monkeypatch.chdir(tmp_path)

    def run(*lines: str, engine: StandIn | None = None, end: str = "\n", plain: bool = False) -> Run:
        out, err = io.StringIO(), io.StringIO()
        data = io.BytesIO("".join(line + end for line in lines).encode())
        for name, stream in {"stdin": io.TextIOWrapper(data), "stdout": out, "stderr": err}.items():
            monkeypatch.setattr(sys, name, stream)
        code = run_chat(engine or StandIn(), state_dir=tmp_path / "state", plain=plain)
        return Run(code, out.getvalue(), err.getvalue().splitlines()[GREETING:])

    return run


def test_every_command_is_documented() -> None:
    assert [usage for usage in HELP if f"`{usage}`" not in PAGE] == []


def test_help_lists_every_command(talk: Talk) -> None:
    listed = [line.split()[0] for line in talk("/help").err]
    assert listed[: len(COMMANDS)] == list(COMMANDS)


# The whole article


def test_open_shows_the_whole_article_with_the_passage_marked(talk: Talk) -> None:
    opened = talk("q", "/open 2").out.partition("The ferry\n\n")[2]
    assert opened == (
        "Quillhaven Ledger, 14 January 2031\n\nhttps://ledger.example/ferry\n\n"
        "[1] “Promise number 0.”\n\n> [2] “Promise number 1.”\n\n[3] “Promise number 2.”\n\n"
    )


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["/open 1"], "There is no passage yet."),
        (["q", "/open 9"], "/open takes the number of a passage, 1 to 4."),
        (["q", "/open x"], "/open takes the number of a passage, 1 to 4."),
    ],
)
def test_open_of_no_passage_says_which_there_are(talk: Talk, lines: list[str], said: str) -> None:
    assert talk(*lines).err == [said]


def test_open_of_an_article_that_went_says_so(talk: Talk) -> None:
    engine = StandIn()
    answer = engine.ask("q")
    engine.ask = lambda *_, **__: answer  # type: ignore[method-assign]
    engine.article = lambda _: []  # type: ignore[method-assign]
    assert talk("q", "/open", engine=engine).err == ["That article is no longer in the index."]


# Checking what somebody is to have said


def test_verify_tells_the_verdict_with_the_passage_that_can_be_opened(talk: Talk) -> None:
    engine = StandIn()
    told = talk(f"/verify “Promise number 0” by {MAYOR}", "/open 1", engine=engine)
    assert engine.asked == [(f"{MAYOR}: Promise number 0", None)]
    assert told.out.startswith(f"Exact. These are the words of {MAYOR}.\n\n1. “Promise number 0.”\n")
    assert "> [1] “Promise number 0.”" in told.out


def test_verify_asks_within_the_filters(talk: Talk) -> None:
    engine = StandIn()
    talk(f"/in {LEDGER}", "/verify “Promise”", engine=engine)
    assert engine.asked == [("None: Promise", ("ferry.txt",))]


def test_verify_without_words_says_how(talk: Talk) -> None:
    assert talk("/verify").err == ["/verify takes words and a name, such as /verify “we hold for 48 hours” by Gimenez."]


# Who said what


def test_quotes_lists_what_somebody_said_each_with_its_citation(talk: Talk) -> None:
    out = talk(f"/quotes {MAYOR}").out
    assert out.count("Adela Brandvold (direct): “Promise number") == 3
    assert out.count("   Quillhaven Ledger, 14 January 2031, “The ferry”, paragraph ") == 3


def test_quotes_alone_is_of_whoever_spoke_last(talk: Talk) -> None:
    assert talk("q", "/quotes").out.count("Adela Brandvold (direct)") == 3
    assert talk("/quotes").err[0].startswith("/quotes takes the name of a speaker")


def test_quotes_of_nobody_is_one_line(talk: Talk) -> None:
    run = talk("/quotes Cyrus Wexcombe")
    assert (run.code, run.out) == (1, "")
    assert run.err == ["onrecord: Cyrus Wexcombe: nobody of that name is quoted"]


def test_quotes_and_speakers_keep_to_the_filters(talk: Talk) -> None:
    run = talk("/in WQHV", "/speakers", f"/quotes {MAYOR}")
    assert run.out == "     1  Petra Lindqvist (1 article, 2031-03-04)\n"
    assert run.err[1:] == ["Adela Brandvold is not quoted in the articles in WQHV."]
    assert "Adela Brandvold (1 article" in talk("/speakers").out


# Filters


def test_filters_limit_the_questions_that_follow_until_they_are_removed(talk: Talk) -> None:
    engine = StandIn()
    run = talk(
        "/since february 2031", "one", "/in ledger", "/since", "/in ledger", "two", "/in", "three", engine=engine
    )
    assert engine.asked == [("one", ("pier.txt",)), ("two", ("ferry.txt",)), ("three", None)]
    assert run.err == [
        "Questions are now asked of 1 of 2 articles: since 1 February 2031.",
        "There is no article since 1 February 2031, in Quillhaven Ledger; nothing was changed.",
        "Questions are now asked of every article.",
        "Questions are now asked of 1 of 2 articles: in Quillhaven Ledger.",
        "Questions are now asked of every article.",
    ]


def test_more_keeps_to_the_filters(talk: Talk) -> None:
    engine = StandIn(passages=9)
    talk("/in ledger", "one", "/more", engine=engine)
    assert [scope for _, scope in engine.asked] == [("ferry.txt",), ("ferry.txt",)]


def test_an_unknown_outlet_says_which_there_are(talk: Talk) -> None:
    assert talk("/in Nowhere").err == ["There is no outlet “Nowhere”. There are: Quillhaven Ledger; WQHV."]
    assert talk("/in q").err == ["“q” may be: Quillhaven Ledger; WQHV."]


def test_a_great_many_outlets_are_not_all_named(talk: Talk) -> None:
    engine = StandIn()
    engine.outlets = lambda: {f"Outlet {n}": 1 for n in range(1000)}  # type: ignore[method-assign]
    (line,) = talk("/in Nowhere", engine=engine).err
    assert line.endswith("Outlet 19 and 980 more.")


def test_a_day_that_is_none_says_how_to_write_one(talk: Talk) -> None:
    assert talk("/since soon").err == [
        "“soon” is no day that /since knows; write 2017-02-07, 2017-02, February 2017 or 7 February 2017."
    ]


def test_a_generation_that_comes_between_filter_and_question_costs_nothing(talk: Talk) -> None:
    engine = StandIn(gone=["ferry.txt"])
    run = talk("/in ledger", "q", engine=engine)
    assert run.code == 0
    assert "Promise number 0" in run.out


def test_nor_does_one_that_comes_before_more(talk: Talk) -> None:
    engine = StandIn(passages=8)
    asks = engine.ask

    def ask(question: str, *, k: int = 5, **options: Any) -> Answer:
        if k > 5 and len(engine.asked) == 1:
            engine.gone.append("ferry.txt")
        return asks(question, k=k, **options)

    engine.ask = ask  # type: ignore[method-assign]
    run = talk("/in ledger", "q", "/more", engine=engine)
    assert run.code == 0
    assert "Promise number 7" in run.out


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2017-02-07", (2017, 2, 7)),
        ("2017-2", (2017, 2, 1)),
        ("2017", (2017, 1, 1)),
        ("february 2017", (2017, 2, 1)),
        ("Sept. 2017", (2017, 9, 1)),
        ("7 Feb 2017", (2017, 2, 7)),
        ("February 7th, 2017", (2017, 2, 7)),
        ("may 2017", (2017, 5, 1)),
        ("2017-02-30", None),
        ("30 february 2017", None),
        ("ma 2017", None),
        ("february", None),
        ("7 8 february 2017", None),
        ("in february 2017", None),
        ("0000", None),
        ("²017", None),
        ("", None),
    ],
)
def test_days_are_read_as_people_type_them(typed: str, day: tuple[int, int, int] | None) -> None:
    assert first_day(typed) == (date(*day) if day else None)


@given(st.text(max_size=20))
def test_any_text_is_a_day_or_none(text: str) -> None:
    assert first_day(text) is None or isinstance(first_day(text), date)


def test_an_outlet_is_meant_by_its_name_or_a_part_of_it() -> None:
    outlets = ["Ledger", "Quillhaven Ledger", "Courier  of\tOrrin"]
    assert matching("LEDGER", outlets) == ["Ledger"]
    assert matching("quill", outlets) == ["Quillhaven Ledger"]
    assert matching("courier of orrin", outlets) == ["Courier  of\tOrrin"]
    assert matching("x", outlets) == []


def test_a_filter_holds_what_it_names_and_nothing_without_a_date() -> None:
    def citation(day: str | None) -> Citation:
        return Citation("T", LEDGER, day, None, 1, (0, 1), "a.txt", "0")

    assert Filters().hold(citation(None))
    assert Filters(date(2031, 1, 14), LEDGER).hold(citation("2031-01-14"))
    assert not Filters(date(2031, 1, 15)).hold(citation("2031-01-14"))
    assert not Filters(date(2031, 1, 15)).hold(citation(None))
    assert not Filters(outlet="WQHV").hold(citation(None))


# Why, saving, and forgetting


def test_why_tells_how_the_last_question_was_read_and_scored(talk: Talk) -> None:
    lines = talk("/in ledger", "what did Brandvold say about the ferry?", "/why").err[1:]
    assert lines == [
        "Question: what did Brandvold say about the ferry?",
        "Articles: in Quillhaven Ledger",
        "It asks for: somebody’s words",
        "Speaker: “Brandvold” is Adela Brandvold (3 quotations)",
        "Topic: about the ferry",
        "Score: how well the speaker’s words fit the topic; from 1.1 on it answers",
        "   1  1.50 (vector 0.41, words -, fused 1.00): Quillhaven Ledger, 14 January 2031, paragraph 1",
    ]
    assert talk("/why").err == ["Ask something first; /why then tells how it was read."]


def test_save_writes_the_conversation_as_markdown(talk: Talk, tmp_path: Path) -> None:
    run = talk("What *now*?", "/in ledger", "And then?", "/save my notes.md")
    assert run.err[-1] == "Saved 2 questions to my notes.md."
    text = (tmp_path / "my notes.md").read_text()
    assert text.startswith(
        "# Conversation\n\n2 questions to 2 articles, 4 passages, 4 quotations; built 2031-04-01 04:00 UTC.\n\n"
        "## What \\*now\\*?\n\n> “Promise number 0.”\n>\n> — Adela Brandvold. Quillhaven Ledger, 14 January 2031, “The "
        "ferry”, paragraph 1, <https://ledger.example/ferry>\n\n> “Promise number 1.”\n"
    )
    assert "\n\n## And then?\n\nArticles in Quillhaven Ledger.\n\n> “Promise number 0.”\n" in text


def test_save_holds_what_more_brought(talk: Talk, tmp_path: Path) -> None:
    talk("q", "/more", "/save a.md", engine=StandIn(passages=7))
    assert (tmp_path / "a.md").read_text().count("> “Promise number") == 7


def test_save_never_replaces_a_file_unless_it_is_told_to(talk: Talk, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("mine")
    run = talk("q", "/save a.md")
    assert run.err == ["onrecord: a.md: is there already; /save! a.md replaces it"]
    assert (tmp_path / "a.md").read_text() == "mine"
    assert run.code == 1
    assert talk("q", "/save! a.md").err == ["Saved 1 question to a.md, in place of what was there."]
    assert (tmp_path / "a.md").read_text().startswith("# Conversation")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.md"]


@pytest.mark.parametrize("name", ["gone/a.md", ".", "x" * 300, "a.md/b", "~nobody-of-that-name/a.md"])
def test_what_cannot_be_written_is_said_in_one_line(talk: Talk, tmp_path: Path, name: str) -> None:
    (tmp_path / "a.md").write_text("")
    for command in ("/save", "/save!"):
        (line,) = talk("q", f"{command} {name}").err
        assert line.startswith(f"onrecord: {name}: ")
        assert "Traceback" not in line


def test_save_without_a_name_or_a_question_says_so(talk: Talk) -> None:
    assert talk("q", "/save").err == ["/save takes the name of a file, such as /save answers.md."]
    assert talk("/save a.md").err == ["There is nothing to save yet."]


@given(st.text(max_size=60))
def test_markdown_is_escaped_on_one_line_and_loses_nothing(text: str) -> None:
    shown = escaped(text)
    assert "\n" not in shown
    assert len(re.sub(r"\\(?=[^A-Za-z0-9\s])", "", shown)) <= len(text)
    assert not re.match(r"\s*(?:#+(?:\s|$)|>|[-+*](?:\s|$)|\d+[.)](?:\s|$))", shown)


def test_new_forgets_the_conversation_and_keeps_the_filters(talk: Talk) -> None:
    engine = StandIn()
    run = talk("/in ledger", "q", "/new", "/more", "/context", "/why", "/save a.md", "/quotes", "r", engine=engine)
    assert run.err[1] == "A new conversation. Questions are still asked of the articles in Quillhaven Ledger."
    assert [line.partition(" ")[0] for line in run.err[2:]] == ["Ask", "There", "Ask", "There", "/quotes"]
    assert engine.asked[-1] == ("r", ("ferry.txt",))


# What comes in


def test_windows_line_ends_and_a_mark_at_the_beginning_are_no_part_of_a_question(talk: Talk) -> None:
    engine = StandIn()
    talk("\ufeffone", "/in ledger", "two", engine=engine, end="\r\n")
    assert engine.asked == [("one", None), ("two", ("ferry.txt",))]


def test_nothing_in_an_article_acts_on_a_screen_whatever_shows_it(talk: Talk, tmp_path: Path) -> None:
    commands = ["q", "/open", "/context", "/quotes", "/speakers", "/in x", "/in ledger", "q", "/why", "/save a.md"]
    for plain in (False, True):
        engine = StandIn(hostile=HOSTILE, url=f"https://x{HOSTILE}")
        run = talk(*commands, engine=engine, plain=plain)
        text = "".join([run.out, *run.err, (tmp_path / "a.md").read_text()])
        assert "Promise number 0" in text
        assert not [char for char in text if not char.isprintable() and char != "\n"]
        (tmp_path / "a.md").unlink()


def test_huge_lines_cost_nothing_that_stays(talk: Talk, tmp_path: Path) -> None:
    huge = "ferry " * 500_000
    run = talk(huge, f"/in {huge}", f"/since {huge}", f"/open {huge}", "/save a.md")
    assert run.code == 0
    assert (tmp_path / "a.md").stat().st_size < 10_000


def test_a_thousand_questions_leave_a_bounded_memory(talk: Talk, tmp_path: Path) -> None:
    run = talk(*["q"] * 1000, "/save a.md")
    assert run.err == [f"Saved {REMEMBERED} questions to a.md. The first {1000 - REMEMBERED} are no longer remembered."]
    assert (tmp_path / "a.md").read_text().count("\n## q\n") == REMEMBERED


def test_a_thousand_questions_do_not_make_the_process_grow(tmp_path: Path) -> None:
    command = [sys.executable, chat_standin.__file__, "measured", str(tmp_path)]
    env = os.environ | {"PYTHONPATH": str(Path(chat_standin.__file__).parent.parent)}
    lines = "".join(f"question number {n}\n/why\n/context\n" for n in range(1000))
    done = subprocess.run(command, input=lines, env=env, capture_output=True, text=True, check=True)
    early, late = map(int, re.findall(r"^memory (\d+)$", done.stderr, re.MULTILINE))
    assert late - early < 8 * 1024  # KiB


def test_spoken_answers_say_in_words_what_others_say_in_signs(talk: Talk) -> None:
    run = talk("q", "/context 2", "/open 1", f"/quotes {MAYOR}", "/speakers", plain=True)
    assert "Passage 4.\n“It was a torch,” she said.\nThe words that answer: It was a torch,” she said\n" in run.out
    assert "Paragraph 2, the passage of the answer.\n“Promise number 1.”\n" in run.out
    assert "The ferry\nQuillhaven Ledger, 14 January 2031\nhttps://ledger.example/ferry\n" in run.out
    assert "Quotation 3, by Adela Brandvold.\n““Promise number 2.””\n" not in run.out
    assert "Adela Brandvold, quotations: 3, articles: 1, 14 January 2031.\n" in run.out
    assert not set("→·¶—>") & set(run.out)


# Completion and links


def completed(typed: str, **more: Callable[[], list[str]]) -> list[str]:
    engine = StandIn()
    arguments = {"/in": engine.outlets, "/open": lambda: ["1", "2"], "/quotes": engine.speakers}
    completer = ChatCompleter(
        COMMANDS, engine.speakers, more.get("topics", lambda: [*engine.topics(), "Brandvold"]), arguments
    )
    found = completer.get_completions(Document(typed), CompleteEvent())
    return [typed[: len(typed) + one.start_position] + one.text for one in found]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("what about fe", ["what about ferry", "what about ferry board", "what about festival"]),
        ("the FERRY b", ["the FERRY Adela Brandvold", "the ferry board"]),
        ("on quill", ["on Quillhaven"]),
        ("did brand", ["did Adela Brandvold"]),
        ("what about ferry board", []),
        ("f", []),
        ("the ", []),
        ("/in ", ["/in Quillhaven Ledger", "/in WQHV"]),
        ("/in wq", ["/in WQHV"]),
        ("/in led", ["/in Quillhaven Ledger"]),
        ("/open ", ["/open 1", "/open 2"]),
        ("/quotes lindq", ["/quotes Petra Lindqvist"]),
        ("/why ", []),
    ],
)
def test_topics_and_arguments_complete(typed: str, expected: list[str]) -> None:
    assert completed(typed) == expected


def test_only_the_most_frequent_topics_are_offered() -> None:
    assert len(completed("about top", topics=lambda: [f"topic{n}" for n in range(10_000)])) == MOST_TOPICS


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://ledger.example/a?b=c#d", "https://ledger.example/a?b=c#d"),
        ("HTTP://ledger.example/Zoë", "HTTP://ledger.example/Zo%C3%AB"),
        ("https://ledger.example/a b>c", "https://ledger.example/a%20b%3Ec"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("https://", None),
        ("https:///x", None),
        (" https://x.example", None),
        ("https://x\x1b\\evil", None),
        ("https://x\nevil", None),
        ("https://x\ufffdevil", None),
        (None, None),
    ],
)
def test_only_addresses_of_the_web_become_links(url: str | None, target: str | None) -> None:
    assert link_target(url) == target
