"""Which files a build reads, and files that lie still for long enough to be known again."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from index.build import sync
from index.core.files import Stamp


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that builds read, in order."""
    names: list[str] = []

    def read(file: Any, process: Any) -> Any:
        names.append(file.name)
        return real(file, process)

    real = sync.read_file
    monkeypatch.setattr(sync, "read_file", read)
    return names


def settle(folder: Path, names: Iterable[str]) -> None:
    """Let the clock of the file system go on, so that a later change of files in a folder is seen."""
    while not all(Stamp.of((folder / name).stat()).is_settled() for name in names):
        os.sched_yield()
