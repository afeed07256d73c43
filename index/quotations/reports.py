"""Acts of reporting in one parsed paragraph: the cue, the words that name the source, and what was said."""

from __future__ import annotations

import re
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from index.quotations.contents import Range, contents
from index.quotations.cues import CUES, NOUNS
from index.quotations.frame import Frame
from index.quotations.syntax import child, extent, is_negated, is_passive, subject, trimmed

ACCORDING = "according to"
_ADVERBS = frozenset({"also", "later", "then", "once", "again", "repeatedly", "reportedly", "still", "now", "even"})


@dataclass(slots=True)
class Report:
    """One act of reporting; ranges are code points of the paragraph.

    Attributes:
        cue: the words that report, or None for words that only continue an earlier report.
        source: head of the noun phrase that names the speaker; a str for a transcript's heading; None if not named.
        ranges: pieces of what was said.
        verb: position of the cue in the parse, -1 for none.
        paragraph: number of the paragraph, from 0.
        before: a report whose speaker goes on here.
        position: where the cue begins.
        number: of the quotation in its article, -1 until it has one.
        speaker: canonical name, once it is resolved.
    """

    paragraph: int
    cue: str | None
    source: Token | str | None
    ranges: list[Range]
    verb: int = -1
    before: Report | None = None
    position: int = 0
    number: int = -1
    speaker: str | None = None


def find_reports(doc: Doc, frame: Frame, paragraph: int) -> list[Report]:
    """Return the reports that the syntax of a paragraph shows, in the order of their cues."""
    found: list[Report] = []
    for token in doc:
        report = _from_verb(token) or _from_according(token) or _from_noun(token)
        if report is None:
            continue
        report.paragraph = paragraph
        report.ranges = [(frame.start(start), frame.end(end)) for start, end in report.ranges]
        report.position = frame.start(token.idx)
        found.append(report)
    return found


def _from_verb(token: Token) -> Report | None:
    cue = CUES.get(token.lower_)
    if cue is None or cue.quoted_only or token.pos_ not in {"VERB", "AUX"} or is_negated(token):
        return None
    source = subject(token)
    if source is None or not _is_subject(source):
        return None
    ranges = contents(token, cue)
    if not ranges:
        return None
    return Report(-1, cue_text(token), source, ranges, token.i)


def cue_text(verb: Token) -> str:
    """Return a reporting verb with its particle, adverb and "in a statement"."""
    first = last = verb.i
    for one in verb.children:
        if one.dep_ in {"aux", "prt"} or (one.dep_ == "advmod" and one.lower_ in _ADVERBS and one.i < verb.i):
            first, last = min(first, one.i), max(last, one.i)
        elif one.dep_ == "prep" and one.i > verb.i and re.match(r"in (?:a|an|his|her|its|their)\b", one.doc[one.i :].text):
            last = max(last, one.right_edge.i)
    if last - first > 8:
        first = last = verb.i
    return str(verb.doc[first : last + 1].text)


def _from_according(token: Token) -> Report | None:
    if token.lower_ != "according":
        return None
    link = child(token, "prep")
    source = child(link, "pobj") if link is not None else None
    if source is None:
        return None
    doc, sentence = token.doc, token.sent
    last = source.right_edge.i
    before = trimmed(doc, sentence.start, token.i - 1) if token.i > sentence.start else None
    after = trimmed(doc, last + 1, sentence.end - 1) if last + 1 < sentence.end else None
    if before is not None and (before[1] - before[0] > 12 or "“" in doc.text[before[0] : before[1]]):
        ranges = [before]
        if after is not None and after[1] - after[0] > 20 and doc[last + 1].text == ",":
            ranges.append(after)
    elif after is not None and after[1] - after[0] > 12:
        ranges = [after]
    else:
        return None
    return Report(-1, ACCORDING, source, ranges, token.i)


def _from_noun(token: Token) -> Report | None:
    """"her claim that the mill is safe": the possessor speaks."""
    if token.lower_ not in NOUNS or token.pos_ != "NOUN":
        return None
    source = child(token, "poss")
    clause = child(token, "acl", "ccomp")
    if source is None or clause is None or child(clause, "mark") is None:
        head = token.head
        if source is None or token.dep_ != "nsubj" or head.lower_ not in {"is", "was"}:
            return None
        clause = child(head, "ccomp")
        if clause is None or clause.i < head.i:
            return None
    return Report(-1, str(token.text), source, [extent(clause)], token.i)


def _is_subject(source: Token) -> bool:
    return bool(source.pos_ in {"NOUN", "PROPN", "PRON", "NUM", "ADJ", "DET", "X", "SYM"})
