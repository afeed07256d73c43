"""Whatever people send: a right answer or a friendly line, never a refused call, never an error."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.telegram.ui.answer_message import article_file, article_message, context_message
from bot.telegram.ui.texts import ENGLISH, Texts, texts_for
from index.build.pipeline import BuildOptions, build
from retrieval.engine import Engine
from tests.bot_api import BotApi
from tests.bot_api_rules import LONGEST_CALLBACK_ANSWER, LONGEST_TEXT, check_commands, check_text
from tests.drawn_answers import hits
from tests.telegram_answers import ScriptedEngine, answered
from tests.telegram_bot import MENTION, Got, Person, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from index.generations.generation import IndexFolder
    from retrieval.core.answer import Hit

ANN, NEWSROOM = 7, -1001

HOSTILE = [
    "<b>what</b> did <a href='javascript:alert(1)'>Moss</a> say?",
    "*what* _did_ [Moss](http://x) `say`? ~|#+-={}.!\\",
    "\u202ewhat did Moss say?\u202c \u2067\u200f",
    "wh\u200bat\u200d did\ufeff Moss\u00ad say?",
    "\u200b\u200c\u200d\ufeff",
    "e" + "\N{COMBINING ACUTE ACCENT}" * 4095,
    "\N{COMBINING ENCLOSING KEYCAP}" * 4096,
    'what did O\'Brien "Red" M“o”ss d’Arc say?',
    '"' * 4000,
    "what did " + "the mayor " * 400 + "say?",
    "x" * 4096,
    "🏳️‍🌈" * 680,
    "'; DROP TABLE sent; --",
    "../../../etc/passwd",
    "/ask " + "\u202e" * 100,
    "/quotes ../../etc/passwd",
    "/quotes <b>Moss</b>",
    "/quotes " + "🙂" * 2000,
    "/start@onrecord_test_bot ' OR 1=1",
    "%s %d {0} {name} %(x)s",
    "\x00\x01\x02\x1b[31mred",
    "\ud83d half of a character",
    "؟ماذا قال موس",
    "!?…—“”",
]


@pytest.fixture(scope="module")
def engine(quillhaven: IndexFolder) -> Iterator[Engine]:
    with Engine(quillhaven, fast=True) as engine:
        yield engine


class TestWhatPeopleSend:
    async def test_is_always_answered_and_no_call_refused(
        self, api: BotApi, engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        private, group = Person(api, ANN, ANN), Person(api, NEWSROOM, ANN)
        async with running(api, engine, tmp_path):
            for text in HOSTILE:
                assert (await private(text)).text
                if len(text) < 4000 and not text.startswith("/"):
                    assert (await group(f"{MENTION} {text}")).text
        assert {call.status for call in api.calls} == {200}
        assert not [record for record in caplog.records if record.levelno >= logging.WARNING]

    async def test_is_noted_as_it_was_when_it_was_not_meant(
        self, api: BotApi, engine: Engine, ann: Person, tmp_path: Path
    ) -> None:
        async with running(api, engine, tmp_path):
            for text in HOSTILE[:4]:
                await ann.press(await ann(text), ENGLISH.not_meant)
        lines = (tmp_path / "not-what-i-asked.jsonl").read_text().splitlines()
        assert [json.loads(line)["question"] for line in lines] == HOSTILE[:4]

    async def test_inline_is_always_answered(self, api: BotApi, engine: Engine) -> None:
        async with running(api, engine):
            for text in HOSTILE:
                query = api.query(ANN, text[:256])
                await api.wait_until(lambda query=query: query in api.inline_answers, f"answer to {text[:20]!r}")
        assert {call.status for call in api.calls} == {200}

    async def test_huge_is_told_to_be_too_long(self, api: BotApi, engine: Engine, ann: Person) -> None:
        async with running(api, engine):
            got = await ann("what did " + "the mayor " * 400 + "say?")
        assert got.text == "That is too long for me. Please ask in at most 1,000 characters."

    async def test_without_words_is_said_to_be_unreadable(self, api: BotApi, ann: Person) -> None:
        file = {"file_id": "1", "file_unique_id": "1"}
        wordless: list[dict[str, Any]] = [
            {"photo": [file | {"width": 1, "height": 1}]},
            {"voice": file | {"duration": 1}},
            {"document": file},
            {"location": {"longitude": 0, "latitude": 0}},
        ]
        user = {"id": ANN, "is_bot": False, "first_name": "Ann"}
        message = {"message_id": 900, "date": 0, "chat": {"id": ANN, "type": "private"}, "from": user}
        async with running(api, ScriptedEngine()):
            await ann("/help")
            for content in (wordless[0] | {"media_group_id": "1"}, *wordless):
                api.deliver({"message": message | content})
            await api.wait_for_messages(5)
        assert [one["text"] for one in api.messages[1:]] == [ENGLISH.only_text] * 4


class TestWhatArticlesHold:
    async def test_hostile_is_shown_verbatim(
        self, api: BotApi, index: IndexFolder, ann: Person, articles: Callable[..., Path], tmp_path: Path
    ) -> None:
        words = "<b>bold</b> *stars* _under_ [link](http://x) \u202eevil\u202c &amp; 🙂 e\u0301"
        article = (
            f" date 2031-03-04 DUNMEER (<i>WQHV</i>) - Dunmeer *burned*.\n\n“{words},” Petra O’Moss said.\n\nIt rained."
        )
        build(index, BuildOptions([str(articles({"a_*b*<i>.txt": article}))]), lambda *_: None)
        with Engine(index, fast=True) as engine:
            async with running(api, engine, tmp_path / "state"):
                answer = await ann("what did O'Moss say?")
                for label in answer.buttons:
                    await ann.press(answer, label)
                await ann("/quotes O'Moss")
                await ann("/sources")
        assert answer.quotes == [f"“{words},” Petra O’Moss said."]
        refused = [call for call in api.calls if call.status != 200]
        assert not refused


class TestEveryMessage:
    @settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(hits(), min_size=1, max_size=5), st.data())
    def test_around_any_passage_is_accepted(self, found: list[Hit], data: st.DataObject) -> None:
        around = [replace(one, paragraph=number) for number, one in enumerate(found)]
        hit = data.draw(st.sampled_from(around))
        context = context_message(hit, around)
        check_text(context.text, [entity.to_dict() for entity in context.entities])
        article = article_message(around, hit)
        if article:
            check_text(article.text, [entity.to_dict() for entity in article.entities])
        name, content = article_file(around, hit)
        assert content
        assert not set(name) & set("/\\\0\n")
        assert 5 <= len(name) <= 80


class TestTheTexts:
    def test_are_accepted_by_telegram(self) -> None:
        check_commands([{"command": name, "description": text} for name, text in ENGLISH.commands])
        for text in (ENGLISH.start, ENGLISH.help, ENGLISH.sorry):
            check_text(text, [])
            assert len(text) < LONGEST_TEXT
        for text in (ENGLISH.noted, ENGLISH.shown_already, ENGLISH.article_gone, ENGLISH.passage_gone, ENGLISH.sorry):
            assert len(text) <= LONGEST_CALLBACK_ANSWER

    def test_are_english_where_a_language_is_missing(self) -> None:
        from telegram import User

        for code in (None, "", "xx", "en-GB", "de"):
            assert texts_for(User(1, "Ann", is_bot=False, language_code=code)) is ENGLISH
        assert texts_for(None) is ENGLISH

    async def test_of_a_further_language_are_used_for_who_reads_it(
        self, api: BotApi, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from bot.telegram.ui import texts

        shouted = Texts(
            **{
                name: value.upper() if isinstance(value := getattr(ENGLISH, name), str) and "{" not in value else value
                for name in ENGLISH.__slots__
            }
        )
        monkeypatch.setitem(texts.LANGUAGES, "xx", shouted)
        user = {"id": ANN, "is_bot": False, "first_name": "Ann", "language_code": "xx"}
        async with running(api, ScriptedEngine(answered)):
            api.say(ANN, "What?", **{"from": user})
            (message,) = await api.wait_for_messages(1)
        assert "CONTEXT" in Got(message).buttons
        assert [call.params.get("language_code") for call in api.called("setMyCommands")] == [None, "xx"]
