"""The sentence that answers is the one that is marked, exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.core.sentences import sentences
from index.generations.generation import IndexFolder
from retrieval.engine import Engine


def _split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def test_sentences_end_with_their_marks() -> None:
    text = "“It burned.” Nobody was hurt! Was it the freezer? She would not say."
    assert _split(text) == ["“It burned.”", "Nobody was hurt!", "Was it the freezer?", "She would not say."]


@pytest.mark.parametrize(
    "text", ["Mr. Olmo left at 5 p.m. Tuesday.", "Capt. J. Reyes of the U.S. Navy spoke.", "", " "]
)
def test_abbreviations_end_no_sentence(text: str) -> None:
    assert _split(text) == [text] * bool(text.strip())


@given(st.text(alphabet="aB. !?”“\n\u00a0é🙂1", max_size=60))
def test_sentences_cover_every_word_once(text: str) -> None:
    spans = sentences(text)
    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert "".join("".join(_split(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("how many firefighters fought the pier fire?", "Thirty-eight firefighters"),
        ("what would it cost to rebuild the pier?", "between $1.8 million and $2.5 million"),
    ],
)
def test_the_sentence_that_answers_is_highlighted(quillhaven: IndexFolder, question: str, words: str) -> None:
    with Engine(quillhaven) as engine:
        hit = engine.ask(question).hits[0]
    ((start, end),) = hit.highlights
    assert words in hit.text[start:end]
    assert hit.citation.chars == (start, end)
