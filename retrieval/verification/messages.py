"""A verdict in one line for people."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.query.person import Person
from retrieval.verification.diff import Comparison, Difference
from retrieval.verification.verdict import Verdict, VerdictName

_TURNS = {
    "negation": "what is denied",
    "number": "a number",
    "name": "a name",
    "modal": "how certain or wanted it is",
    "condition": "what it depends on",
    "person": "who acts",
    "opposite": "the opposite",
    "order": "what was said first",
    "question": "whether it is asked or stated",
}

CAUTION = "It is cut from a sentence that denies it or makes it depend:"


def turn_text(turns: Sequence[str]) -> str:
    """Return what differences may turn, for people.

    >>> turn_text(["negation", "number"])
    'what is denied, a number'
    """
    return ", ".join(_TURNS[turn] for turn in turns)


def message_for(
    verdict: VerdictName, by: str | None, people: Sequence[Person], speaker: str | None, comparison: Comparison | None
) -> str:
    """Return a verdict as a sentence.

    Args:
        verdict: the verdict.
        by: who is to have said it, as typed.
        people: whom those words may name.
        speaker: whose words were found.
        comparison: the claim beside them.
    """
    meant = people[0].name if people else (by or "anybody")
    whose = speaker or "somebody whom the article does not name"
    if verdict == "altered":
        return _altered(whose, comparison)
    if verdict == "not found":
        return _not_found(by, people, meant, comparison)
    if verdict == "paraphrase":
        quoted = comparison is not None and comparison.is_quoted
        how = "in other words" if quoted else "but as reported speech, not as a quotation"
        return f"{whose[0].upper()}{whose[1:]} is on record with this matter, {how}."
    if verdict == "unattributed" and speaker:
        return f"These words are quoted, but the article names their speaker only as “{speaker}”."
    return {
        "exact": f"These are the words of {whose}.",
        "other speaker": f"These are the words of {whose}, not of {meant}.",
        "about, not by": f"These are words about {meant}, by {speaker or 'the article itself'}.",
    }.get(verdict, "These words are quoted, but the article does not say clearly whose they are.")


def _altered(whose: str, comparison: Comparison | None) -> str:
    turns = [turn for one in (comparison.differences if comparison else ()) for turn in one.turns]
    told = turn_text(list(dict.fromkeys(turns)))
    return f"{whose} is quoted otherwise{f'; the differences turn {told}' if told else ''}."


def _not_found(by: str | None, people: Sequence[Person], meant: str, comparison: Comparison | None) -> str:
    if comparison:
        return "These are words of the article itself; it quotes nobody with them."
    if by and not people:
        return f"Nobody called “{by}” is quoted in these articles, and the words stand nowhere in them."
    return f"These articles do not have {meant} saying this."


def verdict_line(verdict: Verdict) -> str:
    """Return a verdict with its differences as one line of words."""
    told = [difference_text(one) for one in verdict.differences]
    more = f" {told[0][0].upper()}{'; '.join(told)[1:]}." if told else ""
    caution = f" {CAUTION} “{verdict.caution}”." if verdict.caution else ""
    return f"{verdict.verdict[0].upper()}{verdict.verdict[1:]}. {verdict.message}{more}{caution}"


def difference_text(one: Difference) -> str:
    """Return a difference in words.

    >>> difference_text(Difference("changed", "84", "48", ("number",)))
    '“84” where it stands “48” (a number)'
    """
    what = {
        "left out": f"left out: “{one.stands}”",
        "added": f"added: “{one.claimed}”",
        "changed": f"“{one.claimed}” where it stands “{one.stands}”",
    }[one.kind]
    return f"{what} ({turn_text(one.turns)})" if one.turns else what
