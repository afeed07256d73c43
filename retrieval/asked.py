"""One question of a conversation with all it is put to: the generation, the scope, the turns before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from index.records import Records
from retrieval.answer import Answer
from retrieval.answering import answer_question
from retrieval.at_hand import Hand, at_hand
from retrieval.dialog import Dialog, Place
from retrieval.references import leans, whom
from retrieval.search import Scope, Searcher
from retrieval.speakers import Directory, Person


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
    marking: bool = True

    @cached_property
    def bare(self) -> str:
        """The question as typed, white space tidied."""
        return " ".join(self.typed.split())

    @cached_property
    def directory(self) -> Directory:
        """Who speaks in the scope."""
        directory = self.searcher.directory
        return directory.within(self.scope.articles) if self.scope else directory

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
        """Tell whether a text points to what was said before; see `retrieval.references.leans`."""
        return leans(text, self.directory, surely=surely)

    def everywhere(self, standalone: str, k: int | None = None) -> Answer:
        """Answer a question in full words as if it were the first."""
        answer = answer_question(
            self.searcher,
            self.records,
            standalone,
            k=k or self.k,
            now=self.now,
            scope=self.scope,
        )
        return replace(answer, question=self.typed)

    def not_found(self, standalone: str, message: str) -> Answer:
        """Answer that there is nothing, in one line."""
        return Answer(self.typed, "not_found", 1.0, standalone, message)

    def passages(self, places: Iterable[Place]) -> list[int]:
        """Return the ids of the passages that stand in some places."""
        return [p for article, paragraph in places for p in self.records.neighbours(article, paragraph, 0)]
