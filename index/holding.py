"""Who reads a generation holds it, so that no build removes it meanwhile."""

from __future__ import annotations

import os
import weakref
from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where files that are open cannot be removed anyway
    fcntl = None  # type: ignore[assignment]


class Hold:
    """A shared lock on a file of a generation, which ends with this object, or with its process however that ends."""

    def __init__(self, file: Path) -> None:
        """Lock a file that is there; where locks are not supported nothing is held.

        Raises:
            OSError: the file cannot be opened.
        """
        descriptor = os.open(file, os.O_RDONLY)
        if fcntl:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        weakref.finalize(self, os.close, descriptor)


def is_held(file: Path) -> bool:
    """Tell whether a process, this one included, holds a file."""
    if not fcntl:
        return False
    try:
        descriptor = os.open(file, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False
