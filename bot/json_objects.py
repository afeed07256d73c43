"""What JSON objects are called where they come and go: updates of Telegram, tasks of a process beside the bot."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
"""An object as `json.loads` makes it."""
