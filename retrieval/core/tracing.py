"""What answering costs, by stage: recorded for whoever listens, and next to nothing where nobody does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Literal, ParamSpec, TypeVar, get_args

Stage = Literal[
    "loading", "conversation", "reading", "deciding", "encoding", "vectors", "words", "fusing", "speakers", "windows",
    "reranking", "highlights", "copies", "citing",
]  # fmt: skip
"""
    loading       models and the list of speakers, at their first use
    conversation  what a question refers to, and what no other stage counts
    reading       what a question asks, slips of spelling, times
    deciding      which passages answer, or that none does
    encoding      texts to vectors
    vectors       the nearest passages and sentences
    words         the passages that share words
    fusing        both lists as one
    speakers      whose words passages hold
    windows       what of long passages is to be read
    reranking     reading closely
    highlights    the words that answer, read closely for that too
    copies        near-identical passages elsewhere
    citing        quotations, versions and citations of what is shown
"""

STAGES: tuple[Stage, ...] = get_args(Stage)

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True)
class Cost:
    """What a stage took: seconds of its own, without those of stages within it, and how often it was entered."""

    seconds: float = 0.0
    times: int = 0


class Timings:
    """What the stages took, of one question or of several. Safe to share by threads."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._lock = threading.Lock()
        self._costs: dict[Stage, Cost] = {}

    def add(self, stage: Stage, seconds: float) -> None:
        """Count what a stage took once."""
        with self._lock:
            cost = self._costs.setdefault(stage, Cost())
            cost.seconds += seconds
            cost.times += 1

    def costs(self) -> dict[Stage, Cost]:
        """Return what each stage took that was entered, in the order of `STAGES`."""
        with self._lock:
            return {stage: Cost(cost.seconds, cost.times) for stage in STAGES if (cost := self._costs.get(stage))}

    @property
    def seconds(self) -> float:
        """What all stages took together."""
        return sum(cost.seconds for cost in self.costs().values())


@dataclass(slots=True)
class _Entered:
    """A stage that was entered, or whoever listens before any was.

    Attributes:
        timings: of whoever listens.
        within: seconds that stages within this one took.
        closed: whether what happens within it counts for it alone.
    """

    timings: Timings
    within: float = 0.0
    closed: bool = False


_ENTERED: ContextVar[_Entered | None] = ContextVar("entered", default=None)


@contextmanager
def timed() -> Iterator[Timings]:
    """Record the stages that this thread goes through until the end of the block."""
    timings = Timings()
    before = _ENTERED.set(_Entered(timings))
    try:
        yield timings
    finally:
        _ENTERED.reset(before)


@contextmanager
def stage(name: Stage, *, closed: bool = False) -> Iterator[None]:
    """Count a block as a stage.

    Args:
        name: the stage.
        closed: count for it also what stages within it take.
    """
    outer = _ENTERED.get()
    if outer is None or outer.closed:
        yield
        return
    inner = _Entered(outer.timings, closed=closed)
    before, begun = _ENTERED.set(inner), time.perf_counter()
    try:
        yield
    finally:
        took = time.perf_counter() - begun
        _ENTERED.reset(before)
        outer.within += took
        outer.timings.add(name, took - inner.within)


def staged(name: Stage, *, closed: bool = False) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Return a decorator that counts each call of a function as a stage; see `stage`."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            if _ENTERED.get() is None:
                return function(*args, **kwargs)
            with stage(name, closed=closed):
                return function(*args, **kwargs)

        return run

    return decorate
