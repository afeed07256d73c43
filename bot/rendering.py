"""One Answer as plain text, and what every front end shares: citation lines, speakers, safe characters."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, TypeVar, cast
from urllib.parse import quote

from retrieval.answer import Answer, Citation, Hit

if TYPE_CHECKING:
    from retrieval.listing import Quoted, SpeakerSummary

T = TypeVar("T")

NEAREST = "Nearest:"
_IN_ADDRESSES = "!#$%&'()*+,/:;=?@[]~"  # what may stand in a web address beside letters, digits and "-._"
# C0 and C1 controls (ESC, CSI, BEL, …) and bidirectional overrides act on a screen; lone surrogates, which JSON
# can spell, cannot be written at all.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    r"""Return text that is safe to write to a screen, with every other code point where it was.

    >>> printable("a\tb\x1b[31mc")
    'a b�[31mc'
    """
    return _UNPRINTABLE.sub(lambda found: " " if found.group().isspace() else "\N{REPLACEMENT CHARACTER}", text)


def printable_parts(value: T) -> T:
    """Return an Answer or a Hit, or a tuple of them, with every text in it made printable."""
    if isinstance(value, str):
        return cast("T", printable(value))
    if isinstance(value, tuple):
        return cast("T", tuple(printable_parts(part) for part in value))
    if is_dataclass(value) and not isinstance(value, type):
        parts = {part.name: printable_parts(getattr(value, part.name)) for part in fields(value)}
        return cast("T", replace(value, **parts))
    return value


def citation_line(citation: Citation) -> str:
    """Return where a hit stands, for people: outlet, date, title, paragraph.

    >>> from retrieval.answer import Citation
    >>> citation_line(Citation("Pier to close", "Harbor Ledger", "2031-04-02", None, 3, (0, 9), "pier.txt", ""))
    'Harbor Ledger, 2 April 2031, “Pier to close”, paragraph 3'
    """
    return _line(citation, f"“{citation.title}”")


def place_line(citation: Citation) -> str:
    """Return where a hit stands in few words: outlet, date, paragraph.

    >>> from retrieval.answer import Citation
    >>> place_line(Citation("Pier to close", "Harbor Ledger", "2031-04-02", None, 3, (0, 9), "pier.txt", ""))
    'Harbor Ledger, 2 April 2031, paragraph 3'
    """
    return _line(citation)


def _line(citation: Citation, *title: str) -> str:
    note = [citation.note] if citation.note else []
    return ", ".join([*origin_parts(citation), *title, f"paragraph {citation.paragraph}", *note])


def same_passage(one: Hit, other: Hit) -> bool:
    """Tell whether two hits are the same passage, whatever of it answered."""
    return (one.article, one.paragraph) == (other.article, other.paragraph)


def origin_parts(citation: Citation) -> list[str]:
    """Return who published an article, or the name of its file, and when it was published."""
    return [citation.outlet or citation.source, *([long_date(citation.date)] if citation.date else [])]


def link_target(url: str | None) -> str | None:
    r"""Return an address that a terminal may open at a click, or None where it is none of the web.

    >>> link_target("https://ledger.example/a b"), link_target("file:///etc/passwd"), link_target("http://x\x1b]8;;")
    ('https://ledger.example/a%20b', None, None)
    """
    # Where there is a replacement character now, something else stood.
    if not url or "\N{REPLACEMENT CHARACTER}" in url or printable(url) != url:
        return None
    if not re.match(r"https?://[!-.0-~]", url, re.IGNORECASE):
        return None
    return quote(url, safe=_IN_ADDRESSES)


def long_date(iso: str) -> str:
    """Return an ISO date the way an article would write it: ``7 February 2017``."""
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"


def summary_line(answer: Answer) -> str | None:
    """Return the one line that stands above the passages, or None where the passages speak for themselves."""
    if answer.status == "ambiguous":
        return f"{answer.message or 'Who is meant?'} {' · '.join(answer.choices)}"
    return answer.message


def speakers_line(hit: Hit) -> str | None:
    """Return who is quoted in the highlighted words of a hit, or None where nobody is."""
    names = dict.fromkeys(
        quotation.speaker
        for quotation in hit.quotations
        if quotation.speaker and any(quotation.start < end and start < quotation.end for start, end in hit.highlights)
    )
    return ", ".join(names) or None


def plain_text(answer: Answer) -> str:
    """Return an answer for a pipe: a numbered list of passages, verbatim but for controls, each with its citation."""
    answer = printable_parts(answer)
    hits = answer.hits or answer.nearest
    heading = None if answer.hits or not answer.nearest else NEAREST
    blocks = [summary_line(answer), heading, *(plain_hit(hit, f"{number}. ") for number, hit in enumerate(hits, 1))]
    return "\n\n".join(block for block in blocks if block)


def plain_hit(hit: Hit, gutter: str = "") -> str:
    """Return a passage for a pipe, behind a gutter such as its number, with its citation below."""
    hit = printable_parts(hit)
    speaker = speakers_line(hit)
    origin = [f"— {speaker}. " if speaker else "", citation_line(hit.citation)]
    lines = [f"{gutter}{hit.text}", f"   {''.join(origin)}"]
    if hit.citation.url:
        lines.append(f"   {hit.citation.url}")
    return "\n".join(lines + [f"   also in {citation_line(copy.citation)}" for copy in hit.also])


def quoted_text(record: Quoted) -> str:
    """Return a quotation with its speaker, and its citation on a line of its own."""
    speaker = record.quotation.speaker or "somebody"
    words = printable(marked(record.text, record.quotation.kind))
    return f"{printable(speaker)} ({record.quotation.kind}): {words}\n   {printable(citation_line(record.citation))}\n"


def marked(words: str, kind: str) -> str:
    """Return the words of a quotation, in quotation marks where they are the speaker's very words."""
    return f"“{words}”" if kind == "direct" else words


def speaker_text(summary: SpeakerSummary) -> str:
    """Return a speaker in one line: how many quotations, who, in how many articles, from when to when."""
    dates = " to ".join(dict.fromkeys(date for date in (summary.first, summary.last) if date))
    articles = f"{summary.articles} article{'s' if summary.articles > 1 else ''}"
    return f"{summary.quotations:>6}  {printable(summary.name)} ({', '.join(filter(None, (articles, dates)))})"
