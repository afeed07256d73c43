"""Where the bot's token comes from: the environment, or a file that nobody else can read; never the command line."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from index.errors import UsageError

CREDENTIALS_VARIABLE: Final = "CREDENTIALS_DIRECTORY"
"""Names the folder that systemd makes for one service alone; modes tell nothing there, access lists do."""
TOKEN_VARIABLE: Final = "TELEGRAM_BOT_TOKEN"  # noqa: S105  (the name of a variable, not a token)
_LONGEST: Final = 1000
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def read_token(path: Path | None) -> str:
    """Return the bot's token.

    Args:
        path: the file that holds it; the environment does by default.

    Raises:
        UsageError: there is no token, or others may read or change the file.
    """
    if path is None:
        token = os.environ.get(TOKEN_VARIABLE, "").strip()
        if not token:
            raise UsageError(f"set {TOKEN_VARIABLE} to the token that @BotFather gave you, or name a --token-file")
        return token
    try:
        token = _read_private(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a text"
        raise UsageError(f"--token-file {path}: cannot be read ({reason})") from None
    if not token:
        raise UsageError(f"--token-file {path}: is empty; put the token that @BotFather gave you into it")
    return token


def _read_private(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        # Of the open file, so that no other can be put in its place meanwhile; Windows has no such modes.
        if os.name != "nt" and os.fstat(file.fileno()).st_mode & _OTHERS and not _is_credential(path):
            raise UsageError(f"--token-file {path}: others may read the token; run: chmod 600 {path}")
        return file.read(_LONGEST).strip()


def _is_credential(path: Path) -> bool:
    folder = os.environ.get(CREDENTIALS_VARIABLE)
    return folder is not None and path.resolve().parent == Path(folder).resolve()
