"""One parsed article to its Reading: reports, marks, speakers, and the records made of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spacy.tokens import Doc

from index.quotations.cast import Cast
from index.quotations.direct import join_marks
from index.quotations.frame import Frame
from index.quotations.marks import Marked
from index.quotations.reports import Report, find_lead_in, find_reports, is_nested
from index.quotations.sources import Sources
from index.quotations.transcripts import find_laid_out, is_notice
from index.quotations.types import Kind, Quotation, Reading
from index.spans import Span

_DIRECT_SHARE = 0.9
_EDGES = ",;:—–―-"
_SENTENCE = re.compile(r"[.!?]\s+[A-Z“\"]")


def read_parsed(paragraphs: Sequence[str], frames: Sequence[Frame], docs: Sequence[Doc]) -> Reading:
    """Return the reading of an article.

    Args:
        paragraphs: its texts.
        frames: the frame of each.
        docs: the parse of each frame's text.
    """
    sources = Sources(Cast(docs))
    quotations: list[Quotation] = []
    previous: Report | None = None
    laid_out = find_laid_out(paragraphs, frames)
    numbers = 0
    for number, (text, frame, doc) in enumerate(zip(paragraphs, frames, docs, strict=True)):
        joined = join_marks(doc, frame, find_reports(doc, frame), None if is_notice(text) else previous)
        told = [one for one in joined if not is_nested(one, joined)]
        reports = [laid_out[number]] if number in laid_out else told
        lead_in = None if reports else find_lead_in(doc, frame)
        found = [*reports, *filter(None, [lead_in])]
        for report in found:
            report.paragraph = number
        sources.read(doc, frame, number, found)
        for report in reports:
            if report.before is not None and report.before.speaker == report.speaker:
                report.number = report.before.number
            if report.number < 0:
                report.number, numbers = numbers, numbers + 1
            quotations.extend(_records(text, frame.marked, report))
        previous = lead_in or _open_report(text, reports)
    ordered = sorted(dict.fromkeys(quotations), key=lambda one: (one.paragraph, one.start, one.end))
    return Reading(tuple(ordered), sources.speakers())


def _open_report(text: str, reports: Sequence[Report]) -> Report | None:
    """The report with which a paragraph ends, which words in marks at the start of the next one go on."""
    if not reports:
        return None
    last = max(reports, key=lambda one: max(end for _, end in one.ranges))
    if last.source is None and last.before is None:
        return None
    rest = text[max(last.position, *(end for _, end in last.ranges)) :].rstrip()
    return None if _SENTENCE.search(rest) else last


def _records(text: str, marked: Sequence[Marked], report: Report) -> list[Quotation]:
    records = []
    for start, end in sorted(set(report.ranges)):
        begin, stop = _without_marks(text, marked, *_trim(text, start, end, _EDGES))
        if begin < stop and any(char.isalnum() for char in text[begin:stop]):
            kind = _kind(text, marked, begin, stop)
            records.append(Quotation(report.paragraph, begin, stop, kind, report.speaker, report.cue, report.number))
    return records


def _trim(text: str, start: int, end: int, signs: str = "") -> Span:
    while start < end and (text[start].isspace() or text[start] in signs):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in signs):
        end -= 1
    return start, end


def _without_marks(text: str, marked: Sequence[Marked], start: int, end: int) -> Span:
    for stretch in marked:
        if stretch.start <= start + 1 and start <= stretch.inner_start and stretch.inner_end <= end <= stretch.end + 1:
            return _trim(text, stretch.inner_start, stretch.inner_end)
    return start, end


def _kind(text: str, marked: Sequence[Marked], start: int, end: int) -> Kind:
    def letters(first: int, last: int) -> int:
        return sum(char.isalnum() for char in text[first:last])

    quoted = sum(
        letters(max(start, one.inner_start), min(end, one.inner_end))
        for one in marked
        if one.inner_start < end and start < one.inner_end
    )
    share = quoted / max(letters(start, end), 1)
    if share >= _DIRECT_SHARE:
        return "direct"
    return "mixed" if quoted else "indirect"
