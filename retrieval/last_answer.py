"""Questions about the last answer itself: when and where that was, who wrote it, what stands around it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from index.records import Records
from retrieval.answer import Answer, Hit, Span
from retrieval.dialog import Turn
from retrieval.followups import Move
from retrieval.hits import make_hits
from retrieval.names import words
from retrieval.search import Searcher

REACH = 6
"""How many paragraphs around the last answer may tell when or where that was."""

AROUND = 3

ELSEWHERE = 2
"""How many paragraphs further off a passage counts in which somebody else speaks."""

_TIME = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|june|july|august|september|october|"
    r"november|december|(?:jan|feb|aug|sept|oct|nov|dec)\.|may \d|yesterday|today|tonight|tomorrow|weekend|"
    r"(?:last|this|next) (?:week|night|month|year|spring|summer|fall|autumn|winter|morning)|"
    r"(?:19|20)\d\d|\d{1,2}(?::\d\d)? [ap]\.?m|ago|earlier)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:at|in|outside|near|inside) (?:the |a |an )?(?:[A-Z]\w+)|\btold (?:the )?[A-Z]|"
    r"\b(?:interview|speech|rally|press conference|news conference|debate|meeting|tweet\w*|letter|email|hearing|"
    r"statement|event|town hall|podcast|radio|television)\b"
)


@dataclass(frozen=True)
class LastAnswer:
    """The last answer of a conversation, to be asked about."""

    searcher: Searcher
    records: Records
    typed: str
    turn: Turn
    k: int

    def answer(self, move: Move) -> Answer | None:
        """Answer from the citation, the article or the neighbours of the first passage shown, if there was one."""
        if not self.turn.shown:
            return None
        article, paragraph = self.turn.shown[0]
        match move:
            case "origin":
                return self._answered(self._hits(article, paragraph, 0), cited=True)
            case "article":
                return self._answered(self._hits(article, 0, 1 << 40), cited=True)
            case "before":
                before = [hit for hit in self._hits(article, paragraph, AROUND) if hit.paragraph < paragraph]
                return self._answered(before[::-1]) or self._nothing("That is how the article begins.")
            case "after":
                after = [hit for hit in self._hits(article, paragraph, AROUND) if hit.paragraph > paragraph]
                return self._answered(after) or self._nothing("That is how the article ends.")
            case _:
                return self._who_said(self._hits(article, paragraph, 0))

    def circumstance(self, move: Move) -> Answer | None:
        """Answer when or where that was: the passages nearest to it that tell, and when the article appeared."""
        if not self.turn.shown:
            return None
        article, paragraph = self.turn.shown[0]
        pattern = _TIME if move == "when" else _PLACE
        near = self._hits(article, paragraph, REACH)
        told = {hit.paragraph: _outside_quotations(pattern, hit) for hit in near}
        near.sort(key=lambda hit: self._distance(hit, paragraph))
        telling = [replace(hit, highlights=(told[hit.paragraph],)) for hit in near if told[hit.paragraph]]
        return self._answered(telling or [hit for hit in near if hit.paragraph == paragraph], cited=True)

    def _distance(self, hit: Hit, paragraph: int) -> float:
        """Return how far a passage lies from the last answer; one without its speaker lies further off.

        The passage before is nearer than the one after: time and place are set first.
        """
        speaks = self.turn.speaker is None or any(
            quotation.speaker and set(words(quotation.speaker)) & set(words(self.turn.speaker))
            for quotation in hit.quotations
        )
        return abs(hit.paragraph - paragraph + 0.5) + (0 if speaks else ELSEWHERE)

    def _hits(self, article: str, paragraph: int, reach: int) -> list[Hit]:
        return make_hits(self.records, [(p, 1.0) for p in self.records.neighbours(article, paragraph, reach)])

    def _answered(self, hits: list[Hit], *, cited: bool = False) -> Answer | None:
        if not hits:
            return None
        return Answer(
            question=self.typed,
            status="answered",
            confidence=0.9,
            standalone=self.turn.question,
            message=_origin(hits[0]) if cited else None,
            hits=tuple(hits[: self.k]),
        )

    def _nothing(self, message: str) -> Answer:
        return Answer(self.typed, "not_found", 1.0, self.turn.question, message)

    def _who_said(self, hits: list[Hit]) -> Answer | None:
        answer = self._answered(hits)
        if answer is None:
            return None
        named = [quotation.speaker for quotation in hits[0].quotations if quotation.speaker]
        return replace(answer, speaker=self.turn.speaker or next(iter(named), None))


def _outside_quotations(pattern: re.Pattern[str], hit: Hit) -> Span | None:
    """Return the first match of a pattern that is not in somebody's very words."""
    quoted = [(q.start, q.end) for q in hit.quotations if q.kind == "direct"]
    for match in pattern.finditer(hit.text):
        if not any(start <= match.start() < end for start, end in quoted):
            return match.span()
    return None


def _origin(hit: Hit) -> str:
    """Return where a hit stands and when that appeared, in one line."""
    citation = hit.citation
    outlet = f", {citation.outlet}" if citation.outlet else ""
    day = f", {_long(date.fromisoformat(citation.date))}" if citation.date else ""
    return f"That stands in “{citation.title}”{outlet}{day}."


def _long(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
