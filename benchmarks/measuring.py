"""Running processes and measuring them, with the standard library alone: what measures must itself stay small.

Linux counts into the peak of a child what its parent held when it forked; so neither this module nor run.py imports
a library of onrecord's, and what needs one runs in a process of its own.
"""

from __future__ import annotations

import json
import os
import platform
import shlex
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from index.core.cores import available_cores

ROOT = Path(__file__).resolve().parent.parent
ONRECORD = str(Path(sys.executable).with_name("onrecord"))
PACKAGES = ("torch", "sentence-transformers", "onnxruntime", "faiss-cpu", "tantivy", "spacy")


@dataclass(frozen=True, slots=True)
class Run:
    """One whole process: seconds from start to end, seconds of CPU (user and system), peak of resident memory in MB."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: what was measured, onrecord's figure, the plain pipeline's, the factor between them."""

    what: str
    ours: str
    plain: str = ""
    better: str = ""


@dataclass(frozen=True, slots=True)
class Bench:
    """Where and with what the sections measure.

    Attributes:
        folder: temporary folder of this run: home folder, indexes, generated articles.
        corpus: articles to measure on; the fictional ones by default.
        runs: how often the repeated measurements are repeated.
        articles: how many generated articles the rebuild is measured on.
        paragraphs: how many paragraphs each has.
        files: how many files are scanned.
    """

    folder: Path
    corpus: Path | None
    runs: int
    articles: int = 0
    paragraphs: int = 0
    files: int = 0

    @property
    def source(self) -> str | None:
        """The corpus as workers are told it."""
        return str(self.corpus) if self.corpus else None

    @property
    def index(self) -> Path:
        return self.folder / "index"

    @property
    def plain_index(self) -> Path:
        return self.folder / "plain"

    @property
    def environment(self) -> dict[str, str]:
        """Return an environment whose home is in the folder of this run, so that nothing of the user's is touched.

        Compiled modules lie there too: where Python is told to keep none, each start would compile its sources again.
        """
        dropped = ("ONRECORD_", "PYTHONDONTWRITEBYTECODE")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        homes = {f"XDG_{kind}_HOME": str(self.folder / kind) for kind in ("CACHE", "CONFIG", "DATA", "STATE")}
        return {
            **kept,
            **homes,
            "HOME": str(self.folder),
            "PYTHONPYCACHEPREFIX": str(self.folder / "compiled"),
            "HF_HUB_OFFLINE": "1",
            "TOKENIZERS_PARALLELISM": "false",
        }

    def onrecord(self, command: str, *words: str | Path, index: Path | None = None) -> list[str]:
        """Return the command line of an onrecord command on this run's index and state."""
        return [
            *(ONRECORD, command, *map(str, words)),
            *("--index", str(index or self.index), "--state", str(self.folder / "state")),
        ]

    def run(self, command: Sequence[str]) -> Run:
        """Run a process to its end and measure it.

        Raises:
            RuntimeError: it failed; the message is what it wrote.
        """
        log = self.folder / "log.txt"
        with log.open("wb") as output:
            start = time.perf_counter()
            process = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=output, stderr=output)
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode or not log.stat().st_size:
            raise RuntimeError(f"{' '.join(command)}: {log.read_text('utf-8', 'replace')[-2000:]}")
        unit = 1e6 if sys.platform == "darwin" else 1e3
        return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


class Worker:
    """A process of benchmarks.worker: takes one task at a time, and waits in between without using the CPU."""

    def __init__(self, bench: Bench, role: str, **settings: Any) -> None:  # noqa: ANN401  (JSON)
        self._log = bench.folder / f"{role}.log"
        told = {"index": str(bench.index), "plain_index": str(bench.plain_index), "state": str(bench.folder / "state")}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.worker", role, json.dumps(told | settings)],
                cwd=ROOT,
                env=bench.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate()

    def do(self, task: str, **values: Any) -> Any:  # noqa: ANN401  (JSON)
        """Let the worker do a task; return what it answers.

        Raises:
            RuntimeError: it failed; the message is what it wrote.
        """
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"task": task} | values) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{task}: {self._log.read_text('utf-8', 'replace')[-2000:]}")
        return json.loads(answer)


def medians(runs: Sequence[Run]) -> Run:
    """Return the median of each figure."""
    wall, cpu, memory = zip(*((run.wall, run.cpu, run.memory) for run in runs), strict=True)
    return Run(statistics.median(wall), statistics.median(cpu), statistics.median(memory))


def quantiles(seconds: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile (the nearest measured value above it)."""
    ordered = sorted(seconds)
    return statistics.median(ordered), ordered[-(-95 * len(ordered) // 100) - 1]


def milliseconds(seconds: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile in milliseconds."""
    p50, p95 = quantiles(seconds)
    return 1000 * p50, 1000 * p95


def span(seconds: Sequence[float]) -> str:
    """Return the median and the 95th percentile as text."""
    return "{:.0f} / {:.0f} ms".format(*milliseconds(seconds))


def table(rows: Sequence[Row]) -> str:
    """Return rows as a Markdown table."""
    heading = ("", "onrecord", "plain pipeline", "onrecord better by")
    return markdown(heading, [(row.what, row.ours, row.plain, row.better) for row in rows])


def markdown(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table whose first column tells what the figures in the others are."""
    lines = [f"| {' | '.join(heading)} |", "|---" + "|---:" * (len(heading) - 1) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def facts(module: str) -> str:
    """Return when, on what, with which versions, and by which command line of a module was measured."""
    day = time.strftime("%Y-%m-%d", time.gmtime())
    versions = [("python", platform.python_version()), *((package, version(package)) for package in PACKAGES)]
    packages = ", ".join(" ".join(one) for one in versions)
    command = shlex.join(["python", "-m", module, *sys.argv[1:]])
    return f"{day} · {_cpu()}, {available_cores()} cores · {packages}\n\n    {command}\n"


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return "unknown CPU"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown CPU")
