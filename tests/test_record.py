"""The record of a speaker: what was said, by topic and in order of time, as a page, a table and a picture."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Run
from hypothesis import given
from hypothesis import strategies as st

from bot.render.messages import error_line
from bot.render.timeline_page import csv_text, html_page, markdown_text
from bot.render.timeline_picture import HEAD, WIDTH, Picture, describe, draw_timeline, png_bytes, svg_text, ticks
from index.generations.generation import IndexFolder
from retrieval.attribution.listing import SpeakerError
from retrieval.core.answer import Citation
from retrieval.engine import Engine
from retrieval.newsroom.timeline import Entry, Timeline, TimelinePassage, Topic
from retrieval.newsroom.timeline_builder import cluster_topics, labels_of

HOSTILE = "<script>alert(1)</script>\"'&]]>\x1b[31m\u202e<b onclick=x>"
ELEMENTS = set(
    """html head meta title style body header h1 h2 h3 p nav a figure svg desc rect line text section table thead tbody
    tr th td span ol li article mark circle""".split()
)


@pytest.fixture(scope="module")
def engine(quillhaven: IndexFolder) -> Iterator[Engine]:
    with Engine(quillhaven, fast=True) as engine:
        yield engine


@pytest.fixture(scope="module")
def timeline(engine: Engine) -> Timeline:
    return engine.record("Brandvold")


def place(
    words: str, outlet: str | None = "Harbor Ledger", day: str | None = "2031-01-14", **changes: Any
) -> TimelinePassage:
    citation = Citation("Ferries", outlet, day, "https://ledger.example/1", 3, (1, 1 + len(words)), "a.txt", "0" * 64)
    usual = {
        "article": "a.txt", "paragraph": 2, "text": f"“{words}” she said.", "spans": ((1, 1 + len(words)),),
        "before": "Rain fell.", "after": "The boat left.", "citation": citation,
    }  # fmt: skip
    return TimelinePassage(**usual | changes)


def entry(words: str, *outlets: str, day: str | None = "2031-01-14", role: str | None = "Mayor") -> Entry:
    first, *others = [(place(words, outlet, day),) for outlet in outlets or ("Harbor Ledger",)]
    return Entry(words, "direct", day, role, first, tuple(others))


def made(*topics: tuple[str, list[Entry]], speaker: str = "Ada Vey") -> Timeline:
    return Timeline(speaker, None, None, None, tuple(Topic(label, tuple(entries)) for label, entries in topics), 9)


def hostile() -> Timeline:
    citation = replace(place("").citation, title=HOSTILE, url=f"javascript:{HOSTILE}", source=HOSTILE, note=HOSTILE)
    one = TimelinePassage("a", 0, HOSTILE, ((0, 8), (9, 14)), HOSTILE, HOSTILE, replace(citation, outlet=HOSTILE))
    said = Entry(HOSTILE, "direct", "2031-01-14", HOSTILE, (one,), ((one,),))
    return Timeline(HOSTILE, HOSTILE, None, None, (Topic(HOSTILE, (said,)),), 1)


class Tags(HTMLParser):
    """The elements of a page, each with its attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, attribute: str) -> list[str]:
        return [value for _, attributes in self.found if (value := attributes.get(attribute))]


class TestARecord:
    def test_has_every_quotation_of_the_speaker_in_order_of_time(self, engine: Engine, timeline: Timeline) -> None:
        pieces = [one.text for one in engine.quotations("Brandvold")]
        words = " ".join(entry.words for entry in timeline.entries)
        assert (timeline.speaker, len(timeline.entries)) == ("Adela Brandvold", timeline.quotations)
        assert all(piece.rstrip(" ,") in words for piece in pieces)
        assert [one.date for one in timeline.entries] == sorted(one.date or "" for one in timeline.entries)
        for topic in timeline.topics:
            assert [one.date for one in topic.entries] == sorted(one.date or "" for one in topic.entries)

    def test_tells_role_outlets_and_where_it_stands(self, timeline: Timeline) -> None:
        first = timeline.entries[0]
        assert (first.role, first.citations[0].outlet) == ("Mayor", "Quillhaven Ledger")
        (where,) = first.places
        assert where.article == "ferry-pledge.txt"
        assert where.before or where.after
        assert sum(count for _, count in timeline.outlets) == len(timeline.entries)
        assert timeline.roles[0] == ("Mayor", "2031-01-14")

    def test_is_the_same_every_time(self, engine: Engine, timeline: Timeline) -> None:
        assert engine.record("Brandvold") == timeline

    def test_has_what_several_outlets_print_once(self, engine: Engine) -> None:
        found = engine.record("Velloso")
        (twice,) = [one for one in found.entries if one.words.startswith("We had two lines")]
        assert sorted(twice.outlets) == ["Orrin County Courier", "Quillhaven Ledger"]
        assert found.quotations > len(found.entries)

    def test_is_of_a_topic_and_a_time_where_that_is_asked_for(self, engine: Engine, timeline: Timeline) -> None:
        about = engine.record("Brandvold", about="the ferry")
        assert 0 < len(about.entries) < len(timeline.entries)
        assert all("hotel tax" not in one.words or "ferr" in one.words for one in about.entries)
        within = engine.record("Brandvold", since=date(2031, 6, 1), until=date(2031, 12, 31))
        days = [one.date for one in timeline.entries]
        assert [one.date for one in within.entries] == [day for day in days if day and "2031-06" <= day < "2032"]
        assert 0 < len(within.entries) < len(days)
        assert engine.record("Brandvold", since=date(2050, 1, 1)).topics == ()

    def test_of_nobody_or_of_several_is_refused(self, engine: Engine) -> None:
        with pytest.raises(SpeakerError, match=r"nobody of that name is quoted$") as nobody:
            engine.record("Nobody Atall")
        assert error_line(nobody.value).endswith("is quoted; `onrecord speakers` lists who is")
        with pytest.raises(SpeakerError, match="give the full name"):
            engine.record("Lindqvist")


class TestTopics:
    def test_are_what_lies_together_the_largest_first(self) -> None:
        chance = np.random.default_rng(3)
        centres = np.eye(16, dtype=np.float32)[:3]
        which = [0] * 4 + [1] * 9 + [2] * 6
        vectors = centres[which] + 0.02 * chance.standard_normal((19, 16)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        assert cluster_topics(vectors) == [2] * 4 + [0] * 9 + [1] * 6
        assert cluster_topics(vectors[:3]) == [0, 0, 0]

    def test_are_called_by_words_that_others_do_not_have(self) -> None:
        texts = [
            "The pier burned.",
            "A pier is wood.",
            "Our Pier again",
            "School lunch is late.",
            "The lunch was cold.",
        ]
        labels = labels_of(texts, [0, 0, 0, 1, 1], without=["Ada", "Vey"])
        assert labels[0].split(", ")[0] == "pier"
        assert labels[1].split(", ")[0] == "lunch"

    def test_without_telling_words_have_a_label_too(self) -> None:
        assert labels_of(["It is.", "We did."], [0, 0]) == ["other matters"]


class TestThePage:
    def test_links_every_statement_to_its_passage_and_nothing_to_nowhere(self, timeline: Timeline) -> None:
        tags = Tags(html_page(timeline))
        ids = tags.values("id")
        assert len(ids) == len(set(ids))
        inside = [link[1:] for link in tags.values("href") if link.startswith("#")]
        assert set(inside) <= set(ids)
        for number, _ in enumerate(timeline.entries, 1):
            assert {f"s{number}", f"c{number}"} <= set(inside)

    def test_shows_the_words_in_their_passage(self, timeline: Timeline) -> None:
        page = html_page(timeline)
        assert "<mark>The ferry will not close while I am mayor,</mark>" in page
        assert "held the scissors" not in page

    def test_needs_nothing_from_anywhere(self, timeline: Timeline) -> None:
        page = html_page(timeline)
        tags = Tags(page)
        assert not {"script", "img", "iframe", "object", "embed", "base", "form"} & {tag for tag, _ in tags.found}
        assert [attributes for tag, attributes in tags.found if tag == "link"] == []
        assert not re.search(r"url\(|@import|src=", page)

    def test_of_hostile_texts_holds_them_as_text(self) -> None:
        page = html_page(hostile())
        tags = Tags(page)
        assert "script" not in {tag for tag, _ in tags.found}
        assert not any(name.startswith("on") for _, attributes in tags.found for name in attributes)
        assert not any("javascript" in link for link in tags.values("href"))
        assert "\x1b" not in page
        assert "\u202e" not in page

    @given(text=st.text(max_size=40), cut=st.integers(0, 40))
    def test_shows_any_text_as_it_is(self, text: str, cut: int) -> None:
        start = min(cut, len(text))
        one = place("", text=text, spans=((start, len(text)),), before="", after="")
        page = html_page(
            Timeline(text, None, None, None, (Topic(text, (Entry(text, "mixed", None, text, (one,)),)),), 1)
        )
        assert {tag for tag, _ in Tags(page).found} <= ELEMENTS


class TestThePicture:
    def test_has_a_row_for_each_topic_and_a_mark_for_each_statement_with_a_date(self) -> None:
        topics = [(f"topic {n}", [entry("a", day=f"203{n}-02-01"), entry("b", day=None)]) for n in range(1, 9)]
        picture = draw_timeline(made(*topics))
        assert [mark.shape for mark in picture.marks] == list(dict.fromkeys(mark.shape for mark in picture.marks))
        assert len({mark.colour for mark in picture.marks}) == 8
        assert [mark.y for mark in picture.marks] == sorted(mark.y for mark in picture.marks)
        assert [mark.x for mark in picture.marks] == sorted(mark.x for mark in picture.marks)
        assert "8 statements without a date." in picture.description

    def test_keeps_its_marks_and_texts_within_it(self, timeline: Timeline) -> None:
        many = made(("one day", [entry(str(n)) for n in range(60)]), ("long " * 40, [entry("x", "A", "B", "C", "D")]))
        for picture in (draw_timeline(timeline), draw_timeline(many), draw_timeline(hostile()), draw_timeline(made())):
            assert all(mark.x - mark.radius > 0 and mark.x + mark.radius < WIDTH for mark in picture.marks)
            assert all(HEAD <= mark.y < picture.height for mark in picture.marks)
            assert all(0 < text.y < picture.height for text in picture.texts)

    def test_is_larger_where_more_outlets_print_it(self) -> None:
        one, four = draw_timeline(made(("t", [entry("a", "A"), entry("b", "A", "B", "C", day="2031-05-01")]))).marks
        assert four.radius > one.radius

    def test_tells_in_words_what_it_shows(self, timeline: Timeline) -> None:
        root = ET.fromstring(svg_text(draw_timeline(timeline)))  # noqa: S314  (our own)
        title, text, *_ = root
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == f"{title.get('id')} {text.get('id')}"
        assert title.text == "The record of Adela Brandvold"
        assert text.text == describe(timeline)
        assert all(topic.label in str(text.text) for topic in timeline.topics)

    @given(text=st.text(max_size=30))
    def test_is_well_formed_whatever_it_tells(self, text: str) -> None:
        drawn = draw_timeline(made((text, [entry(text, text or "x")]), speaker=text))
        ET.fromstring(svg_text(drawn, link="#s{number}"))  # noqa: S314  (our own)

    def test_is_a_small_png(self, timeline: Timeline) -> None:
        content = png_bytes(draw_timeline(timeline))
        assert content.startswith(b"\x89PNG")
        assert int.from_bytes(content[16:20]) == 2 * WIDTH
        assert len(content) < 150_000

    @pytest.mark.parametrize(
        ("first", "last", "names"),
        [
            (date(2031, 1, 1), date(2031, 1, 5), ["1 Jan 2031", "2 Jan", "3 Jan", "4 Jan", "5 Jan"]),
            (
                date(2031, 1, 14),
                date(2031, 4, 12),
                ["14 Jan 2031", "28 Jan", "11 Feb", "25 Feb", "11 Mar", "25 Mar", "8 Apr"],
            ),
            (date(2031, 2, 1), date(2034, 3, 1), ["Feb 2031", "Aug", "Feb 2032", "Aug", "Feb 2033", "Aug", "Feb 2034"]),
            (date(1, 1, 1), date(9999, 12, 31), ["2000", "4000", "6000", "8000"]),
        ],
    )
    def test_names_days_that_lie_evenly(self, first: date, last: date, names: list[str]) -> None:
        assert [name for _, name in ticks(first, last)] == names

    @given(st.dates(), st.dates())
    def test_never_names_too_many_days(self, one: date, other: date) -> None:
        found = ticks(min(one, other), max(one, other))
        assert len(found) <= 9
        assert all(min(one, other) <= day <= max(one, other) for day, _ in found)


class TestOtherForms:
    def test_of_csv_have_a_line_for_each_article(self) -> None:
        rows = list(csv.DictReader(io.StringIO(csv_text(made(("ferry", [entry('a "b", c\nd', "A", "B")]))))))
        assert [(row["outlet"], row["first"], row["words"]) for row in rows] == [
            ("A", "yes", 'a "b", c\nd'),
            ("B", "no", 'a "b", c\nd'),
        ]

    def test_of_markdown_show_texts_as_they_are(self) -> None:
        text = markdown_text(hostile())
        assert "\\<script\\>" in text
        assert "<script>" not in text
        assert "](javascript" not in text

    def test_of_json_have_all_of_it(self, timeline: Timeline) -> None:
        record = json.loads(json.dumps(timeline.to_json()))
        assert record["statements"] == sum(len(topic["statements"]) for topic in record["topics"])
        assert record["outlets"] == dict(timeline.outlets)


@pytest.mark.usefixtures("town")
class TestTheCommand:
    def test_writes_markdown_to_stdout_and_other_forms_into_files(self, onrecord: Run, tmp_path: Path) -> None:
        told = onrecord("record", "Adela", "Brandvold", "--about", "ferry", "--since", "2031", "--until", "Oct 2031")
        assert (told.code, told.err) == (0, "")
        assert told.out.startswith("# Adela Brandvold on ferry: on the record\n")
        for name, begins in {
            "a.html": "<!doctype",
            "a.csv": "date,",
            "a.json": "{",
            "a.md": "# ",
            "p.svg": "<svg",
        }.items():
            option = "--picture" if name == "p.svg" else "-o"
            assert onrecord("record", "Brandvold", option, name).code == 0
            assert (tmp_path / name).read_text().startswith(begins)
        assert onrecord("record", "Brandvold", "--format", "json", "--picture", "p.png").out.startswith("{")
        assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")

    @pytest.mark.parametrize(
        ("words", "code", "message"),
        [
            (["Brandvold", "-o", "x.odt"], 2, "give --format md, html, csv, json"),
            (["Brandvold", "--picture", "x.gif"], 2, "a picture is an .svg or a .png file"),
            (["Brandvold", "-o", "no/x.md"], 1, "cannot be written"),
            (["Brandvold", "--about", "quantum chromodynamics"], 1, "is quoted, but not on that"),
            (["Nobody"], 2, "nobody of that name is quoted"),
        ],
    )
    def test_says_in_a_line_what_it_cannot_do(self, onrecord: Run, words: list[str], code: int, message: str) -> None:
        told = onrecord("record", *words)
        assert told.code == code
        assert message in told.err
        assert told.err.count("\n") == 1

    def test_asks_for_the_extra_that_draws(self, onrecord: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.render.timeline_picture.find_spec", lambda _: None)
        told = onrecord("record", "Brandvold", "--picture", "x.png")
        assert (told.code, "pip install 'onrecord[pictures]'" in told.err) == (2, True)


def test_the_invented_archive_is_the_same_each_time_and_quotes_over_a_hundred_statements() -> None:
    tool = Path(__file__).parent.parent / "tools" / "invented_archive.py"
    runs = [subprocess.run([sys.executable, str(tool)], check=True, capture_output=True).stdout for _ in range(2)]
    articles = [json.loads(line) for line in runs[0].decode().splitlines()]
    assert runs[0] == runs[1]
    quoted = {paragraph for one in articles for paragraph in one["paragraphs"] if paragraph.startswith("“")}
    assert len(quoted) > 100
    assert len({one["source"] for one in articles}) == 5


def test_every_shape_can_be_drawn() -> None:
    topics = [(str(n), [entry("a", day=f"203{n}-01-01")]) for n in range(8)]
    picture: Picture = draw_timeline(made(*topics))
    assert len({mark.shape for mark in picture.marks}) == 8
    assert svg_text(picture).count("<polygon") == 7
    assert png_bytes(picture)
