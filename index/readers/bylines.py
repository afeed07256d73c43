"""Who wrote an article, as a line "By Ada Crane and Ben Doe" tells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

_LINES = 4
_LONGEST = 120
_NAME = r"(?:(?:[A-ZÀ-ÖØ-Þ][\w.'’-]*|van|von|der|den|de|da|di|la|le|al|bin|el)\s+){1,5}[A-ZÀ-ÖØ-Þ][\w.'’-]*"
# What may stand behind the names: an office, an outlet, an address for mail, a day.
_BEHIND = r"(?:\s*[,|·•–—-]\s+\S.*|\s+for\s+(?:the\s+)?[A-ZÀ-ÖØ-Þ].*|\s+\S+@\S+)?"
_LINE = re.compile(rf"(?:(?i:story\s+)?(?i:by):?)\s+(?P<names>{_NAME}(?:(?:,?\s+and|\s+&|,)\s+{_NAME})*){_BEHIND}")
_OFFICE = re.compile(
    r",\s+(?:the\s+|a\s+)?(?:staff|special|associated|contributing|senior|chief|guest|news|political|sports|managing)\b.*"
    r"|,\s+[^,]*\b(?:writers?|reporters?|editors?|correspondents?|columnists?|press|news|times|post|bureau)\b.*",
    re.IGNORECASE,
)
# "By Monday Night", "By Popular Demand" are headings.
_NO_NAME = re.compile(r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|The|This|That|Next|Popular|Then|Now)\b")
_BY = re.compile(r"\A\s*(?:by:?|written\s+by:?)\s+", re.IGNORECASE)


def byline_of_lines(paragraphs: Iterable[str]) -> str | None:
    """Return the names in the first line of a text, of the first four, that is a byline; None where none is.

    >>> byline_of_lines(["Ferry stays", "By Ada Crane and Ben Doe, Staff Writers"])
    'Ada Crane and Ben Doe'
    """
    for line in islice(paragraphs, _LINES):
        is_sentence = len(line) > _LONGEST or line.rstrip().endswith((".", "!", "?", ":"))
        found = None if is_sentence else _LINE.fullmatch(line.strip())
        if found and not _NO_NAME.match(found["names"]):
            return _OFFICE.sub("", found["names"])
    return None


def without_by(told: str) -> str:
    """Return a byline without the "By" that it begins with."""
    return _BY.sub("", told)
