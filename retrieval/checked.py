"""A verdict as an Answer: "did Gimenez say “…”?" is answered like any other question."""

from __future__ import annotations

from dataclasses import replace

from retrieval.answer import Answer, Status
from retrieval.asking import Asking
from retrieval.somebodys_words import somebodys_words
from retrieval.verdict_texts import verdict_line
from retrieval.verdicts import Verdict, VerdictName
from retrieval.verifying import Verifier

_STATUS: dict[VerdictName, Status] = {
    "exact": "answered",
    "altered": "answered",
    "paraphrase": "answered",
    "unattributed": "answered",
}
_SURE: dict[VerdictName, float] = {"exact": 0.99, "altered": 0.95, "paraphrase": 0.8, "unattributed": 0.6}


def answer_of(verdict: Verdict, question: str, standalone: str | None = None) -> Answer:
    """Return a verdict as an Answer: answered where the words, or the matter, are that speaker's.

    Args:
        verdict: the verdict.
        question: as typed.
        standalone: the question in full words; as typed by default.
    """
    status = _STATUS.get(verdict.verdict, "not_found")
    told = status == "answered"
    return Answer(
        question=question,
        status=status,
        confidence=_SURE.get(verdict.verdict, 0.9),
        standalone=standalone or question,
        message=verdict_line(verdict),
        speaker=verdict.speaker if told else None,
        hits=verdict.hits if told else (),
        nearest=() if told else (verdict.hits or verdict.nearest),
    )


def checked(asking: Asking) -> Answer:
    """Answer a question that `checks` words; where nobody said them, with what that somebody says on the matter."""
    question = asking.question
    verdict = Verifier(asking.searcher, asking.records, asking.scope).check(question.quoted or "", question.speaker)
    if verdict.verdict != "not found":
        return answer_of(verdict, asking.typed, question.text)
    answer = somebodys_words(asking, question.speaker or "")
    if answer and answer.status == "ambiguous":
        return answer
    if answer and answer.status == "answered":
        return replace(answer, message=f"{verdict.message} On the matter:")
    return replace(answer, message=verdict.message) if answer else answer_of(verdict, asking.typed, question.text)
