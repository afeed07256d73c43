"""Answers made by hand, and an engine that gives them, for the tests of the Telegram bot."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from index.generations.manifest import counted
from retrieval.attribution.listing import Quoted, SpeakerError, SpeakerSummary
from retrieval.conversation.state import Dialog, Turn, places
from retrieval.core.answer import Answer, Citation, Hit, HitQuotation, Reason, remark
from retrieval.newsroom.timeline import Entry, Timeline, TimelinePassage, Topic
from retrieval.verification.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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


def entry(words: str, day: str | None = "2017-02-07", **changes: Any) -> Entry:
    """Return a statement that stands in one paragraph."""
    place = TimelinePassage(
        "000.txt", 7, f"“{words}” she said.", ((1, 1 + len(words)),), "Before it.", "After it.", citation()
    )
    return Entry(**{"words": words, "kind": "direct", "date": day, "role": "Mayor", "places": (place,)} | changes)


def answered(question: str, *hits: Hit, message: str | None = None, **changes: Any) -> Answer:
    note = remark(Reason.LINE, line=message) if message is not None else None
    usual = {"status": "answered", "confidence": 0.9, "standalone": question, "remark": note}
    return Answer(question, **{**usual, "hits": hits or (hit(speaker="Carlos Gimenez"),), **changes})


class ScriptedEngine:
    """Answers as told; a question that begins with "slow" waits until it is let go.

    Attributes:
        asked: the questions, in the order in which work on them began.
        after: the questions that each was asked after.
        shown: how many passages had been shown of the last of them.
        go: lets slow questions end.
        generation: name of what answers.
        articles: the passages of each article, by its id.
        quoted: all quotations.
        read_from: what the index was built from.
        checked: the claims, each with whose words they are to be.
    """

    def __init__(self, answer: Callable[[str], Answer] = answered, *passages: Hit) -> None:
        self.asked: list[str] = []
        self.after: list[list[str]] = []
        self.shown: list[int] = []
        self.go = threading.Event()
        self.generation = "20310101-one"
        self.articles: dict[str, list[Hit]] = {}
        for one in passages or (hit(speaker="Carlos Gimenez"),):
            self.articles.setdefault(one.article, []).append(replace(one, highlights=(), also=()))
        self.quoted: list[Quoted] = []
        self.read_from = ["/srv/articles"]
        self.checked: list[tuple[str, str | None]] = []
        self._answer = answer

    def converse(self, question: str, dialog: Dialog) -> tuple[Answer, Dialog]:
        self.asked.append(question)
        if question.startswith("slow"):
            self.go.wait(30)
        self.after.append([turn.question for turn in dialog.turns])
        self.shown.append(len(dialog.last.shown) if dialog.last else 0)
        answer = self._answer(question)
        turn = Turn(question, status=answer.status, speaker=answer.speaker, choices=answer.choices)
        return answer, dialog.after(replace(turn, shown=places(answer.hits)), time.time())

    def ask(self, question: str, *, k: int = 5, scope: Sequence[str] | None = None) -> Answer:
        del k, scope
        self.asked.append(question)
        return self._answer(question)

    def article(self, name: str) -> list[Hit]:
        return self.articles.get(name, [])

    def neighbours(self, article: str, paragraph: int, reach: int) -> list[Hit]:
        return [one for one in self.article(article) if abs(one.paragraph - paragraph) <= reach]

    def describe(self) -> str:
        return counted(len(self.articles), "articles")

    def outlets(self) -> dict[str, int]:
        return {"WSVN": len(self.articles)}

    def sources(self) -> list[str]:
        return self.read_from

    def quotations(self, speaker: str | None = None) -> Iterator[Quoted]:
        found = [one for one in self.quoted if one.quotation.speaker == speaker]
        if not found:
            people = sorted(
                {name for one in self.quoted if (name := one.quotation.speaker) and speaker and speaker in name}
            )
            raise SpeakerError(f"{speaker}: who?", people)
        yield from found

    def verify(self, words: str, by: str | None = None) -> Verdict:
        self.checked.append((words, by))
        return Verdict(words, by, "altered", "Ann Hidalgo", "Ann Hidalgo", stands="We hold.", hits=(hit(),))

    def record(self, speaker: str, *, about: str | None = None) -> Timeline:
        (person,) = {one.quotation.speaker for one in self.quotations(speaker)}
        quoted = list(self.quotations(speaker)) if about != "nothing" else []
        entries = tuple(entry(one.text, one.citation.date) for one in quoted)
        topics = (Topic("ferry, fares", entries),) if entries else ()
        return Timeline(str(person), about, None, None, topics, len(entries))

    def speakers(self) -> list[str]:
        return list(dict.fromkeys(one.quotation.speaker or "" for one in self.quoted))

    def speaker_summaries(self) -> Iterator[SpeakerSummary]:
        for name in self.speakers():
            yield SpeakerSummary(name, "person", 1, 1, "2017-02-07", "2017-02-07")
