"""Measure onrecord against the pipeline everybody writes; print a Markdown table. See README.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import Bench, facts, table
from benchmarks.sections import SECTIONS, prepare


def main() -> None:
    options = _parser().parse_args()
    wanted = options.only.split(",") if options.only else list(SECTIONS)
    corpus = options.corpus.resolve(strict=True) if options.corpus else None
    rows = []
    with tempfile.TemporaryDirectory(prefix="onrecord-benchmark-") as folder:
        bench = Bench(Path(folder), corpus, options.runs, options.articles, options.paragraphs, options.files)
        if wanted != ["scan"]:
            print("preparing …", file=sys.stderr)
            prepare(bench)
        for name in wanted:
            print(f"{name} …", file=sys.stderr)
            rows += SECTIONS[name](bench)
    print(facts("benchmarks.run"))
    print(table(rows))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--only", type=_sections, metavar="NAMES", help=f"some of {','.join(SECTIONS)}")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="repeat what is repeated so often (5)")
    parser.add_argument("--corpus", type=Path, metavar="FILE", help="articles of your own, as .jsonl or a folder")
    parser.add_argument("--articles", type=int, default=10_000, metavar="N", help="generated articles (10000)")
    parser.add_argument("--paragraphs", type=int, default=2, metavar="N", help="short paragraphs of each (2)")
    parser.add_argument("--files", type=int, default=100_000, metavar="N", help="files in the folder scanned (100000)")
    return parser


def _sections(text: str) -> str:
    if unknown := set(text.split(",")).difference(SECTIONS):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: none of {', '.join(SECTIONS)}")
    return text


if __name__ == "__main__":
    main()
