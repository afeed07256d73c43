"""The order in which the blocks of a printed page are read: columns one after the other, from the left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar


class Box(Protocol):
    """A block on a page: left, bottom, right and top in points from the lower left corner, as pdfminer names them."""

    x0: float
    y0: float
    x1: float
    y1: float


Any_Box = TypeVar("Any_Box", bound=Box)
_OVERLAP = 1.0  # points by which neighbouring blocks may overlap and still be apart


def reading_order(boxes: Sequence[Any_Box]) -> list[Any_Box]:
    """Return the blocks of a page in reading order, by cutting it where no block lies (the recursive X-Y cut).

    Nagy and Seth, "Hierarchical representation of optically scanned documents", 1984. A page is cut into columns
    where it can be, else below its uppermost block.
    """
    ordered: list[Any_Box] = []
    waiting = [list(boxes)]
    while waiting:
        part = waiting.pop()
        cut = len(part) > 1 and (_cut(part, _across) or _cut(part, _down))
        if cut:
            waiting += [cut[1], cut[0]]
        else:
            ordered += sorted(part, key=lambda box: (-box.y1, box.x0))
    return ordered


def _across(box: Box) -> tuple[float, float]:
    return box.x0, box.x1


def _down(box: Box) -> tuple[float, float]:
    return -box.y1, -box.y0


def _cut(
    boxes: Sequence[Any_Box], extent: Callable[[Box], tuple[float, float]]
) -> tuple[list[Any_Box], list[Any_Box]] | None:
    """Return the blocks before and after the first gap along an axis, or None where there is no gap."""
    along = sorted(boxes, key=extent)
    end = extent(along[0])[1]
    for position, box in enumerate(along[1:], 1):
        start, stop = extent(box)
        if start >= end - _OVERLAP:
            return along[:position], along[position:]
        end = max(end, stop)
    return None
