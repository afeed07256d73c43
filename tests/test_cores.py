"""How many cores a process takes, on whatever Python and system it runs."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from index.core.cores import available_cores

ROOT = Path(__file__).parent.parent


@pytest.fixture(params=["process_cpu_count", "sched_getaffinity", "cpu_count"])
def told_by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the best informed function of a Python is that tells of cores; the better ones are not there."""
    best: str = request.param
    for name in ("process_cpu_count", "sched_getaffinity"):
        monkeypatch.delattr(os, name, raising=False)
        if name == best:
            break
    return best


def tells(monkeypatch: pytest.MonkeyPatch, name: str, cores: int | None) -> None:
    answer = set(range(cores or 0)) if name == "sched_getaffinity" else cores
    monkeypatch.setattr(os, name, lambda *_: answer, raising=False)


def test_the_best_informed_function_is_asked(told_by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    tells(monkeypatch, told_by, 3)
    assert available_cores() == 3


def test_where_nothing_is_known_there_is_one(told_by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tells(monkeypatch, told_by, None)
    assert available_cores() == 1


def test_this_machine_has_some() -> None:
    assert 1 <= available_cores() <= (os.cpu_count() or 1)


def test_no_module_asks_the_system_itself() -> None:
    folders = [ROOT / name for name in ("bot", "retrieval", "index", "benchmarks", "tools")]
    modules = [path for folder in folders for path in folder.rglob("*.py")]
    asking = [path.name for path in modules if re.search(r"sched_getaffinity|cpu_count", path.read_text("utf-8"))]
    assert asking == ["cores.py"]
