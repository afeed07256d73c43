"""Feeds and mails on disk: each entry and each mail an article, with its day in its own time zone."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.core.article import Article
from tests.files_read import complaint, found
from tests.made_files import FERRY, PIER, entry_of, mail_of, page_of, rss_of

ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>WQHV</title>
<entry><title type="html">Ferry &amp;amp; pier</title><link href="https://wqhv.example/1"/><id>1</id>
<author><name>Ada Crane</name></author><author><name>Bo Lund</name></author>
<published>2031-01-14T23:30:00-05:00</published><updated>2031-02-02T10:00:00Z</updated>
<summary>In short.</summary>
<content type="html">&lt;p&gt;The ferry stays.&lt;/p&gt;&lt;p&gt;The pier does not.&lt;/p&gt;</content>
</entry></feed>"""
XML_PARTS = st.sampled_from(
    [
        "<rss>",
        "<channel>",
        "<item>",
        "<title>",
        "<link>",
        "</title>",
        "</item>",
        "&amp;",
        "&x;",
        "<![CDATA[",
        "]]>",
        "x",
    ]
)


def articles(data: str | bytes, name: str) -> list[Article]:
    read = found(data, name)
    assert all(isinstance(article, Article) for article in read), read
    return [article for article in read if isinstance(article, Article)]


class TestAFeed:
    def test_of_rss_has_an_article_for_each_entry(self) -> None:
        ferry, pier = articles(rss_of(entry_of("Ferry stays", FERRY), entry_of("Pier burns", PIER)), "news.rss")
        assert (ferry.id, pier.id) == ("news.rss#1", "news.rss#2")
        assert ferry.paragraphs == tuple(FERRY)
        assert (ferry.title, ferry.outlet, ferry.url) == (
            "Ferry stays", "Quillhaven Ledger", "https://ledger.example/Ferry-stays",
        )  # fmt: skip
        assert (ferry.date, ferry.date_from, ferry.language) == (date(2031, 1, 14), "feed", "en")

    def test_of_atom_too_with_its_authors_and_its_longest_text(self) -> None:
        (article,) = articles(ATOM, "a.atom")
        assert (article.title, article.byline, article.outlet) == ("Ferry & pier", "Ada Crane, Bo Lund", "WQHV")
        assert article.paragraphs == ("The ferry stays.", "The pier does not.")

    def test_tells_the_day_on_which_the_outlet_published(self) -> None:
        (article,) = articles(ATOM, "a.atom")
        assert article.date == date(2031, 1, 14)
        (late,) = articles(rss_of(entry_of("a", FERRY, date="Tue, 14 Jan 2031 23:30:00 -0500")), "a.rss")
        assert late.date == date(2031, 1, 14)

    def test_without_a_day_has_none(self) -> None:
        (article,) = articles(rss_of(entry_of("a", FERRY, date="soon")), "a.rss")
        assert (article.date, article.date_from) == (None, None)

    def test_keeps_the_articles_of_entries_as_they_are_when_another_is_added(self) -> None:
        one, two = entry_of("Ferry stays", FERRY), entry_of("Pier burns", PIER)
        assert articles(rss_of(one), "a.rss")[0].sha256 == articles(rss_of(two, one), "a.rss")[1].sha256

    def test_names_an_entry_without_text_and_reads_the_others(self) -> None:
        error, article = found(rss_of("<item></item>", entry_of("Ferry stays", FERRY)), "a.rss")
        assert str(error) == "a.rss, entry 1: holds no text"
        assert isinstance(article, Article)

    def test_that_is_not_well_formed_is_read_nevertheless(self) -> None:
        feed = rss_of(entry_of("Ferry & pier", FERRY)).replace("</channel></rss>", "")
        (article,) = articles(feed, "a.rss")
        assert (article.title, article.paragraphs) == ("Ferry & pier", tuple(FERRY))

    def test_leaves_notices_out(self) -> None:
        (article,) = articles(rss_of(entry_of("a", [*FERRY, "Read more: Pier burns"])), "a.rss")
        assert article.paragraphs == tuple(FERRY)

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            ("<a><b>x</b></a>", "is no RSS or Atom feed"),
            ("", "is no RSS or Atom feed"),
            (b"\0\1\2", "is no RSS or Atom feed"),
            (rss_of(), "holds no articles"),
        ],
    )
    def test_that_is_none_is_said_to_be_none(self, data: str | bytes, reason: str) -> None:
        assert complaint(data, "a.xml") == f"a.xml: {reason}"

    @settings(deadline=None, max_examples=60)
    @given(st.binary(max_size=200) | st.lists(XML_PARTS, max_size=30).map("".join).map(str.encode))
    def test_of_any_bytes_gives_articles_or_lines(self, data: bytes) -> None:
        for article in found(data, "a.rss"):
            assert isinstance(article, Article) or str(article).startswith("a.rss")


class TestAMail:
    def test_is_an_article(self) -> None:
        (article,) = articles(bytes(mail_of("\n\n".join(FERRY) + "\n\n-- \nAda Crane\nLedger")), "a.eml")
        assert (article.id, article.title, article.paragraphs) == ("a.eml", "Ferry stays", tuple(FERRY))
        assert (article.date, article.date_from) == (date(2031, 1, 14), "mail")
        assert (article.byline, article.outlet) == ("Ada Crane", "ledger.example")

    def test_to_a_list_is_from_an_outlet(self) -> None:
        mail = mail_of("Rain fell.", From="Quillhaven Ledger <news@mailer.example>", List_Unsubscribe="<x>")
        (article,) = articles(bytes(mail), "a.eml")
        assert (article.outlet, article.byline) == ("Quillhaven Ledger", None)

    def test_of_html_alone_is_read(self) -> None:
        (article,) = articles(bytes(mail_of(html=page_of(FERRY))), "a.eml")
        assert article.paragraphs == tuple(FERRY)

    def test_whose_plain_part_only_points_to_the_other_is_read_from_the_other(self) -> None:
        (article,) = articles(bytes(mail_of("View this mail in a browser.", page_of(FERRY))), "a.eml")
        assert article.paragraphs == tuple(FERRY)

    def test_of_both_parts_is_read_once(self) -> None:
        (article,) = articles(bytes(mail_of("\n\n".join(FERRY), page_of(FERRY))), "a.eml")
        assert article.paragraphs == tuple(FERRY)

    def test_has_its_headers_decoded(self) -> None:
        data = (
            b"From: =?utf-8?q?Zo=C3=AB_M=C3=A1rquez?= <z@ledger.example>\nSubject: =?iso-8859-1?q?Caf=E9_closes?=\n"
            b"Content-Type: text/plain; charset=iso-8859-15\nContent-Transfer-Encoding: quoted-printable\n\n"
            b"Caf=E9 =A4 5\n"
        )
        (article,) = articles(data, "a.eml")
        assert (article.title, article.byline, article.paragraphs) == ("Café closes", "Zoë Márquez", ("Café € 5",))

    def test_leaves_out_what_it_quotes_and_what_is_attached(self) -> None:
        mail = mail_of("Rain fell.\n\n> Snow fell.\n\nOn Monday, 3 May, Bo Lund wrote:\nHail fell.", subject="Re: Rain")
        mail.add_attachment("Attached words.", filename="a.txt")
        (article,) = articles(bytes(mail), "a.eml")
        assert (article.title, article.paragraphs) == ("Rain", ("Rain fell.",))

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "is no mail (it has no From, Date or Subject)"),
            (b"\0\xff\xfe", "is no mail (it has no From, Date or Subject)"),
            (b"Subject: Rain\n\n", "holds no text"),
        ],
    )
    def test_that_is_none_is_said_to_be_none(self, data: bytes, reason: str) -> None:
        assert complaint(data, "a.eml") == f"a.eml: {reason}"

    @settings(deadline=None)
    @given(st.binary(max_size=300), st.sampled_from([b"", b"Subject: x\n\n", b"From: ", b"Date: ", b"Content-Type: "]))
    def test_of_any_bytes_gives_an_article_or_one_line(self, data: bytes, begin: bytes) -> None:
        (article,) = found(begin + data, "a.eml")
        assert isinstance(article, Article) or str(article).startswith("a.eml: ")


class TestAMailbox:
    def test_has_an_article_for_each_mail(self) -> None:
        mails = [mail_of("Rain fell.\n\n>From here on it snowed.", subject="Rain"), mail_of("Hail.", subject="Hail")]
        box = b"\n".join(b"From crane Tue Jan 14 23:30:00 2031\n" + bytes(mail) for mail in mails)
        rain, hail = articles(box, "a.mbox")
        assert (rain.id, rain.paragraphs) == ("a.mbox#1", ("Rain fell.", "From here on it snowed."))
        assert (hail.id, hail.title) == ("a.mbox#2", "Hail")

    def test_names_a_broken_mail_by_its_number(self) -> None:
        error, article = found(b"From a\n\n\nFrom b\nSubject: Hail\n\nHail fell.\n", "a.mbox")
        assert str(error) == "a.mbox, mail 1: is no mail (it has no From, Date or Subject)"
        assert isinstance(article, Article)

    def test_names_a_mail_that_is_very_long_and_reads_the_others(self) -> None:
        long = b"From a\nSubject: Rain\n\n" + b"Rain fell.\n" * (17 * 2**20 // 11)
        error, article = found(long + b"\nFrom b\nSubject: Hail\n\nHail fell.\n", "a.mbox")
        assert str(error) == "a.mbox, mail 1: is larger than one article may be (16 MB)"
        assert isinstance(article, Article)

    def test_that_is_none_is_said_to_be_none(self) -> None:
        assert complaint(b"garbage\n", "a.mbox") == "a.mbox: is no mailbox (it does not begin with “From ”)"

    @settings(deadline=None)
    @given(st.binary(max_size=200), st.sampled_from([b"", b"From x\n", b"From x\nSubject: x\n\nx\n\nFrom "]))
    def test_of_any_bytes_gives_articles_or_lines(self, data: bytes, begin: bytes) -> None:
        for article in found(begin + data, "a.mbox"):
            assert isinstance(article, Article) or str(article).startswith("a.mbox")
