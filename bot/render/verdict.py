"""Verdicts as plain text: one in full, those of a draft as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bot.render.messages import CAUTION, difference_text, verdict_message
from bot.render.text import plain_hit, printable

if TYPE_CHECKING:
    from retrieval.verification.drafts import Drafted
    from retrieval.verification.verdict import Difference, Verdict


WIDEST_NAME = 24
WIDEST_WORDS = 48


def verdict_text(verdict: Verdict) -> str:
    """Return a verdict in full: what it is, the words side by side, what differs, and where they stand."""
    lines = [f"{verdict.verdict.upper()}: {verdict_message(verdict)}"]
    if verdict.differences:
        lines.append(f"   {_side_by_side(verdict.parts)}")
        lines += [f"   - {printable(difference_text(one))}" for one in verdict.differences]
    if verdict.caution:
        lines.append(f"   {CAUTION} “{printable(verdict.caution)}”")
    heading = "Nearest:" if verdict.nearest and not verdict.hits else None
    hits = [plain_hit(hit, f"{number}. ") for number, hit in enumerate(verdict.hits or verdict.nearest, 1)]
    return "\n\n".join(filter(None, ["\n".join(map(printable, lines)), heading, *hits]))


def _side_by_side(parts: Sequence[Difference]) -> str:
    """Return claim and words as they stand in one text, as wdiff marks it: ``[-as it stands-] {+as claimed+}``."""
    return " ".join(_marked(part) for part in parts)


def _marked(part: Difference) -> str:
    if part.kind == "same":
        return part.stands
    stands = f"[-{part.stands}-]" if part.stands else ""
    return " ".join(filter(None, [stands, f"{{+{part.claimed}+}}" if part.claimed else ""]))


def table_lines(found: Sequence[tuple[Drafted, Verdict]]) -> Iterator[str]:
    """Yield the verdicts on the quotations of a draft as a table, and below it what is wrong with each that fails."""
    yield f"{'#':>3}  {'¶':>3}  {'verdict':<13}  {'speaker':<{WIDEST_NAME}}  words"
    for number, (drafted, verdict) in enumerate(found, 1):
        name = _cut(drafted.claim.by or "—", WIDEST_NAME)
        words = _cut(f"“{drafted.claim.text}”", WIDEST_WORDS)
        paragraph = drafted.paragraph + 1
        yield f"{number:>3}  {paragraph:>3}  {verdict.verdict:<13}  {name:<{WIDEST_NAME}}  {words}".rstrip()
    for number, (_, verdict) in enumerate(found, 1):
        if not verdict.is_good or verdict.caution:
            yield f"\n#{number} {verdict_text(verdict)}"
    good = sum(verdict.is_good for _, verdict in found)
    yield f"\n{good} of {len(found)} exact"


def _cut(text: str, width: int) -> str:
    text = printable(text)
    return text if len(text) <= width else f"{text[: width - 1].rstrip()}…"
