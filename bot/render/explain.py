"""Why a question got its answer, and what it cost, in lines for people."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.render.text import note, place_line
from retrieval.core.tracing import timed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.render.markdown import SavedTurn
    from retrieval.answering.explain import Considered, Explanation
    from retrieval.core.tracing import Timings


@contextmanager
def timings_told(*, wanted: bool) -> Iterator[None]:
    """Tell on stderr, at the end of a block, what the questions asked in it cost by stage, where that is wanted."""
    if not wanted:
        yield
        return
    with timed() as timings:
        yield
    note(*timing_lines(timings))


def timing_lines(timings: Timings) -> Iterator[str]:
    """Yield a line on the whole and one for each stage, those that took longest first; nothing where none was timed."""
    costs, total = timings.costs(), timings.seconds
    if not costs:
        return
    yield f"Time: {_milliseconds(total)} ms"
    for stage, cost in sorted(costs.items(), key=lambda item: -item[1].seconds):
        times = f", {cost.times:,} times" if cost.times > 1 else ""
        yield f"{_milliseconds(cost.seconds):>10} ms {cost.seconds / (total or 1):>4.0%}  {stage}{times}"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.1f}"


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


def explanation_lines(turn: SavedTurn, explanation: Explanation) -> Iterator[str]:
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
