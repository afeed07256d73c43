"""An engine of two invented articles that answers at once, and a chat with it in a process of its own."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.chat.session import run_chat
from bot.render.text import StderrHandler
from index.core.errors import UsageError
from retrieval.conversation.state import Dialog
from retrieval.core.answer import Answer, Citation, Hit, HitQuotation
from retrieval.query.parser import read_question

if TYPE_CHECKING:
    from retrieval.answering.explain import Explanation
    from retrieval.attribution.listing import Quoted, SpeakerSummary
    from retrieval.verification.verdict import Verdict

# Few conversations need what comes with the search: it is imported where it is, as each has a process of its own.

MAYOR, CHIEF = "Adela Brandvold", "Petra Lindqvist"
LEDGER, WQHV = "Quillhaven Ledger", "WQHV"
URL = "https://ledger.example/ferry"
HOSTILE = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e"


@dataclass
class StandIn:
    """Answers any question with all passages of the articles in the scope."""

    hostile: str = ""
    url: str | None = URL
    passages: int = 3
    asked: list[tuple[str, tuple[str, ...] | None]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    def ask(self, question: str, *, k: int = 5, scope: Sequence[str] | None = None, **_: Any) -> Answer:
        self.asked.append((question, None if scope is None else tuple(scope)))
        if self.gone and scope is not None and set(self.gone) & set(scope):
            self.gone.clear()
            raise UsageError("scope: no article 'ferry.txt' in this index")
        names = ["ferry.txt", "pier.txt"] if scope is None else list(scope)
        hits = [hit for name in names for hit in self.article(name)][:k]
        return Answer(question, "answered", 0.9, question, speaker=MAYOR, hits=tuple(hits))

    def converse(self, question: str, dialog: Dialog, **options: Any) -> tuple[Answer, Dialog]:
        return self.ask(question, **options), dialog

    def article(self, name: str) -> list[Hit]:
        if name == "ferry.txt":
            return [self._hit(name, n, f"“Promise number {n}{self.hostile}.”", MAYOR) for n in range(self.passages)]
        return [self._hit("pier.txt", 0, "“It was a torch,” she said.", CHIEF)] if name == "pier.txt" else []

    def _hit(self, name: str, paragraph: int, text: str, speaker: str) -> Hit:
        outlet, day = (LEDGER, "2031-01-14") if name == "ferry.txt" else (WQHV, "2031-03-04")
        title = f"The {name.partition('.')[0]}{self.hostile}"
        citation = Citation(title, outlet + self.hostile, day, self.url, paragraph + 1, (0, 9), name, "0")
        quotation = HitQuotation(speaker, "direct", 1, len(text) - 1, "said", paragraph)
        return Hit(name, paragraph, text, 0.9, ((1, len(text) - 1),), (quotation,), (), citation)

    def neighbours(self, article: str, paragraph: int, n: int) -> list[Hit]:
        return [hit for hit in self.article(article) if abs(hit.paragraph - paragraph) <= n]

    def articles(self, *, since: date | None = None, outlet: str | None = None) -> list[str]:
        found = {name: self.article(name)[0].citation for name in ("ferry.txt", "pier.txt")}
        return [
            name
            for name, one in found.items()
            if (since is None or (one.date or "") >= since.isoformat()) and outlet in (None, one.outlet)
        ]

    def outlets(self) -> dict[str, int]:
        return {LEDGER + self.hostile: 1, WQHV + self.hostile: 1}

    def topics(self) -> list[str]:
        return ["ferry", "ferry board", "festival", "Quillhaven"]

    def speakers(self) -> list[str]:
        return [MAYOR, CHIEF]

    def quotations(self, speaker: str | None = None) -> Iterator[Quoted]:
        from retrieval.attribution.listing import Quoted

        if speaker not in (MAYOR, CHIEF):
            raise UsageError(f"{speaker}: nobody of that name is quoted")
        for hit in self.article("ferry.txt" if speaker == MAYOR else "pier.txt"):
            (quotation,) = hit.quotations
            yield Quoted(hit.article, hit.paragraph, quotation, hit.text[1:-1], hit.citation)

    def speaker_summaries(self, *, scope: Sequence[str] | None = None) -> Iterator[SpeakerSummary]:
        from retrieval.attribution.listing import SpeakerSummary

        if scope is None or "ferry.txt" in scope:
            yield SpeakerSummary(MAYOR, "person", 3, 1, "2031-01-14", "2031-01-14")
        if scope is None or "pier.txt" in scope:
            yield SpeakerSummary(CHIEF, "person", 1, 1, "2031-03-04", "2031-03-04")

    def explain(self, question: str, *, scope: Sequence[str] | None = None) -> Explanation:
        from retrieval.answering.explain import Considered, Explanation

        hit = self.article((scope or ["ferry.txt"])[0])[0]
        considered = Considered(hit.article, hit.paragraph, hit.citation, 0.41, None, 1.0, 1.5)
        return Explanation(read_question(question), ((MAYOR, 3),), MAYOR, "topic", 1.1, (considered,))

    def verify(self, words: str, by: str | None = None, *, scope: Sequence[str] | None = None) -> Verdict:
        from retrieval.verification.verdict import Verdict

        self.asked.append((f"{by}: {words}", None if scope is None else tuple(scope)))
        return Verdict(words, by, "exact", MAYOR, MAYOR, stands=words, hits=(self.article("ferry.txt")[0],))

    def sources(self) -> list[str]:
        return ["/articles"]

    def describe(self) -> str:
        return "2 articles, 4 passages, 4 quotations; built 2031-04-01 04:00 UTC"


class Slow(StandIn):
    """Takes its time over what begins with "slow"."""

    def ask(self, question: str, **options: Any) -> Answer:
        if question.startswith("slow"):
            sys.stderr.write("thinking\n")
            time.sleep(60)
        return super().ask(question, **options)


class Renewed(StandIn):
    """Tells of a new generation while a question is answered, and while the next one is typed."""

    def ask(self, question: str, **options: Any) -> Answer:
        logging.getLogger("retrieval.in_force").info("now answering from %s", "the first")
        threading.Timer(0.3, logging.getLogger("retrieval.in_force").info, ["now answering from the second"]).start()
        return super().ask(question, **options)


class Measured(StandIn):
    """Writes how much memory the process has, in KiB, after some of the questions."""

    def ask(self, question: str, **options: Any) -> Answer:
        if len(self.asked) in (200, 999):
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            sys.stderr.write(f"memory {pages * os.sysconf('SC_PAGE_SIZE') // 1024}\n")
        return super().ask(question, **options)


def main(kind: str, state: str, *options: str) -> int:
    """Run a chat with one of the engines above."""
    logging.basicConfig(level=logging.INFO, handlers=[StderrHandler()], format="%(message)s")
    engines = {"hostile": lambda: StandIn(hostile=HOSTILE, url=f"https://x\x1b]8;;evil\x07{HOSTILE}")}
    kinds = {
        "plain": StandIn,
        "slow": Slow,
        "renewed": Renewed,
        "measured": Measured,
        "long": lambda: StandIn(passages=60),
    }
    engine = (kinds | engines)[kind]()
    return run_chat(engine, state_dir=Path(state), plain="--plain" in options)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
