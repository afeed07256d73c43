"""From candidates to an Answer: choosing, highlighting, refusing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from index.records import Records
from retrieval.answer import Answer
from retrieval.hits import make_hits
from retrieval.search import Scope, Searcher

MAX_QUESTION = 2000
"""Code points of a question; nobody asks in more, and what is longer was pasted by mistake."""

REFUSAL_LOGIT = -9.0
NEAREST = 3


def answer_question(
    searcher: Searcher,
    records: Records,
    question: str,
    *,
    k: int,
    now: date,
    history: Sequence[str],
    scope: Scope | None,
) -> Answer:
    """Answer a question from one generation; see `Engine.ask`."""
    del now, history
    asked = " ".join(question.split())
    if complaint := unanswerable(asked):
        return Answer(question, "not_found", 1.0, question, complaint)
    ranked = searcher.rerank(asked, searcher.candidates(asked, scope), records)
    best = ranked[0] if ranked else None
    if best is None or best.logit is None or best.logit < REFUSAL_LOGIT:
        nearest = make_hits(records, [(candidate.passage, candidate.score) for candidate in ranked[:NEAREST]])
        confidence = 1 - best.score if best else 1.0
        return Answer(question, "not_found", confidence, asked, "These articles do not tell.", nearest=tuple(nearest))
    hits = make_hits(records, [(candidate.passage, candidate.score) for candidate in ranked[:k]])
    return Answer(question, "answered", best.score, asked, hits=tuple(hits))


def unanswerable(question: str) -> str | None:
    """Return why a text is no question that could be looked up, in one line, or None where it is one."""
    if not question:
        return "Ask something, such as “what did Gimenez say?”"
    if len(question) > MAX_QUESTION:
        return f"That question has {len(question):,} characters; ask in at most {MAX_QUESTION:,}."
    if not re.search(r"\w", question):
        return "There are no words in that question."
    return None
