"""Why a question got its answer, in lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.rendering import place_line
from bot.timing_lines import timing_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.markdown import Turn
    from retrieval.explaining import Considered, Explanation

_ASKS = {
    "said": "somebody’s words",
    "who": "who said something",
    "anything": "what the articles tell",
    "nothing": "nothing that could be looked up",
}
_MEASURES = {
    "relevance": "the estimate that a passage answers, 0 to 1",
    "topic": "how well the speaker’s words fit the topic",
    "words": "how well a passage fits the words",
    "newest": "none decides: all words of the speaker, the newest articles first",
}


def explanation_lines(turn: Turn, explanation: Explanation) -> Iterator[str]:
    """Yield how a question was read, what each stage made of each passage that was considered, and what it took."""
    question = explanation.question
    yield f"Question: {question.text}"
    if turn.filters:
        yield f"Articles: {turn.filters}"
    yield f"It asks for: {_ASKS[question.asks]}"
    if question.speaker:
        yield f"Speaker: {_speaker(explanation)}"
    if question.asks == "said":
        yield f"Topic: {question.topic or 'any'}"
    if question.quoted:
        yield f"Words sought: {question.quoted}"
    if question.asks == "nothing":
        return
    threshold = "" if explanation.threshold is None else f"; from {explanation.threshold:g} on it answers"
    yield f"Score: {_MEASURES[explanation.measure]}{threshold}"
    if not explanation.considered:
        yield "No passage was considered."
    for number, one in enumerate(explanation.considered, 1):
        yield f"{number:>4}  {_stages(one)}: {place_line(one.citation)}"
    if turn.timings:
        yield from timing_lines(turn.timings)


def _speaker(explanation: Explanation) -> str:
    mention = f"“{explanation.question.speaker}”"
    people = [f"{name} ({count} quotation{'s' if count != 1 else ''})" for name, count in explanation.people]
    if not people:
        return f"{mention} names nobody who is quoted"
    if explanation.speaker:
        meant, *others = people
        return f"{mention} is {'; less likely '.join(filter(None, (meant, ', '.join(others))))}"
    return f"{mention} may be {', '.join(people)}"


def _stages(one: Considered) -> str:
    stages = {"vector": one.vector, "words": one.words, "fused": one.fused}
    told = ", ".join(f"{name} {'-' if score is None else f'{score:.2f}'}" for name, score in stages.items())
    return f"{one.score:.2f} ({told})"
