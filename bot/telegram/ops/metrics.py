"""What the bot counts of its work, for whoever watches many machines; unless they are asked for, nothing is counted.

Nothing that is counted tells of a person: no label holds a name, a number of a chat, or a word of a question.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Final, Literal, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from bot.telegram.ops.health import Work
    from index.generations.manifest import Manifest
    from retrieval.core.tracing import Timings

AnswerStatus = Literal["answered", "not_found", "ambiguous", "failed"]
RequestKind = Literal["send", "edit", "typing", "other"]
RequestOutcome = Literal["ok", "refused", "flood", "failed"]
Reason = Literal["rate", "queue"]
AlertOutcome = Literal["sent", "again", "dropped"]
BuildOutcome = Literal["done", "failed"]


class Indexed(Protocol):
    """What is told of the index; see `retrieval.engine.Engine`."""

    @property
    def manifest(self) -> Manifest:
        """What the generation is that answers now."""


class Metrics:
    """Counts nothing. Safe to share by threads, as what counts is."""

    def answered(self, status: AnswerStatus, timings: Timings) -> None:
        """Count a question, with what its stages took."""

    def requested(self, kind: RequestKind, outcome: RequestOutcome) -> None:
        """Count a request to Telegram by what became of its last attempt."""

    def retried(self, kind: RequestKind) -> None:
        """Count a further attempt at a request."""

    def passed_over(self, reason: Reason) -> None:
        """Count an update that is not processed: its person asks too much, or its chat has too much waiting."""

    def alerted(self, outcome: AlertOutcome) -> None:
        """Count an attempt to tell a chat what is new."""

    def built(self, outcome: BuildOutcome) -> None:
        """Count a build that was asked for in a chat."""

    def shown(self, engine: Indexed, work: Work) -> AbstractAsyncContextManager[None]:
        """Write what was counted again and again until the end of the block.

        Args:
            engine: tells of the index.
            work: tells how much is waiting.
        """
        del engine, work
        return nullcontext()


NONE: Final = Metrics()
