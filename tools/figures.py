"""The figures of this code base, as Markdown.

``python -m tools.figures [--coverage coverage.json] [--write]``

With ``--write`` they replace those in docs/figures.md; those of coverage only where a file of it is given.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
from pathlib import Path
from typing import Any

from tools import code_facts
from tools.code_facts import BUILDS, ROOMS, ROOT, UNSAFE, Module

PAGE = ROOT / "docs" / "figures.md"
BESIDE = ("tools", "benchmarks", "tests")
LONGEST_MODULE = 500
QUESTION = "retrieval.engine"


def main(arguments: list[str] | None = None) -> int:
    """Print the figures, or write them into docs/figures.md."""
    parser = argparse.ArgumentParser(prog="python -m tools.figures", description="The figures of this code base.")
    parser.add_argument("--coverage", type=Path, metavar="FILE", help="coverage.json, as `coverage json` writes it")
    parser.add_argument("--write", action="store_true", help="write them into docs/figures.md instead")
    options = parser.parse_args(arguments)
    parts = {"figures": figures(ROOT)}
    if options.coverage:
        parts["coverage"] = coverage(json.loads(options.coverage.read_text("utf-8")))
    if options.write:
        PAGE.write_text(with_parts(PAGE.read_text("utf-8"), parts), "utf-8")
    else:
        sys.stdout.write("\n".join(parts.values()))
    return 0


def figures(root: Path) -> str:
    """Return tables of what is measured of the source, and lists of what is out of the ordinary."""
    read = {folder: code_facts.modules(folder, root) for folder in (*ROOMS, *BESIDE)}
    ours = [module for room in ROOMS for module in read[room]]
    return "\n".join(
        [
            *_table(("", *(f"`{folder}/`" for folder in read)), _sizes(read)),
            *_table(
                ("what holds of `bot/`, `retrieval/`, `index/`", "", "where it does not"), _rules(ours, read["tests"])
            ),
            "The longest functions of `bot/`, `retrieval/`, `index/`, in lines with their docstrings:\n",
            *_table(("function", "lines"), _longest(ours)),
        ]
    )


def coverage(measured: dict[str, Any]) -> str:
    """Return a table of how much of the lines and branches of each room the tests run.

    Args:
        measured: what `coverage json` wrote.
    """
    rows = []
    for room in ROOMS:
        sums = [file["summary"] for path, file in measured["files"].items() if path.startswith(f"{room}/")]
        lines, branches = (
            _share(sum(one[f"covered_{kind}"] for one in sums), sum(one[f"num_{total}"] for one in sums))
            for kind, total in (("lines", "statements"), ("branches", "branches"))
        )
        rows.append((f"`{room}/`", lines, branches))
    return "\n".join(_table(("", "statements run", "branches taken"), rows))


def with_parts(page: str, parts: dict[str, str]) -> str:
    """Return a page whose parts between `<!-- name -->` and `<!-- /name -->` are replaced.

    Raises:
        ValueError: the page has no such part.
    """
    for name, text in parts.items():
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        if begin not in page or end not in page:
            raise ValueError(f"the page has no part between {begin} and {end}")
        before, after = page.split(begin, maxsplit=1)[0], page.split(end)[1]
        page = f"{before}{begin}\n{text}{end}{after}"
    return page


def _sizes(read: dict[str, list[Module]]) -> list[tuple[str, ...]]:
    lengths = {folder: [f.lines for m in found for f in code_facts.functions(m)] for folder, found in read.items()}
    return [
        ("modules", *(f"{len(found)}" for found in read.values())),
        ("lines", *(f"{sum(module.lines for module in found):,}" for found in read.values())),
        ("longest module", *(f"{max(module.lines for module in found)}" for found in read.values())),
        ("functions", *(f"{len(lines):,}" for lines in lengths.values())),
        ("lines of a function, median", *(f"{statistics.median(lines):.0f}" for lines in lengths.values())),
        ("lines of a function, 90th percentile", *(f"{_percentile(lines, 90)}" for lines in lengths.values())),
    ]


def _rules(ours: list[Module], tests: list[Module]) -> list[tuple[str, str, str]]:
    functions = [function for module in ours for function in code_facts.functions(module)]
    offered = [node for module in ours for node in code_facts.public(module)]
    bare = [place for module in ours for place in code_facts.undocumented(module)]
    loaded = len(code_facts.reached(QUESTION, ours).keys() & {module.name for module in ours})
    rules = {
        "functions with every type told": (len(functions), [f.place for f in functions if not f.annotated]),
        "public classes, functions and methods with a docstring": (len(offered), bare),
        "modules that begin with what they are for": (len(ours), _nameless(ours)),
        f"modules of at most {LONGEST_MODULE} lines": (len(ours), too_long(ours)),
        "public functions that tell which documented errors they raise": (len(offered), untold(ours)),
        "modules that import along bot → retrieval → index only": (len(ours), against_the_arrows(ours)),
        "modules without pickle or its like": (len(ours), unsafe(ours)),
        f"modules of ours loaded with `{QUESTION}`, none of which loads torch or its like": (loaded, heavy(ours)),
    }
    rows = [(name, f"{total - len(out)} of {total}", "<br>".join(out)) for name, (total, out) in rules.items()]
    share = sum(module.lines for module in tests) / sum(module.lines for module in ours)
    return [*rows, ("lines of tests for a line of code", f"{share:.2f}", "")]


def too_long(ours: list[Module]) -> list[str]:
    """Return the modules that are longer than a module should be."""
    return [f"{module.path} ({module.lines})" for module in ours if module.lines > LONGEST_MODULE]


def untold(ours: list[Module]) -> list[str]:
    """Return the public functions that raise an error of index/core/errors.py and do not say so."""
    errors = code_facts.classes(next(module for module in ours if module.name == "index.core.errors"))
    return [place for module in ours for place in code_facts.untold_errors(module, errors)]


def against_the_arrows(ours: list[Module]) -> list[str]:
    """Return the imports that point the wrong way."""
    return [place for module in ours for place in code_facts.against_the_arrows(module)]


def unsafe(ours: list[Module]) -> list[str]:
    """Return the imports of what makes objects, or runs code, of what it reads."""
    return [
        f"{module.path}:{line} {name}"
        for module in ours
        for name, line in code_facts.imported(module).items()
        if name.partition(".")[0] in UNSAFE
    ]


def heavy(ours: list[Module]) -> list[str]:
    """Return what only building may load but is loaded with the engine that answers questions."""
    found = code_facts.reached(QUESTION, ours)
    return [f"{by} imports {name}" for name, by in found.items() if name.partition(".")[0] in BUILDS]


def _nameless(ours: list[Module]) -> list[str]:
    return [module.path for module in ours if not module.first_line]


def _longest(ours: list[Module]) -> list[tuple[str, str]]:
    functions = sorted((f for module in ours for f in code_facts.functions(module)), key=lambda f: (-f.lines, f.place))
    return [(f"`{function.place}`", f"{function.lines}") for function in functions[:10]]


def _percentile(values: list[int], percent: int) -> int:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} % of {whole:,}" if whole else "–"


def _table(head: tuple[str, ...], rows: list[Any]) -> list[str]:
    lines = [head, ("---",) * len(head), *rows]
    return [*("| " + " | ".join(re.sub(r"\|", r"\\|", cell) for cell in line) + " |" for line in lines), ""]


if __name__ == "__main__":
    sys.exit(main())
