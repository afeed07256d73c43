"""Eight hours squeezed: one process answers while its index is rebuilt again and again; does anything grow, or fail?"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.curves import Curve, curves
from benchmarks.measuring import markdown, quantiles
from benchmarks.memory import Sample, sample
from benchmarks.soak_builds import Builder
from benchmarks.soak_questions import Asked, conversations

if TYPE_CHECKING:
    from retrieval.conversation.state import Dialog
    from retrieval.engine import Engine

MEASURES = {
    "memory_anonymous": "memory of its own (anonymous), MB",
    "memory_files": "memory of mapped files, MB",
    "files": "open files",
    "generations": "generations open or mapped",
    "deleted": "open or mapped files that are deleted",
    "threads": "threads",
    "temporary": "folders left in the temporary folder",
}
STALE_SECONDS = 30.0
"""For how long, at most, an old generation may be held after the last question to it."""


@dataclass
class Soak:
    """What happened so far; shared by threads.

    Attributes:
        seconds: what each question took, in the order of their ends.
        failures: a line for each question that failed, and for each build.
        samples: the process, every few seconds.
        generations: every generation that answered, in order.
        statuses: how many questions ended how.
        built: how many builds are done.
    """

    begun: float = field(default_factory=time.monotonic)
    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    generations: list[str] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    built: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def asked(self, status: str, took: float) -> None:
        with self.lock:
            self.seconds.append(took)
            self.statuses[status] = self.statuses.get(status, 0) + 1

    def failed(self, line: str) -> None:
        with self.lock:
            self.failures.append(line)

    def look(self, generation: str) -> None:
        with self.lock:
            if not self.generations or self.generations[-1] != generation:
                self.generations.append(generation)


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        os.environ |= {"TMPDIR": str(folder / "temporary"), "XDG_STATE_HOME": str(folder / "state")}
        (folder / "temporary").mkdir()
        tempfile.tempdir = None  # it was found before
        soak = _run(folder, options)
    figures = _figures(soak, options)
    print(_table(figures))
    if options.json:
        samples = [one.to_json() for one in soak.samples]
        options.json.write_text(json.dumps(figures | {"samples": samples}, indent=1) + "\n", "utf-8")
    if options.svg:
        options.svg.write_text(_picture(soak.samples), "utf-8")
    for line in soak.failures[:20]:
        print(line, file=sys.stderr)
    return 1 if soak.failures else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--questions", type=int, default=20_000, help="how many are asked (20,000)")
    parser.add_argument("--rebuilds", type=int, default=50, help="how often the index changes meanwhile (50)")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="end after so long, whatever is left")
    parser.add_argument("--threads", type=int, default=3, help="how many ask at once (3)")
    parser.add_argument("--articles", type=int, default=200, help="generated articles beside those of the tests (200)")
    parser.add_argument("--every", type=float, default=2.0, help="seconds between two looks at the process (2)")
    parser.add_argument("--fast", action="store_true", help="without the cross-encoder: many more questions a minute")
    parser.add_argument("--seed", type=int, default=20310301)
    parser.add_argument("--json", type=Path, help="write the figures and all samples here")
    parser.add_argument("--svg", type=Path, help="draw the samples here")
    return parser.parse_args()


def _run(folder: Path, options: argparse.Namespace) -> Soak:
    from index.generations.generation import IndexFolder
    from retrieval.engine import Engine

    builder = Builder(folder, options.articles)
    builder.build()
    soak = Soak()
    with Engine(IndexFolder(folder / "index", folder / "notes"), watch=True, fast=options.fast) as engine:
        engine.warm_up()
        asking = [
            threading.Thread(target=_ask, args=(engine, soak, options, number), name=f"asks-{number}")
            for number in range(options.threads)
        ]
        building = threading.Thread(target=_rebuild, args=(builder, soak, options), name="rebuilds")
        over = threading.Event()
        looking = threading.Thread(target=_look, args=(engine, soak, folder, options.every, over), name="looks")
        for thread in (*asking, building, looking):
            thread.start()
        for thread in (*asking, building):
            thread.join()
        _settle(engine, soak, folder)
        over.set()
        looking.join()
    return soak


def _ask(engine: Engine, soak: Soak, options: argparse.Namespace, number: int) -> None:
    """Ask a thread's share of the questions, one conversation after the other."""
    from retrieval.conversation.state import Dialog

    left = (options.questions + number) // options.threads  # the shares add up to all
    for conversation in conversations(options.seed + number, engine):
        dialog = Dialog()
        for asked in conversation:
            if not left or time.monotonic() - soak.begun > options.seconds:
                return
            left -= 1
            _wait_for_builds(soak, options)
            dialog = _put(engine, soak, asked, dialog)


def _wait_for_builds(soak: Soak, options: argparse.Namespace) -> None:
    """Let nobody run ahead: every build is to be taken up while questions are asked, however soon they are answered."""
    while soak.built < options.rebuilds and time.monotonic() - soak.begun < options.seconds:
        if len(soak.seconds) < (soak.built + 2) * options.questions // (options.rebuilds + 1):
            return
        time.sleep(0.05)


def _put(engine: Engine, soak: Soak, asked: Asked, dialog: Dialog) -> Dialog:
    from retrieval.batch import whole_text

    begun = time.perf_counter()
    try:
        answer, after = engine.converse(whole_text(asked.question), dialog)
        answer.to_json()
    except Exception as error:  # noqa: BLE001  (every failure is counted)
        soak.failed(f"{asked.kind} {asked.question[:80]!r}: {type(error).__name__}: {error}")
        return dialog
    soak.asked(answer.status, time.perf_counter() - begun)
    return after


def _rebuild(builder: Builder, soak: Soak, options: argparse.Namespace) -> None:
    """Rebuild whenever as large a share of the questions is asked."""
    for number in range(options.rebuilds):
        due = options.questions * (number + 1) // (options.rebuilds + 1)
        while len(soak.seconds) + len(soak.failures) < due and time.monotonic() - soak.begun < options.seconds:
            time.sleep(0.05)
        if time.monotonic() - soak.begun > options.seconds:
            return
        try:
            builder.change(number)
            builder.build()
        except (RuntimeError, OSError) as error:
            soak.failed(f"build {number}: {error}")
        soak.built += 1


def _look(engine: Engine, soak: Soak, folder: Path, every: float, over: threading.Event) -> None:
    due = 0.0
    while not over.wait(0.1):
        soak.look(engine.generation)
        if time.monotonic() >= due:
            due = time.monotonic() + every
            soak.samples.append(sample(time.monotonic() - soak.begun, len(soak.seconds), folder))


def _settle(engine: Engine, soak: Soak, folder: Path) -> None:
    """Count as a failure what of an old generation is still held when nobody has asked for a while."""
    end = time.monotonic() + STALE_SECONDS
    while time.monotonic() < end:
        now = sample(0.0, 0, folder)
        if not now.held and now.generations == 1:
            return
        time.sleep(0.5)
    some = f", such as {now.held[0]}" if now.held else ""
    soak.failed(f"{engine.generation} answers; {now.generations} are held, {len(now.held)} deleted files{some}")


def _figures(soak: Soak, options: argparse.Namespace) -> dict[str, Any]:
    """Return what is told: for each measure the medians of the first and the last tenth, and the slope between."""
    told = {}
    for name in MEASURES:
        values = [float(getattr(one, name)) for one in soak.samples]
        tenth = max(1, len(values) // 10)
        told[name] = {
            "first": statistics.median(values[:tenth]),
            "last": statistics.median(values[-tenth:]),
            "most": max(values),
            "slope": _slope([one.seconds / 3600 for one in soak.samples], values),
        }
    median, late = quantiles(soak.seconds) if soak.seconds else (0.0, 0.0)
    return {
        "questions": len(soak.seconds),
        "seconds": time.monotonic() - soak.begun,
        "statuses": soak.statuses,
        "failures": len(soak.failures),
        "rebuilds": options.rebuilds,
        "swaps": max(0, len(soak.generations) - 1),
        "p50": median,
        "p95": late,
        "measures": told,
    }


def _slope(hours: Sequence[float], values: Sequence[float]) -> float:
    """Return the growth an hour by least squares over the second half, when all that is kept has been kept once."""
    half = len(hours) // 2
    if len(set(hours[half:])) < 2:
        return 0.0
    return statistics.linear_regression(hours[half:], values[half:]).slope


def _table(figures: dict[str, Any]) -> str:
    rows = [
        [what, f"{one['first']:,.1f}", f"{one['last']:,.1f}", f"{one['most']:,.1f}", f"{one['slope']:+,.1f}"]
        for what, one in zip(MEASURES.values(), figures["measures"].values(), strict=True)
    ]
    statuses = ", ".join(f"{count:,} {status}" for status, count in sorted(figures["statuses"].items()))
    facts = {
        "questions": f"{figures['questions']:,} in {figures['seconds']:,.0f} s: {statuses}",
        "failures": f"{figures['failures']:,}",
        "rebuilds; generations that came to answer": f"{figures['rebuilds']:,}; {figures['swaps']:,}",
        "seconds, p50 / p95": f"{figures['p50']:.3f} / {figures['p95']:.3f}",
    }
    heading = ("", "first tenth", "last tenth", "at most", "an hour")
    return f"{markdown(heading, rows)}\n\n{markdown(('', ''), facts.items())}"


def _picture(samples: Sequence[Sample]) -> str:
    minutes = [one.seconds / 60 for one in samples]
    return curves(
        [Curve(what, minutes, [float(getattr(one, name)) for one in samples]) for name, what in MEASURES.items()],
        across="minutes",
    )


if __name__ == "__main__":
    sys.exit(main())
