"""The time that a question names."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.messages import remark_line
from retrieval.engine import Engine
from retrieval.query.dates import find_period

NOW = date(2031, 5, 14)  # a Wednesday
MONTHS = calendar.month_name[1:]


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
        # Two ends: what one leaves open is as the other has it.
        ("from January to March 2017", "2017-01-01", "2017-03-31"),
        ("between January and March 2017", "2017-01-01", "2017-03-31"),
        ("January to March 2017", "2017-01-01", "2017-03-31"),
        ("in January–March 2017", "2017-01-01", "2017-03-31"),
        ("in January-March 2017", "2017-01-01", "2017-03-31"),
        ("from January through March", "2031-01-01", "2031-03-31"),
        ("from November to February", "2030-11-01", "2031-02-28"),
        ("from November 2016 to February", "2016-11-01", "2017-02-28"),
        ("in March or April 2017", "2017-03-01", "2017-04-30"),
        ("3 to 5 May 2018", "2018-05-03", "2018-05-05"),
        ("on 3–5 May 2018", "2018-05-03", "2018-05-05"),
        ("on May 3–5, 2018", "2018-05-03", "2018-05-05"),
        ("between the 3rd and the 5th of May 2018", "2018-05-03", "2018-05-05"),
        ("from 28 December to 3 January 2019", "2018-12-28", "2019-01-03"),
        ("from 28 December 2018 to 3 January", "2018-12-28", "2019-01-03"),
        ("from 2015 to now", "2015-01-01", "2031-05-14"),
        ("between 2016 and 2018", "2016-01-01", "2018-12-31"),
        ("between 2018 and 2016", "2016-01-01", "2018-12-31"),
        ("in 2016–18", "2016-01-01", "2018-12-31"),
        ("in 2016-17", "2016-01-01", "2017-12-31"),
        ("in 2017-03", "2017-03-01", "2017-03-31"),
        ("from Monday to Friday", "2031-05-05", "2031-05-09"),
        ("Monday to Wednesday", "2031-05-12", "2031-05-14"),
        ("from early March to mid-April 2017", "2017-03-01", "2017-04-20"),
        ("from the summer of 2016 to the spring of 2017", "2016-06-01", "2017-05-31"),
        ("between the 1980s and the 1990s", "1980-01-01", "1999-12-31"),
        # Parts: early, mid and late are thirds.
        ("in early 2017", "2017-01-01", "2017-04-30"),
        ("in mid-2017", "2017-05-01", "2017-08-31"),
        ("late in 2017", "2017-09-01", "2017-12-31"),
        ("late last year", "2030-09-01", "2030-12-31"),
        ("in early May 2030", "2030-05-01", "2030-05-10"),
        ("late last weekend", "2031-05-10", "2031-05-11"),
        ("in late May", "2031-05-21", "2031-05-31"),
        ("in the mid-1990s", "1993-05-01", "1996-08-31"),
        ("at the beginning of 2017", "2017-01-01", "2017-04-30"),
        ("by the end of the year", "0001-01-01", "2031-12-31"),
        ("before the end of 2017", "0001-01-01", "2017-12-31"),
        ("since early 2017", "2017-01-01", "2031-05-14"),
        ("in the first half of 2017", "2017-01-01", "2017-06-30"),
        ("in the second half of March", "2031-03-16", "2031-03-31"),
        ("in the first quarter of 2018", "2018-01-01", "2018-03-31"),
        ("in Q3 2018", "2018-07-01", "2018-09-30"),
        ("in Q3", "2030-07-01", "2030-09-30"),
        ("last quarter", "2031-01-01", "2031-03-31"),
        # Longer ones.
        ("in the 1990s", "1990-01-01", "1999-12-31"),
        ("in the nineties", "1990-01-01", "1999-12-31"),
        ("in the ’90s", "1990-01-01", "1999-12-31"),
        ("in the late twenties", "2026-09-01", "2029-12-31"),
        ("before the 1990s", "0001-01-01", "1989-12-31"),
        ("last decade", "2020-01-01", "2029-12-31"),
        ("in the summer of 2017", "2017-06-01", "2017-08-31"),
        ("in the winter of 2017", "2016-12-01", "2017-02-28"),
        ("in winter 2016-17", "2016-12-01", "2017-02-28"),
        ("last summer", "2030-06-01", "2030-08-31"),
        ("this spring", "2031-03-01", "2031-05-31"),
        ("during 1969-76", "1969-01-01", "1976-12-31"),
        ("after summer 2017", "2017-09-01", "2031-05-14"),
        # Near ones.
        ("in the last 10 days", "2031-05-04", "2031-05-14"),
        ("over the last few weeks", "2031-04-23", "2031-05-14"),
        ("in the last two months", "2031-03-15", "2031-05-14"),
        ("in the past 12 years", "2019-05-17", "2031-05-14"),
        ("a couple of weeks ago", "2031-04-27", "2031-05-03"),
        ("last weekend", "2031-05-10", "2031-05-11"),
        ("last night", "2031-05-13", "2031-05-13"),
        ("last March", "2031-03-01", "2031-03-31"),
        ("last May", "2030-05-01", "2030-05-31"),
        ("on the 3rd of May 2030", "2030-05-03", "2030-05-03"),
        ("since 29 February", "2028-02-29", "2031-05-14"),
        ("after this week", "2031-05-19", "2031-05-19"),
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
        "who came second, and who sat down in the sun?",
        "what is in the letter by Jan Olmo?",
        "what was said in Mar-a-Lago?",
        "who led the last march on the hotel?",
        "how was she in her nineties?",
        "what did he say after his last fall?",
        "what was found in the spring water?",
        "who spoke in the fall of the mill?",
        "what happened in the last week of the strike?",
        "what did she say on the last day?",
        "who came between 3 and 5 times?",
        "from 30 to 31 June 2030",
        "how many were there, 2016 to 2018?",
        "who was at 2017 Quill Lane?",
        "what of the late mayor and the early bus?",
        "what of the tens of thousands?",
        "who is to pay the islands before winter?",
        "when does the sun come up in the summer?",
        "who said that tonight nobody is listening?",
        "what did May and the 1990s have in common?",
    ],
)
def test_is_not_seen_where_none_is_named(question: str) -> None:
    assert find_period(question, NOW) is None


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("on May 3 and 5 others", "on May 3"),
        ("between Monday and the vote", "Monday"),
        ("from May to the mayor", "from May"),
        ("before yesterday or never", "before yesterday"),
        ("in March and now?", "in March"),
        ("what May and Monday brought", "Monday"),
    ],
)
def test_ends_where_its_words_do(question: str, words: str) -> None:
    period = find_period(question, NOW)
    assert period
    assert period.words == words


def test_of_a_question_leaves_its_topic(engine: Engine) -> None:
    question = "what did Brandvold say from January to February 2031 about the ferry?"
    answer = engine.ask(question, now=NOW)
    assert answer.status == "answered"
    assert {hit.citation.date for hit in answer.hits} <= {"2031-01-14", "2031-02-11"}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("in early 2017", "early 2017"),
        ("from January to March 2017", "January to March 2017"),
        ("between January and March 2017", "between January and March 2017"),
        ("throughout the 1990s", "the 1990s"),
        ("at the end of 2017", "the end of 2017"),
    ],
)
def test_is_told_as_it_was_asked_where_nothing_is_from_then(engine: Engine, asked: str, told: str) -> None:
    message = remark_line(engine.ask(f"what did Brandvold say {asked}?", now=NOW)) or ""
    assert message.endswith(f"in none of {told}.")


def test_holds_the_articles_of_its_days() -> None:
    period = find_period("last week", NOW)
    assert period
    held = [period.holds(day) for day in ("2031-05-05", "2031-05-11", "2031-05-12", None)]
    assert held == [True, True, False, False]


WORDS = st.lists(
    st.sampled_from(
        """in on at from between to and or until since before after by the of early late mid first second half quarter
        last this past few January march May 3 5th 31 2017 1990s 90s '90s nineties summer winter Q1 Monday yesterday
        week months year decade ago end beginning 2016-17 2030-05-03 – - , Olmo""".split()
    ),
    max_size=8,
).map(" ".join)


@given(st.text() | WORDS, st.dates())
def test_any_text_can_be_read(text: str, now: date) -> None:
    period = find_period(text, now)
    assert period is None or (period.words in text and period.words.strip() == period.words != "")
    assert period is None or period.first <= period.last


@given(st.sampled_from(MONTHS), st.integers(1, 9998), st.sampled_from(["{} {}", "{}, {}", "{} of {}"]), st.dates())
def test_every_month_of_every_year_is_read(month: str, year: int, form: str, now: date) -> None:
    words = "in " + form.format(month, f"{year:04}")
    period = find_period(f"what did Olmo say {words}?", now)
    assert period
    assert (f"{period.first:%B}", period.first.year, period.words) == (month, year, words)
    assert (period.first.day, (period.last + timedelta(1)).day, (period.last - period.first).days < 31) == (1, 1, True)


@given(st.dates(max_value=date(9000, 1, 1)), st.dates(max_value=date(9000, 1, 1)), st.dates())
def test_every_two_days_are_a_stretch(one: date, other: date, now: date) -> None:
    begin, end = sorted((one, other))
    spelt = [f"{day.day} {day:%B} {day.year:04}" for day in (begin, end)]
    for words in ("from {} to {}".format(*spelt), "between {} and {}".format(*spelt)):
        period = find_period(f"what did Olmo say {words}?", now)
        assert period
        assert (period.first, period.last, period.words) == (begin, end, words)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.integers(0, 364), st.dates())
def test_a_year_told_once_is_that_of_both_ends(begin: date, days: int, now: date) -> None:
    end = begin + timedelta(days)
    words = f"from {begin.day} {begin:%B} to {end.day} {end:%B} {end.year}"
    period = find_period(f"what did Olmo say {words}?", now)
    assert period
    assert (period.first, period.last, period.words) == (begin, end, words)


@given(
    st.sampled_from(["{} weeks ago", "last {} years", "{}-{}-{}", "on {} May {}", "in May {}", "since June {}, {}"]),
    st.tuples(*[st.integers(0, 99999)] * 3),
)
def test_no_number_is_too_large(form: str, numbers: tuple[int, int, int]) -> None:
    find_period(form.format(*numbers), NOW)
