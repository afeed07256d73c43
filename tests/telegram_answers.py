"""Answers made by hand, and an engine that gives them, for the tests of the Telegram bot."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from retrieval.answer import Answer, Citation, Hit, HitQuotation
from retrieval.dialog import Dialog, Turn

if TYPE_CHECKING:
    from collections.abc import Callable

ORDER = "“The order is that we would hold for 48 hours,” explained Gimenez."


def citation(**changes: Any) -> Citation:
    usual = {
        "title": "Protesters fill commission meeting",
        "outlet": "WSVN",
        "date": "2017-02-07",
        "url": "https://wsvn.com/news/protesters",
        "paragraph": 8,
        "chars": (1, 46),
        "source": "000.txt",
        "sha256": "0" * 64,
    }
    return Citation(**{**usual, **changes})


def hit(text: str = ORDER, *, words: str = "", speaker: str | None = None, **changes: Any) -> Hit:
    """Return a hit whose highlighted `words` are a quotation of the speaker."""
    words = words or ("The order is that we would hold for 48 hours" if text is ORDER else text)
    start, end = text.index(words), text.index(words) + len(words)
    quotations = (HitQuotation(speaker, "direct", start, end, "said", 0),) if speaker else ()
    usual = {
        "article": "000.txt",
        "paragraph": 7,
        "text": text,
        "score": 0.9,
        "highlights": ((start, end),),
        "quotations": quotations,
        "also": (),
        "citation": citation(),
    }
    return Hit(**{**usual, **changes})


def answered(question: str, *hits: Hit, **changes: Any) -> Answer:
    usual = {"status": "answered", "confidence": 0.9, "standalone": question}
    return Answer(question, **{**usual, "hits": hits or (hit(speaker="Carlos Gimenez"),), **changes})


class ScriptedEngine:
    """Answers as told; a question that begins with "slow" waits until it is let go.

    Attributes:
        asked: the questions, in the order in which work on them began.
        after: the questions that each was asked after.
        go: lets slow questions end.
    """

    def __init__(self, answer: Callable[[str], Answer] = answered) -> None:
        self.asked: list[str] = []
        self.after: list[list[str]] = []
        self.go = threading.Event()
        self._answer = answer

    def converse(self, question: str, dialog: Dialog) -> tuple[Answer, Dialog]:
        self.asked.append(question)
        if question.startswith("slow"):
            self.go.wait(30)
        self.after.append([turn.question for turn in dialog.turns])
        return self._answer(question), dialog.after(Turn(question), 0.0)
