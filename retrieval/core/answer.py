"""The Answer to a question: its parts, and its JSON form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from index.core.article import Span

Status = Literal["answered", "not_found", "ambiguous"]


class Reason(StrEnum):
    """Why an answer is what it is, where there is more to say than its hits; the front end words it.

    What follows each are its parameters, all of them strings unless told otherwise.
    """

    EMPTY = "empty"
    TOO_LONG = "too long"
    """length, most: numbers of characters (int)."""
    NO_WORDS = "no words"
    SMALL_TALK = "small talk"
    NOT_TOLD = "not told"
    SPEAKER_NOT_TOLD = "speaker not told"
    WHO_IS_MEANT = "who is meant"
    """mention: the words that fit several people."""
    WHICH_OTHER = "which other"
    NOT_IN_PERIOD = "not in period"
    """speaker; period: the time as it was named."""
    NONE_IN_PERIOD = "none in period"
    """period: the time as it was named."""
    UNSURE_SPEAKER = "unsure speaker"
    """speaker."""
    NOT_ON_TOPIC = "not on topic"
    """speaker; topic."""
    NEVER_QUOTED = "never quoted"
    """mention: the words that name somebody."""
    NOBODY = "nobody"
    """mention: the words that name nobody; similar: names like it (tuple of strings)."""
    NOTHING_MORE = "nothing more"
    NOBODY_ELSE = "nobody else"
    ARTICLE_BEGINS = "article begins"
    ARTICLE_ENDS = "article ends"
    CITED = "cited"
    """The answer is where its first hit stands."""
    VERDICT = "verdict"
    """verdict: a `retrieval.verification.verdict.Verdict`."""
    NOT_SAID = "not said"
    """verdict, without its name and differences."""
    VERDICT_AND_MATTER = "verdict and matter"
    """verdict; the hits are what its speaker says on the matter."""
    LINE = "line"
    """line: what a front end says itself, as it is."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A reason with its parameters."""

    reason: Reason
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)


def remark(reason: Reason, **parameters: Any) -> Remark:  # noqa: ANN401  (see `Reason`)
    """Return a reason with its parameters."""
    return Remark(reason, parameters)


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a hit stands.

    Attributes:
        title: headline of the article.
        outlet: who published it, or None.
        date: ISO date of publication, or None.
        url: address of the original, or None.
        paragraph: number of the paragraph, from 1.
        chars: code points of the paragraph that the citation covers, [start, end).
        source: name of the file the article was read from.
        sha256: hex digest of that file.
        note: what else a reader has to know: that it is an earlier version, that the article was changed or carries a
            correction; None, and left out of the JSON form, where there is nothing.
    """

    title: str
    outlet: str | None
    date: str | None
    url: str | None
    paragraph: int
    chars: Span
    source: str
    sha256: str
    note: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the citation as the contract's JSON object."""
        told = {name: _plain(getattr(self, name)) for name in self.__slots__}
        return told if self.note else {name: value for name, value in told.items() if name != "note"}


@dataclass(frozen=True, slots=True)
class HitQuotation:
    """A quotation in a hit: whose words, and which code points [start, end) of the hit's text."""

    speaker: str | None
    kind: str
    start: int
    end: int
    cue: str | None
    quotation: int

    def to_json(self) -> dict[str, Any]:
        """Return the quotation as the contract's JSON object."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Copy:
    """A near-identical passage of another article, merged into a hit."""

    article: str
    paragraph: int
    citation: Citation

    def to_json(self) -> dict[str, Any]:
        """Return the copy as the contract's JSON object."""
        return {"article": self.article, "paragraph": self.paragraph, "citation": self.citation.to_json()}


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that answers, verbatim.

    Attributes:
        article: id of the article.
        paragraph: number of the paragraph, from 0.
        text: the paragraph, unchanged.
        score: how well it answers, between 0 and 1; comparable within one answer only.
        highlights: code points [start, end) of the words that answer, in order, not overlapping.
        quotations: all quotations in the passage, in order.
        also: near-identical passages elsewhere.
        citation: where it stands.
    """

    article: str
    paragraph: int
    text: str
    score: float
    highlights: tuple[Span, ...]
    quotations: tuple[HitQuotation, ...]
    also: tuple[Copy, ...]
    citation: Citation

    def to_json(self) -> dict[str, Any]:
        """Return the hit as the contract's JSON object."""
        return {
            "article": self.article,
            "paragraph": self.paragraph,
            "text": self.text,
            "score": round(self.score, 4),
            "highlights": [list(span) for span in self.highlights],
            "quotations": [quotation.to_json() for quotation in self.quotations],
            "also": [copy.to_json() for copy in self.also],
            "citation": self.citation.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What the articles say to a question.

    Attributes:
        question: as typed.
        status: answered, not_found, or ambiguous.
        confidence: estimated probability that the first hit answers or, where nothing was found, that nothing does;
            between 0 and 1.
        standalone: the question with references to earlier turns resolved.
        remark: why, where there is more to say than the hits, or None.
        speaker: canonical name of whose words answer, or None.
        choices: canonical names to choose from when ambiguous.
        nearest: what came close when nothing was found, best first.
        hits: what answers, best first; empty unless answered.
    """

    question: str
    status: Status
    confidence: float
    standalone: str
    remark: Remark | None = None
    speaker: str | None = None
    choices: tuple[str, ...] = ()
    nearest: tuple[Hit, ...] = ()
    hits: tuple[Hit, ...] = ()

    def to_json(self, qid: str | None = None, message: str | None = None) -> dict[str, Any]:
        """Return the answer as the contract's JSON object; `hits` stand under "passages".

        Args:
            qid: id of the question, where it is one of a file.
            message: the remark as one line for people, or None.
        """
        return {
            "qid": qid,
            "question": self.question,
            "standalone": self.standalone,
            "status": self.status,
            "confidence": round(self.confidence, 4),
            "message": message,
            "speaker": self.speaker,
            "choices": list(self.choices),
            "nearest": [hit.to_json() for hit in self.nearest],
            "passages": [hit.to_json() for hit in self.hits],
        }


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
