"""Builds disturbed at system calls, and damaged files, in short; `python -m benchmarks.durability` tries every one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import ARTICLES

from tests.power_loss import endangered
from tests.system_calls import Call

ROOT = ARTICLES.parent.parent


@pytest.fixture(scope="module")
def walk(exported: None) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.disturbed_short"], check=True, capture_output=True, cwd=ROOT, env=os.environ
    )
    told: dict[str, Any] = json.loads(done.stdout)
    if "skipped" in told:
        pytest.skip(told["skipped"])
    return told


def logs(walk: dict[str, Any]) -> list[tuple[list[Call], Path]]:
    """Return the calls of each undisturbed build, with the folder of its index."""
    made = [
        [Call(name, tuple(paths), tuple(existed)) for name, paths, existed in log] for log in walk["calls"].values()
    ]
    assert made
    folders = [next(path for call in log for path in call.paths if path.endswith("/index")) for log in made]
    return [(log, Path(folder)) for log, folder in zip(made, folders, strict=True)]


class TestABuild:
    def test_that_is_killed_or_meets_a_full_or_broken_disk_leaves_an_index_that_answers_and_is_mended_by_the_next(
        self, walk: dict[str, Any]
    ) -> None:
        assert len(walk["points"]) == 9
        assert all(point["call"] for point in walk["points"])
        assert [point for point in walk["points"] if point["problems"]] == []

    def test_does_without_hard_links_and_says_so_where_it_cannot_do_without_something(
        self, walk: dict[str, Any]
    ) -> None:
        assert len(walk["refusals"]) == 4
        assert [point for point in walk["refusals"] if point["problems"]] == []

    def test_that_wrote_current_in_its_place_would_be_noticed(self, walk: dict[str, Any]) -> None:
        assert any("damage is found" in problem for point in walk["broken"] for problem in point["problems"])


class TestDamage:
    def test_is_noticed_before_anything_reads_the_file_and_mended_by_the_next_build(self, walk: dict[str, Any]) -> None:
        assert len(walk["damages"]) == 6
        assert [damage for damage in walk["damages"] if damage["problems"] or not damage["noticed"]] == []


class TestAPowerCut:
    def test_takes_nothing_that_has_a_name_already(self, walk: dict[str, Any]) -> None:
        for calls, folder in logs(walk):
            assert len(calls) > 100
            assert list(endangered(calls, folder)) == []

    def test_would_be_noticed_to_take_what_was_not_flushed(self, walk: dict[str, Any]) -> None:
        """Of every file and folder that a build flushes after its last change, leave that out."""
        for calls, folder in logs(walk):
            flushed = {call.paths[0] for call in calls if call.name == "fsync" and str(folder) in call.paths[0]}
            assert len(flushed) > 15
            for path in flushed:
                without = [call for call in calls if call.name not in ("fsync", "fdatasync") or call.paths[0] != path]
                assert any(told.startswith(path) for told in endangered(without, folder)), path

    def test_would_be_noticed_to_come_between_current_and_a_generation_that_is_flushed_too_late(
        self, walk: dict[str, Any]
    ) -> None:
        for calls, folder in logs(walk):
            late = [call for call in calls if call.name == "fsync" and call.paths[0] == str(folder / "generations")]
            moved = [call for call in calls if call not in late] + late
            assert any("when" in told and told.startswith(late[0].paths[0]) for told in endangered(moved, folder))
