"""`onrecord bot` and `onrecord index` as processes that are killed, or asked to end, in the middle of their work."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.bot_api_http import Fault
from tests.telegram_bot import bot_process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Run

    from index.generation import IndexFolder
    from tests.bot_api import BotApi

ANN, BEN = 7, 8
QUESTION = "what did Imani Velloso say?"
ENDS_WITHIN = 5.0


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def journalled(state: Path) -> list[int]:
    """Return the chats whose questions stand in the journal."""
    (path,) = state.glob("telegram-*-unanswered*.sqlite")
    with closing(sqlite3.connect(path)) as database:
        query = "SELECT json_extract(content, '$.message.chat.id') FROM updates WHERE content IS NOT NULL"
        return [chat for (chat,) in database.execute(query)]


def wait_for_file(folder: Path, pattern: str) -> None:
    deadline = time.monotonic() + 150
    while not any(folder.glob(pattern)):
        assert time.monotonic() < deadline, f"no {pattern}"
        time.sleep(0.01)


def answered(api: BotApi) -> list[int]:
    return [message["chat"]["id"] for message in api.messages]


class TestABotThatIsKilled:
    def test_in_the_middle_of_an_answer_answers_after_the_restart(
        self, api: BotApi, quillhaven: IndexFolder, state: Path
    ) -> None:
        api.fail("sendMessage", *[Fault.dropped()] * 1000)  # nothing gets out
        with bot_process(api, quillhaven.path, state) as bot:
            api.say(ANN, QUESTION)
            api.say(BEN, QUESTION)
            api.wait(lambda: len(api.called("sendMessage")) >= 2, "attempts")
            api.wait(lambda: int(api.polls[-1].params.get("offset", 0)) > 0, "confirmation")  # Telegram forgets them
            bot.send_signal(signal.SIGKILL)
            bot.wait()
        assert answered(api) == []
        assert sorted(journalled(state)) == [ANN, BEN]
        api.clear_up()
        with bot_process(api, quillhaven.path, state) as bot:
            api.wait(lambda: len(api.messages) == 2, "answers")
            api.say(ANN, QUESTION)
            api.wait(lambda: len(api.messages) == 3, "answer to a new question")
            bot.send_signal(signal.SIGTERM)
            bot.wait(ENDS_WITHIN)
        assert sorted(answered(api)) == [ANN, ANN, BEN]
        assert all("— Imani Velloso" in message["text"] for message in api.messages)
        assert journalled(state) == []
        assert QUESTION not in (state.parent / "output").read_text()

    def test_before_telegram_heard_that_an_answered_question_arrived_does_not_answer_it_again(
        self, api: BotApi, quillhaven: IndexFolder, state: Path
    ) -> None:
        with bot_process(api, quillhaven.path, state) as bot:
            api.fail("getUpdates", *[Fault.dropped()] * 1000)
            api.say(ANN, QUESTION)
            api.wait(lambda: len(api.messages) == 1, "answer")
            api.wait(lambda: journalled(state) == [], "striking out")
            bot.send_signal(signal.SIGKILL)
            bot.wait()
        api.clear_up()
        with bot_process(api, quillhaven.path, state):
            api.say(BEN, QUESTION)
            api.wait(lambda: len(api.messages) == 2, "answer")
        assert answered(api) == [ANN, BEN]


class TestABotThatIsAskedToEnd:
    def test_in_the_middle_of_an_answer_ends_in_time_and_answers_after_the_restart(
        self, api: BotApi, quillhaven: IndexFolder, state: Path
    ) -> None:
        api.fail("sendMessage", *[Fault.dropped()] * 1000)
        with bot_process(api, quillhaven.path, state) as bot:
            api.say(ANN, QUESTION)
            api.wait(lambda: len(api.called("sendMessage")) >= 1, "attempt")
            bot.send_signal(signal.SIGTERM)
            assert bot.wait(ENDS_WITHIN) == 0
        assert journalled(state) == [ANN]
        api.clear_up()
        with bot_process(api, quillhaven.path, state):
            api.wait(lambda: len(api.messages) == 1, "answer")
        assert answered(api) == [ANN]

    def test_while_the_engine_is_stuck_ends_in_time(self, api: BotApi, tmp_path: Path) -> None:
        program = (
            "import sys, time, pathlib\n"
            "from bot.telegram import run_bot\n"
            "class Engine:\n"
            "    def converse(self, question, dialog):\n"
            "        time.sleep(60)\n"
            "run_bot(Engine(), token=sys.argv[1], base_url=sys.argv[2], state=pathlib.Path(sys.argv[3]))\n"
            "time.sleep(60)\n"
        )
        with subprocess.Popen([sys.executable, "-c", program, api.token, api.root, str(tmp_path)]) as bot:
            api.say(ANN, "What?")
            api.wait(lambda: len(api.called("sendChatAction")) > 0, "typing action", within=30)
            bot.send_signal(signal.SIGTERM)
            assert bot.wait(ENDS_WITHIN) == 0
        assert journalled(tmp_path) == [ANN]


class TestABuild:
    """A whole new build beside a bot that answers."""

    @pytest.fixture
    def built(self, onrecord: Run, tmp_path: Path) -> Path:
        (tmp_path / "articles").mkdir()
        (tmp_path / "articles" / "pier.txt").write_text(
            " date 2031-04-02 QUILLHAVEN (Harbor Ledger) - The pier will close.\n\n“It must,” said Imani Velloso.\n"
        )
        onrecord("index", tmp_path / "articles", "--index", tmp_path / "index")
        return tmp_path / "index"

    def test_that_is_killed_leaves_the_last_good_generation_to_the_bot_and_its_next_start(
        self, built: Path, api: BotApi, state: Path, onrecord: Run
    ) -> None:
        before = (built / "CURRENT").read_text()
        with bot_process(api, built, state), self.rebuilding(built, state) as build:
            api.say(ANN, QUESTION)
            build.send_signal(signal.SIGKILL)
            build.wait()
            api.wait(lambda: len(api.messages) == 1, "answer")
        assert (built / "CURRENT").read_text() == before
        assert onrecord("check", "--index", built).code == 0
        with bot_process(api, built, state):
            api.say(BEN, QUESTION)
            api.wait(lambda: len(api.messages) == 2, "answer after the restart")
        assert all("— Imani Velloso" in message["text"] for message in api.messages)

    def test_that_is_asked_to_end_does_so_in_time(self, built: Path, state: Path, onrecord: Run) -> None:
        before = (built / "CURRENT").read_text()
        with self.rebuilding(built, state) as build:
            build.send_signal(signal.SIGTERM)
            build.wait(ENDS_WITHIN)
        assert (built / "CURRENT").read_text() == before
        assert onrecord("check", "--index", built).code == 0

    @contextmanager
    def rebuilding(self, index: Path, state: Path) -> Iterator[subprocess.Popen[bytes]]:
        """A build that has begun to write."""
        words = ("index", "--rebuild", "--index", str(index), "--state", str(state))
        with subprocess.Popen([sys.executable, "-m", "bot.cli", *words]) as build:
            wait_for_file(index, "generations/.staging-*/articles.sqlite")
            yield build
