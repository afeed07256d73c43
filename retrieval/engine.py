"""The engine behind every front end: questions in, Answers out, from whichever generation is in force."""

from __future__ import annotations

import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

from index.generations.generation import IndexFolder
from index.generations.manifest import Manifest
from index.store.catalog import Catalog
from index.store.records import Records, SpeakerSummary
from retrieval.answering.explain import Explanation, explain
from retrieval.attribution.listing import Quoted, list_quotations, list_speakers
from retrieval.conversation.manager import converse
from retrieval.conversation.state import Dialog, places
from retrieval.conversation.turn import TurnContext
from retrieval.core.answer import Answer, Hit
from retrieval.in_force import InForce
from retrieval.newsroom.new_passages import Newsroom
from retrieval.search.hits import make_hits
from retrieval.search.searcher import Searcher

if TYPE_CHECKING:
    from retrieval.newsroom.timeline import Timeline
    from retrieval.verification.claim import Claim
    from retrieval.verification.verdict import Verdict

# Most questions need neither checks nor timelines, and a cold start is to be quick: clustering brings scipy along.
# ruff: noqa: PLC0415

HISTORY_SHOWS = 5
"""How many passages each earlier question of a history is taken to have shown."""

KNOWN = 64

_Key = tuple[str, tuple[str, ...] | None, date, tuple[str, ...]]


@dataclass(frozen=True)
class HistoryContext:
    """What the answers to a history depend on, apart from its questions."""

    searcher: Searcher
    scope: tuple[str, ...] | None
    now: date


class HistoryCache:
    """Dialogs by the questions that led to them, those asked for last. Safe to share by threads."""

    def __init__(self) -> None:
        self._dialogs: OrderedDict[_Key, Dialog] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, told: HistoryContext, questions: Sequence[str]) -> Dialog | None:
        """Return the dialog after some questions; None where it is not remembered."""
        with self._lock:
            dialog = self._dialogs.get(key := _key(told, questions))
            if dialog is not None:
                self._dialogs.move_to_end(key)
            return dialog

    def put(self, told: HistoryContext, questions: Sequence[str], dialog: Dialog) -> None:
        """Remember the dialog after some questions."""
        with self._lock:
            self._dialogs[key := _key(told, questions)] = dialog
            self._dialogs.move_to_end(key)
            while len(self._dialogs) > KNOWN:
                self._dialogs.popitem(last=False)


def _key(told: HistoryContext, questions: Sequence[str]) -> _Key:
    # By the name of the generation: what is remembered must not keep open what answers no more.
    return told.searcher.generation.name, told.scope, told.now, tuple(questions)


class Engine:
    """Answers questions from an index. Safe to share by threads.

    A new generation is opened beside the old one, which goes on answering, and takes over between two questions.
    """

    def __init__(self, index: IndexFolder, *, watch: bool = False, fast: bool = False) -> None:
        """Open the generation in force.

        Args:
            index: the index.
            watch: look for new generations in the background until `close`.
            fast: leave the cross-encoder out: answers come sooner, and the best passage is first a little less often.

        Raises:
            NoIndexError: there is no index.
            FormatError: another version of the format wrote it.
            DamagedError: no generation of it is good.
            EngineError: its vectors lie in Milvus, which cannot be asked.
        """
        self._index = index
        self._in_force = InForce(index, watch=watch, fast=fast)
        self._histories = HistoryCache()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop watching, and close the records, the vectors and all threads; nothing can be asked any more."""
        self._in_force.close()

    @property
    def _searcher(self) -> Searcher:
        return self._in_force.searcher

    def ask(
        self,
        question: str,
        *,
        k: int = 5,
        now: date | None = None,
        history: Sequence[str] = (),
        scope: Sequence[str] | None = None,
    ) -> Answer:
        """Answer a question.

        Args:
            question: as typed.
            k: how many passages to return at most.
            now: the day that "last week" is meant from; today by default.
            history: earlier questions of the conversation, oldest first.
            scope: ids of the only articles to search; all by default.

        Raises:
            UsageError: the scope names an article that is not in the index.
        """
        today = now or datetime.now().astimezone().date()
        with self._in_force.asked() as searcher:
            told = HistoryContext(searcher, tuple(scope) if scope is not None else None, today)
            dialog = Dialog()
            for turns in range(1, len(history) + 1):
                known = self._histories.get(told, history[:turns])
                if known is None:
                    known = self._converse(history[turns - 1], dialog, HISTORY_SHOWS, told, time=0.0, marking=False)[1]
                    self._histories.put(told, history[:turns], known)
                dialog = known
            answer, after = self._converse(question, dialog, k, told, time=0.0)
            # Where it went on with the answer before, its turn also tells what that showed, and cannot be cut to fit.
            if k >= HISTORY_SHOWS and after.last and after.last.shown == places(answer.hits or answer.nearest):
                self._histories.put(told, [*history, question], after.showing(HISTORY_SHOWS))
            return answer

    def converse(
        self,
        question: str,
        dialog: Dialog,
        *,
        k: int = 5,
        now: date | None = None,
        scope: Sequence[str] | None = None,
    ) -> tuple[Answer, Dialog]:
        """Answer a question within a conversation.

        Args:
            question: as typed.
            dialog: the conversation so far; `Dialog()` begins one.
            k: how many passages to return at most.
            now: the day that "last week" is meant from; today by default.
            scope: ids of the only articles to search; all by default.

        Returns:
            The answer, and the conversation with it.

        Raises:
            UsageError: the scope names an article that is not in the index.
        """
        today = now or datetime.now().astimezone().date()
        with self._in_force.asked() as searcher:
            told = HistoryContext(searcher, tuple(scope) if scope is not None else None, today)
            at = time.time()
            return self._converse(question, dialog.as_of(at), k, told, time=at)

    def _converse(
        self, question: str, dialog: Dialog, k: int, told: HistoryContext, *, time: float, marking: bool = True
    ) -> tuple[Answer, Dialog]:
        scope = told.searcher.scope(told.scope)
        with closing(told.searcher.generation.open_records()) as records:
            return converse(TurnContext(told.searcher, records, question, dialog, k, told.now, scope, marking), time)

    def explain(self, question: str, *, scope: Sequence[str] | None = None, count: int = 10) -> Explanation:
        """Return how a question that stands for itself is read, and what each stage of the search makes of it.

        Args:
            question: a question in full words, such as `Answer.standalone`.
            scope: ids of the only articles to search; all by default.
            count: how many passages to tell of at most.

        Raises:
            UsageError: the scope names an article that is not in the index.
        """
        with self._in_force.asked() as searcher, closing(searcher.generation.open_records()) as records:
            return explain(searcher, records, question, scope=searcher.scope(scope), count=count)

    def topics(self) -> list[str]:
        """Return words and short phrases that many of the newest articles use, the most frequent first.

        Soon after a new generation took over, they may still be those of the one before.
        """
        return self._in_force.topics()

    def newsroom(self) -> Newsroom:
        """Return what a newsroom asks of the generation that answers now."""
        return Newsroom(self._searcher, self._index)

    def verify(self, words: str, by: str | None = None, *, scope: Sequence[str] | None = None) -> Verdict:
        """Check words that somebody is to have said.

        Args:
            words: the words, in quotation marks or not; an ellipsis for what was left out, square brackets for what
                an editor put in.
            by: words that name the speaker; anybody's by default.
            scope: ids of the only articles to look into; all by default.

        Raises:
            UsageError: there are no words, too many, or the scope names an article that is not in the index.
        """
        from retrieval.verification.verifier import Verifier

        with self._in_force.asked() as searcher, closing(searcher.generation.open_records()) as records:
            return Verifier(searcher, records, searcher.scope(scope)).check(words, by)

    def verify_all(self, claims: Iterable[Claim]) -> Iterator[Verdict]:
        """Yield the verdict on each of several claims, over one generation.

        Args:
            claims: as `retrieval.verification.claim.read_claim` reads them; each has words.
        """
        from retrieval.verification.verifier import Verifier

        searcher = self._searcher
        with closing(searcher.generation.open_records()) as records:
            verifier = Verifier(searcher, records)
            yield from map(verifier.check_claim, claims)

    def record(
        self, speaker: str, *, about: str | None = None, since: date | None = None, until: date | None = None
    ) -> Timeline:
        """Return what somebody said, by topic and in order of time; see `build_timeline`.

        Raises:
            SpeakerError: the words name nobody, or several.
        """
        from retrieval.newsroom.timeline_builder import build_timeline

        with self._in_force.asked() as searcher, closing(searcher.generation.open_records()) as records:
            return build_timeline(searcher, records, speaker, about=about, since=since, until=until)

    def articles(self, *, since: date | None = None, outlet: str | None = None) -> list[str]:
        """Return the ids of the articles that an outlet published from a day on, which `ask` takes as a scope.

        Args:
            since: the first day; articles without a date are then left out. Any day by default.
            outlet: the outlet, as `outlets` has it; any by default.
        """
        with self._catalog() as catalog:
            return catalog.article_names(since=since.isoformat() if since else None, outlet=outlet)

    def outlets(self) -> dict[str, int]:
        """Return how many articles each outlet has, those with most first."""
        with self._catalog() as catalog:
            return catalog.outlets()

    def speakers(self) -> list[str]:
        """Return the canonical names of all who are quoted, those quoted most first."""
        return self._searcher.directory.names()

    def quotations(self, speaker: str | None = None, about: str | None = None) -> Iterator[Quoted]:
        """Yield quotations with where they stand; see `retrieval.attribution.listing.list_quotations`."""
        searcher = self._searcher
        with closing(searcher.generation.open_records()) as records:
            yield from list_quotations(searcher, records, speaker, about)

    def speaker_summaries(self, *, scope: Sequence[str] | None = None) -> Iterator[SpeakerSummary]:
        """Yield who speaks, how often and when, those quoted most first.

        Args:
            scope: ids of the only articles to count; all by default.

        Raises:
            UsageError: the scope names an article that is not in the index.
        """
        searcher = self._searcher
        yield from list_speakers(searcher, searcher.scope(scope))

    def article(self, name: str) -> list[Hit]:
        """Return all passages of an article, in order; none where the index has no such article.

        Args:
            name: id of the article.
        """
        return self.neighbours(name, 0, sys.maxsize)

    def neighbours(self, article: str, paragraph: int, reach: int) -> list[Hit]:
        """Return the passages of an article around a paragraph, in order, the paragraph among them.

        Args:
            article: id of the article.
            paragraph: its number, from 0.
            reach: how many paragraph numbers to go back and forth.
        """
        with self._records() as records:
            return make_hits(records, [(passage, 1.0) for passage in records.neighbours(article, paragraph, reach)])

    def unknown_articles(self, names: Sequence[str]) -> list[str]:
        """Return those of some ids that no article in the index has."""
        with self._records() as records:
            known = records.article_ids(names)
        return [name for name in names if name not in known]

    def sources(self) -> list[str]:
        """Return what the index was built from."""
        return list(self._searcher.generation.manifest.sources)

    @property
    def generation(self) -> str:
        """Name of the generation that answers now."""
        return self._searcher.generation.name

    @property
    def manifest(self) -> Manifest:
        """What the generation is that answers now."""
        return self._searcher.generation.manifest

    def describe(self) -> str:
        """Return one line on what the index holds."""
        return self._searcher.generation.manifest.describe()

    def load_models(self) -> None:
        """Load the models now rather than at the first question, both at once."""
        self._searcher.load()

    def warm_up(self) -> None:
        """Do now what makes the first question slower than others."""
        self.load_models()
        self.ask("What was said?", k=1)

    def _records(self) -> closing[Records]:
        return closing(self._searcher.generation.open_records())

    def _catalog(self) -> closing[Catalog]:
        return closing(Catalog.open(self._searcher.generation.records_path))
