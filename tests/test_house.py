"""The rules of this code base that no linter knows."""

from __future__ import annotations

import ast
import doctest
import re
from importlib import import_module
from pathlib import Path

import pytest

from index.core import errors
from tools import command_reference
from tools.command_reference import ROOT

ARCHITECTURE = ROOT / "docs" / "architecture.md"
MODULES = [path for room in ("bot", "retrieval", "index") for path in sorted((ROOT / room).rglob("*.py"))]
LONGEST = 500
"""Lines that a module may have."""

BENCHMARKS = sorted((ROOT / "benchmarks").glob("*.py"))
SHOWN = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in [*MODULES, *BENCHMARKS]
    if ">>> " in path.read_text()
]
"""The modules with examples in their docstrings."""


def untold_in(page: str, told: str) -> list[str]:
    """The numbers of one text that another one does not have."""
    numbers = re.findall(r"[\d.,]*\d", told)
    return [one for one in numbers if not re.search(rf"(?<![\d.,]){re.escape(one)}(?!\d)", page)]


def untold_errors(module: Path) -> list[str]:
    """The errors of ours that public functions raise without a word of it, where a docstring is one line.

    Longer ones have a part for that, which ruff looks at (DOC501).
    """
    return [
        f"{module}:{node.lineno} {node.name}: {error}"
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
        if (told := ast.get_docstring(node)) and "\n" not in told
        for error in re.findall(r"\braise (\w+)\(", ast.unparse(node))
        if error in vars(errors) and not any(kind.__name__ in told for kind in vars(errors)[error].__mro__)
    ]


class TestEveryModule:
    def test_is_short(self) -> None:
        lengths = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in MODULES}
        assert {path: length for path, length in lengths.items() if length > LONGEST} == {}
        assert len(lengths) > 100

    def test_tells_the_errors_it_raises_in_a_line_too(self, tmp_path: Path) -> None:
        assert [place for path in MODULES for place in untold_errors(path)] == []
        (tmp_path / "a.py").write_text('def a():\n    "Nothing."\n    raise UsageError("x")\n')
        assert untold_errors(tmp_path / "a.py") == [f"{tmp_path / 'a.py'}:1 a: UsageError"]


@pytest.mark.parametrize("module", SHOWN)
def test_examples_in_docstrings_are_true(module: str) -> None:
    failed, tried = doctest.testmod(import_module(module))
    assert (failed, tried > 0) == (0, True)


class TestTheDocumentation:
    def test_has_every_command_and_option_as_help_tells_it(self) -> None:
        assert command_reference.PAGE.read_text() == command_reference.reference(), "python -m tools.command_reference"

    def test_names_only_files_that_are_there(self) -> None:
        pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
        links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())]
        assert [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()] == []
        assert len(links) > 20

    def test_gathers_no_figure_that_the_page_it_names_does_not_tell(self) -> None:
        results = ROOT / "docs" / "results.md"
        rows = re.findall(r"^\| (.+?) \| (.*?) \| (.*?) \|.*\]\(([^)#]+)", results.read_text(), re.MULTILINE)
        pages = {link: (results.parent / link).read_text() for *_, link in rows}
        assert [(what, *untold_in(pages[link], f"{figure} {beside}")) for what, figure, beside, link in rows] == [
            (what,) for what, *_ in rows
        ]
        assert len(rows) > 60

    def test_has_a_row_for_every_benchmark_that_people_run(self) -> None:
        page = (ROOT / "benchmarks" / "README.md").read_text()
        run_by_others = {"plain", "staged_build", "watched_bot", "worker"}
        commands = {path.stem for path in BENCHMARKS if '"__main__"' in path.read_text()} - run_by_others
        assert [
            name for name in sorted(commands) if not re.search(rf"^\|.*`benchmarks\.{name}\b", page, re.MULTILINE)
        ] == []
        assert len(commands) > 10

    def test_names_only_modules_that_are_there(self) -> None:
        named = re.findall(r"`((?:index|retrieval|bot|tools|tests|benchmarks)/[\w/]+\.py)`", ARCHITECTURE.read_text())
        assert [path for path in named if not (ROOT / path).is_file()] == []
        assert len(named) > 10
