"""A verdict in one line for people."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.comparing import Comparison
from retrieval.speakers import Person
from retrieval.verdicts import VerdictName

_TURNS = {
    "negation": "what is denied",
    "number": "a number",
    "name": "a name",
    "modal": "how certain or wanted it is",
    "condition": "what it depends on",
    "person": "who acts",
    "opposite": "the opposite",
    "question": "whether it is asked or stated",
}


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
    match verdict:
        case "exact":
            return f"These are the words of {whose}."
        case "altered":
            return _altered(whose, comparison)
        case "other speaker":
            return f"These are the words of {whose}, not of {meant}."
        case "about, not by":
            writer = speaker or "the article itself"
            return f"These are words about {meant}, by {writer}."
        case "unattributed":
            return "These words are quoted, but the article does not say clearly whose they are."
        case "paraphrase":
            quoted = comparison is not None and comparison.is_quoted
            how = "in other words" if quoted else "but as reported speech, not as a quotation"
            return f"{whose[0].upper()}{whose[1:]} is on record with this matter, {how}."
        case _:
            return _not_found(by, people, meant, comparison)


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
