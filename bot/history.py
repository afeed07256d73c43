"""The questions of earlier conversations, kept in a private file."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from prompt_toolkit.history import FileHistory

from bot.notes import note

if TYPE_CHECKING:
    from pathlib import Path

HISTORY = "chat-history"


class PrivateHistory(FileHistory):
    """Questions of earlier runs, in a file that only its owner can read; one that cannot be written is done without."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        super().__init__(str(folder / HISTORY))
        try:
            self._earlier = list(super().load_history_strings())
        except OSError as error:
            note(f"No earlier questions: {error}.")
            self._earlier = []

    def load_history_strings(self) -> list[str]:
        """Return the questions of earlier runs, latest first."""
        return self._earlier

    def store_string(self, string: str) -> None:
        """Add a question to the file."""
        # A full disk, or bytes that are no UTF-8, must not cost the person the answer.
        with suppress(OSError, UnicodeError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._folder / HISTORY
            path.touch(mode=0o600)
            path.chmod(0o600)
            super().store_string(string)
