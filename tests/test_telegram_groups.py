"""In groups the bot answers who speaks to it, with privacy mode on and off, and is silent otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from bot.telegram.ui.texts import ENGLISH
from tests.bot_api import BOT, BotApi, units
from tests.telegram_answers import ScriptedEngine
from tests.telegram_bot import MENTION, Got, Person, running

ANN, BEN, NEWSROOM = 7, 8, -1001
OTHER_BOT = {"id": 555, "is_bot": True, "first_name": "Other", "username": "other_bot"}


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def ann(api: BotApi) -> Person:
    return Person(api, NEWSROOM, ANN)


@pytest.fixture
def ben(api: BotApi) -> Person:
    return Person(api, NEWSROOM, BEN)


class TestWhoSpeaksToTheBot:
    @pytest.mark.parametrize("privacy", [True, False])
    @pytest.mark.parametrize(
        ("said", "asked"),
        [
            (f"{MENTION} what did she say?", "what did she say?"),
            (f"What did she say, {MENTION}?", "What did she say?"),
            (f"🙂 hey {MENTION}: what did she say?", "🙂 hey what did she say?"),
            (f"{MENTION.upper()} what did she say?", "what did she say?"),
            (f"{MENTION} what did she say, {MENTION}?", "what did she say?"),
            (f"/ask{MENTION} what did she say?", "what did she say?"),
            (f"/ask{MENTION}\nwhat did\nshe say?", "what did\nshe say?"),
        ],
    )
    async def test_is_answered(
        self, api: BotApi, engine: ScriptedEngine, ann: Person, said: str, asked: str, *, privacy: bool
    ) -> None:
        api.privacy = privacy
        async with running(api, engine):
            number = ann.say(said)
            (message,) = await api.wait_for_messages(1)
        assert engine.asked == [asked]
        assert Got(message).replies_to == number

    async def test_by_its_id_is_answered(self, api: BotApi, engine: ScriptedEngine, ann: Person) -> None:
        text = "🙂 On Record, what did she say?"
        entity = {"type": "text_mention", "offset": 3, "length": units("On Record"), "user": BOT}
        async with running(api, engine):
            await ann(text, entities=[entity])
        assert engine.asked == ["🙂 what did she say?"]

    async def test_by_a_bare_ask_is_answered_where_commands_reach_the_bot(
        self, api: BotApi, engine: ScriptedEngine, ann: Person
    ) -> None:
        async with running(api, engine):
            await ann("/ask what did she say?")
        assert engine.asked == ["what did she say?"]

    @pytest.mark.parametrize("privacy", [True, False])
    async def test_by_a_reply_is_answered_within_that_conversation(
        self, api: BotApi, engine: ScriptedEngine, ann: Person, ben: Person, *, privacy: bool
    ) -> None:
        api.privacy = privacy
        async with running(api, engine):
            answer = await ann(f"{MENTION} first")
            await ben("and the second?", reply_to=answer)
        assert engine.after == [[], ["first"]]

    async def test_who_calls_it_to_somebody_else_s_question_has_that_answered(
        self, api: BotApi, engine: ScriptedEngine, ann: Person, ben: Person
    ) -> None:
        async with running(api, engine):
            number = ann.say("What did the mayor say?")
            asked = {"message_id": number, "date": 0, "chat": {"id": NEWSROOM, "type": "supergroup"}}
            asked |= {"from": {"id": ANN, "is_bot": False, "first_name": "Ann"}, "text": "What did the mayor say?"}
            await ben(MENTION, reply_to=Got(asked))
        assert engine.asked == ["What did the mayor say?"]

    @pytest.mark.parametrize("said", [MENTION, f"/ask{MENTION}", "/ask", f"  {MENTION} , "])
    async def test_without_a_question_is_told_how_to_ask(
        self, api: BotApi, engine: ScriptedEngine, ann: Person, said: str
    ) -> None:
        async with running(api, engine):
            assert (await ann(said)).text == ENGLISH.ask_usage
        assert not engine.asked

    async def test_under_a_picture_is_answered(self, api: BotApi, engine: ScriptedEngine) -> None:
        entity = {"type": "mention", "offset": 0, "length": len(MENTION)}
        photo = [{"file_id": "1", "file_unique_id": "1", "width": 1, "height": 1}]
        async with running(api, engine):
            deliver(api, photo=photo, caption=f"{MENTION} what did he say here?", caption_entities=[entity])
            await api.wait_for_messages(1)
        assert engine.asked == ["what did he say here?"]

    async def test_as_an_anonymous_administrator_is_answered(self, api: BotApi, engine: ScriptedEngine) -> None:
        anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
        group = {"id": NEWSROOM, "type": "supergroup", "title": "Newsroom"}
        async with running(api, engine):
            deliver(api, text=f"{MENTION} what?", **{"from": anonymous, "sender_chat": group})
            await api.wait_for_messages(1)
        assert engine.asked == ["what?"]


class TestEverythingElse:
    @pytest.mark.parametrize(
        "said",
        [
            "What did the mayor say?",
            "@other_bot what did the mayor say?",
            f"{MENTION}2 what did the mayor say?",
            "mail me at ann@onrecord_test_bot.example",
            "/help@other_bot",
            "/weather",
            f"/weather{MENTION}",
            f"/ask@other_bot {MENTION} what?",
        ],
    )
    async def test_is_met_with_silence(self, api: BotApi, engine: ScriptedEngine, ann: Person, said: str) -> None:
        async with running(api, engine):
            ann.say(said)
            await ann(f"{MENTION} the last one")
        assert engine.asked == ["the last one"]
        assert len(api.messages) == 1

    async def test_such_as_a_reply_to_somebody_else_is_met_with_silence(
        self, api: BotApi, engine: ScriptedEngine, ann: Person
    ) -> None:
        other = Got({"message_id": 1, "date": 0, "chat": {"id": NEWSROOM, "type": "supergroup"}, "from": OTHER_BOT})
        async with running(api, engine):
            ann.say("and then?", reply_to=other)
            await ann(f"{MENTION} the last one")
        assert engine.asked == ["the last one"]

    async def test_such_as_an_edited_question_is_met_with_silence(
        self, api: BotApi, engine: ScriptedEngine, ann: Person
    ) -> None:
        async with running(api, engine):
            ann.say(f"{MENTION} what?", edited=True)
            ann.say(f"/ask{MENTION} what?", edited=True)
            await ann(f"{MENTION} the last one")
        assert engine.asked == ["the last one"]

    async def test_such_as_another_bot_is_met_with_silence(
        self, api: BotApi, engine: ScriptedEngine, ann: Person
    ) -> None:
        async with running(api, engine):
            deliver(api, text=f"{MENTION} what?", **{"from": OTHER_BOT})
            await ann(f"{MENTION} the last one")
        assert engine.asked == ["the last one"]

    @pytest.mark.parametrize("chat", [ANN, NEWSROOM])
    async def test_such_as_what_it_inserted_itself_is_met_with_silence(
        self, api: BotApi, engine: ScriptedEngine, chat: int
    ) -> None:
        person = Person(api, chat, ANN)
        async with running(api, engine):
            person.say(f"“We hold for 48 hours.” {MENTION}", via_bot=BOT)
            await person(f"{MENTION} the last one")
        assert engine.asked == ["the last one"]


class TestPeopleInOneGroup:
    async def test_have_a_conversation_each(
        self, api: BotApi, engine: ScriptedEngine, ann: Person, ben: Person
    ) -> None:
        async with running(api, engine):
            await ann(f"{MENTION} one of Ann's")
            await ben(f"{MENTION} one of Ben's")
            await ann(f"{MENTION} two of Ann's")
            await ben("/new")
            await ben(f"{MENTION} three of Ben's")
        assert engine.after == [[], [], ["one of Ann's"], []]


def deliver(api: BotApi, **fields: Any) -> None:
    """Have something arrive that `say` does not say."""
    api.say(NEWSROOM, "before", user_id=ANN)
    chat = {"id": NEWSROOM, "type": "supergroup", "title": "Newsroom"}
    entities = {"entities": [{"type": "mention", "offset": 0, "length": len(MENTION)}]} if "text" in fields else {}
    usual = {"message_id": 900, "date": 0, "chat": chat, "from": {"id": ANN, "is_bot": False, "first_name": "Ann"}}
    api.deliver({"message": usual | entities | fields})
