"""Saved web pages: the story and nothing around it, its paragraphs, and what the page tells of it."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.core.article import Article
from index.readers.extraction.html_text import is_boilerplate, paragraphs_of
from tests import files_read
from tests.files_read import complaint, found
from tests.made_files import FERRY, PIER, page_of

STORY = [*FERRY, *PIER]
TAGS = st.sampled_from(["p", "div", "b", "a", "ul", "li", "table", "tr", "td", "br", "script", "h1", "article", "svg"])
SOUP = st.recursive(
    st.text(max_size=30),
    lambda inner: st.tuples(TAGS, st.lists(inner, max_size=4)).map(lambda t: f"<{t[0]}>{''.join(t[1])}</{t[0]}>"),
)


def read(page: str | bytes, name: str = "a.html", **told: str) -> Article:
    return files_read.read(page, name, **told)


def linked(**fields: object) -> str:
    record = {"@context": "https://schema.org", "@type": "NewsArticle"} | fields
    return f'<script type="application/ld+json">{json.dumps(record)}</script>'


def meta(**fields: str) -> str:
    return "".join(f'<meta property="{key.replace("__", ":")}" content="{value}">' for key, value in fields.items())


class TestAStory:
    def test_is_its_paragraphs_without_what_stands_around_them(self) -> None:
        assert read(page_of(STORY)).paragraphs == tuple(STORY)

    def test_may_be_as_short_as_news_in_brief(self) -> None:
        assert read(page_of(["The pier is closed.", "It opens on Monday."])).paragraphs == (
            "The pier is closed.",
            "It opens on Monday.",
        )

    def test_keeps_headings_and_lists_one_passage_each(self) -> None:
        page = page_of(STORY).replace(
            "<p>Share", "<h2>What the council wants</h2><ul><li>Two boats</li><li>One pier</li></ul><p>Share"
        )
        assert read(page).paragraphs == (*STORY, "What the council wants", "Two boats", "One pier")

    def test_parts_paragraphs_at_line_breaks(self) -> None:
        page = page_of([]).replace("<p>Share", "<div>" + "<br><br>".join(STORY) + "</div><p>Share")
        assert read(page).paragraphs == tuple(STORY)

    def test_keeps_words_apart_and_sentences_with_links_and_bold_words_whole(self) -> None:
        page = page_of(STORY).replace("Adela Brandvold", '<a href="/b">Adela <b>Brandvold</b></a>')
        assert read(page).paragraphs == tuple(STORY)

    def test_is_not_cut_by_comments_in_the_markup(self) -> None:
        page = page_of(STORY).replace("Brandvold said", "Brandvold <!-- ad -->said")
        assert read(page).paragraphs == tuple(STORY)

    @pytest.mark.parametrize(
        "line",
        [
            "Read more: Hotel vote put off", "Related: Hotel vote put off", "Share this story", "Advertisement",
            "Sign up for our morning newsletter", "Subscribe", "Follow us on Facebook", "Photo: Ada Crane / Ledger",
            "(Image credit: Ada Crane)", "© 2031 Quillhaven Ledger", "Copyright 2031 Ledger. All rights reserved.",
            "This site uses cookies to improve your visit.", "By clicking you agree to our terms of use.",
            "Click here to see the pictures", "Enter your email address", "Thanks for signing up!", "***", "– – –",
            "Get the Ledger in your inbox", "You may also like", "https://ledger.example/ferry", "View in browser",
            "Unsubscribe from this list",
        ],
    )  # fmt: skip
    def test_has_no_notices_buttons_forms_and_credits_in_it(self, line: str) -> None:
        assert is_boilerplate(line)
        assert line not in read(page_of([*STORY[:2], line, *STORY[2:]])).paragraphs

    @pytest.mark.parametrize(
        "line",
        [
            "Related companies will have to share the cost of the two boats, the council said on Tuesday.",
            "Sign language was used throughout the meeting.",
            "“Share this town with us,” she said.",
            "More than 200 people came to the harbor.",
            "Cookies were served after the vote, and coffee.",
            "Follow the money, Lindqvist said.",
            "Read the letter, then decide, she told the council.",
            "Photographs of the pier hang in the bakery.",
            "He saw more of the fire than anybody.",
            "Copyright law does not cover recipes, the judge said.",
        ],
    )
    def test_keeps_sentences_that_only_begin_alike(self, line: str) -> None:
        assert not is_boilerplate(line)
        assert line in read(page_of([*STORY[:2], line, *STORY[2:]])).paragraphs

    def test_does_not_repeat_its_title_or_its_date_at_the_top(self) -> None:
        page = page_of(STORY, before="<p>Published 14 January 2031, 9:30</p>")
        assert read(page).paragraphs == tuple(STORY)
        assert read(page).title == "Ferry stays"


class TestWhatAPageTells:
    def test_json_ld_comes_first(self) -> None:
        head = linked(
            headline="Ferry is to stay",
            datePublished="2031-01-14T23:30:00-05:00",
            author=[{"@type": "Person", "name": "Ada Crane"}, {"@type": "Person", "name": "Bo Lund"}],
            publisher={"@type": "Organization", "name": "Quillhaven Ledger"},
        ) + meta(og__title="Other", og__site_name="Other", article__published_time="2030-01-01", author="Other")
        article = read(page_of(STORY, head=head))
        assert (article.title, article.outlet) == ("Ferry is to stay", "Quillhaven Ledger")
        assert (article.byline, article.date, article.date_from) == (
            "Ada Crane, Bo Lund", date(2031, 1, 14), "metadata",
        )  # fmt: skip

    def test_json_ld_may_lie_in_a_graph_beside_others(self) -> None:
        record = {"@graph": [{"@type": "WebSite", "name": "x"}, {"@type": ["NewsArticle"], "headline": "Ferry"}]}
        head = f'<script type="application/ld+json">{json.dumps(record)}</script>'
        assert read(page_of(STORY, head=head)).title == "Ferry"

    def test_open_graph_comes_second(self) -> None:
        head = meta(
            og__title="Ferry is to stay",
            og__site_name="WQHV",
            article__published_time="2031-01-14T00:30:00Z",
            author="By Ada Crane",
        )
        article = read(page_of(STORY, head=head))
        assert (article.title, article.outlet, article.byline) == ("Ferry is to stay", "WQHV", "Ada Crane")
        assert (article.date, article.date_from) == (date(2031, 1, 14), "metadata")

    def test_the_name_of_the_outlet_is_no_part_of_the_title(self) -> None:
        page = page_of(STORY, title="Ferry stays | The Ledger", head=meta(og__site_name="TheLedger"))
        assert read(page.replace("<h1>Ferry stays | The Ledger</h1>", "")).title == "Ferry stays"

    @pytest.mark.parametrize(
        ("head", "address"),
        [
            ('<link rel="canonical" href="https://www.ledger.example/ferry">', "https://www.ledger.example/ferry"),
            (meta(og__url="https://www.ledger.example/ferry"), "https://www.ledger.example/ferry"),
            ("", None),
            ('<link rel="canonical" href="/ferry">', None),
        ],
    )
    def test_where_it_comes_from(self, head: str, address: str | None) -> None:
        article = read(page_of(STORY, head=head))
        assert (article.url, article.outlet) == (address, "ledger.example" if address else None)

    def test_where_a_browser_saved_it_from(self) -> None:
        note = "<!-- saved from url=(0042)https://ledger.example/2031/jan/14/ferry -->"
        article = read(page_of(STORY).replace("<html", f"{note}<html"))
        assert (article.outlet, article.date, article.date_from) == ("ledger.example", date(2031, 1, 14), "url")

    def test_the_address_it_was_fetched_from_comes_before_what_it_says(self) -> None:
        page = page_of(STORY, head='<link rel="canonical" href="https://elsewhere.example/">')
        assert read(page, url="https://ledger.example/ferry").url == "https://ledger.example/ferry"

    def test_a_page_that_tells_no_day_has_none(self) -> None:
        page = page_of(STORY).replace("We use cookies.", "Today is 3 May 2032. © 2031–2032. Updated 2032.")
        assert (read(page).date, read(page).date_from) == (None, None)

    @pytest.mark.parametrize(
        ("before", "name", "expected"),
        [
            ('<time datetime="2031-01-14T09:00">yesterday</time>', "a.html", (date(2031, 1, 14), "page")),
            ("<p>January 14, 2031</p>", "a.html", (date(2031, 1, 14), "dateline")),
            ("", "2031-01-14-ferry.html", (date(2031, 1, 14), "file name")),
            ("", "2031/1/14/ferry.html", (date(2031, 1, 14), "file name")),
            ("<p>QUILLHAVEN, Jan. 14, 2031 (WQHV) — Rain fell.</p>", "a.html", (date(2031, 1, 14), "dateline")),
        ],
    )
    def test_a_day_is_known_by_what_told_it(self, before: str, name: str, expected: tuple[date, str]) -> None:
        article = read(page_of(STORY, before=before), name=name)
        assert (article.date, article.date_from) == expected

    def test_scripts_tell_nothing(self) -> None:
        head = '<script type="text/javascript">{"@type": "NewsArticle", "headline": "Hotel vote put off"}</script>'
        assert read(page_of(STORY, head=head)).title == read(page_of(STORY)).title

    @pytest.mark.parametrize("value", [5, None, [], {}, {"name": 7}, [[["x"]]], "", "\ud800", True])
    def test_metadata_of_any_shape_does_no_harm(self, value: object) -> None:
        head = linked(headline=value, datePublished=value, author=value, publisher=value, mainEntityOfPage=value)
        assert read(page_of(STORY, head=head)).paragraphs == tuple(STORY)


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "utf-16"])
    def test_a_page_says_which_it_is_in(self, encoding: str) -> None:
        page = page_of(STORY).replace('charset="utf-8"', f'charset="{encoding}"')
        assert read(page.encode(encoding)).paragraphs == tuple(STORY)

    def test_what_calls_itself_latin_1_is_read_as_browsers_read_it(self) -> None:
        page = page_of(STORY).replace('charset="utf-8"', 'charset="iso-8859-1"')
        assert read(page.encode("cp1252")).paragraphs == tuple(STORY)

    def test_a_server_knows_it_better(self) -> None:
        page = page_of(STORY).replace('charset="utf-8"', 'charset="koi8-r"')
        assert read(page.encode(), charset="utf-8").paragraphs == tuple(STORY)

    def test_an_encoding_that_is_wrong_or_unknown_is_guessed(self) -> None:
        for said in ("utf-8", "klingon"):
            page = page_of(STORY).replace('charset="utf-8"', f'charset="{said}"')
            assert read(page.encode("cp1252")).paragraphs == tuple(STORY)


class TestPiecesOfHtml:
    @pytest.mark.parametrize(
        ("markup", "paragraphs"),
        [
            ("Rain <b>fell</b> on<br>the harbor.", ["Rain fell on", "the harbor."]),
            ("<p>One.<p>Two.", ["One.", "Two."]),
            ("<ul><li>One<li>Two</ul>", ["One", "Two"]),
            ("<table><tr><td>Boats</td><td>Two</td></tr></table>", ["Boats Two"]),
            ("<script>var x;</script><style>p{}</style>Rain.", ["Rain."]),
            ('<div style="display: none">Preview</div>Rain.', ["Rain."]),
            ("Ada &amp; Bo &#8217;31", ["Ada & Bo ’31"]),
            ("", []),
        ],
    )
    def test_are_paragraphs(self, markup: str, paragraphs: list[str]) -> None:
        assert paragraphs_of(markup) == paragraphs

    @given(SOUP)
    def test_of_any_shape_give_lines_of_words(self, markup: str) -> None:
        for line in paragraphs_of(markup):
            assert line == " ".join(line.split())
            assert line


class TestPagesThatCannotBeRead:
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "holds no text"),
            (b" \n", "holds no text"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is not a text file"),
            (b"<html><body><nav><a href='/'>Home</a></nav></body></html>", "holds no article"),
            (b"<!-- nothing -->", "is not a web page"),
        ],
    )
    def test_are_said_to_be_what_they_are(self, content: bytes, reason: str) -> None:
        assert complaint(content, "a.html").startswith(f"a.html: {reason}")

    @settings(max_examples=40, deadline=None)
    @given(st.binary(max_size=400) | SOUP.map(str.encode) | st.binary(max_size=60).map(lambda b: b"<html><p>" + b))
    def test_any_bytes_give_an_article_or_one_line(self, data: bytes) -> None:
        (article,) = found(data, "a.html")
        assert isinstance(article, Article) or str(article).startswith("a.html: ")
