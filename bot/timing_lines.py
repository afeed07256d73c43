"""What answering cost by stage, in lines for people."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.notes import note
from retrieval.timings import timed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retrieval.timings import Timings


@contextmanager
def timings_told(*, wanted: bool) -> Iterator[None]:
    """Tell on stderr, at the end of a block, what the questions asked in it cost by stage, where that is wanted."""
    if not wanted:
        yield
        return
    with timed() as timings:
        yield
    note(*timing_lines(timings))


def timing_lines(timings: Timings) -> Iterator[str]:
    """Yield a line on the whole and one for each stage, those that took longest first; nothing where none was timed."""
    costs, total = timings.costs(), timings.seconds
    if not costs:
        return
    yield f"Time: {_milliseconds(total)} ms"
    for stage, cost in sorted(costs.items(), key=lambda item: -item[1].seconds):
        times = f", {cost.times:,} times" if cost.times > 1 else ""
        yield f"{_milliseconds(cost.seconds):>10} ms {cost.seconds / (total or 1):>4.0%}  {stage}{times}"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.1f}"
