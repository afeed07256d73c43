"""A short walk through disturbed builds and damages, as JSON on stdout: run with -m, in a process of one thread.

Beside it, builds of a kind that must not survive: CURRENT written in its place.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")

from index.generations import sealing
from tests import system_calls
from tests.damaged_files import DAMAGES, Damaging
from tests.disturbed_builds import REFUSALS, SCENARIOS, Disturbing, Fault

SEED = 20310301
DAMAGED = 6


def main() -> None:
    if reason := system_calls.why_not():
        json.dump({"skipped": reason}, sys.stdout)
        return
    chosen = random.Random(SEED)  # noqa: S311  (a sample, no secret)
    with tempfile.TemporaryDirectory() as folder:
        disturbing = Disturbing(Path(folder))
        calls = {name: [(c.name, c.paths, c.existed) for c in made] for name, made in disturbing.calls.items()}
        points = [
            disturbing.at(scenario, kind, chosen.randint(1, len(disturbing.calls[scenario])))
            for scenario in SCENARIOS
            for kind in Fault.KINDS
        ]
        refusals = [disturbing.refused("incremental", kind) for kind in REFUSALS]
        damaging = Damaging(disturbing)
        pairs = chosen.sample([(file, kind) for file in damaging.files for kind in DAMAGES], DAMAGED)
        damages = [damaging.at(file, kind) for file, kind in pairs]
        log = [call.paths[-1] for call in disturbing.calls["incremental"] if call.name != "flock"]
        swap = next(number for number, path in enumerate(log) if path.endswith("/index/CURRENT"))
        sealing.replace_file = lambda path, data: path.write_bytes(data)
        broken = [disturbing.at("incremental", "kill", number) for number in range(swap - 2, swap + 2)]
        told = {"points": points, "refusals": refusals, "damages": damages, "broken": broken}
        record = {name: [asdict(point) for point in some] for name, some in told.items()}
        json.dump({"calls": calls} | record, sys.stdout)


if __name__ == "__main__":
    main()
