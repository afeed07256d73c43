"""Every way in which the disk, the machine or a stranger can harm an index, tried one by one.

A build is killed, or its disk is filled or broken, at every system call that changes a file; every file is damaged in
every way. docs/durability.md tells what has to be true afterwards.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

# Threads would not survive the fork of a process that has loaded everything.
os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")

from index.core.cores import available_cores
from tests import system_calls
from tests.damaged_files import DAMAGES, Damaged, Damaging
from tests.disturbed_builds import REFUSALS, SCENARIOS, Disturbing, Fault, Point
from tests.power_loss import endangered

_BEYOND = 5  # points tried beyond the calls of the undisturbed build: threads may make a few more


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.durability", description=__doc__)
    parser.add_argument("--only", choices=("faults", "damage"), help="one of the two")
    parser.add_argument("--sample", type=int, metavar="N", help="try so many points of each scenario and kind, not all")
    parser.add_argument("--seed", type=int, default=20310301, metavar="N", help="of the sample")
    cores = available_cores()
    parser.add_argument("--processes", type=int, default=cores, metavar="N", help=f"how many at once ({cores})")
    options = parser.parse_args()
    if reason := system_calls.why_not():
        print(f"nothing is tried: {reason}", file=sys.stderr)
        return 1
    begun = time.perf_counter()
    tried: Counter[str] = Counter()
    well: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        disturbing = Disturbing(Path(folder))
        print("| what is tried | how | tried | survived, or noticed and mended |\n|---|---|---:|---:|")
        for row, where, problems in _results(disturbing, options):
            tried[row] += 1
            well[row] += not problems
            if problems:
                print(f"{row} {where}: {problems}", file=sys.stderr)
    for row, count in tried.items():
        print(f"| {row} | {count:,} | {well[row]:,} |")
    print(f"| all | {time.perf_counter() - begun:.0f} s | {tried.total():,} | {well.total():,} |")
    return 0 if tried and tried == well else 1


def _results(disturbing: Disturbing, options: argparse.Namespace) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the row of the table that a try belongs to, what was tried, and what was wrong."""
    if options.only != "damage":
        for scenario, calls in disturbing.calls.items():
            folder = next(Path(path) for call in calls for path in call.paths if Path(path).name == "index")
            yield f"{scenario} | power cut", "", list(endangered(calls, folder))
        for point in _walk(disturbing, options):
            yield f"{point.scenario} | {point.kind}", f"at {point.number}, {point.call}", point.problems
    if options.only != "faults":
        for damaged in _damage(disturbing, options):
            yield f"damage | {damaged.kind}", damaged.file, damaged.problems


def _damage(disturbing: Disturbing, options: argparse.Namespace) -> Iterator[Damaged]:
    damaging = Damaging(disturbing)
    chosen = random.Random(options.seed)  # noqa: S311  (a sample, no secret)
    files = damaging.files
    pairs = [(f, kind) for kind in DAMAGES for f in (chosen.sample(files, options.sample) if options.sample else files)]
    print(f"{len(files)} files, {len(DAMAGES)} kinds of damage", file=sys.stderr)
    with ProcessPoolExecutor(options.processes, mp_context=multiprocessing.get_context("fork")) as pool:
        yield from pool.map(damaging.at, *zip(*pairs, strict=True))


def _walk(disturbing: Disturbing, options: argparse.Namespace) -> Iterator[Point]:
    chosen = random.Random(options.seed)  # noqa: S311  (a sample, no secret)
    wanted = []
    for scenario in SCENARIOS:
        numbers = range(1, len(disturbing.calls[scenario]) + 1)
        for kind in Fault.KINDS:
            some = chosen.sample(numbers, min(options.sample, len(numbers))) if options.sample else [*numbers]
            beyond = [] if options.sample else range(numbers.stop, numbers.stop + _BEYOND)
            wanted += [(scenario, kind, number) for number in [*some, *beyond]]
    fork = multiprocessing.get_context("fork")
    for scenario, kind in itertools.product(SCENARIOS, REFUSALS):
        yield disturbing.refused(scenario, kind)
    with ProcessPoolExecutor(options.processes, mp_context=fork) as pool:
        for point in pool.map(disturbing.at, *zip(*wanted, strict=True)):
            if point.call:
                yield point


if __name__ == "__main__":
    sys.exit(main())
