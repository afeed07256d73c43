"""Quotation marks joined to reports: each stretch in marks goes to the verb that reports it, or to none."""

from __future__ import annotations

import re

from spacy.tokens import Doc, Token

from index.core.article import Span
from index.quotations.lexicon.verbs import ADDRESSED, CUES
from index.quotations.speech.clauses import FINITE, child, is_passive, phrase_after, phrase_from, subject
from index.quotations.speech.quote_marks import MaskedParagraph, QuotedSpan
from index.quotations.speech.reports import ACCORDING, SpeechReport, cue_text, is_nested

_LINKS = frozenset({"ccomp", "dobj", "advcl", "parataxis", "intj", "dep", "oprd", "attr"})
_COPULAS = frozenset({"is", "was", "are", "were", "be", "been", "'s", "’s"})
_FAR = 25


def reporter(doc: Doc, begin: int, end: int) -> tuple[Token, Token] | None:
    """Return the reporting verb and the head of its subject for the stand-in at a character range, or None."""
    inside = doc.char_span(begin, end, alignment_mode="expand")
    if inside is None:
        return None
    head = inside.root.head
    if inside.root.dep_ in _LINKS and not inside.start <= head.i < inside.end and _reports(head):
        source = _source(head, inside.start, inside.end)
        if source is not None and (head.lower_ in CUES or _set_off(head, inside.start)):
            return head, source
    return _beside(doc, inside.start, inside.end)


def _reports(verb: Token) -> bool:
    # A capital inside the sentence is a name that the tagger took for a verb ("Trump", "Cruz").
    named = verb.text[0].isupper() and not verb.is_sent_start
    return bool(verb.pos_ in {"VERB", "AUX"} and verb.lower_ not in _COPULAS and not named)


def _set_off(verb: Token, start: int) -> bool:
    """Whether a verb of any meaning reports: it follows the words, or a colon or dash leads to them."""
    at = start - 1
    while at > 0 and verb.doc[at].is_space:
        at -= 1
    return bool(verb.i > start or verb.doc[at].text in {":", "—", "–", "―", "-", "--"})


def _source(verb: Token, start: int, end: int) -> Token | None:
    """The subject of a verb beside a stand-in from one token to another, also where the parser missed it."""
    cue = CUES.get(verb.lower_)
    if cue is not None and cue.lemma in ADDRESSED:  # told a station
        return _own_subject(verb, start, end) or _phrase_behind(verb, end)
    if _follows(verb, end) and not any(one.dep_ == "nsubj" and one.i < verb.i for one in verb.children):
        return phrase_after(verb) or _own_subject(verb, start, end)
    found = _own_subject(verb, start, end)
    if found is not None:
        return found
    if verb.dep_ == "acl" and verb.head.i >= end:
        return verb.head
    if verb.is_sent_start:  # Said Reyes: "…"
        return phrase_after(verb)
    return _name_between(verb, end) if verb.i > end else None


def _own_subject(verb: Token, start: int, end: int) -> Token | None:
    found = subject(verb)
    return found if found is not None and not start <= found.i < end else None


def _phrase_behind(verb: Token, end: int) -> Token | None:
    """The head of the phrase right behind a stand-in, where the verb comes later."""
    at = end
    while at < verb.i and verb.doc[at].is_punct:
        at += 1
    return phrase_from(verb.doc, at) if at < verb.i else None


def _follows(verb: Token, end: int) -> bool:
    at = end
    while at < verb.i and (verb.doc[at].is_punct or verb.doc[at].pos_ == "ADV"):
        at += 1
    return bool(at == verb.i and verb.lower_ in CUES)


def _name_between(verb: Token, end: int) -> Token | None:
    names = [one for one in verb.doc[end : verb.i] if one.ent_type_ == "PERSON"]
    return names[0] if names else None


def _beside(doc: Doc, start: int, end: int) -> tuple[Token, Token] | None:
    """The nearest reporting verb in the sentence of the stand-in, where the parser hung the speech elsewhere."""
    near: list[tuple[int, Token]] = []
    for token in doc[start].sent:
        cue = CUES.get(token.lower_)
        if start <= token.i < end or cue is None or token.pos_ != "VERB" or not (cue.clause or cue.quoted_only):
            continue
        near.append((start - token.i if token.i < start else token.i - end, token))
    for distance, token in sorted(near, key=lambda one: (one[0], one[1].i)):
        source = _source(token, start, end) if distance < _FAR else None
        if source is not None:
            return token, source
    return None


_MARKS = frozenset('"“”«')
_CLOSING = ('"', "”", "’", "'", "»")
_ASKING = frozenset({"ask", "asks", "asked", "inquired", "enquired"})
_YES_OR_NO = re.compile(r"\W*(?:yes|no|yeah|yep|nope|absolutely|of course|not at all)\b", re.IGNORECASE)
_ASIDES = frozenset({"when", "as", "while", "after", "before", "in", "during", "at", "on"})


def join_marks(
    doc: Doc, frame: MaskedParagraph, reports: list[SpeechReport], previous: SpeechReport | None
) -> list[SpeechReport]:
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


def _begins_sentence(text: str, stretch: QuotedSpan) -> bool:
    """Whether quoted words stand free; within a sentence that reports nothing they are a title or a term."""
    before = text[: stretch.start].rstrip()
    if before.endswith(_CLOSING):
        before = before.rstrip("".join(_CLOSING)) or "."
        return before[-1] != ","
    return not before or before[-1] in ".!?…:—–―-)]*"


def _covers(reports: list[SpeechReport], stretch: QuotedSpan) -> bool:
    return any(start <= stretch.start and stretch.end <= end for one in reports for start, end in one.ranges)


def _keep_nearest(doc: Doc, frame: MaskedParagraph, reports: list[SpeechReport], stretch: QuotedSpan) -> None:
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


def _give_up(reports: list[SpeechReport], report: SpeechReport, held: Span) -> None:
    report.ranges.remove(held)
    if not report.ranges:
        reports.remove(report)


def _leads_in(text: str, held: Span, stretch: QuotedSpan) -> bool:
    """Whether a range is direct speech and what a colon ends before it: "wrote a note: “…,” she said"."""
    start, end = held
    ends = stretch.inner_end <= end <= stretch.end + 1
    return start < stretch.start and ends and text[start : stretch.start].rstrip().endswith(":")


def _is_told(doc: Doc, frame: MaskedParagraph, start: int, end: int) -> bool:
    """Whether words between two places say something themselves: "said she had no time: “…,” she wrote"."""
    return any(token.tag_ in FINITE and start <= frame.start(token.idx) < end for token in doc)


def _cut(text: str, reports: list[SpeechReport], stretch: QuotedSpan) -> None:
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


def _snap(reports: list[SpeechReport], stretch: QuotedSpan) -> None:
    """Grow ranges that cut a stretch in two, so that they hold it whole."""
    for report in reports:
        for at, (start, end) in enumerate(report.ranges):
            if 0 <= stretch.start - end <= 1 and report.position < start:
                report.ranges[at] = (start, stretch.end)  # called that "a disgrace"
            elif start < stretch.end and stretch.start < end and not (start <= stretch.start and stretch.end <= end):
                if start >= stretch.inner_start and end <= stretch.inner_end and end - start < 3:
                    continue
                report.ranges[at] = (min(start, stretch.start), max(end, stretch.end))


def _by_verb(
    doc: Doc, frame: MaskedParagraph, stand_in: tuple[int, int], by_verb: dict[int, SpeechReport]
) -> SpeechReport | None:
    found = reporter(doc, *stand_in)
    if found is None:
        return None
    verb, source = found
    report = by_verb.get(verb.i)
    if report is None:
        report = by_verb[verb.i] = SpeechReport(cue_text(verb), source, [], verb.i, position=frame.start(verb.idx))
    return report


def _floating(reports: list[SpeechReport], stretch: QuotedSpan, at: int, previous: SpeechReport | None) -> SpeechReport:
    """Direct speech with no cue of its own, at a token: the one who spoke last before it goes on."""
    earlier = [one for one in reports if one.cue != ACCORDING and max(end for _, end in one.ranges) <= stretch.start]
    earlier.sort(key=lambda one: max(*(end for _, end in one.ranges), one.position), reverse=True)
    last = next((one for one in earlier if not is_nested(one, reports)), previous)
    return SpeechReport(None, None, [], at, before=last, position=stretch.start)


def _may_answer(
    doc: Doc, frame: MaskedParagraph, last: SpeechReport | None, stretch: QuotedSpan, *, here: bool
) -> bool:
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
