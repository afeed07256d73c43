"""How much of the machine is ours: the cores that this process may use."""

from __future__ import annotations

import os


def available_cores() -> int:
    """Return how many cores this process may use, at least 1, as far as its Python and its system can tell."""
    if hasattr(os, "process_cpu_count"):  # since Python 3.13; heeds PYTHON_CPU_COUNT too
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):  # neither macOS nor Windows has it
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1
