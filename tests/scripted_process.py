"""The bot in a process of its own, with an engine that takes as long as it is told; run with -m by `process`."""

from __future__ import annotations

import logging
import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.config.settings import Settings, TelegramSettings, WebhookSettings
from bot.telegram.app import run_bot
from bot.telegram.transport import polling
from index.core.errors import OnrecordError
from retrieval.conversation.state import Dialog
from retrieval.core.answer import Answer
from tests.telegram_answers import ScriptedEngine, answered
from tests.telegram_bot import spawned

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from tests.bot_api import BotApi

PATIENCE = 60
FOR_EVER = 600


class Engine(ScriptedEngine):
    """A question is the number of seconds that it takes; context and inline queries take for ever."""

    def converse(self, question: str, dialog: Dialog) -> tuple[Answer, Dialog]:
        time.sleep(float(question))
        return answered(question), dialog

    def neighbours(self, *_: Any) -> Any:
        time.sleep(FOR_EVER)

    def ask(self, *_: Any, **__: Any) -> Any:
        time.sleep(FOR_EVER)


@contextmanager
def process(
    api: BotApi, tmp_path: Path, *webhook: object, grace: float = polling.GRACE, end: float = PATIENCE
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the bot; every log line there is goes to the file "output" beside its state."""
    words = (api.token, api.root, tmp_path / "state", grace, end, *webhook)
    command = [sys.executable, "-W", "error", "-m", "tests.scripted_process", *map(str, words)]
    with spawned(api, command, tmp_path / "output", PYTHONPATH=os.pathsep.join(sys.path)) as process:
        yield process


def main() -> int:
    logging.basicConfig(level=logging.DEBUG)
    token, root, state, grace, end, *webhook = sys.argv[1:]
    polling.GRACE, polling.END = float(grace), float(end)
    url, port = webhook or (None, 8443)
    settings = Settings(telegram=TelegramSettings(webhook=WebhookSettings(url=url, port=int(port))))
    try:
        run_bot(Engine(), token=token, base_url=root, state=Path(state), settings=settings)
    except OnrecordError as error:
        print("onrecord:", error)  # noqa: T201  (as the command does)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
