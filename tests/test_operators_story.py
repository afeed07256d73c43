"""An operator's first day as one story: settings, the first admin, an article, an alert, and a restart."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.telegram_bot import Got, spawned

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Run

    from tests.bot_api import BotApi

ADA, PATIENCE = 7, 90
OLD = "“The ferry will not close while I am mayor,” Mayor Adela Brandvold said to the people on the landing on Monday."
LAMP = """The lighthouse gets a new lamp

date 2031-03-01 QUILLHAVEN (Quillhaven Ledger) - “It will be seen from Dunmeer,” Mayor Adela Brandvold said of the lamp.

The old one will be shown in the library."""
BELLS = "“Every bell in town will ring twice for the last boat,” Mayor Adela Brandvold announced on Friday at noon."


@contextmanager
def bot(api: BotApi, settings: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "bot.cli.main", "bot", "--fast", "--config", str(settings)]
    with spawned(api, command, settings.parent / "log", ONRECORD_INDEX="nowhere") as process:
        yield process


def test_from_a_settings_file_to_an_alert_after_a_kill(api: BotApi, tmp_path: Path, onrecord: Run) -> None:
    def told(words: str) -> Got:
        def found() -> list[Got]:
            return [got for one in api.messages if words in (got := Got(one)).text]

        api.wait(lambda: bool(found()), f"message with {words!r}", within=PATIENCE)
        return found()[-1]

    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "old.txt").write_text(OLD, "utf-8")
    (tmp_path / "token").write_text(api.token)
    (tmp_path / "token").chmod(0o600)
    settings = tmp_path / "onrecord.toml"
    settings.write_text(
        'articles = "articles"\nindex = "index"\nstate = "state"\n[telegram]\ntoken_file = "token"\n'
        f'base_url = {json.dumps(api.root)}\naccess = "pairing"\nadd_articles = true\n'
    )
    assert onrecord("check", "--config", settings).code == 0
    assert onrecord("index", "--config", settings).out.startswith("1 article")
    with bot(api, settings) as process:
        api.say(ADA, "what did Brandvold say?")
        told("only people whom my operator has let in")
        code = onrecord("pair", "--admin", "--config", settings).out.strip()
        api.say(ADA, f"/pair {code}")
        told("Welcome.")
        api.say(ADA, "/follow Brandvold")
        told("I follow Adela Brandvold")
        api.say(ADA, f"/add {LAMP}")
        shown = told("Shall I save it?")
        assert "— Adela Brandvold (1): It will be seen from Dunmeer" in shown.text
        api.press(shown.message, shown.data("Save"))
        assert "It will be seen from Dunmeer" in told("New: Adela Brandvold").text
        told("“The lighthouse gets a new lamp” can be asked about now.")
        process.send_signal(signal.SIGKILL)
        process.wait()
    (tmp_path / "articles" / "bells.txt").write_text(BELLS, "utf-8")
    assert "1 added" in onrecord("index", "--config", settings).out
    with bot(api, settings) as process:
        assert "bells.txt, " in told("Every bell in town").text
        api.say(ADA, "/following")
        assert told("I follow here").buttons == ["Unfollow Adela Brandvold"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log
    assert "lighthouse" not in log
