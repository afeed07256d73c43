"""Speakers named by layout alone: `REYES: …` in transcripts, and a dash with a name below a quotation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from index.core.sentences import CAPITALS
from index.quotations.lexicon.verbs import CUES
from index.quotations.speech.quote_marks import MaskedParagraph
from index.quotations.speech.reports import SpeechReport

_NAME = rf"[{CAPITALS}][\w.'’-]*(?: (?:[{CAPITALS}][\w.'’-]*|de|la|van|von|der|del|al|bin)){{0,4}}"
_LOUD = re.compile(
    rf"\s*[“\"]?([{CAPITALS}][{CAPITALS}.'’ -]{{0,60}}[{CAPITALS}](?: [{CAPITALS}][{CAPITALS}.'’-]+)*)"
    r"(?:\s*\([^)]{1,40}\))?:\s+(?=\S)"
)
_NOTICE = re.compile(
    r"\s*(?:(?:update|note|watch|read|see|more|related|correction|photos?|video|listen|headlines?|opinion|advertisement)\b"
    r"[^:.,“\"]{0,30}"
    r"|q|a|question|answer):",
    re.IGNORECASE,
)
_SPEAKER = re.compile(rf"\s*[“\"]?({_NAME}): (?=[{CAPITALS}‘“])")
_HEADED = re.compile(rf"\s*({_NAME})(?:, ?[^:“\"]{{1,60}}|\s*\([^)]{{1,50}}\))?:\s*(?=[“\"'‘])")
_INVERTED = re.compile(r"(said|wrote|[a-z]+(?:ed|s)) (?=\S)", re.IGNORECASE)
_DAY = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|yesterday", re.IGNORECASE)
_SIGNED = re.compile(rf"\s*[―—–-]{{1,2}}\s*({_NAME})(?:,[^.!?“\"]{{1,80}})?[.\s]*$")


def find_laid_out(paragraphs: Sequence[str], frames: Sequence[MaskedParagraph]) -> dict[int, SpeechReport]:
    """Return the report that the layout of a paragraph makes of it, by the number of the paragraph."""
    found: dict[int, SpeechReport] = {}
    headings = _headings(paragraphs)
    for number, (text, frame) in enumerate(zip(paragraphs, frames, strict=True)):
        heading = headings.get(number)
        if heading is not None:
            quoted = frame.marked[0] if frame.marked and frame.marked[0].start < heading.start(1) else None
            end = quoted.inner_end if quoted is not None and quoted.inner_start <= heading.start(1) else len(text)
            found[number] = _report(heading.group(1), ":", (heading.end(), end))
            continue
        below = paragraphs[number + 1] if number + 1 < len(paragraphs) else ""
        report = _headed(text, frame) or _signed(text, below, frame)
        if report is not None:
            found[number] = report
    return found


def is_notice(text: str) -> bool:
    """Whether a paragraph is headed by what is nobody's name: "RELATED: …", "Read more: …", "Q: …"."""
    return _NOTICE.match(text) is not None


def _headings(paragraphs: Sequence[str]) -> dict[int, re.Match[str]]:
    """Names that head paragraphs. One alone may be a dateline; a transcript repeats its names, capitals or not."""
    capitals = _matches(_LOUD, paragraphs)
    names = _matches(_SPEAKER, paragraphs)
    found = names if sum(count > 1 for count in _surnames(names).values()) > 1 else {}
    return found | (capitals if any(count > 1 for count in _surnames(capitals).values()) else {})


def _matches(pattern: re.Pattern[str], paragraphs: Sequence[str]) -> dict[int, re.Match[str]]:
    found = ((number, pattern.match(text)) for number, text in enumerate(paragraphs))
    return {number: match for number, match in found if match is not None and not is_notice(match.string)}


def _surnames(headings: dict[int, re.Match[str]]) -> Counter[str]:
    return Counter(_surname(match) for match in headings.values())


def _surname(heading: re.Match[str]) -> str:
    return heading.group(1).split()[-1]


def _report(name: str, cue: str | None, content: tuple[int, int]) -> SpeechReport:
    return SpeechReport(cue, _without_verb(name), [content])


def _without_verb(heading: str) -> str:
    """The name of "Said Ana Reyes: …"; the verb alone of "Said Monday: …", which is nobody's name."""
    verb = _INVERTED.match(heading)
    if verb is None or verb[1].lower() not in CUES:
        return heading
    return verb[1] if _DAY.fullmatch(heading, verb.end()) else heading[verb.end() :]


def _headed(text: str, frame: MaskedParagraph) -> SpeechReport | None:
    match = _HEADED.match(text)
    if match is None or is_notice(text) or not frame.marked or frame.marked[0].start != match.end():
        return None
    # "Last May, Ana Reyes said:" is a sentence, not a heading.
    if any(word.strip(",:") in CUES for word in match.group().split()[1:]):
        return None
    return _report(match.group(1), ":", (frame.marked[0].start, frame.marked[0].end))


def _signed(text: str, below: str, frame: MaskedParagraph) -> SpeechReport | None:
    if len(frame.marked) != 1 or text[: frame.marked[0].start].strip():
        return None
    stretch = frame.marked[0]
    match = _SIGNED.match(text, stretch.end) if text[stretch.end :].strip() else _SIGNED.match(below)
    return _report(match.group(1), None, (stretch.start, stretch.end)) if match else None
