"""Reading in a process of its own: what hangs, crashes or grows is an error of one file."""

from __future__ import annotations

import io
import signal
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.core.article import Article
from index.core.errors import ArticleError
from index.readers.registry import READERS, Original, kind_of_content
from index.readers.sandbox import ReadingProcess
from tests.made_files import FERRY, PIER, docx_of, page_of, pdf_of, rss_of, zip_of

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><rss version='2.0'><channel><title>&j;</title></channel></rss>"
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    "<rss version='2.0'><channel><title>&x;</title><item><title>&x;</title></item></channel></rss>"
)


@pytest.fixture(scope="module")
def apart() -> Iterator[ReadingProcess]:
    with ReadingProcess(seconds=5) as process:
        yield process


def read(apart: ReadingProcess, path: Path, content: str | bytes) -> list[Article | ArticleError]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(apart.read(path, path.name))


def lines(found: list[Article | ArticleError]) -> list[str]:
    return [f"! {article}" if isinstance(article, ArticleError) else article.title for article in found]


class TestAProcess:
    def test_reads_many_files_one_after_the_other(self, apart: ReadingProcess, tmp_path: Path) -> None:
        assert lines(read(apart, tmp_path / "a.html", page_of(FERRY))) == ["Ferry stays"]
        assert lines(read(apart, tmp_path / "b.md", "# Pier burns\n\nIt burned.")) == ["Pier burns"]

    def test_tells_the_same_as_reading_here(self, apart: ReadingProcess, tmp_path: Path) -> None:
        from index.readers.registry import read_articles

        path = tmp_path / "2031-01-14.html"
        path.write_text(page_of(FERRY, head='<meta name="author" content="Ada Crane">'))
        assert list(apart.read(path, "x/a.html")) == list(read_articles(path, "x/a.html"))

    def test_reads_what_was_fetched_as_it_reads_files(self, apart: ReadingProcess) -> None:
        url = "https://ledger.example/2031/01/14/ferry"
        fetched = Original("ferry", io.BytesIO(page_of(FERRY).encode("cp1252")), url, "windows-1252")
        kind = kind_of_content("text/html; charset=windows-1252")
        assert kind
        (article,) = apart.read_original(fetched, kind)
        assert isinstance(article, Article)
        assert (article.url, article.outlet, article.date_from) == (url, "ledger.example", "url")
        assert article.paragraphs == tuple(FERRY)

    def test_that_is_silent_for_too_long_is_given_up_and_the_next_file_gets_a_new_one(self, tmp_path: Path) -> None:
        with ReadingProcess(seconds=0.01) as hasty:
            (error,) = read(hasty, tmp_path / "a.html", page_of(FERRY))
            assert str(error) == "a.html: took longer to read than 0 seconds"
            assert isinstance(error, ArticleError)
            assert (error.file, error.lasting) == ("a.html", False)
            hasty._seconds = 30
            assert lines(read(hasty, tmp_path / "b.html", page_of(PIER, title="Pier burns"))) == ["Pier burns"]

    def test_that_nobody_ends_ends_itself(self, tmp_path: Path) -> None:
        (tmp_path / "a.html").write_text(page_of(FERRY))
        with ReadingProcess(seconds=0.01) as process:
            process._send({"path": str(tmp_path / "a.html"), "name": "a.html"})
            assert process._process
            assert process._process.wait(20) == -signal.SIGALRM

    def test_that_dies_is_an_error_of_its_file(self, tmp_path: Path) -> None:
        with ReadingProcess() as process:
            read(process, tmp_path / "a.md", "Rain fell.")
            assert process._process
            process._process.kill()
            assert lines(read(process, tmp_path / "b.md", "Rain fell.")) == [
                "! b.md: cannot be read: its reader crashed, or ran out of memory"
            ]
            assert lines(read(process, tmp_path / "c.md", "Rain fell.")) == ["Rain fell"]

    def test_that_may_not_take_the_memory_it_needs_says_so(self, tmp_path: Path) -> None:
        with ReadingProcess(memory=200 * 2**20) as small:
            (error,) = read(small, tmp_path / "a.docx", docx_of("rain " * 10_000_000))
            assert isinstance(error, ArticleError)
            assert "memory" in str(error)

    def test_is_left_behind_when_the_rest_of_a_file_is_not_wanted(self, tmp_path: Path) -> None:
        with ReadingProcess() as process:
            path = tmp_path / "a.mbox"
            path.write_text("From a\nSubject: One\n\nRain.\n\nFrom a\nSubject: Two\n\nSnow.\n")
            next(process.read(path, "a.mbox"))
            assert lines(read(process, tmp_path / "b.md", "Hail fell.")) == ["Hail fell"]


class TestHostileFiles:
    @pytest.mark.parametrize("name", ["a.rss", "a.xml", "a.atom"])
    def test_a_feed_that_declares_entities_is_refused(self, apart: ReadingProcess, tmp_path: Path, name: str) -> None:
        for content in (BOMB, OUTSIDE):
            assert lines(read(apart, tmp_path / name, content)) == [
                f"! {name}: declares XML entities, which are not read"
            ]

    @pytest.mark.parametrize("body", [BOMB, OUTSIDE])
    def test_a_word_document_that_declares_entities_is_refused(
        self, apart: ReadingProcess, tmp_path: Path, body: str
    ) -> None:
        assert lines(read(apart, tmp_path / "a.docx", docx_of(body=body))) == [
            "! a.docx: declares XML entities, which are not read"
        ]

    def test_a_word_document_that_unpacks_to_very_much_is_refused(self, apart: ReadingProcess, tmp_path: Path) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as part:
            for _ in range(65):
                part.write(b" " * 2**20)
        assert len(out.getvalue()) < 2**20
        assert lines(read(apart, tmp_path / "a.docx", out.getvalue())) == ["! a.docx: unpacks to more than 64 MB"]

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.html", "<div>" * 50_000 + "Rain fell."),
            ("a.html", "<p>Rain <b>" * 5_000),
            ("a.html", "<" * 2_000_000),
            ("a.html", "x" * 15_000_000),
            ("a.html", f'<script type="application/ld+json">{"[" * 300_000}</script><p>Rain.</p>'),
            ("a.md", "> " * 10_000 + "Rain."),
            ("a.md", "[" * 20_000),
            ("a.md", "*a_" * 5_000),
            ("a.md", "---\n" + "[" * 2_000 + "\n---\nRain."),
            ("a.rss", rss_of("<item><title>" + "<b>" * 10_000 + "</title></item>")),
            ("a.eml", "Subject: a\n" + "Content-Type: multipart/mixed; boundary=x\n\n--x\n" * 500),
            ("a.eml", "Subject: =?utf-8?q?" + "=41" * 50_000 + "?=\n\nRain."),
            ("a.mbox", "From \n" * 10_000),
            ("a.docx", docx_of(body="<a>" * 50_000)),
            ("a.pdf", pdf_of([(0, 0, 10, "x")]).replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]")),
            ("a.pdf", b"%PDF-1.4\n" + b"[" * 1_000_000),
        ],
        ids=lambda value: value if isinstance(value, str) and len(value) < 9 else "",
    )  # fmt: skip
    def test_what_is_deep_long_or_crooked_ends_in_articles_or_lines(
        self, apart: ReadingProcess, tmp_path: Path, name: str, content: str | bytes
    ) -> None:
        found = read(apart, tmp_path / name, content)
        assert found
        assert all(isinstance(article, Article) or str(article).startswith(name) for article in found)

    def test_nothing_in_a_file_is_fetched(self, apart: ReadingProcess, tmp_path: Path) -> None:
        secret = tmp_path / "secret.txt"
        secret.write_text("sesame " * 50)
        page = page_of(FERRY, head=f'<link rel="import" href="{secret}">', before=f'<iframe src="{secret}"></iframe>')
        feed = rss_of(f'<item xml:base="file://{secret}"><title>Rain</title><link>file://{secret}</link></item>')
        found = read(apart, tmp_path / "a.html", page) + read(apart, tmp_path / "a.rss", feed)
        assert lines(found) == ["Ferry stays", "Rain"]
        assert "sesame" not in "".join(text for a in found if isinstance(a, Article) for text in a.paragraphs)

    def test_macros_and_other_parts_of_a_word_document_are_not_looked_at(
        self, apart: ReadingProcess, tmp_path: Path
    ) -> None:
        whole = docx_of("Rain fell.")
        parts: dict[str, str | bytes] = {"word/vbaProject.bin": b"\0" * 100, "word/media/a.xml": BOMB}
        with zipfile.ZipFile(io.BytesIO(whole)) as archive:
            parts |= {name: archive.read(name) for name in archive.namelist()}
        assert lines(read(apart, tmp_path / "a.docx", zip_of(parts))) == ["Rain fell"]


def test_every_kind_that_a_library_reads_is_read_apart() -> None:
    assert {suffix for suffix, kind in READERS.items() if not kind.apart} == {".txt", ".jsonl"}


@pytest.mark.parametrize("attempt", ["socket.create_connection(('127.0.0.1', 9))", "os.system('true')"])
def test_the_process_may_neither_connect_nor_start_anything(attempt: str) -> None:
    import subprocess
    import sys

    code = f"import os, socket, sys; from index.readers.sandbox_worker import _limit; _limit(2**31); {attempt}"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "a reader may not do this" in told.stderr
