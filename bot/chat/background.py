"""Work in the background of a conversation: an engine that opens meanwhile, and waits that Ctrl-C can end."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from retrieval.engine import Engine


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


GRACE = 0.1  # seconds that a question which waited has for itself


class LateEngine:
    """Stands for an engine from before it is open: whoever asks it anything waits until it is.

    It has all that the engine has; an error of opening is raised to whoever asks.
    """

    def __init__(self, opened: Callable[[], Engine], description: str) -> None:
        """Say how to open the engine, which `start` or the first question does.

        Args:
            opened: opens the engine.
            description: one line on what it holds, told while it is not open.
        """
        self._opened = opened
        self._description = description
        self._engine: Future[Engine] = Future()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._thread:
            # Python cannot end while a library is being loaded.
            self._thread.join()
            with suppress(Exception):
                self._engine.result().close()

    def start(self) -> None:
        """Begin to open the engine, and then to load what its first answer needs."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._open, name="onrecord-open", daemon=True)
                self._thread.start()

    def describe(self) -> str:
        """Return one line on what the index holds."""
        done = self._engine.done() and not self._engine.exception()
        return self._engine.result().describe() if done else self._description

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (whatever the engine has)
        self.start()
        return getattr(self._engine.result(), name)

    def _open(self) -> None:
        try:
            engine = self._opened()
        except BaseException as error:  # noqa: BLE001 - raised again to whoever asks
            self._engine.set_exception(error)
            return
        self._engine.set_result(engine)
        # Whoever waits already goes first: not every question needs the models, and to load them takes both cores.
        time.sleep(GRACE)
        # What is wrong with a model is told to whoever asks.
        with suppress(Exception):
            engine.load_models()
            engine.topics()
