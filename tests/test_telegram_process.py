"""The bot as a process of its own: how it ends, and what it writes."""

from __future__ import annotations

import signal
import subprocess
from typing import TYPE_CHECKING

from bot.telegram.transport import polling
from tests.bot_api import TOKEN, BotApi, Fault
from tests.scripted_process import PATIENCE, process
from tests.telegram_answers import ORDER
from tests.telegram_bot import Got, unanswered

if TYPE_CHECKING:
    from pathlib import Path

ANN, BEN = 7, 8
SECRET = TOKEN.partition(":")[2]


def ended(process: subprocess.Popen[bytes], number: signal.Signals = signal.SIGTERM) -> int:
    process.send_signal(number)
    return process.wait(PATIENCE)


class TestAtASignal:
    def test_nothing_being_under_way_it_ends(self, api: BotApi, tmp_path: Path) -> None:
        with process(api, tmp_path) as bot:
            assert ended(bot, signal.SIGINT) == 0
        assert "Traceback" not in (tmp_path / "output").read_text()

    def test_what_is_under_way_is_answered_before(self, api: BotApi, tmp_path: Path) -> None:
        with process(api, tmp_path, grace=PATIENCE) as bot:
            api.say(ANN, "0.5")
            api.wait(lambda: len(api.called("sendChatAction")) > 0, "typing action")
            assert ended(bot) == 0
        assert ORDER in api.messages[0]["text"]
        assert "Traceback" not in (tmp_path / "output").read_text()

    def test_what_is_too_much_to_be_answered_stays_in_the_journal(self, api: BotApi, tmp_path: Path) -> None:
        with process(api, tmp_path, grace=0.5) as bot:
            for _ in range(20):
                api.say(ANN, "2")
            api.wait(lambda: len(api.called("sendChatAction")) > 0, "typing action")
            assert ended(bot) == 0
        written = (tmp_path / "output").read_text()
        assert "may be left unanswered" in written
        assert "Traceback" not in written
        assert "never awaited" not in written
        assert unanswered(tmp_path / "state") == [ANN] * 20

    def test_an_engine_that_is_stuck_with_buttons_and_inline_queries_is_not_waited_for(
        self, api: BotApi, tmp_path: Path
    ) -> None:
        assert polling.GRACE < polling.END < 5
        with process(api, tmp_path, grace=0.2, end=0.5) as bot:
            api.say(ANN, "0")
            api.wait(lambda: len(api.messages) == 1, "answer")
            answer = Got(api.messages[0])
            api.press(answer.message, answer.data("Context"))
            api.query(BEN, "what did Gimenez say?")
            api.say(BEN, "600")
            api.wait(lambda: unanswered(tmp_path / "state") == [ANN, BEN], "journal")
            api.wait(lambda: str(BEN) in {call.params["chat_id"] for call in api.called("sendChatAction")}, "typing")
            assert ended(bot) == 0
        assert unanswered(tmp_path / "state") == [ANN, BEN]
        assert not api.callback_answers


class TestWhatItWrites:
    def test_at_a_revoked_token_is_one_clear_line(self, api: BotApi, tmp_path: Path) -> None:
        with process(api, tmp_path) as bot:
            api.revoke_token()
            assert bot.wait(PATIENCE) == 1
        last = (tmp_path / "output").read_text().splitlines()[-1]
        assert last.startswith(f"onrecord: {api.root} refuses the bot token")

    def test_is_a_line_for_a_line_and_never_the_token_nor_what_people_write_nor_how_they_are_called(
        self, api: BotApi, tmp_path: Path
    ) -> None:
        with process(api, tmp_path) as bot:
            api.fail("sendMessage", Fault.refused(400, "Bad Request: one\nforged: line\x1b[31m"), Fault.dropped())
            api.say(ANN, "0")
            api.say(ANN, "no number")
            api.deliver({"message": {"text": "no message", "from": "nobody"}})
            api.wait(lambda: len(api.messages) == 2, "messages")
            api.revoke_token()
            bot.wait(PATIENCE)
        written = (tmp_path / "output").read_text()
        assert "ValueError" in written  # the engine's
        assert "An update that cannot be read is passed over" in written
        assert "One forged: line�[31m" in written
        for text in (SECRET, "no number", "no message", "nobody", "Person"):
            assert text not in written
