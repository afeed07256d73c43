"""From a question to an Answer: what it asks, which passages answer, what is highlighted, when to refuse."""

from __future__ import annotations

import re
from datetime import date

from index.records import Records
from index.spans import Span
from retrieval.answer import Answer
from retrieval.asking import Asking
from retrieval.calibration import ANSWERED
from retrieval.dates import Period, find_period
from retrieval.highlighting import highlight
from retrieval.question import Question, read_question
from retrieval.search import Scope, Searcher
from retrieval.somebodys_words import somebodys_words
from retrieval.spelling import corrected
from retrieval.whose import Spoken, find_spoken

MAX_QUESTION = 2000
"""Code points of a question; nobody asks in more, and what is longer was pasted by mistake."""

SMALL_TALK = "Ask what somebody said, who said something, or anything else that the articles may tell."

ALSO_FITS = 2.4
"""How far the evidence for a further passage may lie below that for the best."""


def answer_question(
    searcher: Searcher,
    records: Records,
    question: str,
    *,
    k: int,
    now: date,
    scope: Scope | None,
    marking: bool = True,
) -> Answer:
    """Answer a question from one generation; see `Engine.ask`. Without marking, no words are highlighted."""
    if complaint := unanswerable(" ".join(question.split())):
        return Answer(question, "not_found", 1.0, question, complaint)
    read, period = understand(searcher, records, question, now)
    return _answer(Asking(searcher, records, read, question, k, scope, period, marking))


def understand(searcher: Searcher, records: Records, text: str, now: date) -> tuple[Question, Period | None]:
    """Return what a question asks, its slips of spelling mended, and the time it names, if any."""
    read = read_question(text)
    keep = f"{read.speaker or ''} {read.quoted or ''}"
    mended = corrected(searcher, records, read.text, keep=keep)
    read = read if mended == read.text else read_question(mended)
    period = None if read.quoted else find_period(mended, now)
    return (read.without(period.words) if period else read), period


def unanswerable(question: str) -> str | None:
    """Return why a text is no question that could be looked up, in one line, or None where it is one."""
    if not question:
        return "Ask something, such as “what did Gimenez say?”"
    if len(question) > MAX_QUESTION:
        return f"That question has {len(question):,} characters; ask in at most {MAX_QUESTION:,}."
    if not re.search(r"\w", question):
        return "There are no words in that question."
    return None


def _answer(asking: Asking) -> Answer:
    """Answer a question by what it asks for."""
    question = asking.question
    if question.asks == "nothing":
        return asking.not_found(SMALL_TALK, [], 1.0)
    if question.checks:
        from retrieval.checked import checked  # noqa: PLC0415  (few questions need it)

        return checked(asking)
    if question.asks == "said" and (answer := somebodys_words(asking, question.speaker or "")):
        return answer
    return _whose_words(asking) if question.asks == "who" else _anything(asking)


def _whose_words(asking: Asking) -> Answer:
    """Answer with the passage that holds certain words, and with who says them."""
    sought = asking.question.quoted or asking.question.topic
    found = find_spoken(
        asking.searcher,
        asking.records,
        sought,
        asking.question.text,
        verbatim=asking.question.quoted is not None,
        scope=asking.scope,
    )
    scored = [(spoken.passage, spoken.probability) for spoken in found]
    if not found or found[0].probability < ANSWERED:
        confidence = 1 - scored[0][1] if scored else 1.0
        return asking.not_found("Who said that, these articles do not tell.", scored, confidence)
    scored = scored[: sum(spoken.evidence >= found[0].evidence - ALSO_FITS for spoken in found)]
    spans = {spoken.passage: _spans(asking, spoken) for spoken in found}
    return asking.answered(scored, scored[0][1], spans, speaker=_name(asking, found[0]))


def _spans(asking: Asking, spoken: Spoken) -> list[Span]:
    if not spoken.quotation:
        return []
    every = asking.records.quotations([spoken.passage])[spoken.passage]
    return [(piece.start, piece.end) for piece in every if piece.number == spoken.quotation.number]


def _name(asking: Asking, spoken: Spoken) -> str | None:
    """Return the name across articles of whoever speaks."""
    name = spoken.quotation.speaker if spoken.quotation else None
    article = asking.records.passages([spoken.passage])[spoken.passage].article
    person = asking.directory.person(article, name) if name else None
    return person.name if person else name


def _anything(asking: Asking) -> Answer:
    ranked = asking.ranked()
    scored = [(candidate.passage, candidate.score) for candidate in ranked]
    best = ranked[0] if ranked else None
    if best is None or best.score < ANSWERED:
        return asking.not_found("These articles do not tell.", scored, 1 - best.score if best else 1.0)
    shown = [passage for passage, _ in scored[: asking.k]]
    rows = asking.records.passages(shown)
    texts = {passage: rows[passage].text for passage in shown}
    spans = highlight(asking.searcher, asking.question.text, texts) if asking.marking else {}
    return asking.answered(scored, best.score, spans)
