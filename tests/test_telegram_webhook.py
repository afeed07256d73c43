"""Updates that Telegram sends: taken from nobody else, on the disk before the 200, answered as if asked for."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
import sys
from signal import SIGKILL
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest

from bot.config.settings import Settings, TelegramSettings, WebhookSettings
from bot.telegram.app import run_bot
from bot.telegram.transport.webhook import LARGEST, SECRET_HEADER
from index.core.errors import OnrecordError, UsageError
from tests.bot_api import DATE, TOKEN, BotApi
from tests.bot_api_http import Fault, posted
from tests.scripted_process import process
from tests.telegram_answers import ORDER, ScriptedEngine
from tests.telegram_bot import Person, running, unanswered

if TYPE_CHECKING:
    from pathlib import Path

ANN, BEN = 7, 8


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def settings(port: int) -> Settings:
    return webhook_at(port)


def webhook_at(port: int, **more: Any) -> Settings:
    webhook = WebhookSettings(url=f"https://port-{port}.example/telegram", port=port, **more)
    return Settings(telegram=TelegramSettings(webhook=webhook))


def question(number: int, text: str, chat: int = ANN) -> dict[str, Any]:
    person = {"id": chat, "is_bot": False, "first_name": "Person"}
    chat_of = {"id": chat, "type": "private", "first_name": "Person"}
    message = {"message_id": number, "date": DATE, "chat": chat_of, "from": person, "text": text}
    return {"update_id": number, "message": message}


async def post(api: BotApi, what: object, **more: Any) -> int:
    return await asyncio.to_thread(posted, api.webhook, what, **{"secret": api.webhook["secret_token"], **more})


class TestAWebhook:
    async def test_answers_as_polling_does_and_leaves_nothing_behind_when_one_goes_back_to_it(
        self, api: BotApi, ann: Person, settings: Settings, tmp_path: Path
    ) -> None:
        api.fail("setWebhook", Fault.dropped(), Fault.server_error(), Fault.too_many_requests(0))
        async with running(api, ScriptedEngine(), tmp_path / "state", settings):
            answer = await ann("what did Gimenez say?")
            assert len((await ann.press(answer, "Context")).messages) == 1
        assert ORDER in answer.text
        assert {status for _, status in api.posted} == {200}
        assert (api.polls, api.called("deleteWebhook")) == ([], [])
        *_, call = api.called("setWebhook")
        assert call.params["max_connections"] == "1"
        assert call.params["allowed_updates"] == ["message", "callback_query", "inline_query"]
        ann.say("while it is away")
        async with running(api, ScriptedEngine(), tmp_path / "state"):
            assert ORDER in (await api.wait_for_messages(3))[2]["text"]

    async def test_takes_updates_from_telegram_only_and_only_what_is_one(
        self, api: BotApi, ann: Person, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        engine, asked = ScriptedEngine(), question(1, "forged")
        async with running(api, engine, settings=settings):
            for secret in ("", "guessed", "ä"):
                assert await post(api, asked, secret=secret) == 403
            assert await post(api, asked, path="/") == 404
            assert await post(api, asked, method="PUT") == 405
            for body in (b"{", b"[]", b'{"update_id": "x"}', b"\xff", b"[" * 100_000):
                assert await post(api, body) == 400
            assert await post(api, b"x" * (LARGEST + 1)) in {0, 400}
            assert await post(api, {"update_id": 2, "message": "no message"}) == 200
            assert ORDER in (await ann("what did Gimenez say?")).text
        assert engine.asked == ["what did Gimenez say?"]
        assert caplog.text.count("without Telegram's secret was refused") == 1
        assert "An update that cannot be read is passed over" in caplog.text

    async def test_has_updates_on_the_disk_before_they_are_confirmed_and_answers_each_once(
        self, api: BotApi, settings: Settings, tmp_path: Path
    ) -> None:
        api.say(BEN, "/start")  # the server is to know the chat
        api.say(ANN, "/start")
        engine, state, asked = ScriptedEngine(), tmp_path / "state", question(1000, "slow")
        async with running(api, engine, state, settings):
            await api.wait_for_messages(2)
            assert await post(api, asked) == 200
            assert unanswered(state) == [ANN]
            assert await post(api, asked) == 200
            engine.go.set()
            await api.wait_for_messages(3)
            await api.wait_until(lambda: unanswered(state) == [], "striking out")
        async with running(api, engine, state, settings):
            assert await post(api, asked) == 200
            assert await post(api, question(1001, "another", BEN)) == 200
            await api.wait_for_messages(4)
        assert engine.asked == ["slow", "another"]

    def test_killed_with_questions_taken_answers_them_after_the_restart(
        self, api: BotApi, port: int, tmp_path: Path
    ) -> None:
        webhook = (f"https://port-{port}.example/telegram", port)
        with process(api, tmp_path, *webhook) as bot:
            api.fail("sendMessage", *[Fault.dropped()] * 1000)
            for chat in (ANN, BEN):
                api.say(chat, "0")
            api.wait(lambda: len(api.posted) == 2 and unanswered(tmp_path / "state") == [ANN, BEN], "journal")
            bot.send_signal(SIGKILL)
            bot.wait()
        api.clear_up()
        api.say(ANN, "0.01")  # comes when the bot is back
        with process(api, tmp_path, *webhook):
            api.wait(lambda: len(api.messages) == 3, "answers")
            api.wait(lambda: unanswered(tmp_path / "state") == [], "striking out")
        assert [message["chat"]["id"] for message in api.messages].count(ANN) == 2
        assert "Traceback" not in (tmp_path / "output").read_text()

    @pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the certificate")
    async def test_speaks_tls_with_a_certificate_of_its_own_which_telegram_is_told(
        self, api: BotApi, port: int, tmp_path: Path
    ) -> None:
        key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
        words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
        command = ["openssl", *words.split(), "-keyout", str(key), "-out", str(certificate)]
        await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
        settings = webhook_at(port, certificate=certificate, key=key, self_signed=True)
        async with running(api, ScriptedEngine(), settings=settings):
            (call,) = api.called("setWebhook")
            assert call.params["certificate"][1] == certificate.read_bytes()
            headers = {SECRET_HEADER: call.params["secret_token"]}
            request = Request(f"https://localhost:{port}/telegram", b'{"update_id": 1}', headers)
            trusting = ssl.create_default_context(cafile=certificate)
            with await asyncio.to_thread(urlopen, request, context=trusting) as answer:  # noqa: S310
                assert answer.status == 200


class TestWhatCannotBeHad:
    def test_an_address_that_telegram_refuses_is_told(self, api: BotApi, port: int) -> None:
        webhook = WebhookSettings(url=f"https://port-{port}.example:444/", port=port)
        with pytest.raises(
            UsageError, match=r":444/: Telegram refuses this webhook: Bad webhook: webhook can be set up"
        ):
            run_bot(
                ScriptedEngine(),
                token=TOKEN,
                base_url=api.root,
                settings=Settings(telegram=TelegramSettings(webhook=webhook)),
            )

    def test_a_port_that_is_taken_is_told(self, api: BotApi) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            settings = webhook_at(taken.getsockname()[1])
            with pytest.raises(OnrecordError, match=r"cannot listen at 127.0.0.1, port \d+ \(Address already in use"):
                run_bot(ScriptedEngine(), token=TOKEN, base_url=api.root, settings=settings)

    def test_the_extra_that_is_missing_is_named(
        self, api: BotApi, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delitem(sys.modules, "bot.telegram.transport.webhook")
        monkeypatch.setitem(sys.modules, "tornado.httpserver", None)
        with pytest.raises(UsageError, match=r"pip install 'onrecord\[webhook\]'"):
            run_bot(ScriptedEngine(), token=TOKEN, base_url=api.root, settings=settings)
