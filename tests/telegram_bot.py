"""The bot running against the emulated Bot API, and people who talk with it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.config.settings import Settings
from bot.telegram.app import DEFAULTS, answer
from tests.bot_api import BOT, BotApi

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from pathlib import Path

    from tests.bot_api_http import Json

MENTION = f"@{BOT['username']}"
START = 90.0
"""Seconds until a bot that starts is given up."""

QUOTATIONS = {"blockquote", "expandable_blockquote"}


@asynccontextmanager
async def running(
    api: BotApi, engine: Any, state: Path | None = None, settings: Settings = DEFAULTS
) -> AsyncIterator[None]:
    """The bot as `onrecord bot` runs it: leaving ends it as a signal does, entering again is a restart."""
    polls, begun = len(api.polls), len(api.called("setWebhook"))
    serving = asyncio.ensure_future(answer(engine, token=api.token, base_url=api.root, state=state, settings=settings))
    try:
        await api.wait_until(
            lambda: len(api.polls) > polls or len(api.called("setWebhook")) > begun or serving.done(),
            "poll",
            within=30,
        )
        yield
    finally:
        serving.cancel()
        await serving


@contextmanager
def spawned(api: BotApi, command: Sequence[str], output: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A bot in a process of its own, from when it serves; what it writes goes to a file. It is killed at the end."""
    polls, begun = len(api.polls), len(api.called("setWebhook"))
    with (
        output.open("ab") as written,
        subprocess.Popen(command, env=os.environ | environment, stdout=written, stderr=written) as process,
    ):

        def serves() -> bool:
            return len(api.polls) > polls or len(api.called("setWebhook")) > begun or process.poll() is not None

        try:
            api.wait(serves, "poll", within=START)
            yield process
        finally:
            process.kill()


@contextmanager
def bot_process(api: BotApi, index: Path, state: Path, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """`onrecord bot`; what it writes goes to the file "output" beside the state."""
    words = ("--fast", "--base-url", api.root, "--index", str(index), "--state", str(state), *more)
    command = [sys.executable, "-m", "bot.cli.main", "bot", *words]
    with spawned(api, command, state.parent / "output", TELEGRAM_BOT_TOKEN=api.token) as process:
        yield process


def unanswered(state: Path) -> list[int]:
    """Return the chats whose updates stand in the journal, in order."""
    (path,) = state.glob("telegram-*-unanswered*.sqlite")
    chat = "coalesce(content ->> '$.message.chat.id', content ->> '$.callback_query.message.chat.id')"
    with closing(sqlite3.connect(path)) as database:
        return [row[0] for row in database.execute(f"SELECT {chat} FROM updates WHERE content IS NOT NULL ORDER BY 1")]  # noqa: S608


@dataclass(frozen=True)
class Got:
    """A message of the bot, as people see it."""

    message: Json

    @property
    def text(self) -> str:
        return str(self.message.get("text", ""))

    @property
    def quotes(self) -> list[str]:
        return self.styled(*QUOTATIONS)

    @property
    def buttons(self) -> list[str]:
        return [button["text"] for row in self._rows for button in row]

    @property
    def replies_to(self) -> int | None:
        number = self.message.get("reply_parameters", {}).get("message_id")
        return None if number is None else int(number)

    def styled(self, *styles: str) -> list[str]:
        encoded = self.text.encode("utf-16-le")
        spans = [
            (2 * one["offset"], 2 * (one["offset"] + one["length"]))
            for one in self.message.get("entities", ())
            if one["type"] in styles
        ]
        return [encoded[start:end].decode("utf-16-le") for start, end in spans]

    def data(self, label: str) -> str:
        return next(str(one["callback_data"]) for row in self._rows for one in row if one["text"] == label)

    @property
    def _rows(self) -> list[list[Json]]:
        return list(self.message.get("reply_markup", {}).get("inline_keyboard", []))


@dataclass(frozen=True)
class Pressed:
    """What came of pressing a button: what the client told, whether in a window, and new messages."""

    said: str
    alert: bool
    messages: list[Got] = field(default_factory=list)

    @property
    def message(self) -> Got:
        (only,) = self.messages
        return only


@dataclass(frozen=True)
class Person:
    """Somebody in a chat: calling says something there and returns what the bot answers."""

    api: BotApi
    chat: int
    user: int

    async def __call__(self, text: str, *, reply_to: Got | None = None, **fields: Any) -> Got:
        before = len(self.api.messages)
        self.say(text, reply_to=reply_to, **fields)
        return Got((await self.api.wait_for_messages(before + 1))[before])

    def say(self, text: str, *, reply_to: Got | None = None, **fields: Any) -> int:
        replied = {"reply_to_message": reply_to.message} if reply_to else {}
        return self.api.say(self.chat, text, user_id=self.user, **replied, **fields)

    async def press(self, got: Got, label: str) -> Pressed:
        return await self.send(got, got.data(label))

    async def send(self, got: Got, data: str, **fields: Any) -> Pressed:
        before = len(self.api.messages)
        query = self.api.press(got.message | fields, data, user_id=self.user)
        await self.api.wait_until(lambda: query in self.api.callback_answers, "answer to a press")
        answer = self.api.callback_answers[query]
        return Pressed(
            answer.get("text", ""), answer.get("show_alert") == "true", [Got(one) for one in self.api.messages[before:]]
        )
