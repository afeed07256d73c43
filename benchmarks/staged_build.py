"""What ``onrecord index`` does, as a process that tells how far it is, or where its time went.

One line of JSON on stdout for each step, with the time it was reached at, and one with the report at the end. With
`--profile` seconds by function follow instead of steps, those of index/ and of what it calls directly.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import time
from pathlib import Path

from benchmarks.measuring import ROOT
from index.build.pipeline import BuildOptions, BuildReport, build
from index.generations.generation import IndexFolder
from index.sources.given import resolve_source

SHORTEST = 0.005
_ROOM = str(ROOT / "index")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", nargs="*", metavar="SOURCE")
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    folder = IndexFolder(options.index, options.state / "verified")
    asked = BuildOptions(sources=[resolve_source(source) for source in options.sources])
    if options.profile:
        profile = cProfile.Profile()
        report = profile.runcall(build, folder, asked, lambda stage, done, total: None)  # noqa: ARG005
        _tell(profile=_by_function(profile))
    else:
        report = build(folder, asked, lambda stage, done, total: _tell(stage=stage, done=done, total=total))
    _tell(**_reported(report))


def _reported(report: BuildReport) -> dict[str, object]:
    names = ("generation", "articles", "passages", "embedded")
    return {name: getattr(report, name) for name in names} | {"skipped": len(report.changes.skipped)}


def _tell(**told: object) -> None:
    print(json.dumps({"at": time.time()} | told), flush=True)


def _by_function(profile: cProfile.Profile) -> list[tuple[str, float, float]]:
    """Return (function, seconds within it, of them its own) of index/ and of what that calls, the longest first."""
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]  # typeshed leaves it out
    found = []
    for (file, line, name), (_, _, own, whole, callers) in stats.items():
        inside = file.startswith(_ROOM)
        if whole >= SHORTEST and (inside or any(caller[0].startswith(_ROOM) for caller in callers)):
            where = f"{Path(file).parent.name}/{Path(file).stem}:{line} " if inside else ""
            found.append((f"{where}{name}", round(whole, 3), round(own, 3)))
    return sorted(found, key=lambda row: -row[1])


if __name__ == "__main__":
    main()
