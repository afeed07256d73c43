"""The rules of this code base that no linter knows, and the tool that measures them."""

from __future__ import annotations

import doctest
import json
import re
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

import pytest

from tools import code_facts, command_reference, figures
from tools.code_facts import ROOMS, ROOT, Module

ARCHITECTURE = ROOT / "docs" / "architecture.md"
BENCHMARKS = sorted((ROOT / "benchmarks").glob("*.py"))
SHOWN = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in [*(path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))), *BENCHMARKS]
    if ">>> " in path.read_text()
]
"""The modules with examples in their docstrings."""

Source = Callable[[Mapping[str, str]], list[Module]]


def untold_in(page: str, told: str) -> list[str]:
    """The numbers of one text that another one does not have."""
    numbers = re.findall(r"[\d.,]*\d", told)
    return [one for one in numbers if not re.search(rf"(?<![\d.,]){re.escape(one)}(?!\d)", page)]


@pytest.fixture(scope="module")
def ours() -> list[Module]:
    return [module for room in ROOMS for module in code_facts.modules(room)]


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """Write modules into a project of the test's own; return those of its rooms as they are read."""

    def write(files: Mapping[str, str]) -> list[Module]:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        return [module for room in ROOMS for module in code_facts.modules(room, tmp_path)]

    return write


class TestEveryModule:
    def test_imports_along_the_arrows_only(self, ours: list[Module]) -> None:
        assert figures.against_the_arrows(ours) == []

    def test_makes_no_objects_of_what_it_reads(self, ours: list[Module]) -> None:
        assert figures.unsafe(ours) == []

    def test_is_short_and_says_what_it_is_for(self, ours: list[Module]) -> None:
        assert figures.too_long(ours) == []
        assert [module.path for module in ours if not module.first_line.endswith((".", "?"))] == []

    def test_documents_what_it_offers_and_the_errors_it_raises(self, ours: list[Module]) -> None:
        assert [place for module in ours for place in code_facts.undocumented(module)] == []
        assert figures.untold(ours) == []

    def test_tells_every_type(self, ours: list[Module]) -> None:
        assert [f.place for module in ours for f in code_facts.functions(module) if not f.annotated] == []

    def test_that_a_question_loads_is_none_of_those_that_build(self, ours: list[Module]) -> None:
        assert figures.heavy(ours) == []
        assert len(code_facts.reached(figures.QUESTION, ours)) > 50


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

    def test_compares_in_the_readme_by_figures_that_are_explained(self) -> None:
        table = (ROOT / "README.md").read_text().partition("## How it compares")[2].partition("## Where it fails")[0]
        rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
        assert untold_in((ROOT / "docs" / "ranking.md").read_text(), "".join(rows)) == []
        assert len(rows) == 6

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


class TestTheFigures:
    def test_name_an_import_against_the_arrows_wherever_it_stands(self, source: Source) -> None:
        text = "from index.core.errors import OnrecordError\n\ndef late() -> None:\n    from retrieval import engine\n"
        found = source({"index/build/pipeline.py": text, "retrieval/engine.py": "import bot.cli.main, index\n"})
        assert figures.against_the_arrows(found) == [
            "retrieval/engine.py:1 bot.cli.main",
            "index/build/pipeline.py:4 retrieval",
            "index/build/pipeline.py:4 retrieval.engine",
        ]

    def test_name_what_makes_objects_of_what_it_reads(self, source: Source) -> None:
        assert figures.unsafe(source({"index/a.py": "import pickle\n"})) == ["index/a.py:1 pickle"]

    def test_name_what_a_question_would_load_also_by_a_detour(self, source: Source) -> None:
        engine = "from index.a import b\n"
        package = "import typing\nif typing.TYPE_CHECKING:\n    import spacy\ndef late():\n    import transformers\n"
        by_detour = source(
            {"retrieval/engine.py": engine, "index/__init__.py": package, "index/a.py": "import torch.nn"}
        )
        assert figures.heavy(by_detour) == ["index.a imports torch", "index.a imports torch.nn"]

    def test_name_what_has_no_docstring(self, source: Source) -> None:
        text = (
            'class A:\n    """One."""\n    def told(self): "Yes."\n    def bare(self): ...\n    def _own(self): ...\n'
        )
        (module,) = source({"bot/a.py": text + "def __call__(): ...\nasync def also_bare(): ...\n"})
        assert code_facts.undocumented(module) == ["bot/a.py:7 also_bare", "bot/a.py:4 bare"]
        assert not module.first_line

    def test_name_the_errors_that_a_docstring_keeps_to_itself(self, source: Source) -> None:
        errors = "class Base(Exception):\n    'All.'\nclass Gone(Base):\n    'Gone.'\n"
        text = """
def kept(): "Nothing."; raise Gone("x")
def told(): "Raises Gone."; raise Gone("x")
def told_by_its_base(): "Raises Base."; raise Gone from None
def caught():
    "Nothing."
    try:
        raise Gone
    except Gone:
        raise Base
def inner():
    "Nothing."
    def deeper(): raise Gone
def other(): "Nothing."; raise ValueError
"""
        found = source({"index/core/errors.py": errors, "index/a.py": text})
        assert figures.untold(found) == ["index/a.py:2 kept: Gone", "index/a.py:5 caught: Base"]

    def test_measure_functions(self, source: Source) -> None:
        (module,) = source({"bot/a.py": "def one(a: int, *rest: str) -> None:\n    pass\n\n\ndef two(a): pass\n"})
        assert [(f.place, f.lines, f.annotated) for f in code_facts.functions(module)] == [
            ("bot/a.py:1 one", 2, True),
            ("bot/a.py:5 two", 1, False),
        ]

    def test_name_a_module_that_is_too_long(self, source: Source) -> None:
        long, short = "x = 1\n" * 501, "x = 1\n" * 500
        assert figures.too_long(source({"bot/long.py": long, "bot/short.py": short})) == ["bot/long.py (501)"]

    def test_tell_how_much_the_tests_run(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        summary = {"covered_lines": 3, "num_statements": 4, "covered_branches": 1, "num_branches": 2}
        (tmp_path / "coverage.json").write_text(json.dumps({"files": {"bot/a.py": {"summary": summary}}}))
        assert figures.main(["--coverage", str(tmp_path / "coverage.json")]) == 0
        printed = capsys.readouterr().out
        assert "| `bot/` | 75.0 % of 4 | 50.0 % of 2 |" in printed
        assert "| `index/` | – | – |" in printed
        assert "| functions with every type told | " in printed

    def test_replace_those_on_the_page_and_nothing_else(self) -> None:
        page = "# Figures\n<!-- figures -->\nold\n<!-- /figures -->\nend\n"
        new = "# Figures\n<!-- figures -->\nnew\n<!-- /figures -->\nend\n"
        assert figures.with_parts(page, {"figures": "new\n"}) == new
        with pytest.raises(ValueError, match="no part"):
            figures.with_parts(page, {"coverage": "new\n"})
        assert figures.with_parts(figures.PAGE.read_text(), {"figures": "", "coverage": ""})
        assert ROOT in figures.PAGE.parents
