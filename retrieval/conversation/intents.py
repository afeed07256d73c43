"""What a follow-up asks for, which words of its own it brings, and the question in full words that it stands for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from retrieval.conversation.state import NamedSpeaker, Turn
from retrieval.core.names import words
from retrieval.query.parser import VERBS, read_question

Intent = Literal[
    "more",  # further passages of the same list
    "origin",  # who wrote that, where does it stand
    "when",
    "where",
    "article",  # the whole article
    "before",
    "after",
    "who said",
    "who else",
    "other",  # "no, the other one"
    "instead",  # "no, I meant X"
    "also",  # "and X?"
    "about",  # "and about X?"
    "how",  # "why?", and other question words alone
    "question",  # a sentence of its own
]

_LEAD = r"(?:(?:and|but|so|ok|okay|well|please|then|yes|no|hm+|right|sure|thanks|thank you)[, ]+)*"
_WORDS = {
    "THAT": r"(?:that|this|it|so|these|those|them|which)",
    "SAY": r"(?:say|said|says|tell|told|write|wrote|claim|claimed|speak|spoke|speaking|saying|talk|talking)",
    "THINK": r"(?:SAY|thinks?|thought|believes?|believed|agrees?)",
    "ARTICLE": r"(?:article|story|text|piece|report|passage|thing|page|source)",
    "HE": r"(?:he|she|they|it)",
    "BE": r"(?: (?:was|is|exactly|did) THAT(?: happen(?:ed)?| said| be)?)?",
    "STOOD": r"(?:(?:came|comes|was(?: said)?|is|stands?|stood|happened|went) )?(?:right |just |directly )?",
    "SHOW": r"(?:(?:(?:can|could) (?:you|i) |let me )?(?:show|give|read|open|see|display|print)(?: me| us)? )",
    "ANYBODY": r"(?:anyone|anybody|someone|somebody)",
    "MUCH": r"(?:anything|something|what|any|some|a bit|nothing)",
    "MORE": r"else|more|others?|further",
    "OF": r" (?:please|results?|passages?|hits|quotes|quotations?|there|(?:of|on|about) THAT)",
    "WROTE": r" (?:(?:is|was|does|did) THAT(?: from| in| come from)?|(?:wrote|says|said|published|reported) THAT)",
    "DID": r"(?:did|does|do|has|have|was|is)",
}
_INTENTS: tuple[tuple[Intent, str], ...] = (
    (
        "more",
        r"(?:(?:is|was|are) there |do you have |(?:have you )?got |SHOW|tell me |say )?(?:MUCH )?(?:MORE)(?:OF)*",
    ),
    ("more", r"go on|continue|keep going|carry on|next(?: one| page| ones)?|the rest|the others|and"),
    ("more", r"DID (?:he|she|they) (?:also )?(?:say|said|have) (?:anything|something) (?:else|more)"),
    ("more", r"what (?:else|more) DID (?:he|she|they) (?:say|said|have to say|had to say)"),
    ("origin", r"who (?:wrote|published|reported|printed|ran|carried|has) (?:THAT|(?:the|that|this) ARTICLE)"),
    (
        "origin",
        r"(?:which|what) (?:newspaper|paper|outlet|article|publication|source|site|magazine|paragraph)(?:WROTE)?",
    ),
    (
        "origin",
        r"where DID (?:THAT (?:from|written|stand|published|come from)|(?:you|i) (?:get|find|read) THAT(?: from)?)",
    ),
    (
        "origin",
        r"(?:what(?:['’]?s| is| was)? )?(?:the |your )?(?:source|link|citation|url)s?(?: (?:of|for) THAT)?",
    ),
    ("origin", r"(?:when|what day) (?:was|is) (?:THAT|(?:the|that|this) ARTICLE) (?:written|published|printed|from)"),
    ("when", r"(?:when|what (?:day|date|year|time)|since when)BE"),
    ("when", r"(?:when|what (?:day|date|year)) DID (?:HE SAY(?: THAT)?|\w+(?: \w+)? SAY THAT)"),
    ("where", r"(?:where|in what place)BE"),
    (
        "where",
        r"(?:where|to whom|on which (?:occasion|show|channel)) DID (?:HE SAY(?: THAT| to)?|\w+(?: \w+)? SAY THAT)",
    ),
    ("article", r"SHOW?(?:the |that |this )?(?:whole|full|entire|complete|rest of the|all of the) ARTICLE"),
    ("article", r"SHOW(?:the|that|this) (?:article|story|page|report)"),
    ("before", r"(?:what|who)?\s*STOODbefore(?: THAT)?"),
    ("before", r"SHOW?(?:the )?(?:previous|preceding) (?:paragraph|passage|one)|the (?:paragraph|passage) before"),
    ("after", r"(?:what|who)?\s*STOOD(?:after(?: THAT)?|next)|and then"),
    ("after", r"SHOW?(?:the )?(?:next|following) (?:paragraph|passage)|the (?:paragraph|passage) after"),
    (
        "who said",
        r"who(?:['’]?s| is| was)? (?:SAY)(?: THAT)?|says who",
    ),
    ("who said", r"whose (?:words|quote|quotation|opinion|view) (?:is|are|was|were) THAT"),
    ("who else", r"(?:who|ANYBODY) else|any others"),
    (
        "who else",
        r"(?:who|(?:(?:is|was) there |DID )?ANYBODY) else (?:who )?THINK(?: (?:THAT|the same|anything)){0,2}",
    ),
    ("other", r"(?:i (?:meant|mean) )?(?:the other(?: one| guy| man| woman| person)?|not (?:him|her|that one|them))"),
    ("how", r"(?:why|how)(?: so| not| come)?|why (?:is|was) (?:that|this)|(?:by|to|for|with|from) (?:whom|what|where)"),
    ("how", r"(?:for )?how (?:many|much|often|long|far)|what for|which ones?"),
)


def _pattern(text: str) -> re.Pattern[str]:
    """Return a pattern of intents with its capital words spelt out."""
    for _ in range(2):  # some of them hold others
        text = re.sub(r"[A-Z]{2,}", lambda word: _WORDS[word.group()], text)
    return re.compile(rf"{_LEAD}(?:{text})(?:,? please)?", re.IGNORECASE)


_COMPILED = tuple((intent, _pattern(text)) for intent, text in _INTENTS)


_INSTEAD = re.compile(
    r"(?:(?:no|nope|sorry|wait|wrong|actually|not (?:him|her|that(?: one)?|them)|oops)[,.! ]+(?:but )?)+"
    r"(?:i (?:meant|mean|said)(?: to ask about)? |rather |but )?(?P<words>.+)"
    r"|i (?:meant|mean)(?: to ask about)? (?P<meant>.+)",
    re.IGNORECASE,
)
_ALSO = re.compile(
    r"(?:and|but|so|or|then|ok|okay|also)[, ]+(?:what about |how about )?(?P<a>.+)"
    r"|(?:what|how) about (?P<b>.+)|as for (?P<c>.+)|same (?:question )?(?:for|about|with) (?P<d>.+)",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"(?:about|on|regarding|concerning) (?P<words>.+)", re.IGNORECASE)
_SENTENCE = re.compile(
    r"\b(?:what|who|whom|whose|when|where|why|how|which|did|does|do|is|are|was|were|has|have|had|will|would|can|could|"
    r"should|said|says|say|tell|show|list|find|give)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Followup:
    """A follow-up as it was read: what it asks of the last turn, and its own words where it has some."""

    intent: Intent
    words: str = ""


def read_followup(text: str) -> Followup:
    """Read a text as a follow-up.

    >>> read_followup("and about the money?"), read_followup("No, I meant Olmo")
    (Followup(intent='about', words='the money'), Followup(intent='instead', words='Olmo'))
    """
    bare = " ".join(text.split()).strip(" ?!.,")
    for intent, pattern in _COMPILED:
        if pattern.fullmatch(bare):
            return Followup(intent)
    mark = "?" if text.rstrip().endswith("?") else ""
    if match := _INSTEAD.fullmatch(bare):
        words = match["words"] or match["meant"]
        return Followup("question", words + mark) if _SENTENCE.match(words) else Followup("instead", words)
    if match := _ALSO.fullmatch(bare):
        words = next(group for group in match.groups() if group)
        if not _SENTENCE.search(words):
            return _fragment(words)
        return Followup("question", words + mark)
    if mark and not _SENTENCE.search(bare) and len(bare.split()) <= 5:
        return _fragment(bare)
    return Followup("question", bare + mark)


def _fragment(words: str) -> Followup:
    match = _ABOUT.fullmatch(words)
    return Followup("about", match["words"]) if match else Followup("also", words)


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


def instead(question: str, fragment: str, people: Sequence[NamedSpeaker]) -> str:
    """Return a question with a fragment in the place of whom or what it was about.

    >>> instead("how much did Olmo pay?", "Brandvold", [NamedSpeaker("Otto Olmo")])
    'how much did Brandvold pay?'
    """
    for mention in people:
        named = "|".join(re.escape(word) for word in words(mention.name))
        whole = rf"\b(?:{named})(?:[\s.]+(?:[^\W\d_]\.\s*)*(?:{named}))*\b"
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
