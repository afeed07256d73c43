"""Questions about the last answer itself: when and where that was, who wrote it, what stands around it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from index.core.article import Span
from index.core.sentences import CAPITALS
from retrieval.conversation.intents import Intent
from retrieval.conversation.state import Place, Turn
from retrieval.conversation.turn import TurnContext
from retrieval.core.answer import Answer, Hit, Reason, remark
from retrieval.core.names import words
from retrieval.search.hits import make_hits

REACH = 6
"""How many paragraphs around the last answer may tell when or where that was."""

AROUND = 3

WHOLE = 1 << 40
SURE = 0.9

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
    rf"\b(?:at|in|outside|near|inside) (?:the |a |an )?(?:[{CAPITALS}]\w+)|\btold (?:the )?[{CAPITALS}]|"
    r"\b(?:interview|speech|rally|press conference|news conference|debate|meeting|tweet\w*|letter|hearing|"
    r"event|town hall|podcast|radio|television)\b"
)


@dataclass(frozen=True)
class LastAnswer:
    """The last answer of a conversation, to be asked about."""

    asked: TurnContext
    turn: Turn

    def answer(self, intent: Intent) -> Answer | None:
        """Answer from the citation, the article or the neighbours of the first passage shown, if there was one."""
        first = self._first()
        if first is None:
            return None
        article, paragraph = first
        around = self._hits(article, paragraph, REACH)
        match intent:
            case "when" | "where":
                return self._circumstance(_TIME if intent == "when" else _PLACE, around, paragraph)
            case "origin":
                return self._answered(self._hits(article, paragraph, 0), cited=True)
            case "article":
                return self._answered(self._hits(article, 0, WHOLE), cited=True)
            case "before" | "after":
                return self._beside(intent, around, paragraph)
            case _:
                return self._answered(self._hits(article, paragraph, 0))

    def _beside(self, intent: Intent, around: list[Hit], paragraph: int) -> Answer:
        """Answer with what stands before or after a paragraph, the nearest first."""
        beside = [
            hit for hit in around if (hit.paragraph < paragraph if intent == "before" else hit.paragraph > paragraph)
        ]
        beside.sort(key=lambda hit: abs(hit.paragraph - paragraph))
        nothing = Reason.ARTICLE_BEGINS if intent == "before" else Reason.ARTICLE_ENDS
        return self._answered(beside[:AROUND]) or self.asked.not_found(self.turn.question, remark(nothing))

    def _circumstance(self, pattern: re.Pattern[str], near: list[Hit], paragraph: int) -> Answer | None:
        """Answer when or where that was: the passages nearest to it that tell, and when the article appeared."""
        told = {hit.paragraph: _outside_quotations(pattern, hit) for hit in near}
        near.sort(key=lambda hit: self._distance(hit, paragraph))
        telling = [replace(hit, highlights=(span,)) for hit in near if (span := told[hit.paragraph])]
        return self._answered(telling or [hit for hit in near if hit.paragraph == paragraph], cited=True)

    def _distance(self, hit: Hit, paragraph: int) -> float:
        """Return how far a passage lies from the last answer, further where its speaker is not named.

        The passage before is nearer than the one after: time and place are set first.
        """
        last = words(self.turn.speaker or "")[-1:]
        speaks = self._speaks(hit) or set(last) <= set(words(hit.text))
        return abs(hit.paragraph - paragraph + 0.5) + (0 if speaks else ELSEWHERE)

    def _speaks(self, hit: Hit) -> bool:
        """Whether the speaker of the last answer speaks in a passage."""
        named = set(words(self.turn.speaker or ""))
        return any(quotation.speaker and named & set(words(quotation.speaker)) for quotation in hit.quotations)

    def _first(self) -> Place | None:
        """Return where the first passage shown stands, if it is still in the index and within the scope."""
        place = next(iter(self.turn.shown), None)
        rows = self.asked.records.article_ids([place[0]]) if place else {}
        return place if set(rows.values()) & set(self.asked.hand.articles) else None

    def _hits(self, article: str, paragraph: int, reach: int) -> list[Hit]:
        found = self.asked.records.neighbours(article, paragraph, reach)
        return make_hits(self.asked.records, [(passage, 1.0) for passage in found])

    def _answered(self, hits: list[Hit], *, cited: bool = False) -> Answer | None:
        if not hits:
            return None
        speakers = [quotation.speaker for quotation in hits[0].quotations if quotation.speaker]
        speaker = self.turn.speaker if self._speaks(hits[0]) else next(iter(speakers), None)
        return Answer(
            question=self.asked.typed,
            status="answered",
            confidence=SURE,
            standalone=self.turn.question,
            remark=remark(Reason.CITED) if cited else None,
            speaker=speaker,
            hits=tuple(hits[: self.asked.k]),
        )


def _outside_quotations(pattern: re.Pattern[str], hit: Hit) -> Span | None:
    """Return the first match of a pattern that is not in somebody's very words."""
    quoted = [(q.start, q.end) for q in hit.quotations if q.kind == "direct"]
    for match in pattern.finditer(hit.text):
        if not any(start <= match.start() < end for start, end in quoted):
            return match.span()
    return None
