"""Files that are odd, though their makers meant well: what is understood of them, and what is left alone."""

from __future__ import annotations

import json
from datetime import date
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.core.article import Article
from index.readers.extraction.html_text import is_boilerplate
from index.readers.extraction.metadata import byline_of_lines, read_dateline
from tests.files_read import found, read
from tests.made_files import FERRY, PIER, WORD_NAMESPACE, docx_of, mail_of, page_of, rss_of

DAY = date(2031, 1, 14)
SPOKEN = "The café won’t close, and nobody’s boat is late, said Zoë Lund to everybody at the harbor."


def linked(*nodes: object, around: str = "{}") -> str:
    return f'<script type="application/ld+json">{around.replace("{}", json.dumps(nodes))}</script>'


class TestBylines:
    @pytest.mark.parametrize(
        ("line", "byline"),
        [
            ("By Ada Crane", "Ada Crane"),
            ("BY ADA CRANE AND BO LUND", "ADA CRANE AND BO LUND"),
            ("By Ada Crane and Bo Lund, Staff Writers", "Ada Crane and Bo Lund"),
            ("by Zoë Márquez-Nuñez, Bo T. Lund and Ada van Crane", "Zoë Márquez-Nuñez, Bo T. Lund and Ada van Crane"),
            ("Story by Ada Crane | Harbor Ledger", "Ada Crane"),
            ("By Ada Crane for the Harbor Ledger", "Ada Crane"),
            ("By Ada Crane crane@ledger.example", "Ada Crane"),
            ("By Monday Night All Was Over", None),
            ("By noon, Ada Crane had left.", None),
            ("By Harbor Road, the crowd waited.", None),
        ],
    )
    def test_are_lines_of_names(self, line: str, byline: str | None) -> None:
        assert byline_of_lines(["Ferry stays", line]) == byline

    def test_are_known_of_files_of_every_kind_and_stay_in_the_text(self) -> None:
        text = "Ferry stays\n\nBy Ada Crane\n\nThe ferry stays open."
        for name, data in (("a.txt", text), ("a.md", f"# {text}"), ("a.docx", docx_of(*text.split("\n\n")))):
            article = read(data, name)
            assert (article.byline, article.paragraphs[-2:]) == ("Ada Crane", ("By Ada Crane", "The ferry stays open."))

    def test_may_be_marked_on_a_page(self) -> None:
        marked = '<p><a rel="author" href="/crane">Ada Crane</a>, <a rel="author" href="/lund">Bo Lund</a></p>'
        assert read(page_of(FERRY, before=marked), "a.html").byline == "Ada Crane, Bo Lund"

    @given(st.text(alphabet="By AaÉé.,&-|and\n", max_size=200))
    def test_are_looked_for_in_no_time_whatever_the_text(self, text: str) -> None:
        byline_of_lines([text])
        assert read_dateline(text).length <= len(text)


class TestDatelines:
    @pytest.mark.parametrize(
        ("text", "place"),
        [
            ("ÉVIAN (AFP) — Il pleut.", "ÉVIAN"),
            ("SÃO LUND, Brazil (AP) — Rain.", "SÃO LUND, Brazil"),
            ("Isle of Orrin (WQHV) - Rain.", "Isle of Orrin"),
            ("The company (NYSE: ABC) — which makes boats — said no.", None),
            ("The old mill (built in 1802) - a ruin - will go.", None),
            ("Mayor Brandvold (D) – who won – thanked all.", None),
        ],
    )
    def test_without_a_day_are_names_only(self, text: str, place: str | None) -> None:
        assert read_dateline(text).place == place

    def test_tell_no_day_within_a_sentence(self) -> None:
        assert read("She was born in Paris, Jan. 3, 1931 – a cold day.", "a.md").date is None
        assert read("Quillhaven, Jan. 14, 2031 – Rain fell.", "a.md").date == DAY


class TestFrontMatter:
    @pytest.mark.parametrize(("fence", "line"), [("---", "title: Ferry"), ("+++", 'title = "Ferry"')])
    def test_without_an_end_is_no_text(self, fence: str, line: str) -> None:
        (told,) = found(f"{fence}\n{line}\n\nRain fell.\n", "a.md")
        assert str(told) == f"a.md: its front matter has no end; close it with a line {fence}"

    def test_may_be_toml(self) -> None:
        article = read("+++\ntitle = 'Ferry'\ndate = 2031-01-14T23:30:00-05:00\n+++\nRain fell<br>on us.\n", "a.md")
        assert (article.title, article.date, article.paragraphs) == ("Ferry", DAY, ("Rain fell on us.",))
        (told,) = found("+++\ntitle = \n+++\nRain.", "a.md")
        assert str(told).startswith("a.md: its front matter is not TOML (")

    def test_is_not_every_line_of_dashes(self) -> None:
        assert read("---\n\nRain fell.\n", "a.md").paragraphs == ("Rain fell.",)


class TestPages:
    @pytest.mark.parametrize("told", ["iso-8859-1", "windows-1252", "us-ascii"])
    def test_in_utf_8_may_call_themselves_something_else(self, told: str) -> None:
        page = page_of([SPOKEN, *FERRY]).replace('charset="utf-8"', f'charset="{told}"')
        for data in (page.encode(), b"\xef\xbb\xbf" + page.encode()):
            assert read(data, "a.html").paragraphs[0] == SPOKEN

    def test_know_it_better_than_a_server_that_is_wrong(self) -> None:
        page = page_of([SPOKEN, *FERRY]).replace('charset="utf-8"', 'charset="windows-1252"').encode("cp1252")
        assert read(page, "a.html", charset="utf-8").paragraphs[0] == SPOKEN

    def test_tell_of_the_article_that_has_their_address_or_heading(self) -> None:
        url = "https://ledger.example/ferry"
        other = {"@type": "NewsArticle", "headline": "Hotel vote", "url": f"{url}-2", "datePublished": "2030-01-01"}
        own = {"@type": ["NewsArticle"], "headline": "Ferry stays", "datePublished": "2031-01-14"}
        for told in (own, own | {"headline": "Ferry", "mainEntityOfPage": {"@id": f"{url}?a=1"}}):
            article = read(page_of(FERRY, head=linked(other) + linked(told)), "a.html", url=url)
            assert (article.title, article.date) == (told["headline"], DAY)

    def test_may_name_people_elsewhere_in_their_data(self) -> None:
        people = {"@type": "Person", "@id": "#a", "name": "Ada Crane"}, {"@id": "#o", "name": "Harbor Ledger"}
        story = {"@type": "NewsArticle", "headline": "Ferry", "author": [{"@id": "#a"}], "publisher": {"@id": "#o"}}
        page = page_of(FERRY, head=linked({"@graph": [*people, story]}, around="//<![CDATA[\n{}\n//]]>"))
        article = read(page, "a.html")
        assert (article.title, article.byline, article.outlet) == ("Ferry", "Ada Crane", "Harbor Ledger")

    def test_may_have_their_story_in_several_containers_and_tags_below_it(self) -> None:
        first, second = ("".join(f"<p>{line}</p>" for line in lines) for lines in (FERRY, PIER))
        story = f'<div class="post-content">{first}</div><aside><p>Hotel vote</p></aside><div>{second}</div>'
        tags = '<p><a href="/a">calm sea,</a></p><p><a href="/b">winter ferries,</a></p>'
        page = f"<title>x</title><article><h1>Ferry stays</h1>{story}{tags}</article>"
        assert read(page, "a.html").paragraphs == (*FERRY, *PIER)

    @pytest.mark.parametrize(
        "line",
        [
            "By signing the deal, the owners agreed to pay for both boats.",
            "There was an error in the count, the clerk said on Monday.",
            "Related costs rose in March, the council said.",
            "Recommended speeds on Harbor Road are lower now.",
        ],
    )
    def test_keep_sentences_that_begin_as_notices_do(self, line: str) -> None:
        assert not is_boilerplate(line)


class TestMails:
    def test_go_on_behind_what_somebody_wrote(self) -> None:
        words = ("On Tuesday the mayor wrote:", "The ferry stays open all year.")
        assert read(bytes(mail_of("\n\n".join(words))), "a.eml").paragraphs == words

    def test_end_where_the_mail_begins_that_they_answer(self) -> None:
        reply = "Rain.\n\nOn Tue, Jan 14, 2031 at 9:30 AM Ada Crane <crane@ledger.example>\nwrote:\n\n> Snow fell.\n"
        assert read(bytes(mail_of(reply)), "a.eml").paragraphs == ("Rain.",)

    def test_are_read_without_a_mail_attached_to_them(self) -> None:
        mail = mail_of("The ferry stays.")
        inner = EmailMessage()
        inner["Subject"] = "Other"
        inner.set_content("Words of somebody else.")
        mail.add_attachment(inner)
        assert read(bytes(mail), "a.eml").paragraphs == ("The ferry stays.",)

    def test_in_a_mailbox_may_have_lines_that_begin_as_mails_do(self) -> None:
        box = (
            "From a\nSubject: One\n\nRain.\n\nFrom Monday on, boats\nrun.\n\n>>From\n\nFrom b\nSubject: Two\n\nSnow.\n"
        )
        first, second = found(box, "a.mbox")
        assert isinstance(first, Article)
        assert isinstance(second, Article)
        assert (first.paragraphs[:2], second.title) == (("Rain.", "From Monday on, boats run."), "Two")


def test_entries_lead_to_web_pages_alone() -> None:
    entries = [
        f"<item><title>{link}</title><link>{link}</link></item>" for link in ("/a", "file:///etc/hosts", "x://y")
    ]
    articles = found(rss_of(*entries), "a.rss", url="https://ledger.example/feed")
    assert [a.url for a in articles if isinstance(a, Article)] == ["https://ledger.example/a", None, None]


def test_a_text_box_and_moved_words_of_a_word_document_are_read_once() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>"
    body = (
        f'<w:document xmlns:w="{WORD_NAMESPACE}" xmlns:m="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        "<w:body><w:p><w:moveFrom><w:r><w:t>Rain fell.</w:t></w:r></w:moveFrom></w:p>"
        f"<w:p><w:r><m:AlternateContent><m:Choice>{box}</m:Choice><m:Fallback>{box}</m:Fallback></m:AlternateContent>"
        "</w:r></w:p><w:p><w:moveTo><w:r><w:t>Rain fell.</w:t></w:r></w:moveTo></w:p></w:body></w:document>"
    )
    assert read(docx_of(body=body), "a.docx").paragraphs == ("In a box.", "Rain fell.")


def test_a_text_of_dos_ends_with_its_last_line() -> None:
    assert read(b"Rain fell.\r\n\r\nSnow\x0bfell.\r\n\x1a", "a.txt").paragraphs == ("Rain fell.", "Snow fell.")
