"""Conversations with the bot as people have them: real articles, a real engine, the emulated Bot API."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from bot.telegram.ui.answer_message import message_for
from bot.telegram.ui.texts import ENGLISH
from index.build.pipeline import BuildOptions, build
from retrieval.conversation.state import PATIENCE, Dialog
from retrieval.engine import Engine
from tests.bot_api import BotApi
from tests.telegram_bot import MENTION, Got, Person, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from index.generations.generation import IndexFolder

ANN, BEN, NEWSROOM = 7, 8, -1001


@pytest.fixture(scope="module")
def engine(quillhaven: IndexFolder) -> Iterator[Engine]:
    # Without the cross-encoder: what is compared here is the way to people.
    with Engine(quillhaven, fast=True) as engine:
        yield engine


@dataclass
class Compared:
    """Somebody who has the same conversation with the engine itself, as `onrecord chat` does, and compares."""

    person: Person
    engine: Engine
    before: str = ""
    dialog: Dialog = field(default_factory=Dialog)

    async def __call__(self, question: str, after: Dialog | None = None, *, reply_to: Got | None = None) -> Got:
        got = await self.person(f"{self.before}{question}", reply_to=reply_to)
        answer, self.dialog = self.engine.converse(question, self.dialog if after is None else after)
        assert got.text == message_for(answer).text
        return got


def understood(got: Got) -> str:
    """How the bot understood the question, where it says so."""
    return next((line[2:] for line in got.text.splitlines() if line.startswith("→ ")), "")


class TestInPrivate:
    async def test_a_conversation_of_twelve_turns(self, api: BotApi, engine: Engine, ann: Person) -> None:
        ask = Compared(ann, engine)
        async with running(api, engine):
            got = await ask("hello")
            assert got.text.startswith("Ask what somebody said")

            got = await ask("what did the superintendent say about the school roof?")
            assert "Pell Middle School will stay closed" in got.quotes[0]

            got = await ask("how much will it cost?")
            assert got.quotes[0].startswith("Repairs are expected to cost $3.6 million")

            got = await ask("what did he say about the teachers?")
            assert understood(got) == "what did Wendell Achterberg say about the teachers?"
            assert got.quotes[0].startswith("''I was a teacher for nineteen years,''")

            got = await ask("anything else?")
            assert understood(got) == "What did Wendell Achterberg say?"

            got = await ask("who wrote that?")
            assert got.text.startswith("That stands in “")

            got = await ask("what did Oskar Lindqvist say about the freezer?")
            assert "— Oskar Lindqvist" in got.text

            got = await ask("why?")
            assert understood(got) == "Why did Oskar Lindqvist say that about the freezer?"

            got = await ask("and Petra?")
            assert understood(got) == "Why did Petra Lindqvist say that about the freezer?"

            got = await ask("who said “the whole end of the pier was a torch”?")
            assert got.text.splitlines()[1] == "— Petra Lindqvist"

            got = await ask("what did Wexcombe say?")
            assert "Wexcombe" in got.text
            assert got.buttons[-1] == ENGLISH.not_meant
            assert ENGLISH.who_else not in got.buttons

            got = await ask("what did Achterberg say about sailing?")
            assert ENGLISH.nearest in got.text
        assert len(api.messages) == 12

    async def test_every_button_leads_on(self, api: BotApi, engine: Engine, ann: Person) -> None:
        async with running(api, engine):
            answer = await ann("what did Brandvold say about the ferry?")
            more = (await ann.press(answer, "More")).message
            context = (await ann.press(more, "Context 2")).message
            article = (await ann.press(answer, "Article 2")).message
            who_else = (await ann.press(answer, "Who else?")).message
            asked_on = await ann("and the hotel tax?", reply_to=context)
        assert not set(more.quotes) & set(answer.quotes)
        assert context.quotes == more.quotes[1:2]
        assert article.text.startswith("Mayor Adela Brandvold promised on Tuesday")
        assert understood(who_else) == "Who said something about the ferry?"
        assert "Brandvold" in understood(asked_on)

    async def test_after_a_restart_goes_on(self, api: BotApi, engine: Engine, ann: Person, tmp_path: Path) -> None:
        async with running(api, engine, tmp_path):
            await ann("what did Brandvold say about the ferry?")
        async with running(api, engine, tmp_path):
            assert understood(await ann("and Tak?")) == "what did Rosalind Tak say about the ferry?"
            await ann("/new")
        async with running(api, engine, tmp_path):
            assert "ferry" not in understood(await ann("and Tak?"))

    async def test_another_person_s_is_not_gone_on_with(self, api: BotApi, engine: Engine, ann: Person) -> None:
        ben = Person(api, BEN, BEN)
        async with running(api, engine):
            await ann("what did Brandvold say about the ferry?")
            assert "ferry" not in understood(await ben("and Tak?"))


class TestAnAmbiguousName:
    async def test_is_asked_back_and_chosen_by_a_button(self, api: BotApi, engine: Engine, ann: Person) -> None:
        ask = Compared(ann, engine)
        async with running(api, engine):
            asked_back = await ask("what did Lindqvist say about the freezer?")
            assert asked_back.text == "Who is meant by “Lindqvist”? Oskar Lindqvist · Petra Lindqvist"
            chosen = (await ann.press(asked_back, "Petra Lindqvist")).message
            assert understood(chosen) == "what did Petra Lindqvist say about the freezer?"
            assert set(chosen.styled("bold"))
            after = await ann("no, the other one")
            assert understood(after) == "what did Oskar Lindqvist say about the freezer?"
            other = (await ann.press(asked_back, "Oskar Lindqvist")).message
        assert other.quotes == after.quotes

    async def test_is_chosen_by_writing_it(self, api: BotApi, engine: Engine, ann: Person) -> None:
        ask = Compared(ann, engine)
        async with running(api, engine):
            await ask("what did Lindqvist say about the freezer?")
            got = await ask("Petra Lindqvist")
            assert understood(got) == "what did Petra Lindqvist say about the freezer?"
            got = await ask("and the hydrant?")
            assert "Petra Lindqvist" in understood(got)

    async def test_of_a_list_is_chosen_likewise(self, api: BotApi, engine: Engine, ann: Person) -> None:
        async with running(api, engine):
            listed = (await ann.press(await ann("/quotes Lindqvist"), "Oskar Lindqvist")).message
        assert listed.text.startswith("Quotations of Oskar Lindqvist: ")


class TestAReply:
    async def test_to_an_old_answer_goes_on_from_there(
        self, api: BotApi, engine: Engine, ann: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ask = Compared(ann, engine)
        async with running(api, engine, tmp_path):
            first = await ask("what did Brandvold say about the ferry?")
            ferry = ask.dialog
            await ask("what did Achterberg say about the roof?")
            await ask("why?")
        much_later = time.time() + 30 * PATIENCE
        monkeypatch.setattr(time, "time", lambda: much_later)
        async with running(api, engine, tmp_path):
            got = await ask("and Farrow?", ferry.resumed(much_later), reply_to=first)
            assert understood(got) == "what did Ignatius Farrow say about the ferry?"
            got = await ask("and Tak?")
            assert understood(got) == "what did Rosalind Tak say about the ferry?"

    async def test_to_an_answer_whose_id_was_not_written_down_goes_on_too(
        self, api: BotApi, engine: Engine, ann: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.telegram.state.messages.MessageStore.arrived", lambda *_: None)
        async with running(api, engine, tmp_path):
            first = await ann("what did Brandvold say about the ferry?")
            await ann("what did Achterberg say about the roof?")
            got = await ann("and Farrow?", reply_to=first)
        assert understood(got) == "what did Ignatius Farrow say about the ferry?"

    async def test_to_words_that_are_no_answer_goes_on_with_one_s_own(
        self, api: BotApi, engine: Engine, ann: Person
    ) -> None:
        async with running(api, engine):
            help_text = await ann("/help")
            await ann("what did Brandvold say about the ferry?")
            got = await ann("and Tak?", reply_to=help_text)
        assert understood(got) == "what did Rosalind Tak say about the ferry?"


class TestInAGroup:
    async def test_a_conversation_of_twelve_turns(self, api: BotApi, engine: Engine) -> None:
        api.privacy = True
        ann, ben = Person(api, NEWSROOM, ANN), Person(api, NEWSROOM, BEN)
        anns, bens = Compared(ann, engine, f"{MENTION} "), Compared(ben, engine, f"/ask{MENTION} ")
        async with running(api, engine):
            ferry = await anns("what did Brandvold say about the ferry?")
            after_ferry = anns.dialog
            roof = await bens("what did Achterberg say about the roof?")

            got = await anns("and Tak?")
            assert understood(got) == "what did Rosalind Tak say about the ferry?"
            got = await bens("why?")
            assert understood(got) == "Why did Wendell Achterberg say that about the roof?"

            ben.say("I wonder what Farrow made of that.")
            got = await Compared(ben, engine)("and Farrow?", after_ferry, reply_to=ferry)
            assert understood(got) == "what did Ignatius Farrow say about the ferry?"

            got = await ben(f"{MENTION} what else did he say?")
            assert "Ignatius Farrow" in understood(got)

            context = (await ben.press(roof, "Context")).message
            assert context.replies_to == roof.message["message_id"]
            more = (await ann.press(ferry, "More")).message
            assert more.quotes
            again = await ben.send(ferry, f"m:{ferry.data('Context 1').split(':')[1]}")
            assert (again.said, again.messages) == (ENGLISH.shown_already, [])

            got = await ann(f"/quotes{MENTION} Tak")
            assert got.text.startswith("Quotations of Rosalind Tak: ")
            await ann(f"/new{MENTION}")
            got = await ann(f"{MENTION} and Farrow?")
            assert "ferry" not in understood(got)
            got = await ben(f"{MENTION} what did he say about the ferry?")
            assert understood(got) == "what did Ignatius Farrow say about the ferry?"
        assert len(api.messages) == 12


class TestInline:
    @pytest.mark.parametrize(
        ("typed", "titles"),
        [
            ("brandvold ferry", {"Adela Brandvold"}),
            ("lindqvist freezer", {"Oskar Lindqvist", "Petra Lindqvist"}),
            ("what did tak say about the layoffs?", {"Rosalind Tak"}),
            ("8,300 customers without power", {"Orrin County Courier, 19 May 2031, paragraph 1"}),
        ],
    )
    async def test_finds_what_is_meant(self, api: BotApi, engine: Engine, typed: str, titles: set[str]) -> None:
        async with running(api, engine):
            query = api.query(ANN, typed)
            await api.wait_until(lambda: query in api.inline_answers, "answer to an inline query")
        results = api.inline_answers[query]["results"]
        assert titles <= {one["title"] for one in results}

    async def test_twelve_queries_in_a_row_are_all_answered_with_passages(self, api: BotApi, engine: Engine) -> None:
        names = ["brandvold", "farrow", "amundsen", "tak", "petra", "oskar", "achterberg", "velloso", "renn", "drax"]
        typed = [*(f"{name} said" for name in names), "ferry", "the pier fire"]
        async with running(api, engine):
            for words in typed:
                query = api.query(ANN, words)
                await api.wait_until(lambda query=query: query in api.inline_answers, "answer")
                results = api.inline_answers[query]["results"]
                assert results, words
                for one in results:
                    assert one["input_message_content"]["entities"][0]["type"].endswith("blockquote")


class TestANewIndex:
    async def test_leaves_buttons_that_work_and_says_what_is_gone(
        self, api: BotApi, index: IndexFolder, ann: Person, articles: Callable[..., Path], tmp_path: Path
    ) -> None:
        dateline = " date 2031-03-{day} DUNMEER (WQHV) - Dunmeer burned."
        pier = f"{dateline.format(day='04')}\n\n“It was a torch,” Petra Moss said of the pier.\n\nIt rained."
        mill = f"{dateline.format(day='05')}\n\n“It was a ruin,” Petra Moss said of the mill.\n\nIt snowed."
        folder = articles({"pier.txt": pier, "mill.txt": mill})
        build(index, BuildOptions([str(folder)]), lambda *_: None)
        with Engine(index) as engine:
            async with running(api, engine, tmp_path / "state"):
                answer = await ann("what did Moss say?")
        longer = pier.replace("\n\n“It was", "\n\nA new paragraph.\n\n“It was")
        (folder / "pier.txt").write_text(longer)
        (folder / "mill.txt").unlink()
        build(index, BuildOptions([]), lambda *_: None)
        with Engine(index) as engine:
            async with running(api, engine, tmp_path / "state"):
                mill_gone = await ann.press(answer, "Context 1")
                pier_there = (await ann.press(answer, "Context 2")).message
        assert [quote[:14] for quote in answer.quotes] == ["“It was a ruin", "“It was a torc"]
        assert (mill_gone.said, mill_gone.messages) == (ENGLISH.article_gone, [])
        assert pier_there.quotes == ["“It was a torch,” Petra Moss said of the pier."]
        assert "[2] A new paragraph." in pier_there.text
