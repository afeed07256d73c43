"""Every way in which the disk, the machine or a stranger can harm an index, tried one by one.

python -m benchmarks.durability [--sample N] [--seed N] [--processes N]

Walks through every system call by which a build changes files.
"""

from __future__ import annotations

import argparse
import itertools
import json
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

from tests import system_calls
from tests.disturbed_builds import REFUSALS, SCENARIOS, Disturbing, Fault, Point

_BEYOND = 5  # points tried beyond the calls of the undisturbed build: threads may make a few more


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, help="try so many points of each scenario and kind, not all")
    parser.add_argument("--seed", type=int, default=20310301, help="of the sample")
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--json", action="store_true", help="print the points as JSON, one a line")
    options = parser.parse_args()
    if reason := system_calls.why_not():
        print(f"faults are not tried: {reason}", file=sys.stderr)
        return 1
    begun = time.perf_counter()
    walked, survived = Counter(), Counter()
    with tempfile.TemporaryDirectory() as folder:
        disturbing = Disturbing(Path(folder))
        for point in _walk(disturbing, options):
            key = (point.scenario, point.kind)
            walked[key] += 1
            survived[key] += not point.problems
            if options.json:
                print(json.dumps([point.scenario, point.kind, point.number, point.call, point.problems]), flush=True)
            elif point.problems:
                print(
                    f"{point.scenario}, {point.kind} at {point.number} ({point.call}): {point.problems}",
                    file=sys.stderr,
                )
    if not options.json:
        for scenario, kind in walked:
            print(f"| {scenario} | {kind} | {walked[scenario, kind]} | {survived[scenario, kind]} |")
        print(f"| seconds | | {time.perf_counter() - begun:.0f} | |")
    return 0 if walked and walked == survived else 1


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
