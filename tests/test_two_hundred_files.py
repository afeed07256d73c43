"""A folder of two hundred files of all kinds, thirty of them broken: what is indexed, reported, and read again."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Refresh

from index.generations.generation import IndexFolder, open_current
from tests.made_files import column, docx_of, entry_of, mail_of, page_of, pdf_of, rss_of, zip_of
from tests.reading_again import settle

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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "mixed"
    write_and_settle(folder, GOOD | {name: content for name, (content, _) in BROKEN.items()})
    return folder


def write_and_settle(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files, and let the clock of the file system go on, so that a later change of them would be seen."""
    for name, content in files.items():
        write(folder, name, content)
    settle(folder, files)


def indexed(index: IndexFolder) -> dict[str, tuple[str | None, str]]:
    """Return the day and the words of each article of an index."""
    with closing(open_current(index, pytest.fail).open_records()) as records:
        rows = records.articles(list(range(2000)))
        passages = {number: records.passages(records.article_passages([number])) for number in rows}
    words = {number: "\n".join(passage.text for passage in found.values()) for number, found in passages.items()}
    return {row.name: (row.date, words[number]) for number, row in rows.items()}


def complaints(*but: str) -> list[str]:
    """Return the line of the report on each broken file but some."""
    return [f"{name}: {reason}" for name, (_, reason) in sorted(BROKEN.items()) if name not in but]


def test_two_hundred_files_and_thirty_broken_ones_among_them(
    index: IndexFolder, refresh: Refresh, folder: Path, reads: list[str]
) -> None:
    assert (len(GOOD), len(BROKEN), len([path for path in folder.rglob("*") if path.is_file()])) == (170, 30, 200)

    # Every good one is an article with its day and its words; every broken one is one line.
    first = refresh(folder)
    assert sorted(map(str, first.changes.skipped)) == complaints()
    articles = indexed(index)
    assert set(articles) == {name + ("#1" if name.endswith(SEVERAL) else "") for name in GOOD}
    for name, (day, words) in articles.items():
        assert day == "2031-01-14", name
        assert f"It is day {int(Path(name.partition('#')[0]).stem)} and rain fell." in words
    assert len(reads) == 200
    reads.clear()

    # Where nothing changed, nothing is read, and what was wrong is told again.
    again = refresh()
    assert (again.built, again.articles, again.changes.skipped) == (False, 170, first.changes.skipped)
    assert reads == []

    # Of five that changed, one is no longer broken; nothing else is read.
    changed = ["txt/00.txt", "html/00.html", "rss/00.rss", "pdf/00.pdf", "empty.md"]
    write_and_settle(folder, {name: KINDS[Path(name).suffix]("Hail fell on the pier instead.") for name in changed})
    report = refresh()
    assert sorted(reads) == sorted(changed)
    assert (report.changes.changed, report.changes.new, report.changes.unchanged) == (4, 1, 166)
    assert sorted(map(str, report.changes.skipped)) == complaints("empty.md")
    reads.clear()

    for name in ("md/01.md", "eml/01.eml", "cut.pdf"):
        (folder / name).unlink()
    report = refresh()
    assert (reads, report.changes.vanished) == ([], 2)
    assert sorted(map(str, report.changes.skipped)) == complaints("empty.md", "cut.pdf")
    assert set(indexed(index)) == (set(articles) | {"empty.md"}) - {"md/01.md", "eml/01.eml"}

    # Made anew, it is the same.
    before = indexed(index)
    rebuilt = refresh(rebuild=True)
    assert len(reads) == 197
    assert (rebuilt.passages, rebuilt.changes.skipped) == (report.passages, report.changes.skipped)
    assert indexed(index) == before
