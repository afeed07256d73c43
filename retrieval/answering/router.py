"""From a question to an Answer: what it asks, which passages answer, what is highlighted, when to refuse."""

from __future__ import annotations

import re
from datetime import date

from index.core.article import Span
from index.store.records import Records
from retrieval.answering.query_run import QueryRun, somebodys_words
from retrieval.attribution.whose_words import SpokenPassage, find_spoken
from retrieval.core.answer import Answer, Reason, Remark, remark
from retrieval.core.scores import ANSWERED
from retrieval.query.dates import Period, find_period
from retrieval.query.parser import Question, read_question
from retrieval.search.rerank import highlight
from retrieval.search.searcher import Scope, Searcher
from retrieval.search.terms import corrected

MAX_QUESTION = 2000
"""Code points of a question; nobody asks in more, and what is longer was pasted by mistake."""

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
    marking: bool,
) -> Answer:
    """Answer a question from one generation; see `Engine.ask`. Without marking, no words are highlighted."""
    if complaint := unanswerable(" ".join(question.split())):
        return Answer(question, "not_found", 1.0, question, complaint)
    read, period = understand(searcher, records, question, now)
    return _answer(QueryRun(searcher, records, read, question, k, scope, period, marking))


def understand(searcher: Searcher, records: Records, text: str, now: date) -> tuple[Question, Period | None]:
    """Return what a question asks, its slips of spelling mended, and the time it names, if any."""
    read = read_question(text)
    keep = f"{read.speaker or ''} {read.quoted or ''}"
    mended = corrected(
        searcher.generation.lexical,
        records,
        read.text,
        # The encoder is loaded where a word is in doubt, and not before.
        is_common=lambda word: searcher.models.encoder.knows(word),  # noqa: PLW0108
        keep=keep,
    )
    read = read if mended == read.text else read_question(mended)
    period = None if read.quoted else find_period(mended, now)
    return (read.without(period.words) if period else read), period


def unanswerable(question: str) -> Remark | None:
    """Return why a text is no question that could be looked up, or None where it is one."""
    if not question:
        return remark(Reason.EMPTY)
    if len(question) > MAX_QUESTION:
        return remark(Reason.TOO_LONG, length=len(question), most=MAX_QUESTION)
    if not re.search(r"\w", question):
        return remark(Reason.NO_WORDS)
    return None


def _answer(run: QueryRun) -> Answer:
    """Answer a question by what it asks for."""
    question = run.question
    if question.asks == "nothing":
        return run.not_found(remark(Reason.SMALL_TALK), [], 1.0)
    if question.checks:
        from retrieval.answering.verdict_answer import check_question  # noqa: PLC0415  (few questions need it)

        return check_question(run)
    if question.asks == "said" and (answer := somebodys_words(run, question.speaker or "")):
        return answer
    return _whose_words(run) if question.asks == "who" else _anything(run)


def _whose_words(run: QueryRun) -> Answer:
    """Answer with the passage that holds certain words, and with who says them."""
    found = find_spoken(run.searcher, run.records, run.question, run.scope)
    scored = [(spoken.passage, spoken.probability) for spoken in found]
    if not found or found[0].probability < ANSWERED:
        confidence = 1 - scored[0][1] if scored else 1.0
        return run.not_found(remark(Reason.SPEAKER_NOT_TOLD), scored, confidence)
    scored = scored[: sum(spoken.evidence >= found[0].evidence - ALSO_FITS for spoken in found)]
    spans = {spoken.passage: _spans(run, spoken) for spoken in found}
    return run.answered(scored, scored[0][1], spans, speaker=_name(run, found[0]))


def _spans(run: QueryRun, spoken: SpokenPassage) -> list[Span]:
    if not spoken.quotation:
        return []
    every = run.records.quotations([spoken.passage])[spoken.passage]
    return [(piece.start, piece.end) for piece in every if piece.number == spoken.quotation.number]


def _name(run: QueryRun, spoken: SpokenPassage) -> str | None:
    """Return the name across articles of whoever speaks."""
    name = spoken.quotation.speaker if spoken.quotation else None
    article = run.records.passages([spoken.passage])[spoken.passage].article
    person = run.directory.person(article, name) if name else None
    return person.name if person else name


def _anything(run: QueryRun) -> Answer:
    ranked = run.ranked()
    confidence = ranked[0][1] if ranked else 0.0
    if confidence < ANSWERED:
        return run.not_found(remark(Reason.NOT_TOLD), ranked, 1 - confidence)
    shown = [passage for passage, _ in ranked[: run.k]]
    rows = run.records.passages(shown)
    texts = {passage: rows[passage].text for passage in shown}
    spans = highlight(run.searcher, run.question.text, texts) if run.marking else {}
    return run.answered(ranked, confidence, spans)
