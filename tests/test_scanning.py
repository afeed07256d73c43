"""What an index reads again: files whose stamps changed, and those that lacked something."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import Refresh, Write

from bot.render.messages import error_line
from index.generations.generation import IndexFolder, open_current
from index.readers.registry import READERS, FileKind
from index.store.records import FEWEST_WORDS, embedded_texts
from retrieval.search.bm25 import search_words
from tests.reading_again import settle

FERRY = (
    " date 2031-01-14 QUILLHAVEN (WQHV) - The ferry was late on Tuesday.\n\n"
    "“It was a ferry of ice,” Chief Petra Lindqvist said.\n"
)
GERMAN = (
    "Die Bürgermeisterin sagte am Dienstag, dass die Fähre auch im Winter fährt.\n\n"
    "„Wir schließen sie nicht“, sagte Adela Brandvold, und niemand im Saal hatte etwas dagegen.\n"
)


@pytest.fixture
def settled(articles: Write) -> Write:
    """Write files, and let the file system's clock go on, so that a later change of them is seen."""

    def write(files: Any) -> Path:
        folder = articles(files)
        settle(folder, files)
        return folder

    return write


class TestAFileIsReadAgain:
    def test_when_it_changed_and_only_then(self, refresh: Refresh, settled: Write, reads: list[str]) -> None:
        refresh(settled({"a.txt": FERRY, "b.txt": FERRY}))
        reads.clear()
        settled({"b.txt": FERRY.replace("Tuesday", "Monday")})
        assert refresh().changes.changed == 1
        assert reads == ["b.txt"]

    def test_when_its_words_changed_but_neither_size_nor_time(self, refresh: Refresh, settled: Write) -> None:
        path = settled({"a.txt": FERRY}) / "a.txt"
        refresh(path.parent)
        before = path.stat()
        settled({"a.txt": FERRY.replace("ferry", "yacht")})
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert refresh().changes.changed == 1

    def test_when_it_changed_too_short_a_time_before_it_was_read(
        self, refresh: Refresh, settled: Write, reads: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = settled({"a.txt": FERRY})
        monkeypatch.setattr("index.core.files._TICK", 10**15)
        refresh(folder)
        refresh()
        assert reads == ["a.txt", "a.txt"]

    def test_when_other_readers_read_it(
        self, refresh: Refresh, settled: Write, reads: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        refresh(settled({"a.txt": FERRY}))
        monkeypatch.setattr("index.store.files.VERSION", 10**6)
        refresh()
        assert reads == ["a.txt", "a.txt"]

    def test_when_what_it_lacked_may_be_there_now(
        self, refresh: Refresh, settled: Write, reads: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lacking = FileKind("pdf:read_pdf", needs="surely_not_there", apart=False)
        monkeypatch.setitem(READERS, ".pdf", lacking)
        skipped = ["b.pdf: .pdf files need an extra: pip install 'onrecord[files]'", "c.txt: holds no text"]
        report = refresh(settled({"a.txt": FERRY, "b.pdf": b"%PDF-1.4", "c.txt": ""}))
        assert [*map(error_line, report.changes.skipped)] == skipped
        reads.clear()
        assert [*map(error_line, refresh().changes.skipped)] == skipped
        assert reads == ["b.pdf"]

    def test_when_another_article_had_its_id(self, refresh: Refresh, settled: Write) -> None:
        line = '{"id": "x", "paragraphs": ["Rain fell on the harbor."]}\n'
        folder = settled({"a.jsonl": line, "b.jsonl": line})
        assert [*map(str, refresh(folder).changes.skipped)] == ["b.jsonl: another article has the id 'x'"]
        assert [*map(str, refresh().changes.skipped)] == ["b.jsonl: another article has the id 'x'"]
        (folder / "a.jsonl").unlink()
        report = refresh()
        assert (report.articles, report.changes.skipped) == (1, [])

    def test_when_an_earlier_file_takes_its_id_and_gives_it_back(self, refresh: Refresh, settled: Write) -> None:
        line = '{"id": "x", "paragraphs": ["Rain fell on the harbor."]}\n'
        folder = settled({"b.jsonl": line})
        refresh(folder)
        settled({"a.jsonl": line.replace("Rain", "Snow")})
        assert [*map(str, refresh().changes.skipped)] == ["b.jsonl: another article has the id 'x'"]
        (folder / "a.jsonl").unlink()
        assert (refresh().articles, refresh().changes.skipped) == (1, [])

    def test_when_its_source_was_forgotten_and_is_given_again(self, refresh: Refresh, settled: Write) -> None:
        folder = settled({"one/a.txt": FERRY, "two/b.txt": FERRY})
        refresh(folder / "one", folder / "two")
        refresh(forget=(folder / "two",))
        assert refresh(folder / "two").articles == 2


class TestLanguages:
    def test_an_article_in_another_language_is_found_but_not_searched_for_speakers(
        self, index: IndexFolder, refresh: Refresh, settled: Write
    ) -> None:
        report = refresh(settled({"a.txt": GERMAN, "b.txt": FERRY}))
        assert [*map(str, report.notes)] == ["1 article is not in English (1 de): indexed without speaker analysis"]
        assert (report.articles, report.passages) == (2, 4)
        generation = open_current(index, pytest.fail)
        assert search_words(generation.lexical, "Winter", 10)
        with closing(generation.open_records()) as records:
            quoting = records.articles([row.article for row in records.speakers()])
        assert [row.name for row in quoting.values()] == ["b.txt"]


class TestShortPassages:
    def test_join_a_neighbour_when_they_are_embedded(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        long = "The ferry will not close while she is mayor, she said."
        text = f"The council met on Tuesday at noon.\n\nWhat comes next\n\n{long}\n\n“No,” he said.\n\nBoats\n\nTwo\n"
        refresh(articles({"a.md": text}))
        with closing(open_current(index, pytest.fail).open_records()) as records:
            told = [text for text, _ in embedded_texts(records, records.passage_ids()).values()]
            written = [row.text for row in records.passages(records.passage_ids()).values()]
        assert told == [
            "The council met on Tuesday at noon.",
            f"What comes next\n{long}",
            long,
            f"{long}\n“No,” he said.",
            f"{long}\nBoats",
            f"{long}\nTwo",
        ]
        assert written == text.strip().split("\n\n")
        assert all(len(text.split()) >= FEWEST_WORDS for text in told)

    def test_alone_are_embedded_as_they_are(self, refresh: Refresh, articles: Write) -> None:
        assert refresh(articles({"a.txt": "Rain fell."})).embedded == 1
