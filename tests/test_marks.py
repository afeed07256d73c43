"""Quotation marks of every kind, as writers and their programs really set them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.quotations.speech.quote_marks import find_marked

MARKS = "“”„‟«»‹›‘’'‚\"`"


def inner(*paragraphs: str) -> list[list[str]]:
    return [
        [text[one.inner_start : one.inner_end] for one in found]
        for text, found in zip(paragraphs, find_marked(paragraphs), strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("“Save it,” she said.", ["Save it,"]),
        ("She said “save it”, “now” and “then.”", ["save it", "now", "then."]),
        ('"Save it," she said, "now."', ["Save it,", "now."]),
        ("''Save it,'' she said. ``Now.''", ["Save it,", "Now."]),
        ("’’Save it,’’ she said. ‘‘Now.’’", ["Save it,", "Now."]),
        ("„Save it,“ she said. «Now.» ‹Then.›", ["Save it,", "Now.", "Then."]),
        ("‘Save it,’ she said, 'now.'", ["Save it,", "now."]),
        ("”Save it,” she said, “now.“", ["Save it,", "now."]),
        ('“Save it," she said. "Now.”', ["Save it,", "Now."]),
        ("She (“save it”) and the—“now”—rest.", ["save it", "now"]),
        ("“He said ‘never’ twice,” she said.", ["He said ‘never’ twice,"]),
        ("“He said “never” twice,” she said.", ["never"]),
        ('“He said "never" twice,” she said.', ['He said "never" twice,']),
        ("The workers' boat, the '90s, rock 'n' roll, 'tis, don't.", []),
        ("Say“it”twice: a“b“c”d”e.", ["it", "c"]),
        ('"He said ("never") twice," she said.', ["never"]),
        ("A ”B” and “C“ d: “Why ”now”?”", ["B", "C", "now"]),
        ("He wrote “save it ”, and “ now ,” and left.", ["save it ", " now ,"]),
        ("She can't say it, he won't.", []),
        ("A “” and a “ ” say nothing.", []),
        ("Six feet 2\" and a 5' board.", []),
        ("No marks at all.", []),
        ("", []),
    ],
)
def test_what_stands_in_marks(text: str, quoted: list[str]) -> None:
    assert inner(text) == [quoted]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("“Save it. She left.", ["Save it. She left."]),
        ("Then “save it. She left.", ["save it."]),
        ("Then “save it and so on", []),
        ("Then “save it! [Really?] “Now,” she said.", ["save it!", "Now,"]),
        ("Then “save it “now,” she said.", ["now,"]),
        ("Then ‘save it. She left.", []),
        ("“He said ‘never’ twice. She left.", ["He said ‘never’ twice. She left."]),
        ("Then “he said ‘never’ twice. She ‘left.’", ["he said ‘never’ twice.", "left."]),
    ],
)
def test_a_mark_that_is_never_closed_reaches_to_the_end_of_its_sentence(text: str, quoted: list[str]) -> None:
    assert inner(text) == [quoted]
    (found,) = find_marked([text])
    assert [one.closed for one in found] == [text[one.inner_end :][:1] in {"”", "’"} for one in found]


def test_speech_goes_on_where_the_next_paragraph_opens_with_a_mark() -> None:
    paragraphs = "She said: “We looked. Nobody came. ", " “It will hold. We know.", "It held."
    assert inner(*paragraphs) == [["We looked. Nobody came."], ["It will hold. We know."], []]
    assert inner(paragraphs[0], "It held.") == [["We looked."], []]


def test_places_are_those_of_the_marks() -> None:
    ((double, single),) = find_marked(["He: “Go,” and ‘stay.’"])
    assert (double.start, double.inner_start, double.inner_end, double.end) == (4, 5, 8, 9)
    assert (single.start, single.inner_start, single.inner_end, single.end) == (14, 15, 20, 21)
    assert (double.single, double.closed, single.single, single.closed) == (False, True, True, True)
    ((typed,),) = find_marked(["He: ``Go''"])
    assert (typed.start, typed.inner_start, typed.inner_end, typed.end) == (4, 6, 8, 10)


def test_a_paragraph_of_marks_is_read_up_to_a_bound() -> None:
    assert len(find_marked(["“x” " * 1000])[0]) == 400


@given(st.lists(st.text(alphabet=f"{MARKS}ab .,:!\n", max_size=40), max_size=4))
def test_stretches_follow_each_other_and_stay_in_their_paragraph(paragraphs: list[str]) -> None:
    for text, found in zip(paragraphs, find_marked(paragraphs), strict=True):
        ends = [0, *(one.end for one in found)]
        assert all(end <= one.start for end, one in zip(ends, found, strict=False))
        for one in found:
            assert one.start < one.inner_start <= one.inner_end <= one.end <= len(text)
            assert set(text[one.start : one.inner_start]) <= set(MARKS)
            assert text[one.inner_start : one.inner_end].strip()
