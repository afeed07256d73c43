"""Questions in full words: the last one with another speaker, topic or name, and one that takes over its topic."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.dialog import Mention, Turn
from retrieval.names import words
from retrieval.question import VERBS, read_question

_THING = re.compile(r"\b(?:it all|all (?:that|this|of it)|that|this|it|so|them)(?=[ ?!.]*$)", re.IGNORECASE)
_LINK = re.compile(r"^(?:about|on|of|regarding|concerning|for|to|with)\s+", re.IGNORECASE)
_SUBJECT = re.compile(
    r"\b(?P<aux>did|does|do|has|have|had|will|would|can|could|is|are|was|were|should)\s+"
    r"(?P<subject>(?:the |a |an |his |her |their )?[\w’'-]+)\s+(?P<verb>\w+)",
    re.IGNORECASE,
)


def about(speaker: str, topic: str) -> str:
    """Return the question for what somebody says on a topic."""
    return f"What did {speaker} say about {topic}?"


def with_speaker(question: str, name: str, mention: str) -> str:
    """Return a question with a name in the place of the words that named a speaker.

    >>> with_speaker("What did the mayor say about fees?", "Adela Brandvold", "the mayor")
    'What did Adela Brandvold say about fees?'
    >>> with_speaker("who said that fees rise?", "Otto Olmo", "")
    'What did Otto Olmo say about “that fees rise”?'
    """
    if mention and mention in question:
        return question.replace(mention, name, 1)
    read = read_question(question)
    if read.asks == "said" and read.topic:
        return read.about(name)
    return about(name, _subject_matter(question))


def instead(question: str, fragment: str, people: Sequence[Mention]) -> str:
    """Return a question with a fragment in the place of whom or what it was about.

    >>> instead("how much did Olmo pay?", "Brandvold", [Mention("Otto Olmo")])
    'how much did Brandvold pay?'
    """
    for mention in people:
        named = "|".join(re.escape(word) for word in words(mention.name))
        whole = rf"\b(?:{named})(?:[\s.]+(?:[a-z]\.\s*)*(?:{named}))*\b"
        match = re.search(whole, question, re.IGNORECASE) if named else None
        if match:
            return question[: match.start()] + fragment + question[match.end() :]
    match = _SUBJECT.search(question)
    if match and (match["verb"].lower() in VERBS or match["verb"].lower().endswith("ed")):
        return question[: match.start("subject")] + fragment + question[match.end("subject") :]
    return appended(question, fragment)


def appended(question: str, fragment: str) -> str:
    """Return a question with a fragment after it, where it has no place for one."""
    return f"{question.rstrip(' ?')}: {fragment}?"


def topic_of(question: str, last: Turn) -> str:
    """Return a question whose "it" is what the last one was about, where that has a name.

    >>> topic_of("what does Vitter say about it?", Turn("", asks="said", topic="about the ferry"))
    'what does Vitter say about the ferry?'
    """
    match = _THING.search(question)
    if not match or not last.topic or last.asks not in {"said", "who"} or read_question(question).asks != "said":
        return question
    return question[: match.start()] + _LINK.sub("", last.topic) + question[match.end() :]


def _subject_matter(question: str) -> str:
    """Return what a question was about, without the words that make it a question."""
    read = read_question(question)
    if read.quoted:
        return f"“{read.quoted}”"
    asked = r"(?:who(?:ever)?|which(?: \w+){1,5}?)" if read.asks == "who" else r"who(?:ever)?"
    bare = re.sub(rf"^{asked}\s+(?:else\s+)?(?:\w+s|said|say)\s+", "", question.rstrip(" ?"), flags=re.IGNORECASE)
    return f"“{bare}”"
