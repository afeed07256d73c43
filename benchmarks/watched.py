"""A process watched while it runs: seconds by stage, and the memory of it and its children together. Linux only."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.measuring import ROOT, Bench

LOOKED_EVERY = 0.25
Told = dict[str, Any]


@dataclass(slots=True)
class Watched:
    """What a process took.

    Attributes:
        seconds: from its start to its end.
        cpu: seconds of CPU, of it and of the children that it waited for.
        peak: the most memory that it and its children held together, in MB, pages they share counted once.
        private: of that, what no file holds.
        told: the lines of JSON that it wrote.
        began: time of its start.
        killed: whether it was killed.
    """

    began: float
    seconds: float = 0.0
    cpu: float = 0.0
    peak: float = 0.0
    private: float = 0.0
    told: list[Told] = field(default_factory=list)
    killed: bool = False

    @property
    def report(self) -> Told:
        """The last line that it wrote."""
        return self.told[-1]

    def stages(self) -> dict[str, float]:
        """Return the seconds of each stage.

        A step is told when it is done, so the time before it is that of its stage. With nothing done yet a stage is
        announced: that ends the one before, and the time after it is its own.
        """
        found: dict[str, float] = {}
        stage, announced, before = "start", True, self.began
        for line in self.told:
            begins = not line.get("done")
            if not begins and not announced:
                stage = line["stage"]
            found[stage] = found.get(stage, 0.0) + line["at"] - before
            stage, announced, before = line.get("stage", "end"), begins, line["at"]
        return {name: round(seconds, 3) for name, seconds in found.items()}


def watch(bench: Bench, command: Sequence[str | Path], *, kill_after: float | None = None) -> Watched:
    """Run a process to its end, or kill it with its children after so many seconds.

    Raises:
        RuntimeError: it failed; the message is what it wrote.
    """
    log = bench.folder / "watched.txt"
    with log.open("wb") as output:
        watched = Watched(time.time())
        process = subprocess.Popen(
            list(map(str, command)), cwd=ROOT, env=bench.environment, stdout=subprocess.PIPE, stderr=output,
            text=True, start_new_session=True,
        )  # fmt: skip
        looking = threading.Thread(target=_look, args=(process.pid, watched, kill_after))
        looking.start()
        assert process.stdout
        watched.told = [json.loads(line) for line in process.stdout if line.startswith("{")]
        _, status, usage = os.wait4(process.pid, 0)
        watched.seconds = time.time() - watched.began
        process.returncode = os.waitstatus_to_exitcode(status)
        looking.join()
    watched.cpu = usage.ru_utime + usage.ru_stime
    if process.returncode and not watched.killed:
        raise RuntimeError(f"{' '.join(map(str, command))}: {log.read_text('utf-8', 'replace')[-2000:]}")
    return watched


def _look(pid: int, watched: Watched, kill_after: float | None) -> None:
    while (held := [_held(child) for child in _family(pid)]) and any(total for total, _ in held):
        total, private = (sum(figures) / 1e3 for figures in zip(*held, strict=True))
        watched.peak, watched.private = max(watched.peak, total), max(watched.private, private)
        if kill_after and time.time() - watched.began > kill_after:
            watched.killed = True
            os.killpg(pid, signal.SIGKILL)
            return
        time.sleep(LOOKED_EVERY)


def _family(pid: int) -> list[int]:
    """Return a process with all its children that run."""
    found = [pid]
    for parent in found:
        try:
            threads = list(Path(f"/proc/{parent}/task").iterdir())
            found += [int(child) for thread in threads for child in (thread / "children").read_text("ascii").split()]
        except OSError:
            continue
    return found


def _held(pid: int) -> tuple[int, int]:
    """Return the kB that a process holds, shared pages in equal parts, and those of them that no file holds."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0, 0
    figures = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines[1:])}
    return figures.get("Pss", 0), figures.get("Pss_Anon", 0)


def size_of(folder: Path) -> float:
    """Return the MB that the files of a folder take on the disk, files with several names counted once."""
    stats = {stat.st_ino: stat for path in folder.rglob("*") if path.is_file() for stat in [path.stat()]}
    return sum(stat.st_blocks * 512 for stat in stats.values()) / 1e6
