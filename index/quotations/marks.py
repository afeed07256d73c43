"""Which parts of a paragraph stand in quotation marks; no parser, because quotation marks mislead parsers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_MARK = re.compile(r"''|``|’’|‘‘|[\"“”„‟«»‘’'‚‹›]")
_OPENERS = frozenset("“„‟«‹‘‚") | {"``", "‘‘"}
_CLOSERS = frozenset("”»›’") | {"’’"}
_SINGLES = frozenset("‘’'‚‹›")
_FAMILIES = {
    sign: family
    for family, signs in {
        "curly": ("“", "”", "„", "‟"),
        "straight": ('"',),
        "typed": ("''", "``", "’’", "‘‘"),
        "pointed": ("«", "»"),
        "small": ("‘", "’", "'", "‚", "‹", "›"),
    }.items()
    for sign in signs
}
# No paragraph of prose quotes more often.
_MOST = 400
_SENTENCE_END = re.compile(r"[.!?…][)\]]?(?=\s|$)")
# Words that begin with an apostrophe, which is no opening mark.
_ELISION = re.compile(r"['’](?:\d|(?:em|til|tis|twas|cause|bout|n|round|cuz|sup|tude)\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Marked:
    """One outermost stretch in quotation marks.

    Attributes:
        start: first code point of the opening mark.
        end: one past the closing mark, or past the last word where there is none.
        inner_start: first code point between the marks.
        inner_end: one past the last.
        single: whether the marks are single ones, which also set off headings and terms.
        closed: whether a closing mark was found; if not, the speech may go on in the next paragraph.
    """

    start: int
    end: int
    inner_start: int
    inner_end: int
    single: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    family: str
    single: bool
    opens: bool
    closes: bool


def find_marked(paragraphs: Sequence[str]) -> list[list[Marked]]:
    """Return the quoted stretches of each paragraph, in order, without overlaps; nested marks belong to the outer."""
    marks = [_marks(text) for text in paragraphs]
    begins_open = [
        bool(found) and found[0].opens and not text[: found[0].start].strip()
        for found, text in zip(marks, paragraphs, strict=True)
    ]
    following = [*begins_open, False][1:]
    return [
        _pair(text, found, goes_on=goes_on) for text, found, goes_on in zip(paragraphs, marks, following, strict=True)
    ]


def _marks(text: str) -> list[_Mark]:
    return [mark for match in _MARK.finditer(text) if (mark := _mark(text, match)) is not None]


def _mark(text: str, match: re.Match[str]) -> _Mark | None:
    sign, start, end = match.group(), match.start(), match.end()
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    if sign in _SINGLES and sign not in "‹›" and not _single_is_mark(text, start, before, after):
        return None
    opens, closes = _directions(sign, before, after)
    return _Mark(start, end, _FAMILIES[sign], single=sign in _SINGLES, opens=opens, closes=closes)


def _single_is_mark(text: str, start: int, before: str, after: str) -> bool:
    if before.isalnum() and after.isalnum():
        return False
    return not _ELISION.match(text, start)


def _directions(sign: str, before: str, after: str) -> tuple[bool, bool]:
    free_before = before.isspace() or before in "([{—–-/:‘'“" or not before.isprintable()
    free_after = after.isspace() or after in ")]}—–-/,.;:?!’'”"
    # Curly marks that face the wrong way are common enough to look at the spaces first.
    if sign in _OPENERS and not (free_after and not free_before):
        return True, False
    if sign in _CLOSERS and not (free_before and not free_after):
        return False, True
    if free_before == free_after:
        return True, True
    return free_before, free_after


def _pair(text: str, marks: list[_Mark], *, goes_on: bool) -> list[Marked]:
    found: list[Marked] = []
    position = 0
    closings = _next_closings(marks)
    while position < len(marks) and len(found) < _MOST:
        mark = marks[position]
        close = closings[position] if mark.opens else None
        if close is not None:
            found.append(Marked(mark.start, marks[close].end, mark.end, marks[close].start, mark.single, closed=True))
            position = close + 1
            continue
        unclosed = _unclosed(text, marks, position, goes_on=goes_on) if mark.opens and not mark.single else None
        if unclosed:
            found.append(unclosed)
        end = unclosed.end if unclosed else mark.end
        position = next((at for at in range(position + 1, len(marks)) if marks[at].start >= end), len(marks))
    return [marked for marked in found if text[marked.inner_start : marked.inner_end].strip()]


def _next_closings(marks: list[_Mark]) -> list[int | None]:
    """For each mark, the position of the mark that closes it: the next closing one before another opens.

    Any family closes any, because writers mix them; only where another opens and closes inside ("He said “no” twice")
    must the closing mark be of the same family.
    """
    closings: list[int | None] = [None] * len(marks)
    upcoming: dict[str, int | None] = {}
    for position in range(len(marks) - 1, -1, -1):
        mark = marks[position]
        nearest = upcoming.get(_level(mark))
        closings[position] = upcoming.get(mark.family) if nearest is None else nearest
        for key in (mark.family, _level(mark)):
            if mark.closes:
                upcoming[key] = position
            elif mark.opens and not mark.single:
                # A second opening mark of the same kind means that the first was never closed.
                upcoming[key] = None
    return closings


def _level(mark: _Mark) -> str:
    return "single" if mark.single else "double"


def _unclosed(text: str, marks: list[_Mark], position: int, *, goes_on: bool) -> Marked | None:
    mark = marks[position]
    later = next((marks[at] for at in range(position + 1, len(marks)) if not marks[at].single), None)
    at_start = not text[: mark.start].strip()
    if later is None and (goes_on or at_start):
        end = len(text.rstrip())
    else:
        limit = later.start if later else len(text)
        stop = _SENTENCE_END.search(text, mark.end, limit)
        if stop is None:
            return None
        end = stop.end()
    return Marked(mark.start, end, mark.end, end, mark.single, closed=False)
