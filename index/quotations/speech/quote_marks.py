"""Which parts of a paragraph stand in quotation marks, and the paragraph as the parser reads it, with those masked."""

from __future__ import annotations

import re
import string
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from index.core.sentences import CAPITALS
from index.quotations.lexicon import word_set
from index.quotations.lexicon.verbs import CUES

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
class QuotedSpan:
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


def find_marked(paragraphs: Sequence[str]) -> list[list[QuotedSpan]]:
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


def _pair(text: str, marks: list[_Mark], *, goes_on: bool) -> list[QuotedSpan]:
    found: list[QuotedSpan] = []
    position = 0
    closings = _next_closings(marks)
    while position < len(marks) and len(found) < _MOST:
        mark = marks[position]
        close = closings[position] if mark.opens else None
        if close is not None:
            found.append(
                QuotedSpan(mark.start, marks[close].end, mark.end, marks[close].start, mark.single, closed=True)
            )
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


def _unclosed(text: str, marks: list[_Mark], position: int, *, goes_on: bool) -> QuotedSpan | None:
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
    return QuotedSpan(mark.start, end, mark.end, end, mark.single, closed=False)


# A clause that spaCy attaches as the complement of the reporting verb wherever it stands.
_STAND_IN = "It is so"
_ENDS_PIECE = re.compile(r"[,.!?…—–;-][)\]'’]*$")
_INNER_STOP = re.compile(rf"[.!?][)\]'’]*\s+(?=[{CAPITALS}“\"'‘(])")
_LOUD = rf"[{CAPITALS}][{CAPITALS}.'’-]+"
_DATELINE = re.compile(
    rf"\s*(?:date \d{{4}}-\d\d-\d\d )?{_LOUD}(?: {_LOUD}){{0,3}}(?:, [{CAPITALS}][\w. ]{{1,20}})?"
    rf"(?: ?\([^)]{{2,30}}\))?\s*(?:[-–—―]{{1,2}})\s+(?=[{CAPITALS}“\"])"
)
_AGENCY = re.compile(
    rf"\s*[{CAPITALS}][\w.'’, -]{{2,30}} \((?:AP|AFP|Reuters|UPI|CNN|[{CAPITALS}]{{2,6}})\)\s*[-–—―]{{1,2}}\s+(?=\S)"
)
# After "Why?": a name, perhaps with a description set off by commas, then a verb with nothing but a place or time.
_NAMES = rf"(?:(?:[{CAPITALS}][\w.'’-]*|of|the|de|van|von|for|and)(?: \([^)]*\))?\s+){{1,8}}(?:\w+ly\s+)?"
_CIRCUMSTANCE = (
    rf"(?=[,.:]|\s+(?:in|at|on|to|of|during|after|when|as|while|with|about|before|from|last|this|[{CAPITALS}])\b)"
)
_REPORTED = re.compile(
    rf"{_NAMES}(asked|told|answered)\b|{_NAMES}([a-z]+){_CIRCUMSTANCE}"
    rf"|[{CAPITALS}][\w.'’ -]{{1,40}},[^.!?“\"]{{1,120}},\s+(?:\w+ly\s+)?([a-z]+)\b"
    rf"|([a-z]+)\s+[{CAPITALS}]"
)
# No prose runs so long without a space, and the tokenizer takes quadratic time over it.
_LUMP = re.compile(r"\S{400,}")
_SMALL = word_set("a an the of in on at to for and or but with from by as is")
_PRONOUNS = frozenset({"he", "she", "they", "it"})
# Spaces, and the marks of direction and width that pages leave in their text.
_BLANK = string.whitespace + "\u00a0\u200b\u200e\u200f\u202a\u202b\u202c\u2060\ufeff"
_TITLE_STAND_IN = "Title"


@dataclass(slots=True)
class MaskedParagraph:
    """The text to parse, and where each part of it stands in the paragraph.

    Attributes:
        source: the paragraph.
        text: what is given to the parser.
        marked: the quoted stretches of the paragraph.
        stand_ins: for each quoted stretch, the range of its stand-in in `text`, or None where it was left in.
        own: for each quoted stretch, whether it begins a sentence of its own, by its first letter.
    """

    source: str
    text: str
    marked: Sequence[QuotedSpan]
    stand_ins: list[tuple[int, int] | None]
    own: list[bool]
    _starts: list[int]
    _origins: list[tuple[int, int, bool]]

    def start(self, offset: int) -> int:
        """Return where the character at `offset` of the parsed text begins in the paragraph."""
        part = bisect_right(self._starts, offset) - 1
        begin, _, copied = self._origins[part]
        return begin + offset - self._starts[part] if copied else begin

    def end(self, offset: int) -> int:
        """Return where the character before `offset` of the parsed text ends in the paragraph."""
        part = max(bisect_right(self._starts, offset - 1) - 1, 0)
        begin, end, copied = self._origins[part]
        return begin + offset - self._starts[part] if copied else end


def make_frame(text: str, marked: Sequence[QuotedSpan]) -> MaskedParagraph:
    """Return the frame of a paragraph with its quoted stretches."""
    builder = _Builder(text)
    dateline = _DATELINE.match(text) or _AGENCY.match(text)
    if dateline is not None:
        builder.position = dateline.end()
    stand_ins: list[tuple[int, int] | None] = []
    for stretch in marked:
        builder.copy(stretch.start)
        stand_ins.append(_add_stretch(builder, text, stretch))
    builder.copy(len(text))
    own = [_begins_upper(text[one.inner_start : one.inner_end]) for one in marked]
    return MaskedParagraph(
        text, "".join(builder.parts), marked, stand_ins, own, builder.starts or [0], builder.origins or [(0, 0, True)]
    )


class _Builder:
    def __init__(self, text: str) -> None:
        self.source = text
        self.parts: list[str] = []
        self.starts: list[int] = []
        self.origins: list[tuple[int, int, bool]] = []
        self.length = 0
        self.position = 0

    def copy(self, until: int) -> None:
        for lump in _LUMP.finditer(self.source, self.position, max(until, self.position)):
            self._add(self.source[self.position : lump.start()], lump.start(), copied=True)
            self._add("…", lump.end(), copied=False)
        if until > self.position:
            self._add(self.source[self.position : until], until, copied=True)

    def replace(self, replacement: str, until: int) -> None:
        if replacement:
            self._add(replacement, until, copied=False)
        else:
            self.position = until

    def _add(self, text: str, until: int, *, copied: bool) -> None:
        self.parts.append(text)
        self.starts.append(self.length)
        self.origins.append((self.position, until, copied))
        self.length += len(text)
        self.position = until


def _add_stretch(builder: _Builder, text: str, stretch: QuotedSpan) -> tuple[int, int] | None:
    inner = text[stretch.inner_start : stretch.inner_end].strip()
    if _is_title(text, stretch, inner):
        builder.replace("“" + _TITLE_STAND_IN + (inner[-1] if inner[-1] in ",." else "") + "”", stretch.end)
        return None
    if not _is_speech(text, stretch, inner):
        builder.replace("“", stretch.inner_start)
        _copy_first_sentence(builder, text, stretch)
        builder.replace("”" if stretch.closed else "", stretch.end)
        return None
    # Spaces that the writer left out beside the marks would glue the stand-in to its neighbours.
    gap = " " if stretch.start and not text[stretch.start - 1].isspace() else ""
    begin = builder.length + len(gap)
    replacement = "“" + _STAND_IN + _closing(text, stretch, inner) + "”"
    gap_after = " " if text[stretch.end : stretch.end + 1].isalnum() else ""
    builder.replace(gap + replacement + gap_after, stretch.end)
    return begin, begin + len(replacement)


def _copy_first_sentence(builder: _Builder, text: str, stretch: QuotedSpan) -> None:
    stop = _INNER_STOP.search(text, stretch.inner_start, stretch.inner_end)
    if stop is None:
        builder.copy(stretch.inner_end)
        return
    builder.copy(stop.start())
    builder.replace(".", stretch.inner_end)


def _is_title(text: str, stretch: QuotedSpan, inner: str) -> bool:
    """Whether the marks hold the title of a work: every word but the small ones has a capital."""
    found = re.findall(r"[^\W\d_][\w'’]*", inner)
    if not 2 <= len(found) <= 12 or not all(word[0].isupper() or word in _SMALL for word in found):
        return False
    before = text[max(0, stretch.start - 40) : stretch.start].split()
    if not before or before[-1][-1] in ".:?!”\"'":
        return False
    cue = CUES.get(before[-1].rstrip(",").lower())
    if cue is not None:
        return cue.naming and not cue.reports_first and before[-1][-1] != ","
    after = text[stretch.end : stretch.end + 60].split()
    spoken = bool(after) and (
        after[0] in CUES or after[0] in _PRONOUNS or (after[0][0].isupper() and _goes_on(" ".join(after)))
    )
    return not spoken or before[-1][-1] != ","


def _is_speech(text: str, stretch: QuotedSpan, inner: str) -> bool:
    """Whether the marks hold whole clauses, by the punctuation around them."""
    if not _ENDS_PIECE.search(inner) and stretch.closed:
        return False
    before = text[max(0, stretch.start - 40) : stretch.start].rstrip(_BLANK)
    if not before or before[-1] in ".?!…”\"')]*":
        return True
    if before[-1] in ",:;—–―-":
        return True
    # Straight after a word stand titles and quoted terms, save after the words that lead speech in.
    word = before.rsplit(None, 1)[-1].lower()
    return _begins_upper(inner) and (word in CUES or word == "that")


def _begins_upper(inner: str) -> bool:
    first = next((char for char in inner if char.isalnum()), "")
    return first.isupper() or first.isdigit()


def _closing(text: str, stretch: QuotedSpan, inner: str) -> str:
    after = text[stretch.end : stretch.end + 240].lstrip()
    last = inner.rstrip(")]'’")[-1:]
    if last in "?!…" or (last == "." and inner.endswith("...")):
        # "Why?" he asked: the sentence goes on; only a capital that starts no name-and-verb ends it.
        return "," if _goes_on(after) else "."
    if last == ".":
        return "," if after[:1].islower() else "."
    return ","


def _goes_on(after: str) -> bool:
    if after[:1].islower():
        return True
    match = _REPORTED.match(after)
    return match is not None and any(word in CUES for word in match.groups() if word)
