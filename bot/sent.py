"""What is remembered of a message the bot sent, so that its buttons, and replies to it, work for months."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol, Self

from index.spans import Span
from retrieval.answer import Copy, Hit, Status
from retrieval.dialog import Dialog, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retrieval.answer import Answer


class Articles(Protocol):
    """Where passages are looked up again; see `retrieval.engine.Engine`."""

    def article(self, name: str, /) -> list[Hit]:
        """Return all passages of an article, in order."""

    def neighbours(self, article: str, paragraph: int, reach: int, /) -> list[Hit]:
        """Return the passages of an article around a paragraph."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A passage as it was shown, to be found again in any later generation.

    Attributes:
        article: id of the article.
        paragraph: number of the paragraph then, from 0.
        digest: of the passage's text, by which it is recognised.
        sha256: hex digest of the file that the article was read from.
        highlights: code points [start, end) of the words that answered.
        also: where near-identical passages stood.
    """

    article: str
    paragraph: int
    digest: str
    sha256: str
    highlights: tuple[Span, ...] = ()
    also: tuple[Place, ...] = ()

    @classmethod
    def to(cls, hit: Hit) -> Self:
        """Return a reference to a hit."""
        also = tuple((copy.article, copy.paragraph) for copy in hit.also)
        return cls(hit.article, hit.paragraph, _digest(hit.text), hit.citation.sha256, hit.highlights, also)

    @property
    def place(self) -> Place:
        """Where the passage stood."""
        return self.article, self.paragraph

    def find(self, engine: Articles) -> Hit | None:
        """Return the passage as the index has it now; None where the article has no such passage, or is gone."""
        for hit in self._candidates(engine):
            if _digest(hit.text) == self.digest:
                copies = (Copy(one.article, one.paragraph, one.citation) for one in self._copies(engine))
                return replace(hit, highlights=self.highlights, also=tuple(copies))
        return None

    def _candidates(self, engine: Articles) -> Iterator[Hit]:
        yield from engine.neighbours(self.article, self.paragraph, 0)
        yield from engine.article(self.article)

    def _copies(self, engine: Articles) -> Iterator[Hit]:
        for article, paragraph in self.also:
            yield from engine.neighbours(article, paragraph, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message the bot sent.

    Attributes:
        question: what was asked, as typed.
        standalone: the question with references to earlier turns resolved.
        history: the questions before it in its conversation, in full words, oldest first.
        status: of the answer; None where the message is none, such as a list.
        speaker: whose words answered, or None.
        generation: name of the generation that answered.
        passages: those the message shows, in order; its buttons number them from 1.
        waiting: further passages that are known and were not shown yet, best first.
        earlier: where passages stand that messages before this one showed of the same answer.
        exhausted: whether the index was already asked for all that answers.
        left: which code points of the first passage the message leaves out, for want of room.
        choices: whom the question may mean, one button each.
        listing: "quotes", "speakers" or "sources" where the message is a page of a list; "follow" where it asks what
            to follow, "record" where it asks whose.
        follow: number of what the chat follows, where the message is an alert about it, else 0.
        dialog: the conversation with this answer, from which a reply goes on.
    """

    question: str = ""
    standalone: str = ""
    history: tuple[str, ...] = ()
    status: Status | None = None
    speaker: str | None = None
    generation: str = ""
    passages: tuple[Reference, ...] = ()
    waiting: tuple[Reference, ...] = ()
    earlier: tuple[Place, ...] = ()
    exhausted: bool = True
    left: tuple[Span, ...] = ()
    choices: tuple[str, ...] = ()
    listing: str = ""
    follow: int = 0
    dialog: Dialog = field(default_factory=Dialog)

    @property
    def seen(self) -> tuple[Place, ...]:
        """Where all passages stand that were shown of the answer."""
        return (*self.earlier, *(one.place for one in self.passages))

    def following(self) -> Sent:
        """Return what is to be remembered of a message that only shows more about this one: where replies go on."""
        return Sent(dialog=self.dialog)

    def to_json(self) -> str:
        """Return all of it but the dialog as one line of JSON."""
        record = asdict(replace(self, dialog=Dialog()))
        del record["dialog"]
        return json.dumps(record)

    @classmethod
    def from_json(cls, text: str, dialog: Dialog) -> Sent:
        """Return what `to_json` wrote, with its dialog.

        Raises:
            ValueError: it wrote no such text.
        """
        try:
            record: dict[str, Any] = json.loads(text)
            for name in ("passages", "waiting"):
                record[name] = tuple(map(_reference, record[name]))
            for name in ("history", "choices"):
                record[name] = tuple(record[name])
            for name in ("earlier", "left"):
                record[name] = _pairs(record[name])
            return cls(**record, dialog=dialog)
        except (TypeError, LookupError, AttributeError, RecursionError) as error:
            raise ValueError(f"is no message that was sent: {error}") from None


def sent_answer(answer: Answer, shown: tuple[int, ...], left: tuple[Span, ...], *, k: int, before: Dialog) -> Sent:
    """Return what is to be remembered of an answer but for the generation and the conversation with it.

    Args:
        answer: the answer.
        shown: the positions of the hits that the message shows.
        left: which code points of the first of them it leaves out.
        k: how many passages were asked for: where there are fewer, there are no more.
        before: the conversation it was asked in.
    """
    references = [Reference.to(hit) for hit in answer.hits or answer.nearest]
    return Sent(
        question=answer.question,
        standalone=answer.standalone,
        history=tuple(turn.question for turn in before.turns),
        status=answer.status,
        speaker=answer.speaker,
        passages=tuple(references[position] for position in shown),
        waiting=tuple(one for position, one in enumerate(references) if position not in shown),
        exhausted=len(answer.hits) < k,
        left=left,
        choices=answer.choices,
    )


def _reference(record: dict[str, Any]) -> Reference:
    return Reference(
        record["article"],
        record["paragraph"],
        record["digest"],
        record["sha256"],
        _pairs(record["highlights"]),
        _pairs(record["also"]),
    )


def _pairs(values: Any) -> tuple[Any, ...]:  # noqa: ANN401  (pairs of several types, as JSON has them)
    return tuple((first, second) for first, second in values)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
