"""Joins quotation marks to reports: each stretch in marks goes to the report it belongs to, or to none."""

from __future__ import annotations

import re

from spacy.tokens import Doc

from index.quotations.frame import Frame
from index.quotations.marks import Marked
from index.quotations.phrases import FINITE
from index.quotations.reports import ACCORDING, Report, cue_text, is_nested
from index.quotations.standins import reporter
from index.quotations.syntax import child, is_passive
from index.spans import Span

_MARKS = frozenset('"“”«')
_CLOSING = ('"', "”", "’", "'", "»")
_ASKING = frozenset({"ask", "asks", "asked", "inquired", "enquired"})
_YES_OR_NO = re.compile(r"\W*(?:yes|no|yeah|yep|nope|absolutely|of course|not at all)\b", re.IGNORECASE)
_ASIDES = frozenset({"when", "as", "while", "after", "before", "in", "during", "at", "on"})


def join_marks(doc: Doc, frame: Frame, reports: list[Report], previous: Report | None) -> list[Report]:
    """Return the reports of a paragraph, those of its quotation marks among them, in the order of the text.

    Args:
        doc: the parse of the frame.
        frame: the paragraph.
        reports: what the syntax alone shows; the ranges of some grow to whole stretches.
        previous: the report that the paragraph before ended in, if it ended so.
    """
    by_verb = {report.verb: report for report in reports}
    result = list(reports)
    for stretch, stand_in, own in zip(frame.marked, frame.stand_ins, frame.own, strict=True):
        if stand_in is None:
            _snap(result, stretch)
            continue
        if own:
            _cut(frame.source, result, stretch)
        if _covers(result, stretch):
            _keep_nearest(doc, frame, result, stretch)
            continue
        report = _by_verb(doc, frame, stand_in, by_verb)
        if report is None and (stretch.single or not _begins_sentence(frame.source, stretch)):
            continue
        if report is None:
            inside = doc.char_span(*stand_in, alignment_mode="expand")
            report = _floating(result, stretch, inside.start if inside is not None else 0, previous)
            report.unclear = _may_answer(doc, frame, report.before, stretch, here=report.before in result)
        if report not in result:
            result.append(report)
        report.ranges.append((stretch.start, stretch.end))
    return sorted(result, key=lambda one: min(one.ranges))


def _begins_sentence(text: str, stretch: Marked) -> bool:
    """Whether quoted words stand free; within a sentence that reports nothing they are a title or a term."""
    before = text[: stretch.start].rstrip()
    if before.endswith(_CLOSING):
        before = before.rstrip("".join(_CLOSING)) or "."
        return before[-1] != ","
    return not before or before[-1] in ".!?…:—–―-)]*"


def _covers(reports: list[Report], stretch: Marked) -> bool:
    return any(start <= stretch.start and stretch.end <= end for one in reports for start, end in one.ranges)


def _keep_nearest(doc: Doc, frame: Frame, reports: list[Report], stretch: Marked) -> None:
    """Direct speech that two verbs claim ("denied it: “…,” she said") belongs to the nearer one."""
    whole = (stretch.start, stretch.end)
    claims = sorted(
        (one for one in reports if whole in one.ranges),
        key=lambda one: min(abs(one.position - stretch.start), abs(one.position - stretch.end)),
    )
    for report in claims[1:]:
        _give_up(reports, report, whole)
    if claims and claims[0].position >= stretch.end:
        leading = [(one, held) for one in reports for held in one.ranges if _leads_in(frame.source, held, stretch)]
        for report, held in leading:
            claims[0].before = report
            if _is_told(doc, frame, held[0], stretch.start):
                report.ranges[report.ranges.index(held)] = (held[0], stretch.start)
            else:
                _give_up(reports, report, held)


def _give_up(reports: list[Report], report: Report, held: Span) -> None:
    report.ranges.remove(held)
    if not report.ranges:
        reports.remove(report)


def _leads_in(text: str, held: Span, stretch: Marked) -> bool:
    """Whether a range is direct speech and what a colon ends before it: "wrote a note: “…,” she said"."""
    start, end = held
    ends = stretch.inner_end <= end <= stretch.end + 1
    return start < stretch.start and ends and text[start : stretch.start].rstrip().endswith(":")


def _is_told(doc: Doc, frame: Frame, start: int, end: int) -> bool:
    """Whether words between two places say something themselves: "said she had no time: “…,” she wrote"."""
    return any(token.tag_ in FINITE and start <= frame.start(token.idx) < end for token in doc)


def _cut(text: str, reports: list[Report], stretch: Marked) -> None:
    """Where a range ends in direct speech that is a sentence of its own, only that speech was meant."""
    for report in reports:
        for at, (start, end) in enumerate(report.ranges):
            ends = start < stretch.start and stretch.inner_end <= end <= stretch.end + 1 < report.position
            begins = stretch.start <= start <= stretch.inner_start and end > stretch.end
            if ends or (begins and _aside(text[stretch.end : end])):
                report.ranges[at] = (stretch.start, stretch.end)


def _aside(rest: str) -> bool:
    """Whether words after direct speech only tell when or how it was said."""
    return rest.lstrip(" ,").split(" ", 1)[0] in _ASIDES


def _snap(reports: list[Report], stretch: Marked) -> None:
    """Grow ranges that cut a stretch in two, so that they hold it whole."""
    for report in reports:
        for at, (start, end) in enumerate(report.ranges):
            if 0 <= stretch.start - end <= 1 and report.position < start:
                report.ranges[at] = (start, stretch.end)  # called that "a disgrace"
            elif start < stretch.end and stretch.start < end and not (start <= stretch.start and stretch.end <= end):
                if start >= stretch.inner_start and end <= stretch.inner_end and end - start < 3:
                    continue
                report.ranges[at] = (min(start, stretch.start), max(end, stretch.end))


def _by_verb(doc: Doc, frame: Frame, stand_in: tuple[int, int], by_verb: dict[int, Report]) -> Report | None:
    found = reporter(doc, *stand_in)
    if found is None:
        return None
    verb, source = found
    report = by_verb.get(verb.i)
    if report is None:
        report = by_verb[verb.i] = Report(cue_text(verb), source, [], verb.i, position=frame.start(verb.idx))
    return report


def _floating(reports: list[Report], stretch: Marked, at: int, previous: Report | None) -> Report:
    """Direct speech with no cue of its own, at a token: the one who spoke last before it goes on."""
    earlier = [one for one in reports if one.cue != ACCORDING and max(end for _, end in one.ranges) <= stretch.start]
    earlier.sort(key=lambda one: max(*(end for _, end in one.ranges), one.position), reverse=True)
    last = next((one for one in earlier if not is_nested(one, reports)), previous)
    return Report(None, None, [], at, before=last, position=stretch.start)


def _may_answer(doc: Doc, frame: Frame, last: Report | None, stretch: Marked, *, here: bool) -> bool:
    """Whether words without a cue may be the answer of somebody who was just asked something.

    Args:
        doc: the parse of the frame.
        frame: the paragraph.
        last: the report before the words.
        stretch: the words.
        here: whether that report is of this paragraph, rather than of the one before.
    """
    if last is None or last.cue is None or _ASKING.isdisjoint(last.cue.split()):
        return False
    said = frame.source[stretch.inner_start : stretch.inner_end]
    answers = _YES_OR_NO.match(said) is not None
    if not here:
        return answers
    # Who asks nobody, or asks in quotation marks, often goes on.
    in_marks = any(not _MARKS.isdisjoint(frame.source[start:end]) for start, end in last.ranges)
    asked = child(doc[last.verb], "dobj", "dative")
    goes_on = asked is None or in_marks or said.rstrip().endswith("?")
    return not is_passive(doc[last.verb]) and (answers or not goes_on)
