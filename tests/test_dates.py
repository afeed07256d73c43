"""The time that a question names."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.query.dates import find_period

NOW = date(2031, 5, 14)  # a Wednesday


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("in February 2030", "2030-02-01", "2030-02-28"),
        ("in Feb. 2030", "2030-02-01", "2030-02-28"),
        ("in March", "2031-03-01", "2031-03-31"),
        ("in June", "2030-06-01", "2030-06-30"),
        ("in 2029", "2029-01-01", "2029-12-31"),
        ("on 3 May 2030", "2030-05-03", "2030-05-03"),
        ("on May 3rd, 2030", "2030-05-03", "2030-05-03"),
        ("on May 20", "2030-05-20", "2030-05-20"),
        ("2030-05-03", "2030-05-03", "2030-05-03"),
        ("yesterday", "2031-05-13", "2031-05-13"),
        ("on Monday", "2031-05-12", "2031-05-12"),
        ("last Wednesday", "2031-05-07", "2031-05-07"),
        ("this week", "2031-05-12", "2031-05-18"),
        ("last week", "2031-05-05", "2031-05-11"),
        ("last month", "2031-04-01", "2031-04-30"),
        ("last year", "2030-01-01", "2030-12-31"),
        ("in the past three days", "2031-05-11", "2031-05-14"),
        ("two days ago", "2031-05-12", "2031-05-12"),
        ("since Monday", "2031-05-12", "2031-05-14"),
        ("after 3 May 2031", "2031-05-04", "2031-05-14"),
        ("before 2030", "0001-01-01", "2029-12-31"),
        ("until 2030", "0001-01-01", "2030-12-31"),
        ("by May 2030", "0001-01-01", "2030-05-31"),
    ],
)
def test_is_read(words: str, first: str, last: str) -> None:
    period = find_period(f"what did Brandvold say {words} about the ferry?", NOW)
    assert period
    assert (str(period.first), str(period.last), period.words) == (first, last, words)


@pytest.mark.parametrize(
    "question",
    [
        "what may happen?",
        "who led the march on the hotel?",
        "what of the 2030 budget?",
        "on 31 June 2030",
        "what did May say?",
    ],
)
def test_is_not_seen_where_none_is_named(question: str) -> None:
    assert find_period(question, NOW) is None


def test_holds_the_articles_of_its_days() -> None:
    period = find_period("last week", NOW)
    assert period
    held = [period.holds(day) for day in ("2031-05-05", "2031-05-11", "2031-05-12", None)]
    assert held == [True, True, False, False]


@given(st.text(), st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)))
def test_any_text_can_be_read(text: str, now: date) -> None:
    period = find_period(text, now)
    assert period is None or period.words in text


@given(
    st.sampled_from(["{} weeks ago", "last {} years", "{}-{}-{}", "on {} May {}", "in May {}", "since June {}, {}"]),
    st.tuples(*[st.integers(0, 99999)] * 3),
)
def test_no_number_is_too_large(form: str, numbers: tuple[int, int, int]) -> None:
    find_period(form.format(*numbers), NOW)
