"""Measure how everything grows from a thousand passages to a million; print a Markdown table. See README.md."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measuring import ROOT, Bench, Worker, facts, milliseconds
from benchmarks.size_plot import drawing
from benchmarks.size_table import growing, table
from benchmarks.watched import Watched, size_of, watch

Figures = dict[str, Any]
FIRST_NEW = 10_000_000
PATIENCE = 3600.0


class Sizes:
    """Measures one index after the other."""

    def __init__(self, bench: Bench, options: argparse.Namespace) -> None:
        self._bench = bench
        self._options = options
        self._new = FIRST_NEW

    def prepare(self) -> None:
        """Build an index of one article, so that no measured build exports the models or compiles modules."""
        folder = self._fresh("prepared")
        self._write_new(folder)
        watch(self._bench, self._build(folder / "index", folder))

    def pipeline(self, passages: int) -> Figures:
        """Build an index of recombined articles as a user would, read it, add an article, and interrupt a build."""
        folder = self._fresh(f"pipeline-{passages}")
        source, index = folder / "articles.jsonl", folder / "index"
        self._recombine(source, "--passages", str(passages))
        built = watch(self._bench, self._build(index, source))
        figures = _built("pipeline", built, built.report, built.stages(), index)
        figures |= self._read(index, None) | self._extended(index, folder)
        return figures if self._options.no_interruption else figures | self._interrupted(folder, source, built.seconds)

    def engine(self, passages: int) -> Figures:
        """Write an index with vectors derived from real ones, read it, and add an article."""
        folder = self._fresh(f"engine-{passages}")
        index, exact, state = folder / "index", folder / "exact", self._bench.folder / "state"
        where: list[str | Path] = ["--base", self._base(), "--index", index, "--state", state, "--exact", exact]
        command = [sys.executable, "-m", "benchmarks.grown", *where, "--passages", str(passages)]
        written = watch(self._bench, command)
        figures = _built("engine", written, written.report["counts"], written.report["seconds"], index)
        figures |= self._read(index, exact)
        shutil.rmtree(exact)
        return figures | self._extended(index, folder)

    def _read(self, index: Path, exact: Path | None) -> Figures:
        """Open an index in two new processes; in the second measure candidates, answers, and what it then holds."""
        with self._reader(index) as reader:
            first = reader.do("open")
        with self._reader(index) as reader:
            opened = reader.do("open")
            questions = reader.do("questions", count=self._options.asked, file=self._questions())
            parts = reader.do("candidates", questions=questions)
            answers = reader.do("ask", questions=questions)
            memory = reader.do("memory")
            recall = reader.do("nearest", questions=questions, exact=str(exact)) if exact else {}
        return {
            "first_open_s": first["open"],
            "open_s": opened["open"],
            "load_s": opened["load"],
            "first_answer_s": opened["first_answer"],
            "questions": len(questions),
            **{f"{name}_ms": milliseconds(seconds) for name, seconds in parts.items()},
            "answer_ms": milliseconds(answers["seconds"]),
            "answered": answers["answered"],
            **{f"{kind}_mb": figure for kind, figure in memory.items()},
            **{f"recall_{name}": share for name, share in recall.items()},
        }

    def _extended(self, index: Path, folder: Path) -> Figures:
        """Add one article after the other, until each answers in a process that was reading before."""
        new = folder / "new"
        new.mkdir()
        with self._reader(index) as reader:
            reader.do("open")
            taken = [self._one_new(reader, index, new) for _ in range(self._options.runs)]
        self._write_new(new)
        staged = watch(self._bench, self._build(index, new))
        self._write_new(new)
        profiled = watch(self._bench, [*self._build(index, new), "--profile"])
        return {
            **{name: statistics.median(one[name] for one in taken) for name in taken[0]},
            "new_stages": staged.stages(),
            "new_mb": staged.peak,
            "new_private_mb": staged.private,
            "new_profile": profiled.told[0]["profile"],
            "new_profiled_s": profiled.seconds,
        }

    def _one_new(self, reader: Worker, index: Path, new: Path) -> Figures:
        """Return the seconds from the start of a build to an answer out of it, by part, and what it embedded."""
        title = self._write_new(new)
        before = reader.do("generation")
        began = time.time()
        command = self._bench.onrecord("index", new, index=index)
        out = self._bench.folder / "indexed.txt"
        with out.open("w") as log:
            process = subprocess.Popen(command, env=self._bench.environment, cwd=self._bench.folder, stdout=log)
        try:
            times = reader.do("answered_from_next", generation=before, question=f"{title}?", patience=PATIENCE)
        finally:
            process.wait()
        sealed = (index / "CURRENT").stat().st_mtime
        told = re.search(r"([\d,]+) passages? embedded", out.read_text("utf-8"))
        assert told
        return {
            "new_s": times["answered"] - began,
            "new_build_s": sealed - began,
            "new_opened_s": times["opened"] - sealed,
            "new_answer_s": times["answered"] - times["opened"],
            "new_embedded": int(told[1].replace(",", "")),
        }

    def _interrupted(self, folder: Path, source: Path, whole: float) -> Figures:
        """Kill a build half way, by the time that a whole one took, and start it again."""
        index = folder / "interrupted"
        killed = watch(self._bench, self._build(index, source), kill_after=whole / 2)
        again = watch(self._bench, self._build(index, source))
        shutil.rmtree(index)
        last = killed.told[-1] if killed.told else {}
        reached = f"{last.get('stage', 'start')} {last.get('done', 0)} of {last.get('total')}"
        return {
            "killed_s": killed.seconds,
            "killed_at": reached,
            "again_s": again.seconds,
            "again_embedded": again.report["embedded"],
            "again_stages": again.stages(),
            "kept": 1 - again.seconds / whole,
        }

    def _base(self) -> Path:
        """Return what derived vectors are made of: the index given, or one of recombined articles, built first."""
        if self._options.base:
            return Path(self._options.base).resolve(strict=True)
        folder = self._bench.folder / "base"
        if not (folder / "CURRENT").exists():
            source = self._bench.folder / "base.jsonl"
            self._recombine(source, "--passages", "10000")
            watch(self._bench, self._build(folder, source))
        return folder

    def _write_new(self, folder: Path) -> str:
        """Write one more article into a folder; return its title."""
        self._new += 1
        file = folder / f"{self._new}.jsonl"
        self._recombine(file, "--number", str(self._new))
        return str(json.loads(file.read_text("utf-8"))["title"])

    def _recombine(self, target: Path, *how: str) -> None:
        corpus = ["--corpus", str(self._bench.corpus)] if self._bench.corpus else []
        command = [sys.executable, "-m", "benchmarks.recombined", str(target), *how, *corpus]
        subprocess.run(command, cwd=ROOT, env=self._bench.environment, check=True)

    def _build(self, index: Path, source: Path) -> list[str | Path]:
        told: list[str | Path] = ["--index", index, "--state", self._bench.folder / "state"]
        return [sys.executable, "-m", "benchmarks.staged_build", source, *told]

    def _reader(self, index: Path) -> Worker:
        return Worker(self._bench, "size", index=str(index))

    def _questions(self) -> str | None:
        return str(self._options.questions.resolve(strict=True)) if self._options.questions else None

    def _fresh(self, name: str) -> Path:
        folder = self._bench.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


def _built(kind: str, build: Watched, counts: Figures, stages: Figures, index: Path) -> Figures:
    return {
        "kind": kind,
        "articles": counts["articles"],
        "passages": counts["passages"],
        "build_s": build.seconds,
        "build_cpu_s": build.cpu,
        "stages": stages,
        "build_mb": build.peak,
        "build_private_mb": build.private,
        "disk_mb": size_of(index),
    }


def main() -> None:
    options = _parser().parse_args()
    if options.plot:
        *sources, target = options.plot
        measured = [one for path in sources for one in json.loads(path.read_text("utf-8"))["measured"]]
        target.write_text(drawing(measured), "utf-8")
        return
    told: Figures = {"facts": facts("benchmarks.size"), "commit": _commit(), "measured": []}
    told["began"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    with tempfile.TemporaryDirectory(prefix="onrecord-size-") as temporary:
        folder = options.work.absolute() if options.work else Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        corpus = options.corpus.resolve(strict=True) if options.corpus else None
        sizes = Sizes(Bench(folder, corpus, options.runs), options)
        print("preparing …", file=sys.stderr)
        sizes.prepare()
        for measure, passages in _wanted(sizes, options):
            print(f"{measure.__name__} {passages:,} …", file=sys.stderr)
            told["measured"].append(measure(passages) | {"load_average": os.getloadavg()[1]})
            options.out.write_text(json.dumps(told, indent=1), "utf-8")
    print(told["facts"])
    print(table(told["measured"]), growing(told["measured"]), sep="\n\n")


def _wanted(sizes: Sizes, options: argparse.Namespace) -> list[tuple[Callable[[int], Figures], int]]:
    return [(sizes.pipeline, n) for n in options.pipeline] + [(sizes.engine, n) for n in options.engine]


def _commit() -> str:
    asked = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    return asked.stdout.strip()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.size", description=__doc__)
    sizes: dict[str, Any] = {"nargs": "+", "type": int, "default": [], "metavar": "N"}
    parser.add_argument("--pipeline", **sizes, help="whole builds of so many passages")
    parser.add_argument("--engine", **sizes, help="so many passages with vectors derived from real ones")
    parser.add_argument("--corpus", type=Path, metavar="FILE", help="articles to recombine (tests/articles)")
    parser.add_argument(
        "--base", type=Path, metavar="INDEX", help="what --engine derives from (10,000 recombined ones)"
    )
    parser.add_argument("--questions", type=Path, metavar="FILE", help="questions to ask (made of titles and speakers)")
    parser.add_argument("--asked", type=int, default=200, metavar="N", help="how many questions (200)")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="how many new articles, one by one (3)")
    parser.add_argument("--no-interruption", action="store_true", help="leave out the build that is killed half way")
    parser.add_argument("--work", type=Path, metavar="DIR", help="where to work, and leave all (a temporary folder)")
    parser.add_argument("--out", type=Path, default=Path("size.json"), metavar="FILE", help="figures (size.json)")
    parser.add_argument("--plot", nargs="+", type=Path, metavar="FILE", help="only draw: figures.json … out.svg")
    return parser


if __name__ == "__main__":
    main()
