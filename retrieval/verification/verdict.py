"""What comes of checking a claimed quotation: the verdict, the words as they stand, the differences, the JSON form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from retrieval.core.answer import Hit
from retrieval.verification.diff import Difference, departures

VerdictName = Literal["exact", "altered", "other speaker", "about, not by", "unattributed", "paraphrase", "not found"]
VERDICTS: tuple[VerdictName, ...] = get_args(VerdictName)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the articles say to a claimed quotation.

    Attributes:
        claim: the words, as typed.
        by: who is to have said them, as typed, or None.
        verdict: "exact": word for word, in quotation marks, by that speaker; "altered": that speaker's words, but not
            these; "other speaker": somebody else's; "about, not by": said or written about that speaker;
            "unattributed": quoted, but the article does not tell of whom; "paraphrase": the same matter in reported
            speech or other words; "not found": none of it.
        meant: canonical name of whom `by` means first; None where it names nobody who is quoted.
        speaker: canonical name of whose words they are, or None.
        written: whether the words stand in an article, said by nobody ("not found").
        reported: whether the matter stands there as reported speech only ("paraphrase").
        stands: the words as they stand; empty where nothing corresponds.
        parts: claim and words as they stand side by side, word by word, in the order of the text.
        beside: words next to the claim, or under an ellipsis of it, without which the rest says something else.
        caution: the whole sentence, where the claim is a part of it and the rest denies it or makes it depend.
        hits: where the words stand, best first.
        nearest: what comes nearest where they do not stand anywhere.
    """

    claim: str
    by: str | None
    verdict: VerdictName
    meant: str | None = None
    speaker: str | None = None
    written: bool = False
    reported: bool = False
    stands: str = ""
    parts: tuple[Difference, ...] = ()
    beside: tuple[Difference, ...] = ()
    caution: str | None = None
    hits: tuple[Hit, ...] = ()
    nearest: tuple[Hit, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether the claim may be printed as it is."""
        return self.verdict == "exact"

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What differs; nothing where the claim is exact, or stands nowhere."""
        return departures(self.parts, self.beside)

    @property
    def turns(self) -> tuple[str, ...]:
        """What the differences may turn, each once."""
        return tuple(dict.fromkeys(turn for difference in self.differences for turn in difference.turns))

    def to_json(self, message: str) -> dict[str, Any]:
        """Return the verdict as a JSON object; `hits` stand under "passages", as in an Answer.

        Args:
            message: the verdict as one sentence for people.
        """
        return {
            "claim": self.claim,
            "by": self.by,
            "verdict": self.verdict,
            "message": message,
            "speaker": self.speaker,
            "stands": self.stands,
            "words": [_json(part) for part in self.parts],
            "differences": [_json(one) for one in self.differences],
            "turns": list(self.turns),
            "caution": self.caution,
            "passages": [hit.to_json() for hit in self.hits],
            "nearest": [hit.to_json() for hit in self.nearest],
        }


def _json(part: Difference) -> dict[str, Any]:
    return {"kind": part.kind, "claimed": part.claimed, "stands": part.stands, "turns": list(part.turns)}
