"""What every front end says beside the passages, worded in one place: remarks, verdicts, errors and what to do."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from index.core.errors import Advice, Note, NothingReadError, OnrecordError
from index.sources.urls import is_link
from retrieval.core.answer import Answer, Hit, Reason

if TYPE_CHECKING:
    from retrieval.verification.verdict import Difference, Verdict, VerdictName

MESSAGES: Final[Mapping[Reason, str]] = {
    Reason.EMPTY: "Ask something, such as “what did Gimenez say?”",
    Reason.TOO_LONG: "That question has {length:,} characters; ask in at most {most:,}.",
    Reason.NO_WORDS: "There are no words in that question.",
    Reason.SMALL_TALK: "Ask what somebody said, who said something, or anything else that the articles may tell.",
    Reason.NOT_TOLD: "These articles do not tell.",
    Reason.SPEAKER_NOT_TOLD: "Who said that, these articles do not tell.",
    Reason.WHO_IS_MEANT: "Who is meant by “{mention}”?",
    Reason.WHICH_OTHER: "Which other one is meant?",
    Reason.NOT_IN_PERIOD: "{speaker} is quoted in these articles, but in none of {period}.",
    Reason.NONE_IN_PERIOD: "None of these is from an article of {period}.",
    Reason.UNSURE_SPEAKER: "Whether these are {speaker}’s words, the articles do not say clearly.",
    Reason.NOT_ON_TOPIC: "{speaker} is quoted in these articles, but not on “{topic}”.",
    Reason.NEVER_QUOTED: "“{mention}” is mentioned in these articles, but not quoted.",
    Reason.NOBODY: "Nobody called “{mention}” speaks in these articles.{similar}",
    Reason.NOTHING_MORE: "There is nothing more on that in these articles.",
    Reason.NOBODY_ELSE: "Who else said that, these articles do not tell.",
    Reason.ARTICLE_BEGINS: "That is how the article begins.",
    Reason.ARTICLE_ENDS: "That is how the article ends.",
    Reason.CITED: "That stands in {origin}.",
    Reason.VERDICT: "{line}",
    Reason.NOT_SAID: "{sentence}",
    Reason.VERDICT_AND_MATTER: "{sentence} On the matter:",
    Reason.LINE: "{line}",
}
"""The English of each reason, filled in by `str.format`; a further language is a further table."""


def remark_line(answer: Answer, messages: Mapping[Reason, str] = MESSAGES) -> str | None:
    """Return what there is to say of an answer beside its passages, as one line, or None.

    Args:
        answer: the answer.
        messages: the words of one language for each reason.
    """
    if answer.remark is None:
        return None
    given = answer.remark.parameters
    told = {name: _WORDED[name](value) if name in _WORDED else value for name, value in given.items()}
    told |= _of_verdict(given.get("verdict"))
    if answer.remark.reason is Reason.CITED:
        told["origin"] = _origin(answer.hits[0])
    return messages[answer.remark.reason].format(**told)


def _period(words: str) -> str:
    """Return how a message names a time: "February 2017", "last week"."""
    return re.sub(r"^(?:in|on|at|during|throughout|over|within|for|from(?=.* (?:to|until|till|through) )) ", "", words)


def _similar(names: Sequence[str]) -> str:
    return f" Did you mean {' or '.join(names)}?" if names else ""


_WORDED: Final[Mapping[str, Callable[[Any], str]]] = {"period": _period, "similar": _similar}
"""How a parameter is worded that is not told as it is."""


def _of_verdict(verdict: Verdict | None) -> dict[str, str]:
    return {"line": verdict_line(verdict), "sentence": verdict_message(verdict)} if verdict else {}


def _origin(hit: Hit) -> str:
    """Return where a hit stands and when that appeared."""
    citation = hit.citation
    outlet = f", {citation.outlet}" if citation.outlet else ""
    day = f", {long_date(citation.date)}" if citation.date else ""
    return f"“{citation.title}”{outlet}{day}"


def long_date(iso: str) -> str:
    """Return an ISO date the way an article would write it: ``7 February 2017``."""
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"


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


def verdict_message(verdict: Verdict) -> str:
    """Return a verdict as a sentence."""
    whose = verdict.speaker or "somebody whom the article does not name"
    told = turn_text(verdict.turns)
    unnamed = "the article does not say clearly whose they are"
    if verdict.speaker:
        unnamed = f"the article names their speaker only as “{verdict.speaker}”"
    how = "but as reported speech, not as a quotation" if verdict.reported else "in other words"
    sentences: Mapping[VerdictName, str] = {
        "exact": f"These are the words of {whose}.",
        "altered": f"{whose} is quoted otherwise{f'; the differences turn {told}' if told else ''}.",
        "other speaker": f"These are the words of {whose}, not of {_meant(verdict)}.",
        "about, not by": f"These are words about {_meant(verdict)}, by {verdict.speaker or 'the article itself'}.",
        "unattributed": f"These words are quoted, but {unnamed}.",
        "paraphrase": f"{whose[0].upper()}{whose[1:]} is on record with this matter, {how}.",
        "not found": _not_found(verdict),
    }
    return sentences[verdict.verdict]


def _meant(verdict: Verdict) -> str:
    return verdict.meant or verdict.by or "anybody"


def _not_found(verdict: Verdict) -> str:
    if verdict.written:
        return "These are words of the article itself; it quotes nobody with them."
    if verdict.by and not verdict.meant:
        return f"Nobody called “{verdict.by}” is quoted in these articles, and the words stand nowhere in them."
    return f"These articles do not have {_meant(verdict)} saying this."


def verdict_line(verdict: Verdict) -> str:
    """Return a verdict with its differences as one line of words."""
    told = [difference_text(one) for one in verdict.differences]
    more = f" {told[0][0].upper()}{'; '.join(told)[1:]}." if told else ""
    caution = f" {CAUTION} “{verdict.caution}”." if verdict.caution else ""
    return f"{verdict.verdict[0].upper()}{verdict.verdict[1:]}. {verdict_message(verdict)}{more}{caution}"


def difference_text(one: Difference) -> str:
    """Return a difference in words.

    >>> from retrieval.verification.verdict import Difference
    >>> difference_text(Difference("changed", "84", "48", ("number",)))
    '“84” where it stands “48” (a number)'
    """
    what = {
        "left out": f"left out: “{one.stands}”",
        "added": f"added: “{one.claimed}”",
        "changed": f"“{one.claimed}” where it stands “{one.stands}”",
    }[one.kind]
    return f"{what} ({turn_text(one.turns)})" if one.turns else what


ADVICE: Final[Mapping[Advice, str]] = {
    Advice.GIVE_ARTICLES: ": give a file or folder of articles (onrecord index FOLDER)",
    Advice.NAME_SOURCE: "; name one: onrecord index SOURCE",
    Advice.MAKE_INDEX: "; make one with `onrecord index FOLDER`",
    Advice.MEND_INDEX: "; run `onrecord index` to mend it",
    Advice.REBUILD_INDEX: "; make it anew with `onrecord index --rebuild`",
    Advice.TAKE_OVER: "; choose another name, or take it over with `onrecord index --rebuild`",
    Advice.FIND_MILVUS: "; start it, or, if it has moved, make the index anew: "
    "onrecord index --rebuild --index milvus://HOST:PORT/NAME",
    Advice.READ_CHANGES: "; `onrecord index` reads what changed",
    Advice.ALLOW_PRIVATE: " (--allow-private fetches it)",
    Advice.FORGET_SOURCE: "; if it is gone for good: onrecord forget {source}",
    Advice.LIST_SPEAKERS: "; `onrecord speakers` lists who is",
    Advice.INSTALL: ": pip install {package}",
    Advice.REINSTALL: "; pip install --force-reinstall {package}",
}
"""How each advice goes on where an error's text ends; its parameters stand as a shell takes them."""


def error_line(error: OnrecordError | Note, advice: Mapping[Advice, str] = ADVICE) -> str:
    """Return an error, or what is kept of one, as one line: what is wrong, where, and what to do.

    >>> error_line(OnrecordError("fog.txt: no such file", Advice.FORGET_SOURCE, source="my notes/fog.txt"))
    "fog.txt: no such file; if it is gone for good: onrecord forget 'my notes/fog.txt'"

    Args:
        error: the error.
        advice: the words of one language, or for one kind of readers, for each advice.
    """
    if isinstance(error, NothingReadError):  # several things are wrong, and the advice is on the first
        return " ".join(error.text(error_line(error.first, advice)).splitlines())
    line = " ".join(str(error).splitlines())
    if error.advice is None:
        return line
    return line + advice[error.advice].format(**{name: _word(value) for name, value in error.parameters.items()})


def _word(value: str) -> str:
    """Return a parameter as a word of a command line; a link as it is, since people click on it too."""
    return value if is_link(value) else shlex.quote(value)
