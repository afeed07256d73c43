"""A verdict as an Answer: "did Gimenez say “…”?" is answered like any other question."""

from __future__ import annotations

from dataclasses import replace

from retrieval.answering.query_run import QueryRun, somebodys_words
from retrieval.core.answer import Answer, Reason, remark
from retrieval.verification.verdict import Verdict, VerdictName
from retrieval.verification.verifier import Verifier

_ANSWERED: dict[VerdictName, float] = {"exact": 0.99, "altered": 0.95, "paraphrase": 0.8, "unattributed": 0.6}
"""How sure an answer is, by the verdicts that are one."""

_NOT_FOUND = 0.9


def answer_of(verdict: Verdict, question: str, standalone: str | None = None) -> Answer:
    """Return a verdict as an Answer: answered where the words, or the matter, are that speaker's.

    Args:
        verdict: the verdict.
        question: as typed.
        standalone: the question in full words; as typed by default.
    """
    told = verdict.verdict in _ANSWERED
    return Answer(
        question=question,
        status="answered" if told else "not_found",
        confidence=_ANSWERED.get(verdict.verdict, _NOT_FOUND),
        standalone=standalone or question,
        remark=remark(Reason.VERDICT, verdict=verdict),
        speaker=verdict.speaker if told else None,
        hits=verdict.hits if told else (),
        nearest=() if told else (verdict.hits or verdict.nearest),
    )


def check_question(run: QueryRun) -> Answer:
    """Answer a question that `checks` words; where nobody said them, with what that somebody says on the matter."""
    question = run.question
    verdict = Verifier(run.searcher, run.records, run.scope).check(question.quoted or "", question.speaker)
    if verdict.verdict != "not found":
        return answer_of(verdict, run.typed, question.text)
    answer = somebodys_words(run, question.speaker or "")
    if answer and answer.status == "ambiguous":
        return answer
    if answer and answer.status == "answered":
        return replace(answer, remark=remark(Reason.VERDICT_AND_MATTER, verdict=verdict))
    if answer:
        return replace(answer, remark=remark(Reason.NOT_SAID, verdict=verdict))
    return answer_of(verdict, run.typed, question.text)
