"""What a running bot counts, in the file that Prometheus' textfile collector reads."""

from __future__ import annotations

import asyncio
import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.config.settings import MetricsSettings, Settings, TelegramSettings, settings_problems
from bot.telegram.app import metrics_for
from bot.telegram.ops.metrics import NONE
from bot.telegram.transport import queueing
from index.core.errors import UsageError
from index.generations.generation import IndexFolder
from index.generations.manifest import Manifest
from retrieval.engine import Engine
from tests.bot_api import BotApi
from tests.bot_api_http import Fault
from tests.telegram_answers import ScriptedEngine, answered
from tests.telegram_bot import Person, running

if TYPE_CHECKING:
    from conftest import Refresh

    from retrieval.core.answer import Answer

COUNTS = {"articles": 3, "passages": 12, "quotations": 7}
SAID = " date 2031-0{0}-01 QUILLHAVEN (WQHV) - “Boat {0} will be sold by auction,” Mayor Adela Brandvold said.\n"


class Scripted(ScriptedEngine):
    manifest = Manifest("2031-01-01T12:00:00+00:00", (), COUNTS, {}, {}, 1)


def counted(file: Path) -> dict[str, float]:
    """Return each sample by its name and labels, as "name label label"; none where there is no file yet."""
    if not file.exists():
        return {}
    families = text_string_to_metric_families(file.read_text())
    samples = (sample for family in families for sample in family.samples)
    return {" ".join([sample.name, *sample.labels.values()]): sample.value for sample in samples}


def written_to(file: Path, **more: object) -> Settings:
    return Settings(metrics=MetricsSettings(file=file, every=0.01), **more)  # type: ignore[arg-type]


def reply(question: str) -> Answer:
    if question == "break":
        raise ZeroDivisionError(question)
    return answered(question, status="not_found" if question == "nothing" else "answered")


class TestTheFile:
    async def test_counts_questions_requests_and_what_is_too_much_and_tells_of_index_and_process(
        self, api: BotApi, ann: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file, engine = tmp_path / "onrecord.prom", Scripted(reply)
        gate = queueing.RateGate(queueing.Rates(at_once=4))
        monkeypatch.setattr(queueing, "RateGate", lambda: gate)
        api.fail("sendMessage", Fault.server_error(), Fault.too_many_requests(1))
        async with running(api, engine, settings=written_to(file)):
            await api.wait_until(lambda: bool(counted(file)), "file")
            first = counted(file)
            for question in ("what did Gimenez say?", "who said so?", "nothing", "break", "too much", "far too much"):
                ann.say(question)
            await api.wait_until(lambda: counted(file)["onrecord_updates_passed_over_total rate"] == 2, "too much")
            await api.wait_until(lambda: counted(file)["onrecord_questions_total failed"] == 1, "failure")
            await api.wait_for_messages(5)
            await api.wait_until(lambda: counted(file)["onrecord_telegram_requests_total send ok"] == 5, "answers")
        last = counted(file)
        assert first["onrecord_questions_total answered"] == first["onrecord_alerts_total sent"] == 0
        assert [last[f"onrecord_questions_total {status}"] for status in ("answered", "not_found")] == [2, 1]
        assert last["onrecord_answer_seconds_count"] == 4
        assert last["onrecord_telegram_retries_total send"] == 1
        assert last["onrecord_telegram_requests_total send flood"] == 1
        assert last["onrecord_telegram_requests_total other ok"] > 0
        assert {what: last[f"onrecord_index_size {what}"] for what in COUNTS} == COUNTS
        assert last["onrecord_index_built_timestamp_seconds"] == datetime(2031, 1, 1, 12, tzinfo=UTC).timestamp()
        assert last["process_resident_memory_bytes"] > 1e6
        assert last["process_open_fds"] > 3
        assert "onrecord_event_loop_lag_seconds_count" in last

    async def test_tells_nothing_of_anybody_and_may_be_read_by_whoever_collects_it(
        self, api: BotApi, tmp_path: Path
    ) -> None:
        file, ann = tmp_path / "onrecord.prom", Person(api, 7_654_321, 7_654_321)
        before = os.umask(0o077)
        try:
            async with running(api, Scripted(), settings=written_to(file)):
                await ann("what did Gimenez say about detainers?")
                await api.wait_until(lambda: counted(file)["onrecord_questions_total answered"] == 1, "answer")
        finally:
            os.umask(before)
        told = file.read_text()
        assert not [word for word in ("Gimenez", "detainers", "7654321", "7.654321", api.token) if word in told]
        assert stat.S_IMODE(file.stat().st_mode) == 0o644
        assert await asyncio.to_thread(os.listdir, tmp_path) == ["onrecord.prom"]

    async def test_that_cannot_be_written_is_told_once_and_the_bot_goes_on(
        self, api: BotApi, ann: Person, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with running(api, Scripted(), settings=written_to(tmp_path / "none" / "onrecord.prom")):
            assert (await ann("what did Gimenez say?")).quotes
        assert caplog.text.count("the metrics file cannot be written: No such file or directory") == 1

    @pytest.mark.usefixtures("quickly")
    async def test_counts_alerts_and_builds_and_what_the_stages_of_an_answer_took(
        self, api: BotApi, ann: Person, index: IndexFolder, tmp_path: Path, refresh: Refresh
    ) -> None:
        file, folder = tmp_path / "onrecord.prom", tmp_path / "articles"
        folder.mkdir()
        (folder / "1.txt").write_text(SAID.format(1))
        refresh(folder)
        settings = written_to(file, articles=folder, telegram=TelegramSettings(admins=(7,), add_articles=True))
        with Engine(index, watch=True, fast=True) as engine:
            async with running(api, engine, tmp_path / "state", settings):
                await ann("what did Brandvold say?")
                await ann("/follow Brandvold")
                api.fail("sendMessage", Fault.server_error())
                (folder / "2.txt").write_text(SAID.format(2))
                await asyncio.to_thread(refresh)
                await api.wait_until(lambda: counted(file)["onrecord_alerts_total sent"] == 1, "alert", within=60)
                await ann("/reindex")
                await api.wait_until(lambda: counted(file)["onrecord_index_builds_total done"] == 1, "build", within=60)
                folder.rename(tmp_path / "gone")
                await ann("/reindex")
                await api.wait_until(
                    lambda: counted(file)["onrecord_index_builds_total failed"] == 1, "failure", within=60
                )
        last = counted(file)
        assert (last["onrecord_alerts_total again"], last["onrecord_alerts_total dropped"]) == (1, 0)
        assert last["onrecord_stage_seconds_count speakers"] == last["onrecord_stage_seconds_count citing"] == 1
        assert last["onrecord_stage_seconds_count reranking"] == 0
        assert last["onrecord_index_size articles"] == 2


class TestWithoutIt:
    def test_nothing_is_counted_and_nothing_imported(self) -> None:
        assert metrics_for(MetricsSettings()) is NONE

    def test_or_without_its_package_the_bot_says_what_is_missing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "onrecord.toml"
        path.write_text("metrics.file = 'onrecord.prom'\n")
        assert settings_problems(path) == []
        for module in ("bot.config.settings", "bot.telegram.app"):
            monkeypatch.setattr(f"{module}.find_spec", lambda _: None)
        extra = "metrics.file: needs an extra: pip install 'onrecord[metrics]'"
        assert settings_problems(path) == [f"{path}: {extra}"]
        with pytest.raises(UsageError, match=r"metrics\.file: needs an extra"):
            metrics_for(MetricsSettings(file=tmp_path / "onrecord.prom"))

    def test_the_command_line_goes_before_the_settings(self, tmp_path: Path) -> None:
        from bot.cli.cmd_bot import bot_settings
        from bot.cli.parser import build_parser

        path = tmp_path / "onrecord.toml"
        path.write_text("[metrics]\nfile = 'one.prom'\nevery = '1m'\n")
        words = ["bot", "--config", str(path)]
        told = bot_settings(build_parser().parse_args(words)).metrics
        assert (told.file, told.every) == (tmp_path / "one.prom", 60.0)
        other = bot_settings(build_parser().parse_args([*words, "--metrics", str(tmp_path / "other.prom")])).metrics
        assert (other.file, other.every) == (tmp_path / "other.prom", 60.0)
