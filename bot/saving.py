"""Writing a conversation into a file that the person names, never over another by accident."""

from __future__ import annotations

from pathlib import Path

from index.durable import replace_file
from index.errors import OnrecordError, UsageError


def save_text(name: str, text: str, *, replace: bool) -> bool:
    """Write text into a file, as UTF-8; tell whether it took the place of another.

    Args:
        name: path of the file; ``~`` is the home folder.
        text: what to write.
        replace: put it in place of a file that is there.

    Raises:
        UsageError: the file is there, and is not to be replaced.
        OnrecordError: it cannot be written.
    """
    try:
        path = Path(name).expanduser()
        if path.is_dir():
            raise IsADirectoryError(None, "is a folder")
        replaced = replace and path.exists()
        if replaced:
            replace_file(path.resolve(), text.encode("utf-8", "replace"))
        else:
            _write_new(path, text)
    except FileExistsError:
        raise UsageError(f"{name}: is there already; /save! {name} replaces it") from None
    except (OSError, ValueError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise OnrecordError(f"{name}: cannot be written: {reason}; name another file") from None
    return replaced


def _write_new(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", errors="replace") as file:
        try:
            file.write(text)
            file.flush()
        except OSError:
            # Half a conversation would only be in the way of the next attempt.
            path.unlink(missing_ok=True)
            raise
