"""What commands share: text from stdin, and the engine they ask, its index built first where there is none."""

from __future__ import annotations

import argparse
import io
import sys
from typing import TYPE_CHECKING

from bot.config.paths import index_folder, wanted_build
from index.core.errors import NoIndexError

if TYPE_CHECKING:
    from retrieval.engine import Engine

# The engine, and what builds, take most of a second to import: only who needs them waits.
# ruff: noqa: PLC0415


def read_utf8() -> None:
    """Read UTF-8 from files and pipes whatever the locale is; what is none does not end the reading."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding=None if sys.stdin.isatty() else "utf-8", errors="replace")


def open_engine(options: argparse.Namespace, *, watch: bool = False) -> Engine:
    """Open the engine, building the index first where there is none."""
    from retrieval.engine import Engine

    index, fast = index_folder(options), getattr(options, "fast", False)
    try:
        return Engine(index, watch=watch, fast=fast)
    except NoIndexError:
        from bot.cli.cmd_index import build_index

        print(build_index(index, wanted_build(options)), file=sys.stderr)
        return Engine(index, watch=watch, fast=fast)
