"""The dialogs of the latest histories, so that a file of questions does not ask the same ones anew each line."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date

from retrieval.dialog import Dialog
from retrieval.search import Searcher

KNOWN = 64


@dataclass(frozen=True)
class Told:
    """What the answers to a history depend on, apart from its questions."""

    searcher: Searcher
    scope: tuple[str, ...] | None
    now: date


class RecentHistories:
    """The dialogs of the latest histories, so that a file of questions does not ask the same ones anew each line."""

    def __init__(self) -> None:
        self._dialogs: OrderedDict[tuple[Told, tuple[str, ...]], Dialog] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[Told, tuple[str, ...]]) -> Dialog | None:
        """Return the dialog after a history, or None where it is not among the latest."""
        with self._lock:
            return self._dialogs.get(key)

    def put(self, key: tuple[Told, tuple[str, ...]], dialog: Dialog) -> None:
        """Remember the dialog after a history, and forget the oldest beyond `KNOWN`."""
        with self._lock:
            self._dialogs[key] = dialog
            while len(self._dialogs) > KNOWN:
                self._dialogs.popitem(last=False)
