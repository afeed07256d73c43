"""A folder of two hundred files of all kinds, thirty of them broken: what is indexed, reported, and read again."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Refresh
from made_files import column, docx_of, entry_of, mail_of, page_of, pdf_of, rss_of, zip_of
from reading_again import settle

from index.articles import Article
from index.errors import ArticleError
from index.generation import IndexFolder, open_current
from index.sources import read_source

BOMB = (
    '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><rss version="2.0"><channel><title>&c;</title></channel></rss>'
)
Made = Callable[[str], str | bytes]
KINDS: dict[str, Made] = {
    ".txt": lambda text: f" date 2031-01-14 QUILLHAVEN (WQHV) - {text}\n",
    ".md": lambda text: f"---\ndate: 2031-01-14\n---\n# Ferry\n\n{text}\n",
    ".html": lambda text: page_of([text], head='<meta property="article:published_time" content="2031-01-14T08:00Z">'),
    ".htm": lambda text: page_of([text], before='<time pubdate datetime="2031-01-14">yesterday</time>'),
    ".rss": lambda text: rss_of(entry_of("Ferry", [text])),
    ".jsonl": lambda text: json.dumps({"date": "2031-01-14", "paragraphs": [text]}),
    ".eml": lambda text: bytes(mail_of(text)),
    ".mbox": lambda text: b"From x\n" + bytes(mail_of(text)),
    ".docx": lambda text: docx_of("January 14, 2031", text),
    ".pdf": lambda text: pdf_of([*column(["January 14, 2031", "", text])]),
}
SEVERAL = (".rss", ".jsonl", ".mbox")
RAIN = "Rain fell on the harbor."
GOOD = {
    f"{suffix[1:]}/{n:02}{suffix}": made(f"It is day {n} and rain fell.")
    for suffix, made in KINDS.items()
    for n in range(17)
}
BROKEN: dict[str, tuple[str | bytes, str]] = {
    "empty.txt": ("", "holds no text"),
    "blank.txt": (" \n\t\n", "holds no text"),
    "binary.txt": (bytes(range(256)), "is not a text file"),
    "cut.txt": ("“The café won’t close.”".encode()[:-1], "is not valid utf-8 (byte 27); save it as UTF-8"),
    "half.txt": (codecs.BOM_UTF16_LE + b"a\0b", "is not valid utf-16 (byte 4); save it as UTF-8"),
    "empty.md": ("", "holds no text"),
    "front.md": ("---\ntitle: [\n---\nRain.", "its front matter is not YAML (line 3)"),
    "alias.md": ("---\na: &a [x]\nb: *a\n---\nRain.", "its front matter uses YAML aliases, which are not read"),
    "binary.md": (b"\0\1\2", "is not a text file"),
    "empty.html": ("", "holds no text"),
    "picture.html": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is not a text file"),
    "menu.html": ("<nav><a href='/'>Home</a></nav>", "holds no article that could be told from the page around it"),
    "note.html": ("<!-- nothing -->", "is not a web page"),
    "other.xml": ("<a><b>Rain.</b></a>", "is no RSS or Atom feed"),
    "bomb.xml": (BOMB, "declares XML entities, which are not read"),
    "empty.rss": (rss_of(), "holds no articles"),
    "cut.rss": ("<?xml version='1.0'?><rs", "is no RSS or Atom feed"),
    "empty.jsonl": ("\n", "holds no articles"),
    "empty.eml": ("", "is no mail (it has no From, Date or Subject)"),
    "page.eml": ("<html><p>Rain.</p></html>", "is no mail (it has no From, Date or Subject)"),
    "silent.eml": ("Subject: Rain\n\n", "holds no text"),
    "garbage.mbox": (b"\xff\xfe\0garbage", "is no mailbox (it does not begin with “From ”)"),
    "empty.docx": (b"", "is no Word document, or a broken one"),
    "cut.docx": (docx_of(RAIN)[:-100], "is no Word document, or a broken one"),
    "other.docx": (zip_of({"a.txt": "x"}), "is no Word document (it has no word/document.xml)"),
    "bomb.docx": (docx_of(body=BOMB), "declares XML entities, which are not read"),
    "scan.pdf": (pdf_of([]), "holds no text (pictures of pages are not read)"),
    "locked.pdf": (pdf_of(column([RAIN]), encrypted=True), "is encrypted; save it without a password"),
    "cut.pdf": (pdf_of(column([RAIN]))[:120], "is a broken PDF file (PDFSyntaxError)"),
    "page.pdf": ("<html><p>Rain.</p></html>", "is no PDF file"),
}  # fmt: skip


def write(folder: Path, name: str, content: str | bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mixed")
    for name, content in GOOD.items():
        write(folder, name, content)
    for name, (content, _) in BROKEN.items():
        write(folder, name, content)
    return folder


@pytest.fixture(scope="module")
def found(folder: Path) -> list[Article | ArticleError]:
    return list(read_source(str(folder)))


def write_and_settle(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files, and let the clock of the file system go on, so that a later change of them would be seen."""
    for name, content in files.items():
        write(folder, name, content)
    settle(folder, files)


def indexed(index: IndexFolder) -> set[str]:
    with closing(open_current(index, pytest.fail).open_records()) as records:
        return {row.name for row in records.articles(list(range(2000))).values()}


def test_there_are_two_hundred_and_thirty_are_broken(folder: Path) -> None:
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 200
    assert len(BROKEN) == 30


def test_every_good_one_is_an_article_with_its_day_and_its_words(found: list[Article | ArticleError]) -> None:
    articles = {article.source: article for article in found if isinstance(article, Article)}
    assert set(articles) == set(GOOD)
    for name, article in articles.items():
        assert article.id == name + ("#1" if name.endswith(SEVERAL) else "")
        assert article.date, name
        assert article.date.isoformat() == "2031-01-14"
        assert f"It is day {int(Path(name).stem)} and rain fell." in article.paragraphs[-1]


@pytest.mark.parametrize("name", BROKEN)
def test_every_broken_one_is_one_line(found: list[Article | ArticleError], name: str) -> None:
    lines = [str(error) for error in found if isinstance(error, ArticleError) and error.file == name]
    assert lines == [f"{name}: {BROKEN[name][1]}"]


def test_an_index_of_them_is_refreshed_by_reading_what_changed_and_the_same_when_it_is_rebuilt(
    index: IndexFolder, refresh: Refresh, folder: Path, reads: list[str]
) -> None:
    first = refresh(folder)
    assert (first.articles, len(first.changes.skipped)) == (170, 30)
    ids = indexed(index)
    assert len(reads) == 200
    reads.clear()

    again = refresh()
    assert (again.built, again.articles, again.changes.skipped) == (False, 170, first.changes.skipped)
    assert reads == []

    changed = ["txt/00.txt", "html/00.html", "rss/00.rss", "pdf/00.pdf", "empty.md"]
    write_and_settle(folder, {name: KINDS[Path(name).suffix]("Hail fell on the pier instead.") for name in changed})
    report = refresh()
    assert sorted(reads) == sorted(changed)
    assert (report.changes.changed, report.changes.new, report.changes.unchanged) == (4, 1, 166)
    assert len(report.changes.skipped) == 29
    reads.clear()

    for name in ("md/01.md", "eml/01.eml", "cut.pdf"):
        (folder / name).unlink()
    report = refresh()
    assert (reads, report.changes.vanished, len(report.changes.skipped)) == ([], 2, 28)
    assert indexed(index) == (ids | {"empty.md"}) - {"md/01.md", "eml/01.eml"}

    rebuilt = refresh(rebuild=True)
    assert len(reads) == 197
    assert (rebuilt.articles, rebuilt.passages) == (report.articles, report.passages)
    assert rebuilt.changes.skipped == report.changes.skipped
    assert indexed(index) == (ids | {"empty.md"}) - {"md/01.md", "eml/01.eml"}
