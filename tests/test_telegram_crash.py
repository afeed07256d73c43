"""`onrecord bot` killed in the middle of an answer, and a build killed beside it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from signal import SIGKILL, SIGTERM
from typing import TYPE_CHECKING

import pytest

from tests.bot_api import BotApi
from tests.bot_api_http import Fault
from tests.telegram_bot import Got, bot_process, unanswered

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

    from index.generations.generation import IndexFolder

ANN, BEN = 7, 8
QUESTION = "what did Imani Velloso say?"

# Rebuilds everything, twice, each time in a process that gets a signal when the articles are written and before
# anything is found in them.
BUILDS = """
import os, sys
from pathlib import Path
from index.build.pipeline import BuildOptions, build
from index.generations.generation import IndexFolder
index = Path(sys.argv[1])
def rebuild(number):
    def progress(stage, done, total):
        if stage == "quotations":
            (staging,) = index.glob("generations/.staging-*")
            assert any(staging.iterdir())
            os.kill(os.getpid(), number)
    build(IndexFolder(index, index.parent / "notes"), BuildOptions(rebuild=True), progress)
for number in map(int, sys.argv[2:]):
    if not (process := os.fork()):
        rebuild(number)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -number
"""


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


class TestABotThatIsKilled:
    def test_answers_after_the_restart_what_it_was_at_and_older_buttons_still_work(
        self, api: BotApi, quillhaven: IndexFolder, state: Path
    ) -> None:
        with bot_process(api, quillhaven.path, state) as bot:
            api.say(ANN, "what did Brandvold say about the ferry?")
            api.wait(lambda: len(api.messages) == 1, "answer", within=60)
            api.fail("sendMessage", *[Fault.dropped()] * 1000)  # nothing more gets out
            sent = len(api.called("sendMessage"))
            api.say(ANN, QUESTION)
            asked = api.say(BEN, QUESTION)
            api.wait(lambda: len(api.called("sendMessage")) >= sent + 2, "attempts", within=60)
            api.wait(lambda: unanswered(state) == [ANN, BEN], "journal")
            api.wait(lambda: int(api.polls[-1].params["offset"]) > asked, "confirmation")  # Telegram forgets them
            bot.send_signal(SIGKILL)
            bot.wait()
        assert unanswered(state) == [ANN, BEN]
        api.clear_up()
        with bot_process(api, quillhaven.path, state):
            api.wait(lambda: len(api.messages) == 3, "answers", within=60)
            ferry = Got(api.messages[0])
            query = api.press(ferry.message, ferry.data("Context 1"))
            api.wait(lambda: query in api.callback_answers, "answer to a press", within=60)
            api.wait(lambda: unanswered(state) == [], "striking out")
        answers, context = api.messages[1:3], Got(api.messages[3])
        assert sorted(message["chat"]["id"] for message in answers) == [ANN, BEN]
        assert all("— Imani Velloso" in message["text"] for message in answers)
        assert context.quotes == ferry.quotes[:1]
        assert QUESTION not in (state.parent / "output").read_text()


class TestABuildThatIsKilledOrAskedToEnd:
    def test_leaves_the_last_good_generation_to_a_bot_that_runs_and_to_its_next_start(
        self, api: BotApi, quillhaven: IndexFolder, state: Path, tmp_path: Path, onrecord: Run
    ) -> None:
        index = tmp_path / "index"
        shutil.copytree(quillhaven.path, index, copy_function=os.link)
        before = (index / "CURRENT").read_text()
        with bot_process(api, index, state):
            command = [sys.executable, "-c", BUILDS, str(index), *(str(int(one)) for one in (SIGKILL, SIGTERM))]
            subprocess.run(command, check=True)
            api.say(ANN, QUESTION)
            api.wait(lambda: len(api.messages) == 1, "answer", within=60)
        assert "— Imani Velloso" in api.messages[0]["text"]
        assert (index / "CURRENT").read_text() == before
        assert onrecord("check", "--index", index).code == 0
        assert "Imani Velloso" in onrecord("ask", "--fast", "--index", index, QUESTION).out
