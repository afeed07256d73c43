"""Names and sentences begin with a capital letter of any alphabet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quotation_reader import Reader

from index.core.sentences import CAPITALS, SMALL, sentences
from index.readers.extraction.html_text import is_boilerplate
from index.readers.extraction.metadata import byline_of_lines, read_dateline, title_from
from retrieval.conversation.coreference import named_in

ROOT = Path(__file__).parent.parent

NAMES = [
    "Ada Vey",
    "Élodie Petit",
    "Özge Öztürk",
    "Łukasz Ślusarz",
    "Íñigo Ñuñez",
    "Åsa Ågren",
    "Đorđe Ðorđević",
    "Яна Орлова",
    "Ωρίων Δούκας",
    "Ắnh Ẩn",
]
THEIRS = pytest.mark.parametrize("name", NAMES)


class TestALetter:
    @given(st.characters(max_codepoint=0x058F) | st.characters(min_codepoint=0x1E00, max_codepoint=0x1FFF))
    def test_is_a_capital_or_a_small_one_or_neither(self, letter: str) -> None:
        assert bool(re.fullmatch(f"[{CAPITALS}]", letter)) == (letter.isupper() or letter.istitle())
        assert bool(re.fullmatch(f"[{SMALL}]", letter)) == letter.islower()

    def test_of_ascii_is_what_it_always_was(self) -> None:
        ascii_letters = "".join(map(chr, range(128)))
        assert re.findall(f"[{CAPITALS}]", ascii_letters) == re.findall("[A-Z]", ascii_letters)
        assert re.findall(f"[{SMALL}]", ascii_letters) == re.findall("[a-z]", ascii_letters)


class TestASentence:
    @THEIRS
    @pytest.mark.parametrize("opening", ["", "“", "(", "«"])
    def test_begins_with_any_name(self, name: str, opening: str) -> None:
        first, second = "The pier burned.", f"{opening}{name} left."
        text = f"{first} {second}"
        assert [text[start:end] for start, end in sentences(text)] == [first, second]

    @THEIRS
    def test_does_not_begin_with_a_small_letter(self, name: str) -> None:
        text = f"The pier burned ... {name.lower()} left."
        assert sentences(text) == [(0, len(text))]

    @THEIRS
    def test_is_a_title_that_ends_before_any_name_and_after_no_initial(self, name: str) -> None:
        assert title_from(f"Rain fell. {name} left.") == "Rain fell"
        assert title_from(f"{name[0]}. Vey met {name} twice. Rain fell.") == f"{name[0]}. Vey met {name} twice"


class TestAName:
    @THEIRS
    def test_in_a_question_is_whole(self, name: str) -> None:
        found = [mention.name for mention in named_in(f"what did {name} say about {name.split()[1]}?")]
        assert found == [name, name.split()[1]]

    @THEIRS
    def test_in_a_byline_is_whole(self, name: str) -> None:
        assert byline_of_lines(["Ferry stays", f"By {name} for the {name.split(maxsplit=1)[0]} Post"]) == name

    @THEIRS
    def test_may_be_a_place_in_capitals(self, name: str) -> None:
        place = name.split()[1].upper()
        assert read_dateline(f"{place} (WQHV) - The ferry stays.").place == place

    @pytest.mark.parametrize("place", ["łódź", "šibenik", "öland", "яна"])
    def test_is_none_with_a_small_letter(self, place: str) -> None:
        assert read_dateline(f"{place} (WQHV) - The ferry stays.").place is None

    @THEIRS
    def test_to_write_to_is_boilerplate(self, name: str) -> None:
        assert is_boilerplate(f"Contact {name} at news@ledger.example")
        assert not is_boilerplate(f"Contact {name.lower()} at news@ledger.example")


class TestASpeaker:
    @THEIRS
    def test_is_named_in_a_transcript(self, news: Reader, name: str) -> None:
        said = news.said(f"{name.upper()}: The ferry stays.", "BEN ROE: It leaks.", f"{name.upper()}: It does not.")
        assert said == [(name, "The ferry stays."), ("Ben Roe", "It leaks."), (name, "It does not.")]

    @THEIRS
    def test_is_named_before_and_below_a_quotation(self, news: Reader, name: str) -> None:
        assert news.said(f"{name}: “The ferry stays.”") == [(name, "The ferry stays.")]
        assert news.said("“The ferry stays.”", f"— {name}") == [(name, "The ferry stays.")]

    @pytest.mark.parametrize("name", ["D’Élia", "O’Ñeill", "McÖzge"])
    def test_may_have_a_surname_alone_that_has_two_capitals(self, news: Reader, name: str) -> None:
        assert news.said(f"“The ferry stays,” said {name}.") == [(name, "The ferry stays,")]

    @THEIRS
    def test_is_named_behind_a_dateline(self, news: Reader, name: str) -> None:
        place = name.split()[1].upper()
        assert news.said(f"{place} — “The ferry stays,” {name} said.") == [(name, "The ferry stays,")]


def test_no_pattern_that_reads_texts_knows_the_english_alphabet_alone() -> None:
    modules = [path for room in ("index", "retrieval") for path in (ROOT / room).rglob("*.py")]
    english = {path.stem for path in modules if re.search(r"\[[^\]\n]*A-Z", path.read_text("utf-8"))}
    # What Milvus may call a collection, placeholders in patterns of our own, one that is replaced.
    assert english == {"milvus_address", "intents", "html_text"}
