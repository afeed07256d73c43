"""Waiting for what happens in another thread or process: for a condition, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

LOOKED_EVERY = 0.01
PATIENCE = 60.0
"""Seconds, long after which anything that is waited for should have happened."""


def until(happened: Callable[[], bool]) -> None:
    """Wait for something to come true; the test fails where it does not."""
    end = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > end:
            pytest.fail(f"it did not happen within {PATIENCE:g} seconds")
        time.sleep(LOOKED_EVERY)
