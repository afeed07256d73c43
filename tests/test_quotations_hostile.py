"""Whatever the text, spans are exact and ordered, nothing raises, and nothing takes quadratic time."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.core.article import Article
from index.quotations.pipeline import QuotationFinder
from index.quotations.speech.types import Reading

_MARKS = "“ ” \" '' `` ' ’ ‘ « » „ . , ? ! : — ― ( )".split(" ")
_SPACES = [" ", "  ", "\n", "\t", "\u00a0", "\u200b"]
_WORDS = [
    "said",
    "Ana Reyes",
    "he",
    "she",
    "that",
    "according to",
    "the mill",
    "is safe",
    "REYES:",
    "é",
    "🙂",
    "Mr.",
    "told",
]
_CLAUSES = ["who", "was told by", "It is so", "It is safe", "adding that", "and asked"]
_PIECES = st.sampled_from([*_MARKS, *_SPACES, *_WORDS, *_CLAUSES])
_PARAGRAPHS = st.lists(
    st.lists(_PIECES, max_size=25).map(" ".join) | st.lists(_PIECES, max_size=25).map("".join), max_size=5
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paragraphs=_PARAGRAPHS)
def test_spans_are_exact_ordered_and_inside(finder: QuotationFinder, paragraphs: list[str]) -> None:
    reading = _read(finder, paragraphs)
    places = [(one.paragraph, one.start, one.end) for one in reading.quotations]
    assert places == sorted(places)
    for one in reading.quotations:
        text = paragraphs[one.paragraph]
        words = text[one.start : one.end]
        assert 0 <= one.start < one.end <= len(text)
        assert words == words.strip()
        assert any(char.isalnum() for char in words)
    named = {speaker.name for speaker in reading.speakers}
    assert {one.speaker for one in reading.quotations if one.speaker} <= named


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "piece", ["“", "'", '"', "''", "“a ", "‘b’ ", "(", "A. ", "said ", "very said ", "“x,” he said, ", "AB "]
)
def test_a_long_run_of_hostile_marks_is_read_in_bounded_time(finder: QuotationFinder, piece: str) -> None:
    _read(finder, [piece * (30_000 // len(piece))])


def _read(finder: QuotationFinder, paragraphs: list[str]) -> Reading:
    return next(finder.read([Article("a", "t", tuple(paragraphs))]))
