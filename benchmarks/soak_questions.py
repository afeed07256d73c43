"""What is asked in a soak: conversations of every kind, the same for a seed, about speakers and titles that change."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from retrieval.engine import Engine

_FREE = (
    "how many beams were cracked at the school?",
    "how did the fire on the pier begin?",
    "how much does the ferry lose a year?",
    "when will the library be open on sundays?",
    "how many rooms will the hotel have",
    "what happens to the {topic}?",
    "why is there trouble about {topic} and {topic}?",
    "what did they tell reporters about {topic} in 2032?",
)
_FOLLOWING = (
    "and the money?", "what else?", "who else said that?", "when was that?", "why?", "and {speaker}?",
    "what about the {topic}?", "anything else?", "no, the other one", "what did she say about it?", "who wrote that?",
)  # fmt: skip
_LOST = (
    "what did Cyrus Nobody say?",
    "what did {speaker} say about the moons of Jupiter?",
    "who said “we shall sail to the moon on a ladder of soap”?",
    "how tall is the tower of zzyzx?",
    "thanks!",
)
_HOSTILE = (
    "", "?", "\0", "“" * 400, "a" * 2500, "(" * 300, "AND OR NOT text:* ^2~", "'; DROP TABLE articles; --", "🛥️" * 50,
    "what did \u202ednovdnarB say?", "what did what did what did say say say?", "said said said said",
    "\ud800 said what?",
)  # fmt: skip
_KINDS = ("speaker", "topic", "free", "lost", "hostile", "quoted")
_SHARES = (25, 25, 30, 8, 4, 8)


class Asked(NamedTuple):
    """A question and its kind."""

    kind: str
    question: str


def conversations(seed: int, engine: Engine) -> Iterator[list[Asked]]:
    """Yield conversations without end: a question and up to three follow-ups.

    Args:
        seed: of the choices; what there is to choose from changes with the index.
        engine: tells who speaks and what about.
    """
    chance = random.Random(seed)  # noqa: S311  (a mix of questions, not a secret)
    while True:
        speakers, topics = engine.speakers()[:200], engine.topics()
        (kind,) = chance.choices(_KINDS, _SHARES)
        turns = [Asked(kind, _first(kind, chance, speakers, topics))]
        following = chance.choice((0, 0, 1, 2, 3)) if kind != "hostile" else 0
        turns += [
            Asked("following", _filled(chance.choice(_FOLLOWING), chance, speakers, topics)) for _ in range(following)
        ]
        yield turns


def _first(kind: str, chance: random.Random, speakers: list[str], topics: list[str]) -> str:
    patterns = {
        "speaker": ("what did {speaker} say?", "{speaker}"),
        "topic": ("what did {speaker} say about {topic}?", "did {speaker} say anything on the {topic}?"),
        "free": _FREE,
        "lost": _LOST,
        "hostile": _HOSTILE,
        "quoted": ("who said “the {topic} was a torch”?", "who spoke of the {topic}?"),
    }
    pattern = chance.choice(patterns[kind])
    return pattern if kind == "hostile" else _filled(pattern, chance, speakers, topics)


def _filled(pattern: str, chance: random.Random, speakers: list[str], topics: list[str]) -> str:
    while "{topic}" in pattern:
        pattern = pattern.replace("{topic}", chance.choice(topics or ["ferry"]), 1)
    return pattern.replace("{speaker}", chance.choice(speakers or ["Brandvold"]))
