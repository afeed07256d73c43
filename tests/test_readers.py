"""Articles as readers understand them: text files, JSON Lines, encodings."""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.core.article import Article, from_wire, to_wire
from index.core.errors import Advice, ArticleError
from index.readers.extraction.metadata import MAX_LENGTH, language_of, read_dateline, title_from
from index.readers.extraction.original import MAX_BYTES, decode
from index.readers.plain_text import split_paragraphs
from index.readers.registry import read_articles

TESTS = Path(__file__).parent
SEED = TESTS.parent / "seeds" / "miami-dade-detainers.txt"
RUSSIAN = "Мэр города заявил во вторник, что паром будет ходить и зимой. «Мы не закроем его», — сказала она."
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1)
PARAGRAPHS = WORDS.map(lambda text: " ".join(text.split())).filter(bool)

FIELDS = st.sampled_from(["id", "title", "date", "source", "url", "paragraphs"])
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(FIELDS, inner),
)


@pytest.fixture(scope="module", autouse=True)
def classifier() -> None:
    """Load what tells languages before hypothesis counts the time."""
    assert language_of([RUSSIAN]) == "ru"


def read(path: Path, content: str | bytes | None = None) -> list[Article | ArticleError]:
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_articles(path, path.name))


def read_one(path: Path, content: str | bytes | None = None) -> Article:
    (article,) = read(path, content)
    assert isinstance(article, Article), article
    return article


def complaint(path: Path, content: str | bytes) -> str:
    (error,) = read(path, content)
    assert isinstance(error, ArticleError)
    return str(error)


def line(**fields: Any) -> str:
    return json.dumps({"paragraphs": ["Rain fell."]} | fields) + "\n"


class TestTheSeed:
    def test_its_dateline_tells_date_place_and_outlet(self) -> None:
        article = read_one(SEED)
        assert (article.date, article.place, article.outlet) == (date(2017, 2, 7), "MIAMI", "Biscayne Ledger")

    def test_it_has_eight_paragraphs_and_the_dateline_stays_in_the_first(self) -> None:
        article = read_one(SEED)
        assert len(article.paragraphs) == 8
        assert article.paragraphs[0].startswith("date 2017-02-07 MIAMI (Biscayne Ledger) - A crowd came to")

    def test_its_quotations_keep_their_curly_marks(self) -> None:
        article = read_one(SEED)
        assert article.paragraphs[7].startswith("“The order is that we would hold for 48 hours,” explained Gimenez.")
        assert "“He’s an immigrant, he’s an immigrant,” said protester Juan Carlos Olmo" in article.paragraphs[5]

    def test_its_title_is_made_of_the_first_sentence_and_cut_at_a_word(self) -> None:
        title = read_one(SEED).title
        assert title.endswith("…")
        assert len(title) <= MAX_LENGTH
        assert read_one(SEED).paragraphs[0].partition(" - ")[2].startswith(title[:-1] + " ")

    def test_it_is_known_by_its_name_and_the_sha256_of_its_bytes(self) -> None:
        article = read_one(SEED)
        assert (article.id, article.source) == (SEED.name, SEED.name)
        assert article.sha256 == hashlib.sha256(SEED.read_bytes()).hexdigest()


@pytest.mark.parametrize("path", sorted((TESTS / "articles").glob("*.txt")), ids=lambda path: path.stem)
def test_every_test_article_reads_in_full(path: Path) -> None:
    article = read_one(path)
    assert " ".join(article.paragraphs).split() == path.read_text("utf-8").split()
    if path.stem != "bakery-at-forty":
        assert article.date
        assert article.place == "QUILLHAVEN"
        assert article.outlet in {"Quillhaven Ledger", "WQHV", "Orrin County Courier", "Harbor Public Radio"}


class TestDatelines:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("date 2017-02-07 MIAMI (WSVN) - Rain.", (date(2017, 2, 7), "MIAMI", "WSVN")),
            (" date 2017-02-07 MIAMI (WSVN) — Rain.", (date(2017, 2, 7), "MIAMI", "WSVN")),
            ("ST. PAUL, Minn. (AP) -- Rain.", (None, "ST. PAUL, Minn", "AP")),
            ("ST. PAUL, Minn. (AP) – Rain.", (None, "ST. PAUL, Minn", "AP")),
            ("date 2031-01-14 Rain fell.", (date(2031, 1, 14), None, None)),
            ("date 2031-13-45 MIAMI (WSVN) - Rain.", (None, "MIAMI", "WSVN")),
            ("Rain fell (again) on the town - and stayed.", (None, None, None)),
            ("The mayor said (twice) that it rained.", (None, None, None)),
            ("", (None, None, None)),
        ],
    )
    def test_what_stands_before_the_first_word(self, text: str, expected: tuple[date | None, ...]) -> None:
        dateline = read_dateline(text)
        found = (dateline.date, dateline.place and dateline.place.rstrip("."), dateline.outlet)
        assert found == expected

    @given(WORDS)
    def test_its_length_is_within_the_paragraph(self, text: str) -> None:
        assert 0 <= read_dateline(text).length <= len(text)


class TestTitles:
    def test_a_first_line_that_reads_as_a_headline_is_the_title(self, tmp_path: Path) -> None:
        article = read_one(
            tmp_path / "a.txt", "Pier to close\n\ndate 2031-01-14 QUILLHAVEN (WQHV) - The pier closes.\n"
        )
        assert article.title == "Pier to close"
        assert article.paragraphs == ("date 2031-01-14 QUILLHAVEN (WQHV) - The pier closes.",)
        assert article.outlet == "WQHV"

    @pytest.mark.parametrize("first", ["It rained all day.", "“Rain,” she said", "date 2031-01-14 TOWN (WQHV) - Rain"])
    def test_a_sentence_a_quotation_or_a_dateline_is_no_headline(self, tmp_path: Path, first: str) -> None:
        article = read_one(tmp_path / "a.txt", f"{first}”\n\nMore.\n" if first[0] == "“" else f"{first}\n\nMore.\n")
        assert len(article.paragraphs) == 2

    def test_an_article_of_one_line_keeps_it_as_its_text(self, tmp_path: Path) -> None:
        article = read_one(tmp_path / "a.txt", "Pier to close")
        assert (article.title, article.paragraphs) == ("Pier to close", ("Pier to close",))

    def test_a_short_title_before_a_name_ends_no_sentence(self) -> None:
        assert title_from("Sen. J. Doe met Dr. Hale. Rain fell.") == "Sen. J. Doe met Dr. Hale"

    @given(st.text())
    @example("x" * 500)
    @example("a " + "x" * 500)
    def test_a_title_is_one_line_of_bounded_length(self, text: str) -> None:
        title = title_from(text)
        assert title
        assert len(title) <= MAX_LENGTH
        assert len(title.splitlines()) == 1

    @given(st.lists(st.from_regex(r"[a-z]{1,12}", fullmatch=True), min_size=1, max_size=60))
    def test_a_title_is_cut_at_a_word(self, words: list[str]) -> None:
        assert title_from(" ".join(words)).rstrip("…").split() == words[: len(title_from(" ".join(words)).split())]


class TestParagraphs:
    @given(st.lists(PARAGRAPHS, min_size=1, max_size=5))
    def test_blank_lines_part_them_and_nothing_is_lost(self, paragraphs: list[str]) -> None:
        assert split_paragraphs("\n\n".join(["", *paragraphs, ""])) == paragraphs

    def test_lines_wrapped_by_hand_are_joined(self) -> None:
        assert split_paragraphs("The ferry\nwill not\nclose.\n\nRain\nfell.") == [
            "The ferry will not close.",
            "Rain fell.",
        ]

    def test_without_blank_lines_each_long_line_is_a_paragraph(self) -> None:
        long = "The ferry will not close while she is mayor, " * 3
        assert split_paragraphs(f"{long}\nRain fell.\n{long}") == [long.strip(), "Rain fell.", long.strip()]

    def test_without_blank_lines_short_lines_are_one_paragraph(self) -> None:
        assert split_paragraphs("The ferry\nwill not\nclose.") == ["The ferry will not close."]

    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
    def test_any_line_ending_will_do(self, newline: str) -> None:
        assert split_paragraphs(newline.join(["One.", "", "Two."])) == ["One.", "Two."]

    def test_a_line_of_spaces_is_blank(self) -> None:
        assert split_paragraphs("One.\n \t\nTwo.") == ["One.", "Two."]


class TestEncodings:
    @given(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1).filter(lambda s: s[0] != "\ufeff"),
        st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    )
    def test_unicode_is_read_as_it_was_written(self, text: str, encoding: str) -> None:
        assert decode(text.encode(encoding), "a.txt") == text

    @pytest.mark.parametrize(
        ("mark", "encoding"), [(codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF32_BE, "utf-32-be")]
    )
    def test_big_endian_unicode_is_read_by_its_mark(self, mark: bytes, encoding: str) -> None:
        assert decode(mark + RUSSIAN.encode(encoding), "a.txt") == RUSSIAN

    def test_western_quotation_marks_of_windows_are_read(self) -> None:
        text = (TESTS / "articles" / "eelgrass.txt").read_text("utf-8")
        assert "Zoë Márquez-Nuñez" in text
        assert decode(text.encode("cp1252"), "a.txt") == text

    def test_western_quotation_marks_of_old_macs_are_read(self) -> None:
        text = (TESTS / "articles" / "eelgrass.txt").read_text("utf-8")
        assert decode(text.encode("mac_roman"), "a.txt") == text

    @pytest.mark.parametrize(
        ("broken", "byte"),
        [("“The café won’t close.”".encode()[:-1], 27), (b"\xe9" + "“The ferry won’t close.”".encode(), 0)],
    )
    def test_utf_8_with_a_broken_byte_is_said_to_be_broken(self, tmp_path: Path, broken: bytes, byte: int) -> None:
        complained = f"a.txt: is not valid utf-8 (byte {byte}); save it as UTF-8"
        assert complaint(tmp_path / "a.txt", broken) == complained

    def test_cyrillic_of_windows_is_read(self) -> None:
        text = " ".join([RUSSIAN, "Рыбаки говорят, что без парома остров опустеет, и просят у области денег."] * 3)
        assert decode(text.encode("cp1251"), "a.txt") == text

    @pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"%PDF-1.7\n\x00\x01", bytes(range(256))])
    def test_what_is_no_text_is_said_to_be_none(self, tmp_path: Path, data: bytes) -> None:
        assert complaint(tmp_path / "photo.txt", data) == "photo.txt: is not a text file"

    def test_a_broken_utf_16_file_is_said_to_be_broken(self, tmp_path: Path) -> None:
        assert complaint(tmp_path / "a.txt", codecs.BOM_UTF16_LE + b"a\0b").startswith("a.txt: is not valid utf-16")

    @given(st.binary(max_size=300))
    def test_any_bytes_give_text_or_one_clear_line(self, data: bytes) -> None:
        try:
            found = decode(data, "a.txt")
        except ArticleError as error:
            found = str(error)
            assert re.fullmatch("a\\.txt: .+", found)
        assert isinstance(found, str)


class TestTextFilesThatCannotBeRead:
    @pytest.mark.parametrize("content", ["", " \n\n\t\n", "\ufeff"])
    def test_a_file_without_words_is_reported(self, tmp_path: Path, content: str) -> None:
        assert complaint(tmp_path / "a.txt", content) == "a.txt: holds no text"

    def test_a_file_too_large_to_be_an_article_is_reported(self, tmp_path: Path) -> None:
        assert (
            complaint(tmp_path / "a.txt", b"x" * (MAX_BYTES + 1)) == "a.txt: is larger than one article may be (16 MB)"
        )

    def test_a_link_to_nowhere_is_reported(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").symlink_to(tmp_path / "gone")
        (error,) = read(tmp_path / "a.txt")
        assert str(error) == "a.txt: cannot be read: No such file or directory"

    def test_a_pipe_is_reported_and_not_waited_for(self, tmp_path: Path) -> None:
        import os

        os.mkfifo(tmp_path / "a.txt")
        (error,) = read(tmp_path / "a.txt")
        assert str(error) == "a.txt: is not a file"


class TestJsonLines:
    def test_an_article_keeps_everything_it_tells(self, tmp_path: Path) -> None:
        record = {
            "id": "wire-1",
            "title": "Rates to rise",
            "date": "2032-01-06",
            "source": "Shoreline Wire",
            "url": "https://wire.example/1",
            "paragraphs": ["  QUILLHAVEN — Rates will rise. ", "“No,” he said.\u2028More."],
        }
        article = read_one(tmp_path / "a.jsonl", json.dumps(record))
        unsaid = {"place": None, "byline": None, "language": None, "date_from": "given"}
        assert article.to_json() == record | unsaid
        assert article.source == "a.jsonl"

    def test_blank_paragraphs_keep_their_numbers(self) -> None:
        articles = [article for article in read(TESTS / "articles" / "wire.jsonl") if isinstance(article, Article)]
        assert [article.id for article in articles] == [
            "wire-hospital-merger",
            "wire-power-rates",
            "wire-recipe-archive",
        ]
        assert [number for number, _ in articles[0].passages()] == [0, 1, 3, 4, 5]
        assert articles[2].date is None

    def test_only_paragraphs_are_required(self, tmp_path: Path) -> None:
        article = read_one(tmp_path / "a.jsonl", line())
        assert (article.id, article.title, article.date, article.outlet) == ("a.jsonl#1", "Rain fell", None, None)

    def test_the_sha256_of_an_article_is_that_of_its_line(self, tmp_path: Path) -> None:
        text = line(id="a") + line(id="b")
        first, second = read(tmp_path / "a.jsonl", text)
        assert isinstance(first, Article)
        assert isinstance(second, Article)
        assert first.sha256 == hashlib.sha256(line(id="a").strip().encode()).hexdigest()
        assert first.sha256 != second.sha256

    @pytest.mark.parametrize("mark", ["", "\ufeff"])
    def test_blank_lines_and_windows_line_ends_do_no_harm(self, tmp_path: Path, mark: str) -> None:
        text = mark + "\r\n" + line(id="a").replace("\n", "\r\n") + "\r\n" + line(id="b")
        found = read(tmp_path / "a.jsonl", text.replace("\ufeff\r\n", "\ufeff"))
        assert [getattr(article, "id", article) for article in found] == ["a", "b"]

    @pytest.mark.parametrize(
        ("broken", "reason"),
        [
            ('{"id": "b", "paragraphs": ["cut o', "is not JSON"),
            ("[]", "is not a JSON object"),
            ('"text"', "is not a JSON object"),
            ("{}", '"paragraphs" is not a list of strings'),
            ('{"paragraphs": "Rain fell."}', '"paragraphs" is not a list of strings'),
            ('{"paragraphs": ["Rain", 5]}', '"paragraphs" is not a list of strings'),
            ('{"paragraphs": []}', "holds no text"),
            ('{"paragraphs": ["", " "]}', "holds no text"),
            ('{"paragraphs": ["a"], "id": 7}', '"id" is not a string'),
            ('{"paragraphs": ["a"], "title": ["b"]}', '"title" is not a string'),
            ('{"paragraphs": ["a"], "date": "7 February"}', "\"date\" is not an ISO date: '7 February'"),
            ('{"paragraphs": ["a"], "date": "2031-02-30"}', "\"date\" is not an ISO date: '2031-02-30'"),
            ('{"paragraphs": ["a \\ud83d"]}', "holds half of a surrogate pair"),
            ("[" * 100_000, "is nested too deeply"),
        ],
    )
    def test_a_broken_line_is_named_and_the_rest_is_read(self, tmp_path: Path, broken: str, reason: str) -> None:
        first, error, last = read(tmp_path / "a.jsonl", f"{line(id='a')}{broken}\n{line(id='c')}")
        assert isinstance(first, Article)
        assert isinstance(last, Article)
        assert (first.id, last.id) == ("a", "c")
        assert str(error).startswith(f"a.jsonl, line 2: {reason}")

    def test_a_line_in_another_encoding_is_named(self, tmp_path: Path) -> None:
        _, error = read(tmp_path / "a.jsonl", line(id="a").encode() + '{"paragraphs": ["café"]}'.encode("cp1252"))
        assert str(error) == "a.jsonl, line 2: is not UTF-8"

    def test_a_line_of_fifty_megabytes_is_named_and_the_rest_is_read(self, tmp_path: Path) -> None:
        huge = line(id="b", paragraphs=["x" * 50_000_000])
        first, error, last = read(tmp_path / "a.jsonl", line(id="a") + huge + line(id="c"))
        assert str(error) == "a.jsonl, line 2: is longer than one article may be (16 MB)"
        assert [getattr(article, "id", None) for article in (first, last)] == ["a", "c"]

    @pytest.mark.parametrize("beyond", [-1, 0, 1])
    def test_no_line_is_lost_after_one_at_the_limit(self, tmp_path: Path, beyond: int) -> None:
        found = read(tmp_path / "a.jsonl", b" " * (MAX_BYTES + beyond - 9) + b'"padding"\n' + line(id="b").encode())
        assert getattr(found[-1], "id", None) == "b"
        assert len(found) == 2

    @pytest.mark.parametrize("content", ["", "\n\n"])
    def test_a_file_without_lines_is_reported(self, tmp_path: Path, content: str) -> None:
        assert complaint(tmp_path / "a.jsonl", content) == "a.jsonl: holds no articles"

    @given(
        paragraphs=st.lists(st.text(st.characters(codec="utf-8")), min_size=1, max_size=4),
        name=st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
        day=st.none() | st.dates().map(date.isoformat),
    )
    def test_what_is_written_is_read_back(
        self, tmp_path_factory: pytest.TempPathFactory, paragraphs: list[str], name: str, day: str | None
    ) -> None:
        path = tmp_path_factory.mktemp("round") / "a.jsonl"
        paragraphs = [*paragraphs, "Rain fell."]
        article = read_one(path, line(id=name, date=day, paragraphs=paragraphs))
        assert article.paragraphs == tuple(paragraphs)
        assert (article.id, article.to_json()["date"]) == (name, day)
        assert read_one(path, json.dumps(article.to_json())).to_json() == article.to_json()

    @settings(max_examples=50)
    @given(JSON)
    def test_any_json_gives_an_article_or_one_clear_line(
        self, tmp_path_factory: pytest.TempPathFactory, value: Any
    ) -> None:
        (found,) = read(tmp_path_factory.mktemp("any") / "a.jsonl", json.dumps(value))
        assert isinstance(found, Article) or str(found).startswith("a.jsonl, line 1: ")


@pytest.mark.parametrize("lasting", [True, False])
def test_errors_and_articles_pass_from_one_process_to_another(*, lasting: bool) -> None:
    article, error = (
        Article("a", "t", ("Rain.",), date=date(2031, 1, 14)),
        ArticleError("a.txt: is empty", Advice.INSTALL, package="more"),
    )
    error.lasting = lasting
    assert from_wire(json.loads(json.dumps(to_wire(article))), "a.txt") == article
    read_back = from_wire(json.loads(json.dumps(to_wire(error))), "a.txt")
    assert isinstance(read_back, ArticleError)
    assert (str(read_back), read_back.file, read_back.lasting) == ("a.txt: is empty", "a.txt", lasting)
    assert read_back.note() == error.note()


@given(st.text(max_size=30), st.text(max_size=30))
def test_articles_differ_in_their_fingerprints_when_they_differ_in_their_words(one: str, other: str) -> None:
    same = Article("a", "t", (one,)).fingerprint() == Article("a", "t", (other,)).fingerprint()
    assert same == (one == other)
