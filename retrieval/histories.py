"""The dialogs of the latest histories, so that a file of questions does not ask the same ones anew each line."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from retrieval.dialog import Dialog
from retrieval.search import Searcher

KNOWN = 64

_Key = tuple[str, tuple[str, ...] | None, date, tuple[str, ...]]


@dataclass(frozen=True)
class Told:
    """What the answers to a history depend on, apart from its questions."""

    searcher: Searcher
    scope: tuple[str, ...] | None
    now: date


class RecentHistories:
    """Dialogs by the questions that led to them. Safe to share by threads."""

    def __init__(self) -> None:
        self._dialogs: OrderedDict[_Key, Dialog] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, told: Told, questions: Sequence[str]) -> Dialog | None:
        """Return the dialog after some questions; None where it is not remembered."""
        with self._lock:
            return self._dialogs.get(_key(told, questions))

    def put(self, told: Told, questions: Sequence[str], dialog: Dialog) -> None:
        """Remember the dialog after some questions."""
        with self._lock:
            self._dialogs[_key(told, questions)] = dialog
            while len(self._dialogs) > KNOWN:
                self._dialogs.popitem(last=False)


def _key(told: Told, questions: Sequence[str]) -> _Key:
    # By the name of the generation: what is remembered must not keep open what answers no more.
    return told.searcher.generation.name, told.scope, told.now, tuple(questions)
