"""/quotes, /speakers, /sources and /status: lists whose pages are turned by buttons, in place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.telegram.ui.texts import ENGLISH
from retrieval.attribution.listing import Quoted
from retrieval.core.answer import HitQuotation
from tests.bot_api import BotApi
from tests.telegram_answers import ScriptedEngine, answered, citation, hit
from tests.telegram_bot import Person, running

if TYPE_CHECKING:
    from pathlib import Path

ANN = 7


def quoted(text: str, speaker: str = "Ann Hidalgo", kind: str = "direct") -> Quoted:
    return Quoted("a.txt", 0, HitQuotation(speaker, kind, 0, len(text), "said", 0), text, citation())


@pytest.fixture
def engine() -> ScriptedEngine:
    engine = ScriptedEngine(lambda question: answered(question, hit(speaker="Ann Hidalgo"), speaker="Ann Hidalgo"))
    engine.quoted = [quoted(f"Words {number}.") for number in range(12)]
    return engine


class TestQuotes:
    async def test_are_listed_with_their_citations(self, api: BotApi, engine: ScriptedEngine, ann: Person) -> None:
        engine.quoted = [quoted("We hold."), quoted("that they hold", kind="indirect")]
        async with running(api, engine):
            listed = await ann("/quotes Ann Hidalgo")
        cited = "WSVN, 7 February 2017, “Protesters fill commission meeting”, paragraph 8"
        assert listed.text == f"Quotations of Ann Hidalgo: 2\n\n“We hold.”\n{cited}\n\nthat they hold\n{cited}"
        assert listed.quotes == ["“We hold.”", "that they hold"]
        assert not listed.buttons

    async def test_are_paged_in_place_forth_and_back(self, api: BotApi, engine: ScriptedEngine, ann: Person) -> None:
        seen, turned = [], [ENGLISH.page_after, ENGLISH.page_after, ENGLISH.page_before]
        async with running(api, engine):
            listed = await ann("/quotes Ann Hidalgo")
            for label in turned:
                seen.append((listed.text.splitlines()[-1], listed.buttons))
                await ann.press(listed, label)
        assert seen == [
            ("1–5 of 12", [ENGLISH.page_after]),
            ("6–10 of 12", [ENGLISH.page_before, ENGLISH.page_after]),
            ("11–12 of 12", [ENGLISH.page_before]),
        ]
        assert listed.text.splitlines()[-1] == "6–10 of 12"
        assert len(api.messages) == 1

    async def test_turned_twice_at_once_are_turned_once(self, api: BotApi, engine: ScriptedEngine, ann: Person) -> None:
        async with running(api, engine):
            listed = await ann("/quotes Ann Hidalgo")
            data = listed.data(ENGLISH.page_after)
            twice = [await ann.send(listed, data) for _ in range(2)]
        assert listed.text.splitlines()[-1] == "6–10 of 12"
        assert [(one.said, one.messages) for one in twice] == [("", []), ("", [])]

    async def test_are_paged_after_a_restart(
        self, api: BotApi, engine: ScriptedEngine, ann: Person, tmp_path: Path
    ) -> None:
        async with running(api, engine, tmp_path):
            listed = await ann("/quotes Ann Hidalgo")
        async with running(api, engine, tmp_path):
            await ann.press(listed, ENGLISH.page_after)
        assert listed.text.splitlines()[-1] == "6–10 of 12"

    async def test_that_became_fewer_show_the_last_page(self, api: BotApi, engine: ScriptedEngine, ann: Person) -> None:
        async with running(api, engine):
            listed = await ann("/quotes Ann Hidalgo")
            del engine.quoted[3:]
            await ann.press(listed, ENGLISH.page_after)
            assert "Words 2." in listed.text
            assert not listed.buttons

    async def test_of_whom_nobody_quotes_any_more_are_said_to_be_gone(
        self, api: BotApi, engine: ScriptedEngine, ann: Person
    ) -> None:
        async with running(api, engine):
            listed = await ann("/quotes Ann Hidalgo")
            engine.quoted.clear()
            assert (await ann.press(listed, ENGLISH.page_after)).said == ENGLISH.nothing_more

    async def test_without_a_name_are_of_whoever_spoke_last(
        self, api: BotApi, engine: ScriptedEngine, ann: Person
    ) -> None:
        async with running(api, engine):
            assert (await ann("/quotes")).text == ENGLISH.quotes_usage
            await ann("What did Hidalgo say?")
            assert (await ann("/quotes")).text.startswith("Quotations of Ann Hidalgo: 12")

    async def test_of_a_name_that_several_bear_ask_whose(
        self, api: BotApi, engine: ScriptedEngine, ann: Person
    ) -> None:
        engine.quoted.append(quoted("Other words.", "Eva Hidalgo"))
        async with running(api, engine):
            asked = await ann("/quotes Hidalgo")
            assert asked.text == ENGLISH.several.format(name="Hidalgo")
            assert asked.buttons == ["Ann Hidalgo", "Eva Hidalgo"]
            listed = (await ann.press(asked, "Eva Hidalgo")).message
        assert listed.quotes == ["“Other words.”"]

    async def test_of_nobody_say_so(self, api: BotApi, engine: ScriptedEngine, ann: Person) -> None:
        async with running(api, engine):
            assert (await ann("/quotes " + "Nobody " * 100)).text.startswith("Nobody called “Nobody Nobody ")
        assert api.called("sendMessage")[0].status == 200

    async def test_as_long_as_they_come_fit_into_a_message(
        self, api: BotApi, engine: ScriptedEngine, ann: Person
    ) -> None:
        cited = citation(title="🙂" * 600, outlet="O" * 600, paragraph=10**6)
        engine.quoted = [replace(quoted("🙂 Words. " * 400, "N" * 600), citation=cited) for _ in range(6)]
        async with running(api, engine):
            await ann("/quotes " + "N" * 600)
        assert [call.status for call in api.called("sendMessage")] == [200]


class TestSpeakers:
    async def test_are_listed_by_the_page(self, api: BotApi, engine: ScriptedEngine, ann: Person) -> None:
        engine.quoted = [quoted("Words.", f"Speaker {number}") for number in range(45)]
        async with running(api, engine):
            listed = await ann("/speakers")
            assert listed.text.splitlines()[2] == "1  Speaker 0 (1 article, 2017-02-07)"
            await ann.press(listed, ENGLISH.page_after)
            await ann.press(listed, ENGLISH.page_after)
        assert listed.text.splitlines()[-1] == "41–45 of 45"

    async def test_that_are_none_are_said_to_be_none(self, api: BotApi, ann: Person) -> None:
        async with running(api, ScriptedEngine()):
            assert (await ann("/speakers")).text == ENGLISH.nobody_quoted


class TestSources:
    async def test_are_told_without_what_is_nobody_s_business(
        self, api: BotApi, engine: ScriptedEngine, ann: Person
    ) -> None:
        engine.read_from = ["/home/ann/private/articles", "https://ann:secret@news.example/feed?key=1"]
        async with running(api, engine):
            listed = await ann("/sources")
        assert listed.text.splitlines() == [
            "The answers are taken from: articles, news.example/feed",
            "",
            ENGLISH.outlets_heading,
            "WSVN: 1",
        ]


class TestStatus:
    async def test_tells_what_is_read_and_what_is_remembered(
        self, api: BotApi, engine: ScriptedEngine, ann: Person
    ) -> None:
        async with running(api, engine):
            assert (await ann("/status")).text == "1 article."
            await ann("What did Hidalgo say?")
            assert (await ann("/status")).text == f"1 article.\n{ENGLISH.status_talk.format(count=1)}"
