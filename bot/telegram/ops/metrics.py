"""What the bot counts of its work, for whoever watches many machines; unless they are asked for, nothing is counted.

Nothing that is counted tells of a person: no label holds a name, a number of a chat, or a word of a question.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, Protocol, get_args

from bot.telegram.ops.health import written_again
from index import __version__
from retrieval.core.tracing import STAGES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from bot.telegram.ops.health import Work
    from index.generations.manifest import Manifest
    from retrieval.core.tracing import Timings

AnswerStatus = Literal["answered", "not_found", "ambiguous", "failed"]
RequestKind = Literal["send", "edit", "typing", "other"]
RequestOutcome = Literal["ok", "refused", "flood", "failed"]
PassedOver = Literal["rate", "queue"]
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

    def passed_over(self, reason: PassedOver) -> None:
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

ANSWER_SECONDS: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

STAGE_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)

LATE_SECONDS: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5)

LOOKED_EVERY: Final = 0.5
"""Seconds between two looks at how late the event loop is."""

READABLE: Final = 0o644
"""Whatever the service's umask is: who collects the file is another user, and nothing in it tells of anybody."""


class PrometheusMetrics(Metrics):
    """Counts, and writes what it counted."""

    def __init__(self, file: Path, every: float) -> None:
        """Begin with nothing counted; nothing is written yet.

        Args:
            file: where to; the textfile collector reads files whose names end in ".prom".
            every: seconds between two writings.
        """
        from prometheus_client import (  # noqa: PLC0415  (an extra, and a fifth of a second)
            CollectorRegistry,
            Counter,
            Gauge,
            Histogram,
            Info,
            ProcessCollector,
            disable_created_metrics,
            generate_latest,
        )

        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._file, self._every, self._written = file, every, generate_latest
        registry = self._registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        Info("onrecord", "The bot that writes this file", registry=registry).info({"version": __version__})
        self._questions = Counter(
            "onrecord_questions", "Questions, by what came of them", ["status"], registry=registry
        )
        self._seconds = Histogram(
            "onrecord_answer_seconds", "What an answer took, without waiting and sending", registry=registry,
            buckets=ANSWER_SECONDS,
        )  # fmt: skip
        self._stages = Histogram(
            "onrecord_stage_seconds", "What a stage of an answer took", ["stage"], registry=registry,
            buckets=STAGE_SECONDS,
        )  # fmt: skip
        self._requests = Counter(
            "onrecord_telegram_requests", "Requests, by what came of the last attempt", ["kind", "outcome"],
            registry=registry,
        )  # fmt: skip
        self._retries = Counter(
            "onrecord_telegram_retries", "Further attempts at requests", ["kind"], registry=registry
        )
        self._passed_over = Counter(
            "onrecord_updates_passed_over", "Updates that were too many, of one person or in one chat", ["reason"],
            registry=registry,
        )  # fmt: skip
        self._alerts = Counter(
            "onrecord_alerts", "Attempts to tell a chat what is new, by what came of them", ["outcome"],
            registry=registry,
        )  # fmt: skip
        self._builds = Counter("onrecord_index_builds", "Builds asked for in a chat", ["outcome"], registry=registry)
        self._late = Histogram(
            "onrecord_event_loop_lag_seconds", "How much later than asked the event loop woke up", registry=registry,
            buckets=LATE_SECONDS,
        )  # fmt: skip
        self._waiting = Gauge("onrecord_updates_waiting", "Updates taken and not yet answered", registry=registry)
        self._held = Gauge("onrecord_index_size", "What the index that answers holds", ["what"], registry=registry)
        self._made = Gauge(
            "onrecord_index_built_timestamp_seconds", "When the index that answers was built", registry=registry
        )
        self._begin()

    def _begin(self) -> None:
        """Let every series begin at 0: a rate over one that appears with its first event misses that event."""
        for counter, values in (
            (self._questions, AnswerStatus), (self._retries, RequestKind), (self._passed_over, PassedOver),
            (self._alerts, AlertOutcome), (self._builds, BuildOutcome),
        ):  # fmt: skip
            for value in get_args(values):
                counter.labels(value)
        for kind in get_args(RequestKind):
            for outcome in get_args(RequestOutcome):
                self._requests.labels(kind, outcome)
        for stage in STAGES:
            self._stages.labels(stage)

    def answered(self, status: AnswerStatus, timings: Timings) -> None:
        """Count a question, with what its stages took."""
        self._questions.labels(status).inc()
        self._seconds.observe(timings.seconds)
        for stage, cost in timings.costs().items():
            self._stages.labels(stage).observe(cost.seconds)

    def requested(self, kind: RequestKind, outcome: RequestOutcome) -> None:
        """Count a request to Telegram by what became of its last attempt."""
        self._requests.labels(kind, outcome).inc()

    def retried(self, kind: RequestKind) -> None:
        """Count a further attempt at a request."""
        self._retries.labels(kind).inc()

    def passed_over(self, reason: PassedOver) -> None:
        """Count an update that is not processed."""
        self._passed_over.labels(reason).inc()

    def alerted(self, outcome: AlertOutcome) -> None:
        """Count an attempt to tell a chat what is new."""
        self._alerts.labels(outcome).inc()

    def built(self, outcome: BuildOutcome) -> None:
        """Count a build that was asked for in a chat."""
        self._builds.labels(outcome).inc()

    @asynccontextmanager
    async def shown(self, engine: Indexed, work: Work) -> AsyncIterator[None]:
        """Write what was counted again and again until the end of the block."""
        looking = asyncio.create_task(self._look_on(), name="lag")
        try:
            async with written_again(
                self._file, self._every, lambda: self._told(engine, work), what="metrics file", mode=READABLE
            ):
                yield
        finally:
            looking.cancel()
            await asyncio.wait({looking})

    def _told(self, engine: Indexed, work: Work) -> bytes:
        manifest = engine.manifest
        self._waiting.set(work.waiting)
        self._made.set(datetime.fromisoformat(manifest.created).timestamp())
        for what, count in manifest.counts.items():
            self._held.labels(what).set(count)
        return self._written(self._registry)

    async def _look_on(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            due = clock() + LOOKED_EVERY
            await asyncio.sleep(LOOKED_EVERY)
            self._late.observe(max(0.0, clock() - due))
