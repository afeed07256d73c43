"""Further passages of an answer: those that a larger answer to the same question holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from retrieval.answer import Answer, Hit
    from retrieval.dialog import Place

MOST = 50  # passages that can be reached
NEIGHBOURS = 2  # passages that are shown on either side of one


class Asks(Protocol):
    """What is asked for them."""

    def ask(self, question: str, *, k: int = 5, scope: Sequence[str] | None = None) -> Answer:
        """Answer a question."""


def further_hits(engine: Asks, question: str, seen: Collection[Place], scope: Sequence[str] | None = None) -> list[Hit]:
    """Return the passages that answer a question and were not seen yet, best first.

    Args:
        engine: whom to ask.
        question: the question in full words: by now "and the money?" would be a follow-up to itself.
        seen: where the passages stand that were shown.
        scope: ids of the only articles to search; all by default.
    """
    larger = engine.ask(question, k=MOST, scope=scope)
    return [hit for hit in larger.hits if (hit.article, hit.paragraph) not in seen]
