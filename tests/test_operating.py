"""Running the bot for years: the file that shows that it is well, the log as JSON, and the units of systemd."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.config.settings import HealthSettings, Settings
from bot.telegram.ops.logs import json_log, private_logs
from bot.telegram.state.store import store_path
from tests.bot_api import TOKEN, BotApi
from tests.telegram_answers import ScriptedEngine
from tests.telegram_bot import Person, running

if TYPE_CHECKING:
    from conftest import Run

    from retrieval.core.answer import Answer

DEPLOY = Path(__file__).parent.parent / "deploy"
UNITS = sorted(file.name for file in DEPLOY.glob("*.service"))
ANALYZE = shutil.which("systemd-analyze") or ""
PROGRAM = "/opt/onrecord/bin/onrecord"


def health(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text())) if file.exists() else {}


class TestTheHealthFile:
    async def test_is_written_again_and_again_with_what_is_under_way_and_what_went_wrong(
        self, api: BotApi, ann: Person, tmp_path: Path
    ) -> None:
        def fail(question: str) -> Answer:
            raise ZeroDivisionError(question)

        file, engine = tmp_path / "health.json", ScriptedEngine(fail)
        settings = Settings(health=HealthSettings(file=file, every=0.01))
        async with running(api, engine, settings=settings):
            await api.wait_until(lambda: bool(health(file)), "health")
            first = health(file)
            ann.say("slow question")
            await api.wait_until(lambda: health(file)["waiting"] == 1, "question under way")
            engine.go.set()
            await api.wait_until(lambda: health(file)["last_error"] is not None, "error")
            await api.wait_until(lambda: health(file)["waiting"] == 0, "rest")
        last = health(file)
        assert (first["last_update"], first["last_error"], first["generation"]) == (None, None, engine.generation)
        assert last["last_error"]["event"] == "An update could not be processed"
        assert first["time"] < last["last_update"] < last["time"]
        assert await asyncio.to_thread(os.listdir, tmp_path) == ["health.json"]

    async def test_tells_of_damage_that_was_found_at_the_start(self, api: BotApi, tmp_path: Path) -> None:
        file, state = tmp_path / "health.json", tmp_path / "state"
        await asyncio.to_thread(state.mkdir)
        await asyncio.to_thread(store_path(state, TOKEN).write_bytes, b"damaged" * 1000)
        async with running(api, ScriptedEngine(), state, Settings(health=HealthSettings(file=file, every=0.01))):
            await api.wait_until(lambda: bool(health(file)), "health")
        assert "is set aside" in health(file)["last_error"]["event"]

    async def test_that_cannot_be_written_is_told_once_and_the_bot_goes_on(
        self, api: BotApi, ann: Person, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings = Settings(health=HealthSettings(file=tmp_path / "none" / "health.json", every=0.001))
        async with running(api, ScriptedEngine(), settings=settings):
            assert (await ann("what did Gimenez say?")).quotes
        assert caplog.text.count("the health file cannot be written: No such file or directory") == 1

    def test_tells_whether_the_bot_is_well(self, onrecord: Run, tmp_path: Path) -> None:
        def written(ago: float, **more: Any) -> Path:
            told = {"time": (datetime.now(UTC) - timedelta(seconds=ago)).isoformat(), "waiting": 2, "generation": "one"}
            (tmp_path / "health.json").write_text(json.dumps(told | {"last_update": None, "last_error": None} | more))
            return tmp_path / "health.json"

        well = onrecord("check", "--health", written(10))
        assert (well.code, well.err) == (0, "")
        assert re.fullmatch(r"well 1\d s ago: 2 waiting, last update none yet, generation one\n", well.out)
        trouble = onrecord("check", "--health", written(0, last_error={"time": "then", "event": "x\ny\x1b"}))
        assert "last error then: x y" in trouble.out
        for ago, more in ((200, ()), (-200, ()), (20, ("--max-age", "10s"))):
            stale = onrecord("check", "--health", written(ago), *more)
            assert (stale.code, stale.out) == (1, "")
            assert "the bot was stopped, or hangs" in stale.err
        for content, reason in (("{}", "is no health file"), (None, "cannot be read")):
            written(0).write_text(content) if content else written(0).unlink()
            wrong = onrecord("check", "--health", tmp_path / "health.json")
            assert (wrong.code, wrong.out) == (1, "")
            assert reason in wrong.err


class TestTheLogAsJson:
    def test_is_an_object_a_line_whatever_is_written_and_holds_no_token_and_no_text(
        self, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        logger, error = logging.getLogger("bot.test"), ValueError("what somebody wrote")
        with caplog.at_level(logging.INFO), json_log(), private_logs(TOKEN):
            logger.error("%s\nfailed", TOKEN, exc_info=error, extra={"update": 7})
            sys.stderr.write("note: one\n\nskipped: ")
            sys.stderr.write("“two”\n")
        logger.error("not in it")
        failed, one, two = lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        assert datetime.fromisoformat(failed.pop("time")).tzinfo
        assert "ValueError" in failed.pop("traceback")
        assert failed == {
            "level": "error",
            "logger": "bot.test",
            "event": f"{TOKEN.partition(':')[0]}:[token] failed",
            "update": 7,
        }
        assert [line["event"] for line in (one, two)] == ["note: one", "skipped: “two”"]
        assert "what somebody wrote" not in json.dumps(lines)

    def test_holds_also_why_the_bot_ended(self, onrecord: Run, tmp_path: Path) -> None:
        done = onrecord("bot", "--log-format", "json", "--token-file", tmp_path / "none")
        assert (done.code, done.out) == (2, "")
        (line,) = done.err.splitlines()
        assert json.loads(line)["level"] == "critical"
        assert "none: cannot be read" in json.loads(line)["event"]


@pytest.mark.skipif(not ANALYZE, reason="systemd-analyze is not installed")
class TestUnits:
    @pytest.fixture
    def unit(self, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
        """A unit that runs a program there is; whether it is installed as the unit says is the machine's business."""
        content = (DEPLOY / request.param).read_text()
        assert PROGRAM in content
        (tmp_path / request.param).write_text(content.replace(PROGRAM, sys.executable))
        return tmp_path / str(request.param)

    @pytest.mark.parametrize("unit", UNITS, indirect=True)
    def test_are_sound(self, unit: Path) -> None:
        done = subprocess.run([ANALYZE, "verify", "--man=no", str(unit)], check=False, capture_output=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")

    @pytest.mark.parametrize("unit", UNITS, indirect=True)
    def test_expose_little(self, unit: Path) -> None:
        command = [ANALYZE, "security", "--offline=true", "--threshold=20", str(unit)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout

    def test_are_sound_only_if_they_are(self, tmp_path: Path) -> None:
        unit = tmp_path / "onrecord.service"
        unit.write_text("[Service]\nExecStart=/none/onrecord\nProtectSytem=strict\n")
        done = subprocess.run([ANALYZE, "verify", "--man=no", str(unit)], check=False, capture_output=True)
        assert b"ProtectSytem" in done.stderr
        assert done.returncode
