"""Readers beside a build, and in a folder that cannot be written: asking never waits, fails, or needs to write."""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from conftest import Refresh, Write

from index.generations.generation import IndexFolder
from index.generations.inspection import check_index
from retrieval.engine import Engine

FERRY = "“The ferry stays,” Mayor Adela Brandvold said.\n"
QUESTION = "what did Brandvold say?"
READERS = 9
BUILDS = 3

ASKS = """
import sys
from pathlib import Path
from index.generations.generation import IndexFolder
from retrieval.engine import Engine
index = IndexFolder(Path(sys.argv[1]), Path(sys.argv[2]))
print("ready", flush=True)
while not Path(sys.argv[3]).exists():
    with Engine(index, fast=True) as engine:
        assert engine.ask(sys.argv[4]).status == "answered"
print("done")
"""


class TestABuild:
    def test_disturbs_none_of_ten_readers(
        self, index: IndexFolder, refresh: Refresh, articles: Write, tmp_path: Path
    ) -> None:
        """Nine ask one engine that follows the builds, in threads; a process opens the index again and again."""
        refresh(articles({"ferry.txt": FERRY}))
        stop, faults, asked = threading.Event(), [], [0] * READERS

        def ask(engine: Engine, number: int) -> None:
            while not stop.is_set():
                try:
                    assert engine.ask(QUESTION).status == "answered"
                    asked[number] += 1
                except Exception as fault:  # noqa: BLE001  (whatever it is, it is one too many)
                    faults.append(fault)

        words = [str(index.path), str(index.notes), str(tmp_path / "stop"), QUESTION]
        with (
            Engine(index, fast=True, watch=True) as engine,
            subprocess.Popen([sys.executable, "-c", ASKS, *words], stdout=subprocess.PIPE, text=True) as other,
        ):
            assert other.stdout
            assert other.stdout.readline() == "ready\n"
            readers = [threading.Thread(target=ask, args=(engine, number)) for number in range(READERS)]
            for reader in readers:
                reader.start()
            built = [refresh(articles({f"{number}.txt": FERRY})).generation for number in range(BUILDS)]
            stop.set()
            (tmp_path / "stop").touch()
            for reader in readers:
                reader.join()
            assert other.communicate()[0] == "done\n"
        assert faults == []
        assert all(asked)
        assert index.current() == built[-1]
        # One that a reader holds is there until it does not, and another build comes.
        assert all(finding.good for finding in check_index(index))
        del engine
        gc.collect()
        refresh(articles({"last.txt": FERRY}))
        assert [finding.good for finding in check_index(index)] == [True, True]


UNSHARE = shutil.which("unshare") or "false"
MOUNTED = """
mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"
"""


def in_a_read_only_folder(folder: Path, *command: str, state: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that sees a folder on a read-only file system."""
    return subprocess.run(
        [UNSHARE, "--user", "--map-root-user", "--mount", "sh", "-c", MOUNTED, "sh", str(folder), *command],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"ONRECORD_STATE": str(state)},
    )


class TestAReadOnlyFileSystem:
    def test_is_asked_and_checked_and_an_attempt_to_index_there_is_told_in_one_line(
        self, index: IndexFolder, refresh: Refresh, articles: Write, tmp_path: Path
    ) -> None:
        refresh(articles({"ferry.txt": FERRY}))
        if in_a_read_only_folder(index.path, "true", state=tmp_path).returncode:
            pytest.skip("no namespace of mounts of one's own here")
        before = sorted((str(path), path.lstat().st_mtime_ns) for path in index.path.rglob("*"))
        said = {}
        for words in (["ask", QUESTION, "--json"], ["check"], ["index"]):
            command = [sys.executable, "-m", "bot.cli.main", *words, "--index", str(index.path)]
            done = in_a_read_only_folder(index.path, *command, state=tmp_path / "state")
            said[words[0]] = done.returncode, done.stdout, done.stderr
        assert json.loads(said["ask"][1])["status"] == "answered"
        assert said["check"][0] == 0
        assert said["index"][0] == 1
        assert said["index"][2].strip().splitlines() == [
            f"onrecord: {index.path}: the index could not be written: Read-only file system"
        ]
        assert sorted((str(path), path.lstat().st_mtime_ns) for path in index.path.rglob("*")) == before
