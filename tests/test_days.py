"""Days of publication and languages: what tells them, and what tells nothing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.readers.extraction.metadata import day_of_address, day_of_lines, day_of_name, language_of, parse_day

DAY = date(2031, 1, 14)


@pytest.mark.parametrize(
    "text",
    [
        "2031-01-14", "20310114", "2031-01-14T23:30:00-05:00", "2031-01-14 23:30", "2031-01-14T23:30:00.000Z",
        "Tue, 14 Jan 2031 23:30:00 -0500", "Tuesday, January 14, 2031", "Jan. 14, 2031", "14 January 2031",
        "January 14th, 2031", "14-Jan-2031", " 2031-01-14",
    ],
)  # fmt: skip
def test_a_date_is_the_day_that_is_written(text: str) -> None:
    assert parse_day(text) == DAY


@pytest.mark.parametrize(
    "text",
    ["", None, "2031", "January 2031", "14 January", "1/14/2031", "yesterday", "2031-02-30", "203101145", "x"],
)  # fmt: skip
def test_what_leaves_anything_open_is_no_date(text: str | None) -> None:
    assert parse_day(text) is None


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
def test_every_day_is_read_back(day: date) -> None:
    assert parse_day(day.isoformat()) == day
    assert parse_day(f"{day:%B} {day.day}, {day.year}") == day
    assert day_of_address(f"https://ledger.example/news/{day:%Y/%m/%d}/ferry.html") == day
    assert day_of_name(f"{day.isoformat()}-ferry.html") == day


@given(st.text(max_size=120))
def test_any_text_is_a_day_or_none(text: str) -> None:
    for found in (parse_day(text), day_of_address(text), day_of_name(text), day_of_lines([text])):
        assert found is None or isinstance(found, date)


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://ledger.example/2031/01/14/ferry", DAY),
        ("https://ledger.example/2031/1/14/", DAY),
        ("https://ledger.example/news/2031/jan/14/ferry", DAY),
        ("https://ledger.example/ferry-20310114.html", DAY),
        ("https://ledger.example/ferry-2031-01-14", DAY),
        ("https://ledger.example/2031/01/ferry", None),
        ("https://ledger.example/article/203101149", None),
        ("https://ledger.example/ferry?date=2031-01-14", None),
        ("https://2031-01-14.example/ferry", None),
        ("https://ledger.example/2031/14/01/ferry", None),
        (None, None),
    ],
)
def test_an_address_may_tell_a_day(url: str | None, day: date | None) -> None:
    assert day_of_address(url) == day


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2031-01-14 ferry.txt", DAY),
        ("ferry_2031_01_14.txt", DAY),
        ("20310114.pdf", DAY),
        ("2031/01/14/ferry.txt", DAY),
        ("2031/01/ferry.txt", None),
        ("ferry-2031.txt", None),
        ("120310114.txt", None),
        ("2031-01.14.txt", None),
    ],
)
def test_a_file_name_may_tell_a_day(name: str, day: date | None) -> None:
    assert day_of_name(name) == day


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        (["Ferry stays", "Published: January 14, 2031, 9:30 a.m."], DAY),
        (["By Ada Crane", "Tuesday 14 January 2031"], DAY),
        (["QUILLHAVEN, Ore., Jan. 14, 2031 /Wire/ -- The ferry stays."], DAY),
        (["The ferry was built on January 14, 2031, and named after the mayor."], None),
        (["a", "b", "c", "d", "e", "f", "January 14, 2031"], None),
        ([], None),
    ],
)
def test_first_lines_may_tell_a_day(lines: list[str], day: date | None) -> None:
    assert day_of_lines(lines) == day


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The mayor said on Tuesday that the ferry to the island will run all winter", "en"),
        ("Die Bürgermeisterin sagte am Dienstag, dass die Fähre auch im Winter fährt.", "de"),
        ("La maire a déclaré mardi que le bac continuerait de relier l’île tout l’hiver.", "fr"),
        ("La alcaldesa dijo el martes que el transbordador seguirá uniendo la isla durante todo el invierno.", "es"),
        ("Мэр города заявил во вторник, что паром будет ходить и зимой, и никто не возражал.", "ru"),
        ("市長は火曜日、冬の間もフェリーの運航を続けると述べ、誰も反対しなかった。", "ja"),
        ("Wolves 3, Rovers 1. Lindqvist 12, 40, Brandvold 77; Crane 90. Attendance 4,120.", None),
        ("Rain.", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_language_is_told_where_it_is_certain(text: str, language: str | None) -> None:
    assert language_of([text]) in ({language, "en"} if language is None else {language})
