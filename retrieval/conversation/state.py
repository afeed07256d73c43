"""The earlier turns of a conversation, and what they were about: a small value that outlives a process as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self, get_args

from retrieval.core.answer import Hit, Status
from retrieval.query.parser import Asks

TURNS = 6
"""How many turns are remembered; nobody refers further back without a name."""

SHOWN = 40
"""How many passages that were shown are remembered, so that "anything else?" does not repeat them."""

PEOPLE = 8
LONGEST = 300
"""Code points that are remembered of a question or a name."""

PATIENCE = 3600.0
"""Seconds of silence after which "he" is nobody."""

Place = tuple[str, int]
"""The id of an article and the number of a paragraph in it, from 0."""

SpeakerKind = Literal["person", "organisation", "group"]


@dataclass(frozen=True, slots=True)
class NamedSpeaker:
    """Somebody whom a turn named: the name, the kind of speaker, and male or female where that is known."""

    name: str
    kind: str = "person"
    gender: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with what is needed of its answer to understand the next question.

    Attributes:
        question: what was asked, in full words.
        status: of the answer.
        asks: what the question asked for.
        speaker: whose words were asked for or answered, or None.
        topic: what the words were to be about; empty where no topic was named.
        people: who was named, the likeliest to be meant by a pronoun first.
        shown: where the passages stand that were shown, best first.
        choices: whom to choose from, where the question was ambiguous.
        mention: the words that were ambiguous.
        context: the question before, where this one cannot be understood without it.
    """

    question: str
    status: Status = "answered"
    asks: Asks = "anything"
    speaker: str | None = None
    topic: str = ""
    people: tuple[NamedSpeaker, ...] = ()
    shown: tuple[Place, ...] = ()
    choices: tuple[str, ...] = ()
    mention: str = ""
    context: str = ""

    @property
    def in_full(self) -> str:
        """The question with what is needed to understand it."""
        return f"{self.context} {self.question}".strip()

    def bounded(self) -> Turn:
        """Return the turn without what is too much to remember."""
        return replace(
            self,
            question=self.question[:LONGEST],
            speaker=None if self.speaker is None else self.speaker[:LONGEST],
            topic=self.topic[:LONGEST],
            people=tuple(replace(one, name=one.name[:LONGEST]) for one in self.people[:PEOPLE]),
            shown=self.shown[:SHOWN],
            choices=tuple(choice[:LONGEST] for choice in self.choices[:PEOPLE]),
            mention=self.mention[:LONGEST],
            context=self.context[-LONGEST:],
        )


@dataclass(frozen=True, slots=True)
class Dialog:
    """A conversation so far.

    Attributes:
        turns: the latest turns, oldest first.
        at: when the last turn ended, in seconds since 1970.
    """

    turns: tuple[Turn, ...] = ()
    at: float = 0.0

    @property
    def last(self) -> Turn | None:
        """The last turn, if there is one."""
        return self.turns[-1] if self.turns else None

    def latest(self) -> Iterator[Turn]:
        """Yield the turns, latest first."""
        yield from reversed(self.turns)

    def as_of(self, time: float) -> Dialog:
        """Return the dialog, or an empty one where too long a silence lies before a time."""
        return self if time - self.at <= PATIENCE else Dialog()

    def resumed(self, time: float) -> Dialog:
        """Return the dialog as if its last turn had only just ended: somebody goes back to it, however old it is."""
        return replace(self, at=time)

    def after(self, turn: Turn, time: float) -> Dialog:
        """Return the dialog with a further turn."""
        return Dialog((*self.turns, turn.bounded())[-TURNS:], time)

    def showing(self, count: int) -> Dialog:
        """Return the dialog as if the last answer had shown no more than some passages."""
        if not self.turns:
            return self
        *earlier, last = self.turns
        return replace(self, turns=(*earlier, replace(last, shown=last.shown[:count])))

    def showing_also(self, more: Sequence[Place]) -> Dialog:
        """Return the dialog with further passages shown of the last answer."""
        if not self.turns:
            return self
        *earlier, last = self.turns
        return replace(self, turns=(*earlier, replace(last, shown=(*last.shown, *more)).bounded()))

    def to_json(self) -> str:
        """Return the dialog as one line of JSON."""
        return json.dumps({"at": self.at, "turns": [asdict(turn) for turn in self.turns]})

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return the dialog that `to_json` wrote; an empty one where the text is damaged."""
        try:
            record = json.loads(text)
            turns = tuple(_turn(turn).bounded() for turn in record["turns"])
            return cls(turns[-TURNS:], float(record["at"]))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
            return cls()


def places(hits: Sequence[Hit]) -> tuple[Place, ...]:
    """Return where hits stand."""
    return tuple((hit.article, hit.paragraph) for hit in hits)


def _turn(record: dict[str, Any]) -> Turn:
    turn = Turn(
        question=record["question"],
        status=_one_of(Status, record["status"]),
        asks=_one_of(Asks, record["asks"]),
        speaker=record["speaker"],
        topic=record["topic"],
        people=tuple(NamedSpeaker(one["name"], one["kind"], one["gender"]) for one in record["people"]),
        shown=tuple((article, paragraph) for article, paragraph in record["shown"]),
        choices=tuple(record["choices"]),
        mention=record["mention"],
        context=record["context"],
    )
    texts = [
        turn.question,
        turn.topic,
        turn.mention,
        turn.context,
        *turn.choices,
        *(article for article, _ in turn.shown),
    ]
    texts += [text for one in turn.people for text in (one.name, one.kind)]
    optional = [turn.speaker, *(one.gender for one in turn.people)]
    numbers = [paragraph for _, paragraph in turn.shown]
    good = all(isinstance(text, str) for text in texts) and all(isinstance(one, str | None) for one in optional)
    if not good or not all(isinstance(number, int) and number.bit_length() < 63 for number in numbers):
        raise ValueError
    "".join([*texts, *filter(None, optional)]).encode()  # half a surrogate pair is a ValueError, and no text
    return turn


def _one_of(names: Any, value: object) -> Any:  # noqa: ANN401  (one of the names of a Literal)
    if value not in get_args(names):
        raise ValueError
    return value
