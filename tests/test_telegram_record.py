"""/verify and /record in Telegram: a verdict like an answer; a picture, a short list, and the page as a document."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.telegram.ui.texts import ENGLISH
from index.generations.generation import IndexFolder
from retrieval.attribution.listing import Quoted
from retrieval.core.answer import HitQuotation
from retrieval.engine import Engine
from tests.bot_api import BotApi
from tests.telegram_answers import ScriptedEngine, answered, citation
from tests.telegram_bot import Got, Person, running

if TYPE_CHECKING:
    from pathlib import Path


def quoted(text: str, speaker: str) -> Quoted:
    return Quoted("a.txt", 0, HitQuotation(speaker, "direct", 0, len(text), "said", 0), text, citation())


@pytest.fixture
def engine() -> ScriptedEngine:
    engine = ScriptedEngine(answered)
    engine.quoted = [quoted(f"Words {n}.", "Ann Hidalgo") for n in range(12)]
    return engine


async def sent(api: BotApi, person: Person, text: str) -> tuple[Got, Got]:
    """Say something that is answered by a picture and a document."""
    before = len(api.messages)
    person.say(text)
    picture, document = (await api.wait_for_messages(before + 2))[before:]
    return Got(picture), Got(document)


class TestRecord:
    async def test_sends_the_picture_with_a_short_list_and_the_page(
        self, api: BotApi, engine: ScriptedEngine, ann: Person
    ) -> None:
        async with running(api, engine):
            picture, document = await sent(api, ann, "/record Ann Hidalgo")
        assert picture.message["caption"].splitlines() == [
            "On the record: Ann Hidalgo",
            "12 statements in 1 outlet, 7 February 2017.",
            "• ferry, fares (12)",
            "Quoted most by WSVN (12)",
            ENGLISH.record_page,
        ]
        assert picture.message["photo"]
        name, content = api.files[document.message["message_id"]]
        assert name == "Ann-Hidalgo.html"
        assert content.startswith(b"<!doctype html>")
        assert content.count(b"<li ") == 12

    @pytest.mark.parametrize(
        "typed", ["Ann Hidalgo on fares", "Ann Hidalgo: fares", "Ann Hidalgo fares", "Ann Hidalgo, fares"]
    )
    async def test_reads_a_topic_after_the_name(
        self, api: BotApi, engine: ScriptedEngine, ann: Person, typed: str
    ) -> None:
        async with running(api, engine):
            picture, _ = await sent(api, ann, f"/record {typed}")
        assert picture.message["caption"].startswith("On the record: Ann Hidalgo – fares\n")

    async def test_asks_whose_where_several_bear_the_name_and_keeps_the_topic(
        self, api: BotApi, engine: ScriptedEngine, ann: Person
    ) -> None:
        engine.quoted.append(quoted("Other words.", "Eva Hidalgo"))
        async with running(api, engine):
            asked = await ann("/record Hidalgo on fares")
            assert asked.text == ENGLISH.several.format(name="Hidalgo")
            assert asked.buttons == ["Ann Hidalgo", "Eva Hidalgo"]
            picture, _ = (await ann.press(asked, "Eva Hidalgo")).messages
        assert picture.message["caption"].startswith("On the record: Eva Hidalgo – fares\n1 statement in 1 outlet")

    async def test_sends_the_page_with_the_list_where_nothing_draws(
        self, api: BotApi, engine: ScriptedEngine, ann: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.render.timeline_picture.find_spec", lambda _: None)
        async with running(api, engine):
            document = await ann("/record Ann Hidalgo")
        assert document.message["caption"].startswith("On the record: Ann Hidalgo\n")
        assert document.message["document"]["file_name"] == "Ann-Hidalgo.html"

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("/record", ENGLISH.record_usage),
            ("/record …", ENGLISH.record_usage),
            ("/record Nobody", ENGLISH.nobody.format(name="Nobody")),
            ("/record Ann Hidalgo on nothing", ENGLISH.record_nothing),
        ],
    )
    async def test_says_what_it_lacks(
        self, api: BotApi, engine: ScriptedEngine, ann: Person, typed: str, said: str
    ) -> None:
        async with running(api, engine):
            assert (await ann(typed)).text == said

    async def test_fits_whatever_the_articles_hold(self, api: BotApi, engine: ScriptedEngine, ann: Person) -> None:
        cited = citation(title="🙂" * 600, outlet="🙂 O" * 600)
        engine.quoted = [replace(quoted("🙂 Words. " * 400, "N🙂" * 200), citation=cited) for _ in range(3)]
        async with running(api, engine):
            await sent(api, ann, "/record " + "N🙂" * 200)
        assert [call.status for call in (*api.called("sendPhoto"), *api.called("sendDocument"))] == [200, 200]


class TestVerify:
    async def test_is_answered_like_a_question_with_what_differs(
        self, api: BotApi, engine: ScriptedEngine, ann: Person
    ) -> None:
        async with running(api, engine):
            said = await ann("/verify “we never hold” by Ann Hidalgo")
        assert engine.checked == [("we never hold", "Ann Hidalgo")]
        assert said.text.startswith("Altered. Ann Hidalgo is quoted otherwise.\n\n")
        assert ENGLISH.context in said.buttons

    async def test_without_words_says_how(self, api: BotApi, engine: ScriptedEngine, ann: Person) -> None:
        async with running(api, engine):
            assert (await ann("/verify")).text == ENGLISH.verify_usage
            assert (await ann("/verify " + "word " * 300)).text.startswith("That is too long for me.")


async def test_both_work_over_an_index(api: BotApi, ann: Person, quillhaven: IndexFolder, tmp_path: Path) -> None:
    with Engine(quillhaven, fast=True) as engine:
        async with running(api, engine, tmp_path):
            said = await ann("/verify “The ferry will close while I am mayor” by Brandvold")
            assert "Left out: “not” (what is denied)." in said.text
            picture, document = await sent(api, ann, "/record the mayor on the ferry")
    assert picture.message["caption"].startswith("On the record: Adela Brandvold – the ferry\n")
    assert b"The ferry will not close while I am mayor" in api.files[document.message["message_id"]][1]
