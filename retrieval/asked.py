"""One question as somebody puts it in a conversation: to a generation, within a scope, after the turns before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from index.lexical import stems
from index.records import Records
from retrieval.answer import Answer
from retrieval.answering import answer_question
from retrieval.at_hand import Hand, at_hand
from retrieval.dialog import Dialog, Place
from retrieval.people import Person
from retrieval.references import leans, named_in, whom
from retrieval.search import SMALL_STEMS, Scope, Searcher
from retrieval.speakers import Directory
from retrieval.timings import staged

THIN = 2
"""With how many words of its own, at most, a question without a name leans on what was said before."""


@dataclass(frozen=True)
class Asked:
    """A question as it is put.

    Attributes:
        searcher: of the generation.
        records: of the generation.
        typed: the question as typed.
        dialog: the turns before.
        k: how many passages are wanted at most.
        now: the day that "last week" is meant from.
        scope: the articles to search.
        marking: whether the words that answer are to be highlighted.
    """

    searcher: Searcher
    records: Records
    typed: str
    dialog: Dialog
    k: int
    now: date
    scope: Scope | None
    marking: bool

    @cached_property
    def bare(self) -> str:
        """The question as typed, white space tidied."""
        return " ".join(self.typed.split())

    @cached_property
    def directory(self) -> Directory:
        """Who speaks in the scope."""
        return self.searcher.speakers(self.scope)

    @cached_property
    def hand(self) -> Hand:
        """The articles that the turns before were answered from."""
        return at_hand(self.records, self.dialog, self.scope)

    @cached_property
    def near(self) -> Directory | None:
        """Who speaks in the articles at hand."""
        return self.directory.within(self.hand.articles) if self.hand.articles else None

    def person(self, mention: str | None) -> Person | None:
        """Return whom words name, near or anywhere."""
        return whom(self.directory, self.near, mention) if mention else None

    def leans(self, text: str, *, surely: bool = False) -> bool:
        """Tell whether a text points to what was said before; see `retrieval.references.leans`.

        So does one with hardly a word of its own, "who dropped out?".
        """
        return leans(text, self.directory, surely=surely) or self.is_thin(text, 1 if surely else THIN)

    def is_thin(self, text: str, most: int) -> bool:
        """Tell whether a text has no name and few other words to be looked up by."""
        own = set(stems(text)) - SMALL_STEMS
        return len(own) <= most and not named_in(text) and not self.directory.named_in(text)

    def everywhere(self, standalone: str, k: int | None = None) -> Answer:
        """Answer a question in full words as if it were the first."""
        return self._within(self.scope, standalone, k or self.k)

    def at_hand(self, standalone: str) -> Answer:
        """Answer a question in full words from the articles at hand only."""
        return self._within(Scope(self.hand.articles, tuple(self.hand.passages)), standalone, self.k)

    @staged("deciding")
    def _within(self, scope: Scope | None, standalone: str, k: int) -> Answer:
        answer = answer_question(
            self.searcher, self.records, standalone, k=k, now=self.now, scope=scope, marking=self.marking
        )
        return replace(answer, question=self.typed)

    def not_found(self, standalone: str, message: str) -> Answer:
        """Answer that there is nothing, in one line."""
        return Answer(self.typed, "not_found", 1.0, standalone, message)

    def passages(self, places: Iterable[Place]) -> list[int]:
        """Return the ids of the passages that stand in some places."""
        return [p for article, paragraph in places for p in self.records.neighbours(article, paragraph, 0)]
