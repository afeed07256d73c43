"""Acts of reporting in one parsed paragraph: the cue, the words that name the source, and what was said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from index.core.article import Span
from index.quotations.lexicon.verbs import ADDRESSED, CUES, NAMERS, NOUNS, OPINING, Cue
from index.quotations.speech.clauses import (
    child,
    extent,
    is_surname,
    is_unsaid,
    outer,
    phrase_after,
    subject,
    trimmed,
    turn_to_another,
)
from index.quotations.speech.content import contents, inverted_contents
from index.quotations.speech.quote_marks import MaskedParagraph

# No paragraph of prose reports more often; the joins after this compare every pair.
_MOST = 400
# What is longer is a list or a mishap, and walks up and down its parse take quadratic time.
_LONGEST_SENTENCE = 500
ACCORDING = "according to"
_ADVERBS = frozenset({"also", "later", "then", "once", "again", "repeatedly", "reportedly", "still", "now", "even"})


@dataclass(slots=True, eq=False)
class SpeechReport:
    """One act of reporting; ranges are code points of the paragraph.

    Attributes:
        cue: the words that report, or None for words that only continue an earlier report.
        source: head of the noun phrase that names the speaker; a str for a transcript's heading; None if not named.
        ranges: pieces of what was said.
        verb: position of the cue in the parse, -1 for none.
        before: a report whose speaker goes on here.
        unclear: whether nothing tells who goes on.
        position: where the cue begins.
        paragraph: number of the paragraph, from 0, once it is known.
        number: of the quotation in its article, -1 until it has one.
        speaker: canonical name, once it is resolved.
    """

    cue: str | None
    source: Token | str | None
    ranges: list[Span]
    verb: int = -1
    before: SpeechReport | None = None
    unclear: bool = False
    position: int = 0
    paragraph: int = -1
    number: int = -1
    speaker: str | None = None


def find_reports(doc: Doc, frame: MaskedParagraph) -> list[SpeechReport]:
    """Return the reports that the syntax of a paragraph shows, in the order of their cues."""
    found: list[SpeechReport] = []
    by_verb: dict[int, SpeechReport] = {}
    for token in _prose(doc):
        if len(found) == _MOST:
            break
        report = _from_verb(token) or _from_according(token) or _from_noun(token)
        turn = turn_to_another(token) if report is not None or _says_nothing(token) else None
        if turn is not None:
            for one in found:
                if token.sent.start <= one.verb < turn and _follows_words(one):
                    _end_before(one, turn, token, frame)
        if report is None:
            continue
        report.ranges = [(frame.start(start), frame.end(end)) for start, end in report.ranges]
        report.position = frame.start(token.idx)
        found.append(report)
        by_verb[token.i] = report
        above = outer(token) if token.pos_ == "VERB" else None
        if above is not None and above.i in by_verb:
            _end_before(by_verb[above.i], _goes_on_at(token), token, frame)
    return found


def find_lead_in(doc: Doc, frame: MaskedParagraph) -> SpeechReport | None:
    """Return the report that a paragraph ends with where its words come in the next: "Reyes put it so:"."""
    if not frame.source.rstrip().endswith(":"):
        return None
    sentences = list(doc.sents)
    for token in reversed(sentences[-1]) if sentences else ():
        cue = CUES.get(token.lower_)
        if cue is not None and cue.clause and token.pos_ == "VERB" and not is_unsaid(token):
            source = subject(token)
            if source is not None and _is_subject(source):
                return SpeechReport(cue_text(token), source, [], token.i, position=frame.start(token.idx))
    return None


def _prose(doc: Doc) -> Iterator[Token]:
    """Yield the words of the sentences that somebody may have written as such."""
    for sentence in doc.sents:
        if len(sentence) <= _LONGEST_SENTENCE:
            yield from sentence


def is_nested(report: SpeechReport, reports: Sequence[SpeechReport]) -> bool:
    """Return whether somebody is only reported to have reported it: those are not words on the record."""
    return any(
        start <= report.position < end
        for other in reports
        if other is not report and other.cue != ACCORDING
        for start, end in other.ranges
    )


def _follows_words(report: SpeechReport) -> bool:
    """Whether a report stands behind words that it tells: "The pier is old, Brandvold said, …"."""
    return bool(report.ranges) and report.ranges[0][0] < report.position


def _says_nothing(verb: Token) -> bool:
    """Whether somebody speaks whose words are not told: "Olmo disagreed", "Olmo declined to comment"."""
    cue = CUES.get(verb.lower_)
    return cue is not None and verb.pos_ == "VERB" and (cue.lemma in OPINING or (cue.clause and is_unsaid(verb)))


def _goes_on_at(verb: Token) -> int:
    """Where the words begin that go on reporting: "and later added"."""
    return int(min([verb.i, *(one.left_edge.i for one in verb.children if one.dep_ in {"advmod", "aux", "neg"})]))


def _end_before(report: SpeechReport, first: int, verb: Token, frame: MaskedParagraph) -> None:
    """End what a report says before the words, from a token on, with which a verb goes on reporting or begins to."""
    at = first - 1
    while at > 0 and (verb.doc[at].is_punct or verb.doc[at].lower_ in {"and", "but", "or", "then", "also"}):
        at -= 1
    stop, place = frame.end(verb.doc[at].idx + len(verb.doc[at])), frame.start(verb.idx)
    report.ranges = [(start, min(end, stop)) if start < place < end else (start, end) for start, end in report.ranges]
    report.ranges = [(start, end) for start, end in report.ranges if start < end]


def _from_verb(token: Token) -> SpeechReport | None:
    cue = CUES.get(token.lower_)
    if cue is None or cue.quoted_only or token.pos_ not in {"VERB", "AUX"} or is_unsaid(token):
        return None
    if token.text[0].isupper() and not token.is_sent_start:  # a headline's or a title's
        return None
    source = _inverted(token, cue)
    if source is not None:
        return SpeechReport(cue_text(token), source, inverted_contents(token, source), token.i)
    source = subject(token)
    if source is None or not _is_subject(source) or _is_nobody(source):
        return None
    if source.i > token.i and source.head == token:  # of a long title behind the verb, the parser may see the beginning
        source = phrase_after(token) or source
    ranges = contents(token, cue)
    if not ranges:
        return None
    return SpeechReport(cue_text(token), source, ranges, token.i)


def _inverted(verb: Token, cue: Cue) -> Token | None:
    """The subject after a verb between commas: "The mill, said Ana Reyes, is closed"."""
    doc = verb.doc
    if (
        not cue.clause
        or verb.i < 2
        or doc[verb.i - 1].text != ","
        or cue.lemma in ADDRESSED
        or cue.lemma in NAMERS
        or verb.tag_ not in {"VBD", "VBZ", "VBP"}
        or (child(verb, "nsubj") is not None and all(one.i < verb.i for one in verb.children if one.dep_ == "nsubj"))
    ):
        return None
    source = phrase_after(verb)
    if source is None or doc[verb.i - 2].text in {"”", "''"}:
        return None
    after = source.i + 1
    return source if after >= verb.sent.end or doc[after].text in {",", ".", "(", ";"} else None


def cue_text(verb: Token) -> str:
    """Return a reporting verb with its particle, adverb and "in a statement"."""
    first = last = verb.i
    for one in verb.children:
        if one.dep_ in {"aux", "prt"} or (one.dep_ == "advmod" and one.lower_ in _ADVERBS and one.i < verb.i):
            if is_surname(one) or any(verb.doc[at].is_punct for at in range(min(one.i, verb.i), max(one.i, verb.i))):
                continue
            first, last = min(first, one.i), max(last, one.i)
        elif (
            one.dep_ == "prep"
            and one.i > verb.i
            and re.match(r"in (?:a|an|his|her|its|their)\b", one.doc[one.i : one.i + 2].text)
        ):
            last = max(last, one.right_edge.i)
    if last - first > 8:
        first = last = verb.i
    return str(verb.doc[first : last + 1].text)


def _from_according(token: Token) -> SpeechReport | None:
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
    elif after is not None and (after[1] - after[0] > 12 or "“" in doc.text[after[0] - 1 : after[1]]):
        ranges = [after]
    else:
        return None
    return SpeechReport(ACCORDING, source, ranges, token.i)


def _from_noun(token: Token) -> SpeechReport | None:
    """Such as "her claim that the mill is safe": the possessor speaks."""
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
    return SpeechReport(str(token.text), source, [extent(clause)], token.i)


def _is_nobody(source: Token) -> bool:
    return source.lower_ in {"nobody", "none"} or any(one.lower_ in {"no", "neither"} for one in source.children)


def _is_subject(source: Token) -> bool:
    # The tagger takes some surnames for verbs ("Trump", "Reid").
    named = source.dep_ == "nsubj" and source.text[0].isupper()
    return named or source.pos_ in {"NOUN", "PROPN", "PRON", "NUM", "ADJ", "DET", "X", "SYM"}
