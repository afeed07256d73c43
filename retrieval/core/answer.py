"""The Answer to a question: its parts, and its JSON form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from index.core.article import Span

Status = Literal["answered", "not_found", "ambiguous"]


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
        message: one line for people where there is more to say than the hits, or None.
        speaker: canonical name of whose words answer, or None.
        choices: canonical names to choose from when ambiguous.
        nearest: what came close when nothing was found, best first.
        hits: what answers, best first; empty unless answered.
    """

    question: str
    status: Status
    confidence: float
    standalone: str
    message: str | None = None
    speaker: str | None = None
    choices: tuple[str, ...] = ()
    nearest: tuple[Hit, ...] = ()
    hits: tuple[Hit, ...] = ()

    def to_json(self, qid: str | None = None) -> dict[str, Any]:
        """Return the answer as the contract's JSON object; `hits` stand under "passages"."""
        return {
            "qid": qid,
            "question": self.question,
            "standalone": self.standalone,
            "status": self.status,
            "confidence": round(self.confidence, 4),
            "message": self.message,
            "speaker": self.speaker,
            "choices": list(self.choices),
            "nearest": [hit.to_json() for hit in self.nearest],
            "passages": [hit.to_json() for hit in self.hits],
        }


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
