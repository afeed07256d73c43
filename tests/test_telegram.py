"""The bot as people on Telegram meet it: a real Application against an emulated Bot API server."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from telegram.error import InvalidToken

from bot.telegram import app, services
from bot.telegram.app import build_application, run_bot
from bot.telegram.ops.logs import token_kept_out_of_logs
from bot.telegram.transport import delivery, polling
from bot.telegram.transport.delivery import FloodWait
from bot.telegram.ui import replying
from bot.telegram.ui.texts import ENGLISH
from index.core.errors import OnrecordError, UsageError
from tests.bot_api import TOKEN, BotApi, Fault
from tests.telegram_answers import ORDER, ScriptedEngine, answered, hit
from tests.telegram_bot import MENTION, running, unanswered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from retrieval.core.answer import Answer

ANN, BEN, NEWSROOM = 7, 8, -1001
SECRET = TOKEN.partition(":")[2]


@pytest.fixture
def engine() -> Iterator[ScriptedEngine]:
    engine = ScriptedEngine()
    yield engine
    engine.go.set()


class TestAQuestion:
    async def test_is_answered_in_one_message_with_passage_speaker_and_citation(
        self, api: BotApi, engine: ScriptedEngine
    ) -> None:
        async with running(api, engine):
            api.say(ANN, "What did Gimenez say?")
            (message,) = await api.wait_for_messages(1)
        assert engine.asked == ["What did Gimenez say?"]
        assert message["chat"]["id"] == ANN
        assert message["text"] == (
            f"{ORDER}\n— Carlos Gimenez\nWSVN, 7 February 2017, “Protesters fill commission meeting”, paragraph 8"
        )
        assert {entity["type"] for entity in message["entities"]} == {"blockquote", "bold", "italic", "text_link"}
        assert "reply_parameters" not in message

    async def test_is_answered_without_markup_or_link_previews(self, api: BotApi, engine: ScriptedEngine) -> None:
        async with running(api, engine):
            api.say(ANN, "What *did* <b>_Gimenez_</b> say?")
            (call,) = await api.wait_for_calls("sendMessage")
        assert "parse_mode" not in call.params
        assert call.params["link_preview_options"] == {"is_disabled": True}

    async def test_shows_that_the_bot_is_at_work_for_as_long_as_it_is(
        self, api: BotApi, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(replying, "TYPING_LASTS", 0.05)
        async with running(api, engine):
            api.say(ANN, "slow one")
            actions = await api.wait_for_calls("sendChatAction", 3)
            engine.go.set()
            await api.wait_for_messages(1)
            shown = len(api.called("sendChatAction"))
            await asyncio.sleep(0.2)
        assert actions[0].params == {"chat_id": str(ANN), "action": "typing"}
        assert len(api.called("sendChatAction")) <= shown + 1  # one may have been on its way

    async def test_is_answered_though_it_cannot_be_shown_that_the_bot_is_at_work(
        self, api: BotApi, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(services, "TYPING_AT_ONCE", 1)
        api.fail("sendChatAction", Fault.slow(5))
        async with running(api, engine):
            api.say(ANN, "slow one")
            await api.wait_for_calls("sendChatAction")
            api.say(BEN, "quick one")
            await api.wait_for_messages(1)
            engine.go.set()
            await api.wait_for_messages(2)
        assert [message["chat"]["id"] for message in api.messages] == [BEN, ANN]
        assert [call.params["chat_id"] for call in api.called("sendChatAction")] == [str(ANN)]

    async def test_in_a_group_is_answered_by_a_reply_to_it(self, api: BotApi, engine: ScriptedEngine) -> None:
        async with running(api, engine):
            question = api.say(NEWSROOM, f"{MENTION} What did Gimenez say?", user_id=ANN)
            (message,) = await api.wait_for_messages(1)
        assert message["reply_parameters"] == {"message_id": question, "allow_sending_without_reply": True}

    async def test_in_a_topic_is_answered_there(self, api: BotApi, engine: ScriptedEngine) -> None:
        async with running(api, engine):
            api.say(NEWSROOM, f"What? {MENTION}", user_id=ANN, message_thread_id=55, is_topic_message=True)
            (call,) = await api.wait_for_calls("sendMessage")
        assert call.params["message_thread_id"] == "55"

    async def test_is_answered_once_over_a_restart(self, api: BotApi, engine: ScriptedEngine, tmp_path: Path) -> None:
        for number in (1, 2):
            async with running(api, engine, tmp_path):
                api.say(ANN, f"question {number}")
                await api.wait_for_messages(number)
        assert engine.asked == ["question 1", "question 2"]
        assert len(api.messages) == 2

    async def test_is_answered_once_also_where_telegram_never_heard_that_it_arrived(
        self, api: BotApi, engine: ScriptedEngine, tmp_path: Path
    ) -> None:
        async with running(api, engine, tmp_path):
            api.fail("getUpdates", *[Fault.dropped()] * 1000)
            api.say(ANN, "What?")
            await api.wait_for_messages(1)
            await api.wait_until(lambda: unanswered(tmp_path) == [], "striking out")
        api.clear_up()
        async with running(api, engine, tmp_path):
            api.say(BEN, "And?")
            await api.wait_for_messages(2)
        assert engine.asked == ["What?", "And?"]

    async def test_written_while_the_bot_was_away_is_answered(self, api: BotApi, engine: ScriptedEngine) -> None:
        api.say(ANN, "Anybody there?")
        async with running(api, engine):
            await api.wait_for_messages(1)
        assert engine.asked == ["Anybody there?"]

    async def test_longer_than_any_answer_is_answered(self, api: BotApi) -> None:
        def echo(question: str) -> Answer:
            return answered(question, hit("🙂 Words. " * 900), standalone=question + "?", message=question)

        async with running(api, ScriptedEngine(echo)):
            api.say(ANN, "🙂" * 900)
            (message,) = await api.wait_for_messages(1)
        assert [call.status for call in api.called("sendMessage")] == [200]
        assert message["text"].startswith("🙂")

    async def test_not_found_offers_the_nearest_as_such(self, api: BotApi) -> None:
        def nothing(question: str) -> Answer:
            return replace(answered(question, status="not_found", message="No."), hits=(), nearest=(hit(),))

        async with running(api, ScriptedEngine(nothing)):
            api.say(ANN, "What about Mars?")
            (message,) = await api.wait_for_messages(1)
        assert message["text"].startswith(f"No.\n\n{ENGLISH.nearest}\n\n{ORDER}")


class TestWhatIsNoQuestion:
    async def test_start_and_help_explain(self, api: BotApi, engine: ScriptedEngine) -> None:
        async with running(api, engine):
            api.say(ANN, "/start")
            api.say(ANN, "/help")
            messages = await api.wait_for_messages(2)
        assert [message["text"] for message in messages] == [ENGLISH.start, ENGLISH.help]
        assert not engine.asked

    async def test_commands_are_in_the_menu(self, api: BotApi, engine: ScriptedEngine) -> None:
        async with running(api, engine):
            pass
        assert [command["command"] for command in api.commands] == [name for name, _ in ENGLISH.commands]

    async def test_new_begins_a_new_conversation(self, api: BotApi, engine: ScriptedEngine) -> None:
        async with running(api, engine):
            for text in ("first", "second", "/new", "third"):
                api.say(ANN, text)
            messages = await api.wait_for_messages(4)
        assert engine.after == [[], ["first"], []]
        assert ENGLISH.new in [message["text"] for message in messages]

    async def test_a_conversation_is_one_person_s_in_one_chat(self, api: BotApi, engine: ScriptedEngine) -> None:
        asked = 0
        async with running(api, engine):
            for chat, person in ((NEWSROOM, ANN), (NEWSROOM, BEN), (ANN, ANN), (NEWSROOM, ANN)):
                api.say(chat, f"{MENTION} what else?", user_id=person)
                asked += 1
                await api.wait_for_messages(asked)
        assert sorted(map(len, engine.after)) == [0, 0, 0, 1]

    async def test_an_unknown_command_is_said_to_be_unknown(self, api: BotApi, engine: ScriptedEngine) -> None:
        async with running(api, engine):
            api.say(NEWSROOM, "/weather@other_bot", user_id=ANN)
            api.say(ANN, "/weather")
            (message,) = await api.wait_for_messages(1)
        assert (message["chat"]["id"], message["text"]) == (ANN, ENGLISH.unknown_command)
        assert not engine.asked

    async def test_edits_and_service_messages_are_ignored(self, api: BotApi, engine: ScriptedEngine) -> None:
        async with running(api, engine):
            api.say(ANN, "What did she say?", edited=True)
            api.say(ANN, "/start", edited=True)
            api.join(NEWSROOM, BEN)
            api.say(ANN, "the last one")
            await api.wait_for_messages(1)
        assert engine.asked == ["the last one"]
        assert len(api.messages) == 1


class TestManyPeople:
    async def test_a_slow_question_keeps_nobody_else_waiting(self, api: BotApi, engine: ScriptedEngine) -> None:
        async with running(api, engine):
            api.say(ANN, "slow one")
            await api.wait_for_calls("sendChatAction")
            api.say(BEN, "quick one")
            (message,) = await api.wait_for_messages(1)
            assert message["chat"]["id"] == BEN
            engine.go.set()
            await api.wait_for_messages(2)

    async def test_questions_of_one_chat_are_answered_in_order(self, api: BotApi) -> None:
        engine = ScriptedEngine(lambda question: answered(question, message=question))
        async with running(api, engine):
            for question in ("slow first", "second", "third"):
                api.say(ANN, question)
            await api.wait_for_calls("sendChatAction")
            await asyncio.sleep(0.1)
            assert engine.asked == ["slow first"]
            engine.go.set()
            messages = await api.wait_for_messages(3)
        assert [message["text"].splitlines()[0] for message in messages] == ["slow first", "second", "third"]

    async def test_one_person_may_ask_twenty_times_a_minute_and_more(self, api: BotApi, engine: ScriptedEngine) -> None:
        async with running(api, engine):
            for number in range(40):
                api.say(ANN, f"question {number}")
            await api.wait_for_messages(40, within=30)
        assert engine.asked == [f"question {number}" for number in range(40)]

    async def test_a_flood_from_one_chat_leaves_the_others_alone(self, api: BotApi, engine: ScriptedEngine) -> None:
        async with running(api, engine):
            api.say(ANN, "slow one")
            for number in range(30):
                api.say(ANN, f"flood {number}")
            api.say(BEN, "quick one")
            (message,) = await api.wait_for_messages(1)
            assert message["chat"]["id"] == BEN
            assert engine.asked == ["slow one", "quick one"]
            engine.go.set()
            await api.wait_for_messages(32, within=30)


class TestWhenSomethingGoesWrong:
    async def test_a_failing_engine_is_apologised_for_and_logged_and_the_next_question_answered(
        self, api: BotApi, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail_once(question: str) -> Answer:
            if question == "bad":
                raise RuntimeError("the index is on fire")
            return answered(question)

        async with running(api, ScriptedEngine(fail_once)):
            api.say(ANN, "bad")
            api.say(ANN, "good")
            sorry, answer = await api.wait_for_messages(2)
        assert sorry["text"] == ENGLISH.sorry
        assert ORDER in answer["text"]
        assert "the index is on fire" in caplog.text

    async def test_an_answer_whose_formatting_is_refused_goes_out_plain(
        self, api: BotApi, engine: ScriptedEngine
    ) -> None:
        api.fail("sendMessage", Fault.refused(400, "Bad Request: ENTITY_BOUNDS_INVALID"))
        async with running(api, engine):
            api.say(ANN, "What?")
            (message,) = await api.wait_for_messages(1)
        assert ORDER in message["text"]
        assert "entities" not in message

    async def test_too_many_requests_are_waited_out_in_that_chat_only(
        self, api: BotApi, engine: ScriptedEngine
    ) -> None:
        api.fail("sendMessage", Fault.too_many_requests(1))
        async with running(api, engine):
            api.say(ANN, "What?")
            await api.wait_for_calls("sendMessage")
            api.say(BEN, "What?")
            messages = await api.wait_for_messages(2)
        assert [message["chat"]["id"] for message in messages] == [BEN, ANN]
        told, _, again = api.called("sendMessage")
        assert again.at - told.at >= 1

    async def test_a_wait_that_is_too_long_is_given_up(
        self, api: BotApi, engine: ScriptedEngine, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(app, "FloodWait", lambda: FloodWait(patience=5))
        api.fail("sendMessage", Fault.too_many_requests(6))
        async with running(api, engine):
            api.say(ANN, "What?")
            (message,) = await api.wait_for_messages(1)
        assert message["text"] == ENGLISH.sorry
        assert "Flood control exceeded" in caplog.text

    async def test_a_typing_action_refused_for_rate_does_not_hold_up_the_answer(
        self, api: BotApi, engine: ScriptedEngine
    ) -> None:
        api.fail("sendChatAction", Fault.too_many_requests(60))
        async with running(api, engine):
            api.say(ANN, "What?")
            await api.wait_for_messages(1, within=5)

    @pytest.mark.parametrize("fault", [Fault.bad_gateway(), Fault.server_error(), Fault.dropped()], ids=str)
    async def test_a_failing_server_is_tried_again_until_the_answer_is_out_once(
        self, api: BotApi, engine: ScriptedEngine, fault: Fault
    ) -> None:
        api.fail("sendMessage", fault, fault)
        async with running(api, engine):
            api.say(ANN, "What?")
            await api.wait_for_messages(1)
            api.say(ANN, "And then?")
            await api.wait_for_messages(2)
        assert len(engine.asked) == len(api.messages) == 2

    @pytest.mark.parametrize("fault", [Fault.slow(2), Fault.lost()], ids=["late", "lost"])
    async def test_an_answer_of_which_nobody_can_tell_whether_it_arrived_is_sent_again(
        self, api: BotApi, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch, fault: Fault
    ) -> None:
        monkeypatch.setattr(app, "SEND_TIMEOUT", 1)
        api.fail("sendMessage", fault)
        async with running(api, engine):
            api.say(ANN, "What?")
            await api.wait_for_messages(2)
            api.say(BEN, "What?")
            await api.wait_for_messages(3)
        assert [message["chat"]["id"] for message in api.messages] == [ANN, ANN, BEN]
        assert len(engine.asked) == 2

    async def test_an_answer_that_is_always_late_is_not_sent_for_ever(
        self, api: BotApi, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(app, "SEND_TIMEOUT", 0.3)
        api.fail("sendMessage", *[Fault.slow(0.9)] * (delivery.TIMEOUTS + 1))
        async with running(api, engine):
            api.say(ANN, "What?")
            await api.wait_for_messages(delivery.TIMEOUTS + 2)
        assert [message["text"] == ENGLISH.sorry for message in api.messages] == [False] * 4 + [True]

    async def test_somebody_who_blocked_the_bot_is_left_alone(self, api: BotApi, engine: ScriptedEngine) -> None:
        async with running(api, engine):
            api.say(ANN, "slow one")
            await api.wait_for_calls("sendChatAction")
            api.block(ANN)
            engine.go.set()
            await api.wait_for_calls("sendMessage")
            api.say(BEN, "What?")
            await api.wait_for_messages(1)
        assert [call.status for call in api.called("sendMessage")] == [403, 200]

    async def test_a_menu_that_cannot_be_set_stops_nothing(
        self, api: BotApi, engine: ScriptedEngine, caplog: pytest.LogCaptureFixture
    ) -> None:
        api.fail("setMyCommands", *[Fault.server_error()] * 3)
        async with running(api, engine):
            api.say(ANN, "What?")
            await api.wait_for_messages(1)
        assert "menu of commands could not be set" in caplog.text

    async def test_fetching_goes_on_after_failures(self, api: BotApi, engine: ScriptedEngine) -> None:
        api.fail("getUpdates", Fault.refused(502, "Bad Gateway"), Fault.dropped())
        async with running(api, engine):
            api.say(ANN, "What?")
            await api.wait_for_messages(1)


class TestStarting:
    def test_with_a_wrong_token_fails_with_what_to_do(self, api: BotApi, engine: ScriptedEngine) -> None:
        with pytest.raises(OnrecordError, match="refuses the bot token: copy it from @BotFather") as failure:
            run_bot(engine, token=f"110201543:{SECRET[::-1]}", base_url=api.root)
        assert SECRET[::-1] not in str(failure.value)
        assert failure.value.exit_code == 1
        assert failure.value.__suppress_context__

    def test_without_a_token_fails_likewise(self, api: BotApi, engine: ScriptedEngine) -> None:
        with pytest.raises(OnrecordError, match="refuses the bot token"):
            run_bot(engine, token="", base_url=api.root)

    @pytest.mark.usefixtures("api")
    def test_where_nobody_answers_fails_after_some_attempts(
        self, engine: ScriptedEngine, caplog: pytest.LogCaptureFixture
    ) -> None:
        with BotApi() as gone:
            root = gone.root
        with pytest.raises(OnrecordError, match=r"cannot be reached \(.*\): check the network"):
            run_bot(engine, token=TOKEN, base_url=root)
        assert caplog.text.count("No answer from the Bot API yet") == 2

    async def test_goes_on_when_the_server_recovers(self, api: BotApi, engine: ScriptedEngine) -> None:
        api.fail("getMe", *[Fault.bad_gateway()] * 4)
        api.fail("deleteWebhook", *[Fault.server_error()] * 4)
        api.say(ANN, "What?")
        serving = asyncio.ensure_future(polling.serve(build_application(engine, token=TOKEN, base_url=api.root)))
        await api.wait_for_messages(1)
        serving.cancel()
        await serving
        assert len(api.called("getMe")) == 5

    @pytest.mark.parametrize("url", ["localhost:8081", "", "ftp://example.org"])
    def test_at_no_web_address_is_a_usage_error(self, engine: ScriptedEngine, url: str) -> None:
        with pytest.raises(UsageError, match="not a web address"):
            run_bot(engine, token=TOKEN, base_url=url)


class TestTwoBotsWithOneToken:
    async def test_are_named_as_the_trouble(
        self, api: BotApi, engine: ScriptedEngine, caplog: pytest.LogCaptureFixture
    ) -> None:
        api.fail("getUpdates", Fault.refused(409, "Conflict: terminated by other getUpdates request"))
        serving = asyncio.ensure_future(polling.serve(build_application(engine, token=TOKEN, base_url=api.root)))
        await api.wait_until(lambda: len(api.polls) > 1, "second poll")
        serving.cancel()
        await serving
        assert "Another process answers with the same bot token" in caplog.text


class TestTheTokenInLogs:
    def test_is_masked_in_messages_arguments_and_tracebacks(self, capfd: pytest.CaptureFixture[str]) -> None:
        handler = logging.StreamHandler()
        logger = logging.getLogger("onrecord.test")
        logger.addHandler(handler)
        with token_kept_out_of_logs(TOKEN):
            rejected = InvalidToken(f"The token `{TOKEN}` was rejected by the server.")
            logger.error("GET /bot%s/getMe", TOKEN, exc_info=rejected)
        logger.removeHandler(handler)
        written = capfd.readouterr().err
        assert "GET /bot110201543:[token]/getMe" in written
        assert "InvalidToken: The token `110201543:[token]` was rejected" in written
        assert SECRET not in written
