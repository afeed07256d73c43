"""Alerts while calls fail and the bot is killed, in short; `python -m benchmarks.alerts` runs the same in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.alert_scenario import run

if TYPE_CHECKING:
    from pathlib import Path

    from index.generations.generation import IndexFolder
    from tests.bot_api import BotApi


def test_none_is_lost_and_a_kill_repeats_one_at_most_and_says_so(
    api: BotApi, index: IndexFolder, tmp_path: Path
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    outcome = run(api, index, folder, chats=2, rebuilds=2, articles=4, kills=1, share=0.0, options=("--fast",))
    assert outcome.expected > 8
    assert outcome.delivered == outcome.expected
    assert (outcome.lost, outcome.unexpected) == (0, 0)
    assert outcome.messages[1] == outcome.doubtful[0] == outcome.kills == 1
