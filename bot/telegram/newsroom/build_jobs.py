"""Building the index in the background: how far it is in one edited message, and a word at its end."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from telegram.error import Forbidden, TelegramError

from bot.render.messages import error_line
from bot.render.text import printable
from bot.telegram.newsroom import worker_client
from bot.telegram.newsroom.submission import PendingArticles
from bot.telegram.transport.delivery import sent_once
from bot.telegram.ui.formatted_text import FormattedText, shortened
from bot.telegram.ui.replying import ChatPlace, send
from bot.telegram.ui.texts import NewsroomTexts, newsroom_texts
from index.core.errors import BusyError, OnrecordError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from telegram import Bot

    from bot.telegram.newsroom.submission import Job
    from bot.telegram.services import Services
    from bot.telegram.state.store import Json


_LOGGER = logging.getLogger(__name__)

EDITED_EVERY: Final = 3.0
"""Seconds between two edits of a message that shows how far a build is: Telegram allows about twenty a minute."""
BUSY_PAUSE: Final = 5.0
OPENED_WITHIN: Final = 60.0
"""Seconds in which a new generation answers, unless something is wrong with it."""
LOOKED_EVERY: Final = 0.1
LONGEST_REASON: Final = 600
LONGEST_TITLE: Final = 100


class BuildJobs:
    """Builds what is asked for, several things at once where they came meanwhile; a restart goes on with what is left.

    Attributes:
        drafts: what was sent, and what is to be built.
    """

    def __init__(self, services: Services, state: Path | None) -> None:
        """Build what the bot answers from."""
        self.drafts = PendingArticles(services.store, state)
        self._services = services
        self._asked = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self, bot: Bot) -> None:
        """Begin to build, in the background."""
        self._asked.set()
        self._task = asyncio.create_task(self._run(bot), name="indexing")

    def ask(self) -> None:
        """Look for what is to be built."""
        self._asked.set()

    async def close(self) -> None:
        """Stop; what is being built is built at the next start."""
        if task := self._task:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self, bot: Bot) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            try:
                while jobs := await asyncio.to_thread(self.drafts.jobs):
                    await self._build(bot, jobs)
            except Exception:
                _LOGGER.exception("The index could not be built from the chat; it is tried again")
                await asyncio.sleep(BUSY_PAUSE)
                self._asked.set()

    async def _build(self, bot: Bot, jobs: Sequence[Job]) -> None:
        """Do jobs with one build, and tell those who asked for them."""
        showing = [await self._shown(bot, job) for job in jobs]
        edits = _Edits(bot, showing)
        try:
            report = await self._built(edits, jobs)
        except OnrecordError as error:
            self._services.metrics.built("failed")
            _LOGGER.warning("The index was not built: %s", error_line(error))
            reason = shortened(printable(error_line(error)), LONGEST_REASON)
            outcomes = [(_texts(job).build_stopped, _texts(job).build_failed.format(reason=reason)) for job in jobs]
        else:
            self._services.metrics.built("done")
            opened = await self._opened(report["generation"])
            outcomes = [(_texts(job).build_done, _outcome(job, report, opened=opened)) for job in jobs]
        for job, (last, outcome) in zip(jobs, outcomes, strict=True):
            await edits.finish(job, last)
            await self._tell(bot, job, outcome)

    async def _built(self, edits: _Edits, jobs: Sequence[Job]) -> Json:
        """Return what came of a build, as soon as no other one is under way.

        Raises:
            OnrecordError: it failed.
        """
        index = self._services.engine.newsroom().index
        links, folder = self._services.settings.links, self._services.settings.articles
        everything = folder is None or any(job.kind == "reindex" for job in jobs)
        task = {
            "do": "build",
            "index": str(index.path.absolute()),
            "notes": str(index.notes.absolute()),
            "sources": [] if everything else [str(folder)],
            "links": {"follow": links.follow, "allow_private": links.allow_private},
        }
        while True:
            try:
                return await worker_client.worked(task, edits.show)
            except BusyError:
                edits.say("build_waits")
                await asyncio.sleep(BUSY_PAUSE)

    async def _opened(self, generation: str) -> bool:
        """Wait until a generation, or a later one, answers."""
        end = time.monotonic() + OPENED_WITHIN
        while self._services.engine.generation < generation:  # names sort by time
            if time.monotonic() > end:
                return False
            await asyncio.sleep(LOOKED_EVERY)
        return True

    async def _shown(self, bot: Bot, job: Job) -> Job:
        """Return a job with the message in which it is shown how far it is."""
        if job.message is not None:
            return job
        try:
            with sent_once():
                sent = await send(
                    bot, ChatPlace(job.where.chat, job.where.topic), FormattedText(_texts(job).build_begins)
                )
        except TelegramError as error:
            _LOGGER.info("How far a build is cannot be shown: %s", error)
            return job
        await asyncio.to_thread(self.drafts.shows, job, sent.message_id)
        return replace(job, message=sent.message_id)

    async def _tell(self, bot: Bot, job: Job, outcome: str) -> None:
        try:
            await send(bot, ChatPlace(job.where.chat, job.where.topic), FormattedText(outcome))
        except Forbidden as error:
            _LOGGER.info("What came of a build is not wanted any more: %s", error)
        await asyncio.to_thread(self.drafts.done, job)


class _Edits:
    """The messages that show how far a build is."""

    def __init__(self, bot: Bot, jobs: Sequence[Job]) -> None:
        self._bot = bot
        self._jobs = {job.id: job for job in jobs}
        self._shown: dict[int, str] = {}
        self._at = 0.0
        self._editing: set[asyncio.Task[None]] = set()

    def show(self, told: Json) -> None:
        """Show how far a build is, unless that was shown a moment ago."""
        total, count = told["total"], told["count"]
        far = f"{count:,} / {total:,}" if total else (f"{count:,}" if count else "")
        if time.monotonic() - self._at >= EDITED_EVERY:
            self._at = time.monotonic()
            for job in self._jobs.values():
                texts = _texts(job)
                stage = texts.stages.get(told["stage"], told["stage"])
                self._edit(job, texts.build_goes_on.format(stage=stage, far=far).rstrip())

    def say(self, name: str) -> None:
        """Show one of the texts."""
        for job in self._jobs.values():
            self._edit(job, getattr(_texts(job), name))

    async def finish(self, job: Job, text: str) -> None:
        """Show the last that is to be shown, after all before it."""
        if self._editing:
            await asyncio.wait(self._editing)
        if shown := self._jobs.get(job.id):
            await self._edited(shown, text)

    def _edit(self, job: Job, text: str) -> None:
        task = asyncio.create_task(self._edited(job, text))
        self._editing.add(task)
        task.add_done_callback(self._editing.discard)

    async def _edited(self, job: Job, text: str) -> None:
        if job.message is None or self._shown.get(job.id) == text:
            return
        self._shown[job.id] = text
        # What is not shown now is shown with the next step.
        with suppress(TelegramError), sent_once():
            await self._bot.edit_message_text(text, job.where.chat, job.message)


def _outcome(job: Job, report: Json, *, opened: bool) -> str:
    texts, title = _texts(job), shortened(printable(job.title), LONGEST_TITLE)
    skipped = [printable(reason) for reason in report["skipped"]]
    if job.kind == "add" and (own := [reason for reason in skipped if reason.startswith(job.file)]):
        return texts.added_skipped.format(title=title, reason=shortened(own[0], LONGEST_REASON))
    if not opened:
        return texts.build_not_opened
    if job.kind == "reindex":
        counts = {name: f"{report[name]:,}" for name in ("articles", "new", "changed", "vanished")}
        lines = [texts.reindexed.format(skipped=len(skipped), **counts), *skipped[:3]]
        return shortened("\n".join(lines), LONGEST_REASON)
    return (texts.added if job.kind == "add" else texts.removed).format(title=title)


def _texts(job: Job) -> NewsroomTexts:
    return newsroom_texts(job.where.language)
