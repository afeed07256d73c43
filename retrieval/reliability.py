"""Whether confidences are true: of the answers that are 70 % sure, are seven of ten right?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from retrieval.evaluation import Outcome

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers whose confidence lies between two tenths.

    Attributes:
        low: the lower tenth, 0 to 0.9.
        n: how many answers.
        confidence: their mean confidence.
        right: the share of them that is right.
    """

    low: float
    n: int
    confidence: float
    right: float

    def to_json(self) -> dict[str, float]:
        """Return the bin, rounded, as one JSON object."""
        return {"from": self.low, "n": self.n, "confidence": round(self.confidence, 4), "right": round(self.right, 4)}


def reliability(outcomes: Iterable[Outcome]) -> list[Bin]:
    """Return the answers by confidence, in tenths; a tenth in which there is none is left out.

    An answer is right where its first passage is, or where it is none and should be none.
    """
    bins: dict[int, list[tuple[float, bool]]] = {}
    for outcome in outcomes:
        confidence = outcome.answer.confidence
        bins.setdefault(min(int(confidence * BINS), BINS - 1), []).append((confidence, not outcome.missed))
    return [
        Bin(number / BINS, len(held), sum(c for c, _ in held) / len(held), sum(right for _, right in held) / len(held))
        for number, held in sorted(bins.items())
    ]


def calibration_error(bins: Iterable[Bin]) -> float:
    """Return by how much confidence and rightness differ, on average over the answers: 0 is best.

    Source: Guo et al., On Calibration of Modern Neural Networks (2017), equation 3, with ten bins.
    """
    every = list(bins)
    total = sum(one.n for one in every)
    return sum(one.n * abs(one.confidence - one.right) for one in every) / total if total else 0.0
