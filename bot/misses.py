"""Answers that people say are not what they asked, kept for evaluation as JSON Lines.

A line is the beginning of a line for `onrecord eval`: whoever looks after the bot adds the passages that would have
been right as `gold`, or `"answerable": false`. The format stands in docs/telegram.md.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sent import Sent

FILE: Final = "not-what-i-asked.jsonl"


class Misses:
    """The file of them in the state folder; without a folder, nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        """Write nothing yet."""
        self._folder = folder

    def add(self, sent: Sent) -> None:
        """Append an answer: what was asked and returned, but not by whom.

        Raises:
            OSError: it cannot be written.
        """
        if self._folder is None:
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        line = json.dumps(_record(sent), ensure_ascii=False) + "\n"
        descriptor = os.open(self._folder / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            # One write: a kill leaves a whole line or none.
            os.write(descriptor, line.encode("utf-8", "replace"))
        finally:
            os.close(descriptor)


def _record(sent: Sent) -> dict[str, object]:
    return {
        "question": sent.question,
        "history": list(sent.history),
        "noted": datetime.now(UTC).isoformat(timespec="seconds"),
        "generation": sent.generation,
        "standalone": sent.standalone,
        "status": sent.status,
        "speaker": sent.speaker,
        "returned": [{"article": one.article, "paragraph": one.paragraph} for one in (*sent.passages, *sent.waiting)],
        "shown": len(sent.passages),
    }
