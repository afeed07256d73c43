"""Notes in Markdown, Word documents and PDF files as articles."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.render.messages import error_line
from index.core.article import Article
from index.core.errors import ArticleError
from index.readers import registry
from tests.files_read import complaint, found, read
from tests.made_files import FERRY, PIER, WORD_NAMESPACE, column, docx_of, pdf_of, zip_of

NOTE = """---
title: "Ferry: it stays"
date: 2031-01-14
authors:
  - Ada Crane
  - name: Bo Lund
outlet: Quillhaven Ledger
link: https://ledger.example/ferry
tags: [harbor]
---
"""
LEFT = [
    "The ferry will not close while she is mayor, Adela Brand-",
    "vold said on Tuesday to a crowd at the harbor. The well-",
    "known boats have run since 1961 and carry 200 cars a day,",
    "more than the well-known bridge at Orrin.",
    "",
    "A second paragraph begins here and is about the mo-",
    "ney that the council has to find, and which the bank on",
]
RIGHT = [
    "the other side will not lend, as it said in a letter.",
    "",
    "“We cannot do without it in winter,” said Petra Lindqvist,",
    "who has run the bakery.",
]
COLUMNS = (
    (
        "The ferry will not close while she is mayor, Adela Brandvold said on Tuesday to a crowd at the harbor. "
        "The well-known boats have run since 1961 and carry 200 cars a day, more than the well-known bridge at Orrin."
    ),
    (
        "A second paragraph begins here and is about the money that the council has to find, and which the bank on "
        "the other side will not lend, as it said in a letter."
    ),
    "“We cannot do without it in winter,” said Petra Lindqvist, who has run the bakery.",
)


class TestMarkdown:
    def test_tells_of_itself_in_front_matter(self) -> None:
        article = read(NOTE + "\n\n".join(FERRY), "notes/a.md")
        assert article.paragraphs == tuple(FERRY)
        assert (article.title, article.byline) == ("Ferry: it stays", "Ada Crane, Bo Lund")
        assert (article.outlet, article.url) == ("Quillhaven Ledger", "https://ledger.example/ferry")
        assert (article.date, article.date_from) == (date(2031, 1, 14), "front matter")
        assert (article.id, article.source) == ("notes/a.md", "notes/a.md")

    @pytest.mark.parametrize(
        "day",
        ["2031-01-14", '"2031-01-14"', "2031-01-14T23:30:00-05:00", '"14 January 2031"', "Jan. 14, 2031", "20310114"],
    )  # fmt: skip
    def test_tells_its_day_in_many_ways(self, day: str) -> None:
        assert read(f"---\ndate: {day}\n---\nRain fell.", "a.md").date == date(2031, 1, 14)

    def test_may_name_its_author_and_its_place_in_other_ways(self) -> None:
        article = read("---\nauthor: {name: Ada Crane}\nsource: https://ledger.example/ferry\n---\nRain fell.", "a.md")
        assert (article.byline, article.outlet, article.url) == ("Ada Crane", None, "https://ledger.example/ferry")

    @pytest.mark.parametrize("day", ["2031", "soon", "[]", "{a: b}", "2031-02-31", "12:30", "null", "1/2/2031"])
    def test_tells_no_day_where_it_is_not_clear(self, day: str) -> None:
        read_ = found(f"---\ndate: {day}\n---\nRain fell.", "a.md")
        assert getattr(read_[0], "date", None) is None

    def test_without_front_matter_has_its_heading_for_a_title(self) -> None:
        article = read("# Ferry *stays*\n\nRain fell\non the [harbor](http://x.example).\n", "2031-01-14 ferry.md")
        assert (article.title, article.paragraphs) == ("Ferry stays", ("Rain fell on the harbor.",))
        assert (article.date, article.date_from) == (date(2031, 1, 14), "file name")

    def test_keeps_headings_lists_quotes_tables_and_code_as_plain_words(self) -> None:
        text = (
            "Rain.\n\n## Boats\n\n- Two *big* boats\n- One `pier`\n\n> She said no.\n\n| Boat | Cars |\n|---|---|\n"
            "| Ida | 40 |\n\n```\nx = 1\n```\n\n![Photo](a.png)\n\n<p>Old <b>markup</b></p>\n"
        )
        assert read(text, "a.md").paragraphs == (
            "Rain.", "Boats", "Two big boats", "One pier", "She said no.", "Boat · Cars", "Ida · 40", "x = 1",
            "Old markup",
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "holds no text"),
            ("---\ntitle: x\n---\n", "holds no text"),
            ("---\na: [\n---\nRain.", "its front matter is not YAML (line 3)"),
            ("---\na: &x [1]\nb: *x\n---\nRain.", "its front matter uses YAML aliases, which are not read"),
            ("---\na: !!python/object/apply:os.system ['true']\n---\nRain.", "its front matter is not YAML (line 2)"),
            (f"---\na: {'[' * 200}\n---\nRain.", "its front matter is too deep to be read"),
            (f"---\na: {'x' * 20_000}\n---\nRain.", "its front matter is longer than 16 KB"),
        ],
    )
    def test_that_cannot_be_read_says_why(self, text: str, reason: str) -> None:
        assert complaint(text, "a.md") == f"a.md: {reason}"

    @settings(deadline=None)
    @given(st.text(max_size=200), st.sampled_from(["", "# ", "---\n", "---\ndate: ", "- > ", "| a |\n|-|\n|"]))
    def test_of_any_words_gives_an_article_or_one_line(self, text: str, begin: str) -> None:
        (article,) = found((begin + text).encode("utf-8", "replace"), "a.md")
        assert isinstance(article, Article) or str(article).startswith("a.md: ")


class TestWord:
    def test_is_its_paragraphs_under_its_title(self) -> None:
        article = read(docx_of(("Title", "Ferry stays"), *FERRY, author="Ada Crane"), "a.docx")
        assert (article.title, article.paragraphs, article.byline) == ("Ferry stays", tuple(FERRY), "Ada Crane")

    @pytest.mark.parametrize("above", [[], ["Ferry stays"]])
    def test_bears_the_title_that_its_properties_tell(self, above: list[str]) -> None:
        article = read(docx_of(*above, *FERRY, title="Ferry stays"), "a.docx")
        assert (article.title, article.paragraphs) == ("Ferry stays", tuple(FERRY))

    def test_keeps_tabs_breaks_and_hyphens_as_what_they_look_like(self) -> None:
        runs = "<w:t>The ferry</w:t><w:tab/><w:t>will</w:t><w:br/><w:t>not</w:t><w:noBreakHyphen/><w:t>close.</w:t>"
        body = f'<w:document xmlns:w="{WORD_NAMESPACE}"><w:body><w:p><w:r>{runs}</w:r></w:p></w:body></w:document>'
        assert read(docx_of(body=body), "a.docx").paragraphs == ("The ferry will not-close.",)

    def test_that_unpacks_to_very_much_is_not_unpacked(self) -> None:
        assert complaint(docx_of(body=" " * (65 << 20)), "a.docx") == "a.docx: unpacks to more than 64 MB"

    def test_is_not_dated_by_the_day_its_template_was_made(self) -> None:
        article = read(docx_of(*FERRY), "a.docx")
        assert (article.date, article.byline) == (None, None)

    @pytest.mark.parametrize(
        ("first", "origin"),
        [
            ("FOR IMMEDIATE RELEASE: January 14, 2031", "dateline"),
            ("Tuesday, 14 January 2031", "dateline"),
            ("Published Tuesday, 2031-01-14", "dateline"),
            ("QUILLHAVEN, Ore., Jan. 14, 2031 – The ferry stays.", "dateline"),
            (" date 2031-01-14 QUILLHAVEN (WQHV) - The ferry stays.", "dateline"),
        ],
    )
    def test_is_dated_by_its_first_lines(self, first: str, origin: str) -> None:
        article = read(docx_of(first, *FERRY), "a.docx")
        assert (article.date, article.date_from) == (date(2031, 1, 14), origin)

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "is no Word document, or a broken one"),
            (docx_of(*FERRY)[:200], "is no Word document, or a broken one"),
            (zip_of({"a.txt": "x"}), "is no Word document (it has no word/document.xml)"),
            (docx_of(), "holds no text"),
            (docx_of(body="<a>"), "is no Word document, or a broken one (word/document.xml is not XML)"),
        ],
    )
    def test_that_cannot_be_read_says_why(self, data: bytes, reason: str) -> None:
        assert complaint(data, "a.docx") == f"a.docx: {reason}"

    @settings(deadline=None)
    @given(st.binary(max_size=200), st.integers(0, 1500), st.binary(max_size=3))
    def test_of_any_bytes_gives_an_article_or_one_line(self, data: bytes, place: int, damage: bytes) -> None:
        whole = docx_of(*FERRY)
        for broken in (data, whole[:place], whole[:place] + damage + whole[place + len(damage) :]):
            (article,) = found(broken, "a.docx")
            assert isinstance(article, Article) or str(article).startswith("a.docx: ")


class TestPdf:
    def test_is_read_column_by_column_with_words_mended(self) -> None:
        page = [(72, 720, 20, "Ferry stays for now"), *column(LEFT, size=9), *column(RIGHT, left=330, size=9)]
        article = read(pdf_of(page), "a.pdf")
        assert (article.title, article.paragraphs) == ("Ferry stays for now", COLUMNS)

    def test_leaves_running_heads_and_page_numbers_out(self) -> None:
        pages = [
            [(72, 760, 8, f"Quillhaven Ledger, page {n}"), (300, 30, 8, str(n)), *column([text[:83].strip()], top=600)]
            for n, text in enumerate([FERRY[0], PIER[0], FERRY[2]], 1)
        ]
        article = read(pdf_of(*pages), "2031-01-14.pdf")
        assert article.paragraphs == tuple(text[:83].strip() for text in (FERRY[0], PIER[0], FERRY[2]))
        assert (article.date, article.date_from) == (date(2031, 1, 14), "file name")

    def test_begins_a_paragraph_where_the_letters_change(self) -> None:
        text = column(["The ferry stays, the council said on Tuesday night", "and the pier does not."], size=10)
        notes = column(["Corrections: the boat is named Ida, not Ada, as we", "wrote on Monday."], top=676, size=8)
        assert read(pdf_of([*text, *notes]), "a.pdf").paragraphs == (
            "The ferry stays, the council said on Tuesday night and the pier does not.",
            "Corrections: the boat is named Ida, not Ada, as we wrote on Monday.",
        )

    def test_joins_a_paragraph_that_a_page_cuts(self) -> None:
        pages = column(["The ferry will close on"]), column(["the day that the new bridge opens."])
        article = read(pdf_of(*pages), "a.pdf")
        assert article.paragraphs == ("The ferry will close on the day that the new bridge opens.",)

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "is no PDF file"),
            (b"\x89PNG", "is no PDF file"),
            (pdf_of([]), "holds no text (pictures of pages are not read)"),
            (pdf_of([(72, 700, 10, "Rain")], encrypted=True), "is encrypted; save it without a password"),
            (pdf_of([(72, 700, 10, "Rain")])[:150], "is a broken PDF file (PSEOF)"),
        ],
    )
    def test_that_cannot_be_read_says_why(self, data: bytes, reason: str) -> None:
        assert complaint(data, "a.pdf") == f"a.pdf: {reason}"

    def test_needs_an_extra_and_names_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(registry, "find_spec", lambda _: None)
        (error,) = found(pdf_of(column(FERRY)), "a.pdf")
        assert error_line(error) == "a.pdf: .pdf files need an extra: pip install 'onrecord[files]'"
        assert isinstance(error, ArticleError)
        assert not error.lasting

    @settings(deadline=None, max_examples=50)
    @given(st.binary(max_size=100), st.integers(0, 900), st.binary(min_size=1, max_size=3))
    def test_of_any_bytes_gives_an_article_or_one_line(self, data: bytes, place: int, damage: bytes) -> None:
        whole = pdf_of(column(["Rain fell."]))
        for broken in (b"%PDF-1.4\n" + data, whole[:place], whole[:place] + damage + whole[place + len(damage) :]):
            (article,) = found(broken, "a.pdf")
            assert isinstance(article, Article) or str(article).startswith("a.pdf: ")
