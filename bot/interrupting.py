"""Waiting for work that Ctrl-C can end."""

from __future__ import annotations

import threading
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_LOOKS_UP: Final = 0.2


def interruptible(work: Callable[[], T]) -> T:
    """Return what work returns; Ctrl-C ends the waiting at once, although native code runs on to its end.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed.
        BaseException: whatever the work raised.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            future.set_exception(error)

    try:
        threading.Thread(target=run, daemon=True).start()
    except RuntimeError as error:
        # Python lets go of a lock twice where Ctrl-C comes in the instant in which a thread begins.
        raise (error.__context__ if isinstance(error.__context__, KeyboardInterrupt) else error) from None
    # A signal that comes just before a wait begins does not end it: a wait without a limit could miss Ctrl-C.
    while not wait({future}, timeout=_LOOKS_UP).done:
        pass
    return future.result()
