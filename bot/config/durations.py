"""Lengths of time, as people write them on the command line and in settings."""

from __future__ import annotations

import re
from typing import Final

_UNITS: Final = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(text: str) -> float:
    """Return how many seconds a text means; a bare number is seconds.

    Raises:
        ValueError: it is no such text; the error says what one looks like.

    >>> seconds("10m")
    600.0
    """
    found = re.fullmatch(r"([1-9][0-9]{0,5})([smhd]?)", text, re.ASCII)
    if not found:
        raise ValueError(f"{text!r} is not a time such as 30s, 10m, 2h or 1d")
    return int(found[1]) * _UNITS[found[2]]
