"""The whole build: what it does at first, after changes, and when something is wrong."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ARTICLES, Close, Refresh, Write
from filelock import FileLock

from bot.render.messages import error_line
from index.build import pipeline as index_build
from index.build.pipeline import STAGES, BuildOptions
from index.core.errors import Advice, BusyError, FormatError, Note, OnrecordError, SourceError, UsageError
from index.generations.generation import Generation, IndexFolder, open_current
from index.generations.inspection import check_index
from index.generations.manifest import FORMAT
from retrieval.search.bm25 import search_words
from tests.index_looked_at import everything
from tests.resealed import reseal

FERRY = (
    " date 2031-01-14 QUILLHAVEN (WQHV) - The ferry stays, Mayor Adela Brandvold said.\n\nRain fell on the harbor.\n"
)
PIER = " date 2031-03-04 QUILLHAVEN (WQHV) - The pier burned.\n\n“It was a torch,” Chief Petra Lindqvist said.\n"
ROOF = " date 2031-04-22 QUILLHAVEN (WQHV) - The school roof leaks.\n"
WIRE = {"id": "wire-1", "paragraphs": ["Rates will rise.", "", "“No,” he said."]}


def lines(*records: dict[str, Any]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def opened(index: IndexFolder) -> Generation:
    return open_current(index, pytest.fail)


def passages(index: IndexFolder) -> dict[tuple[str, int], int]:
    """Return the id of each passage, by article and paragraph."""
    with closing(opened(index).open_records()) as records:
        rows = records.passages(records.passage_ids())
        names = records.articles(list({row.article for row in rows.values()}))
    return {(names[row.article].name, row.paragraph): row.id for row in rows.values()}


def names(index: IndexFolder) -> set[str]:
    return {article for article, _ in passages(index)}


def in_words(index: IndexFolder, word: str) -> list[int]:
    return [passage for passage, _ in search_words(opened(index).lexical, word, 10)]


def sources(index: IndexFolder) -> list[str]:
    return list(opened(index).manifest.sources)


class TestAFirstBuild:
    def test_reads_everything_and_reports_it(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        report = refresh(articles({"ferry.txt": FERRY, "pier.txt": PIER, "empty.txt": "", "wire.jsonl": lines(WIRE)}))
        assert report.built
        assert (report.articles, report.passages, report.embedded) == (3, 6, 6)
        assert (report.changes.new, report.changes.changed, report.changes.vanished) == (3, 0, 0)
        assert [*map(str, report.changes.skipped)] == ["empty.txt: holds no text"]
        assert report.notes == ()
        assert report.generation == index.current()

    def test_keeps_every_passage_in_all_three_parts(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        refresh(articles({"ferry.txt": FERRY, "wire.jsonl": lines(WIRE)}))
        ids = passages(index)
        assert set(ids) == {("ferry.txt", 0), ("ferry.txt", 1), ("wire-1", 0), ("wire-1", 2)}
        assert sorted(opened(index).vectors.ids.tolist()) == sorted(ids.values())
        assert opened(index).lexical.count() == 4
        assert in_words(index, "harbor") == [ids["ferry.txt", 1]]

    def test_finds_who_is_quoted(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        refresh(articles({"pier.txt": PIER}))
        with closing(opened(index).open_records()) as records:
            assert [row.speaker.name for row in records.speakers()] == ["Petra Lindqvist"]
            (quotations,) = records.quotations([passages(index)["pier.txt", 1]]).values()
        assert PIER.split("\n\n")[1][quotations[0].start : quotations[0].end].startswith("It was a torch")

    def test_tells_its_stages(self, index: IndexFolder, articles: Write) -> None:
        told: list[str] = []
        index_build.build(
            index, BuildOptions([str(articles({"ferry.txt": FERRY}))]), lambda stage, *_: told.append(stage)
        )
        assert set(told) == set(STAGES)

    def test_without_anything_to_read_is_an_error_of_one_line(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        with pytest.raises(SourceError) as error:
            refresh(articles({"a.txt": "", "b.txt": b"\0"}))
        assert str(error.value).endswith("articles: nothing there can be read: a.txt: holds no text (and 1 more)")
        assert not (index.path / "CURRENT").exists()

    def test_keeps_odd_characters_as_they_are(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        text = "Nul \0, escape \x1b[31m, bell \a, RLO \u202e, emoji 🛥️, half of nothing."
        refresh(articles({"a.jsonl": lines({"id": "odd\0id", "paragraphs": [text]})}))
        ids = passages(index)
        with closing(opened(index).open_records()) as records:
            assert [row.text for row in records.passages(list(ids.values())).values()] == [text]
        assert set(ids) == {("odd\0id", 0)}


class TestARefresh:
    def test_with_nothing_new_makes_no_generation_and_embeds_nothing(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        first = refresh(articles({"ferry.txt": FERRY, "pier.txt": PIER}))
        before = everything(index.generations)
        again = refresh()
        assert not again.built
        assert (again.generation, again.embedded, again.changes.unchanged) == (first.generation, 0, 2)
        assert everything(index.generations) == before

    def test_embeds_the_passages_of_an_added_article_only(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        refresh(articles({"ferry.txt": FERRY, "pier.txt": PIER}))
        before = passages(index)
        articles({"a-roof.txt": ROOF})
        report = refresh()
        assert (report.embedded, report.changes.new, report.changes.unchanged) == (1, 1, 2)
        after = passages(index)
        assert {place: after[place] for place in before} == before
        assert in_words(index, "roof") == [after["a-roof.txt", 0]]

    def test_keeps_the_vectors_of_what_is_unchanged(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        refresh(articles({"ferry.txt": FERRY, "pier.txt": PIER}))
        kept = passages(index)["pier.txt", 1]
        before = opened(index).vectors.by_id([kept])[kept]
        articles({"ferry.txt": ROOF})
        refresh()
        assert np.array_equal(opened(index).vectors.by_id([kept])[kept], before)

    def test_replaces_a_changed_article_in_every_part(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        refresh(articles({"ferry.txt": FERRY, "pier.txt": PIER}))
        before = passages(index)
        articles({"ferry.txt": FERRY.replace("Rain", "Snow")})
        report = refresh()
        assert (report.changes.changed, report.changes.new, report.changes.vanished) == (1, 0, 0)
        assert report.embedded == 1
        after = passages(index)
        assert after["pier.txt", 0] == before["pier.txt", 0]
        assert after["ferry.txt", 1] not in before.values()
        assert in_words(index, "rain") == []
        assert in_words(index, "snow") == [after["ferry.txt", 1]]
        assert sorted(opened(index).vectors.ids.tolist()) == sorted(after.values())

    def test_takes_a_vanished_article_out_of_every_part(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        folder = articles({"ferry.txt": FERRY, "pier.txt": PIER})
        refresh(folder)
        (folder / "pier.txt").unlink()
        report = refresh()
        assert (report.changes.vanished, report.articles, report.passages, report.embedded) == (1, 1, 2, 0)
        assert names(index) == {"ferry.txt"}
        assert in_words(index, "torch") == []
        assert sorted(opened(index).vectors.ids.tolist()) == sorted(passages(index).values())
        with closing(opened(index).open_records()) as records:
            assert "Petra Lindqvist" not in {row.speaker.name for row in records.speakers()}

    def test_never_gives_an_id_again(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        folder = articles({"ferry.txt": FERRY, "pier.txt": PIER})
        refresh(folder)
        gone = {passages(index)["pier.txt", number] for number in (0, 1)}
        (folder / "pier.txt").unlink()
        refresh()
        articles({"roof.txt": ROOF})
        refresh()
        assert gone.isdisjoint(passages(index).values())

    def test_does_not_embed_the_same_words_again_in_a_moved_file(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        folder = articles({"ferry.txt": FERRY, "pier.txt": PIER})
        refresh(folder)
        before = opened(index)
        old = before.vectors.by_id([passages(index)["ferry.txt", 1]])
        (folder / "2031").mkdir()
        (folder / "ferry.txt").rename(folder / "2031" / "ferry.txt")
        report = refresh()
        assert report.embedded == 0
        assert names(index) == {"2031/ferry.txt", "pier.txt"}
        new = opened(index).vectors.by_id([passages(index)["2031/ferry.txt", 1]])
        assert np.array_equal(next(iter(new.values())), next(iter(old.values())))

    def test_embeds_the_sentences_of_a_passage_in_which_two_were_joined(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        heading, below = "Storm hits pier", "The pier closed at noon. It will stay closed until spring."
        refresh(articles({"wire.jsonl": lines(WIRE | {"paragraphs": [heading, below]})}))
        articles({"wire.jsonl": lines(WIRE | {"paragraphs": [f"{heading}\n{below}"]})})
        refresh()
        kept = opened(index).sentences.of([passages(index)["wire-1", 0]])
        refresh(rebuild=True)
        anew = opened(index).sentences.of([passages(index)["wire-1", 0]])
        assert [np.allclose(a, b, atol=1e-6) for a, b in zip(kept.values(), anew.values(), strict=True)] == [True]

    def test_reads_an_article_again_that_is_said_to_be_in_english_now(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        record = {"id": "pier", "paragraphs": ["“It was a torch,” Chief Petra Lindqvist said."]}
        refresh(articles({"wire.jsonl": lines(record | {"language": "de"})}))
        articles({"wire.jsonl": lines(record | {"language": "en"})})
        refresh()
        with closing(opened(index).open_records()) as records:
            assert [row.speaker.name for row in records.speakers()] == ["Petra Lindqvist"]

    def test_leaves_articles_before_an_appended_line_alone(self, refresh: Refresh, articles: Write) -> None:
        refresh(articles({"wire.jsonl": lines(WIRE)}))
        articles({"wire.jsonl": lines(WIRE, WIRE | {"id": "wire-2", "paragraphs": ["Rates will fall."]})})
        report = refresh()
        assert (report.changes.new, report.changes.unchanged, report.embedded) == (1, 1, 1)

    @pytest.mark.parametrize("content", ["", b"\0\0", b"\xff\xfeA"])
    def test_keeps_an_article_that_can_no_longer_be_read_as_it_was(
        self, index: IndexFolder, refresh: Refresh, articles: Write, content: str | bytes
    ) -> None:
        refresh(articles({"ferry.txt": FERRY, "pier.txt": PIER}))
        before = passages(index)
        articles({"pier.txt": content, "roof.txt": ROOF})
        report = refresh()
        assert [reason.line.partition(":")[0] for reason in report.changes.skipped] == ["pier.txt"]
        assert {place: passages(index)[place] for place in before} == before

    def test_keeps_the_articles_of_a_file_with_a_broken_line(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        refresh(articles({"wire.jsonl": lines(WIRE, WIRE | {"id": "wire-2"})}))
        articles({"wire.jsonl": lines(WIRE) + '{"id": "wire-2", "para'})
        report = refresh()
        assert report.changes.skipped[0].line.startswith("wire.jsonl, line 2: is not JSON")
        assert names(index) == {"wire-1", "wire-2"}

    def test_keeps_the_articles_of_a_folder_that_cannot_be_read_for_now(
        self, index: IndexFolder, refresh: Refresh, articles: Write, closed: Close
    ) -> None:
        refresh(articles({"ferry.txt": FERRY, "2031/roof.txt": ROOF, "2031/05/pier.txt": PIER, "2031.txt": ROOF}))
        articles({"2030/new.txt": FERRY}).joinpath("2031.txt").unlink()
        closed(articles({}) / "2031")
        report = refresh()
        assert [*map(str, report.changes.skipped)] == ["2031/: cannot be read: Permission denied"]
        assert names(index) == {"ferry.txt", "2031/roof.txt", "2031/05/pier.txt", "2030/new.txt"}

    def test_of_an_index_whose_files_lie_elsewhere_now_works(
        self, index: IndexFolder, refresh: Refresh, articles: Write, tmp_path: Path
    ) -> None:
        refresh(articles({"ferry.txt": FERRY}))
        moved = IndexFolder(tmp_path / "moved", tmp_path / "notes")
        shutil.copytree(index.path, moved.path)
        articles({"roof.txt": ROOF})
        assert index_build.build(moved, BuildOptions(), lambda *_: None).embedded == 1


class TestArticleIds:
    def test_two_articles_of_one_id_keep_the_first_and_report_the_second(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        report = refresh(articles({"a.jsonl": lines(WIRE), "b.jsonl": lines(WIRE | {"paragraphs": ["Other."]})}))
        assert report.articles == 1
        assert [*map(str, report.changes.skipped)] == ["b.jsonl: another article has the id 'wire-1'"]
        assert in_words(index, "other") == []

    def test_a_source_given_twice_is_read_once(self, refresh: Refresh, articles: Write) -> None:
        folder = articles({"a.txt": FERRY})
        refresh(folder)
        assert refresh(folder, folder).changes.skipped == []

    def test_one_id_in_two_sources_stays_with_the_first(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        folder = articles({"one/a.txt": FERRY, "two/a.txt": PIER, "two/b.txt": ROOF})
        refresh(folder / "one")
        report = refresh(folder / "two")
        assert [*map(str, report.changes.skipped)] == ["a.txt: another article has the id 'a.txt'"]
        assert names(index) == {"a.txt", "b.txt"}
        assert in_words(index, "torch") == []
        assert not refresh().built


class TestSources:
    def test_are_remembered(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        folder = articles({"one/a.txt": FERRY, "two/b.txt": PIER})
        refresh(folder / "one")
        refresh(folder / "two")
        assert sources(index) == [str(folder / "one"), str(folder / "two")]
        articles({"one/c.txt": ROOF, "two/d.txt": ROOF})
        assert refresh().changes.new == 2

    def test_named_alone_are_refreshed_alone(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        folder = articles({"one/a.txt": FERRY, "two/b.txt": PIER})
        refresh(folder / "one", folder / "two")
        (folder / "one" / "a.txt").unlink()
        articles({"one/c.txt": ROOF, "two/d.txt": ROOF})
        assert refresh(folder / "two").changes.new == 1
        assert names(index) == {"a.txt", "b.txt", "d.txt"}

    @pytest.mark.parametrize("rebuild", [False, True])
    def test_that_are_gone_altogether_are_an_error_that_names_forget(
        self, index: IndexFolder, refresh: Refresh, articles: Write, rebuild: bool
    ) -> None:
        folder = articles({"one/a.txt": FERRY, "two/b.txt": PIER})
        refresh(folder / "one", folder / "two")
        before = everything(index.generations)
        shutil.rmtree(folder / "two")
        with pytest.raises(SourceError, match=r"two: no such file or folder$") as gone:
            refresh(rebuild=rebuild)
        assert error_line(gone.value).endswith(f"; if it is gone for good: onrecord forget {folder / 'two'}")
        assert everything(index.generations) == before
        assert names(index) == {"a.txt", "b.txt"}

    def test_that_were_never_remembered_are_not_to_be_forgotten(
        self, index: IndexFolder, refresh: Refresh, tmp_path: Path
    ) -> None:
        with pytest.raises(SourceError, match=r"no such file or folder$") as wrong:
            refresh(tmp_path / "typo")
        assert wrong.value.advice is None
        assert not (index.path / "CURRENT").exists()

    def test_that_hold_no_articles_any_more_are_an_error_too(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        folder = articles({"a.txt": FERRY})
        refresh(folder)
        (folder / "a.txt").unlink()
        with pytest.raises(SourceError, match="holds no articles") as empty:
            refresh()
        assert (empty.value.advice, empty.value.parameters) == (Advice.FORGET_SOURCE, {"source": str(folder)})
        assert names(index) == {"a.txt"}

    def test_are_taken_out_by_forget(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        folder = articles({"one/a.txt": FERRY, "two/b.txt": PIER})
        refresh(folder / "one", folder / "two")
        shutil.rmtree(folder / "two")
        report = refresh(forget=(folder / "two",))
        assert (report.changes.vanished, report.changes.unchanged, report.embedded) == (1, 1, 0)
        assert names(index) == {"a.txt"}
        assert sources(index) == [str(folder / "one")]
        assert in_words(index, "torch") == []

    def test_that_are_not_remembered_cannot_be_forgotten(self, refresh: Refresh, articles: Write) -> None:
        folder = articles({"a.txt": FERRY})
        refresh(folder)
        with pytest.raises(UsageError, match=r"other: is not a source of this index \(sources: .*articles\)"):
            refresh(forget=(folder / "other",))

    def test_may_all_be_forgotten(
        self, index: IndexFolder, refresh: Refresh, articles: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = articles({"a.txt": FERRY})
        refresh(folder)
        assert refresh(forget=(folder,)).passages == 0
        assert in_words(index, "ferry") == []
        assert all(finding.good for finding in check_index(index))
        monkeypatch.setenv("ONRECORD_ARTICLES", str(ARTICLES))
        with pytest.raises(UsageError, match="remembers no source"):
            refresh()
        assert refresh(folder).articles == 1


class TestARebuild:
    def test_makes_everything_anew(self, refresh: Refresh, articles: Write) -> None:
        first = refresh(articles({"ferry.txt": FERRY, "pier.txt": PIER}))
        again = refresh(rebuild=True)
        assert again.built
        assert again.generation != first.generation
        assert (again.embedded, again.changes.new) == (4, 2)

    def test_with_a_new_source_keeps_the_others(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        folder = articles({"one/a.txt": FERRY, "two/b.txt": PIER})
        refresh(folder / "one")
        refresh(folder / "two", rebuild=True)
        assert names(index) == {"a.txt", "b.txt"}

    def test_is_what_an_index_of_another_format_asks_for(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        folder = articles({"ferry.txt": FERRY})
        refresh(folder)
        reseal(index, format=FORMAT + 1, unheard_of=1)
        message = f"was made by format {FORMAT + 1} of onrecord, this is format {FORMAT}$"
        with pytest.raises(FormatError, match=message) as another:
            open_current(index, pytest.fail)
        assert another.value.advice is Advice.REBUILD_INDEX
        with pytest.raises(FormatError, match=message):
            refresh()
        assert [finding.good for finding in check_index(index)] == [False]
        refresh(rebuild=True)
        assert names(index) == {"ferry.txt"}
        assert sources(index) == [str(folder)]
        assert all(finding.good for finding in check_index(index))

    def test_of_quotations_alone_where_they_would_be_read_otherwise(
        self, index: IndexFolder, refresh: Refresh, articles: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = refresh(articles({"ferry.txt": FERRY}))
        monkeypatch.setattr("index.build.pipeline.QUOTATIONS_VERSION", 0)
        after = refresh()
        assert (after.built, after.embedded, after.changes.unchanged) == (True, 0, 1)
        kept, found = (index.manifest(name).counts["quotations"] for name in (before.generation, after.generation))
        assert kept == found > 0
        assert index.manifest(after.generation).quotations == 0
        assert not refresh().built


class TestGenerations:
    def test_never_change_when_later_ones_are_built(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        folder = articles({"ferry.txt": FERRY, "pier.txt": PIER})
        first = refresh(folder).generation
        sealed = everything(index.generations / first)
        (folder / "pier.txt").unlink()
        articles({"ferry.txt": ROOF})
        second = refresh().generation
        assert everything(index.generations / first) == sealed
        assert [finding.line.split()[0] for finding in check_index(index)] == ["good", "good"]
        assert next(check_index(index)).line.split(", ")[1:4] == ["1 article", "1 passage", "0 quotations"]
        assert index.names() == [second, first]

    def test_before_the_last_two_are_removed_with_what_was_noted_of_them(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        built = [refresh(articles({f"{number}.txt": f"The ferry made trip {number}."})).generation for number in "1234"]
        assert index.names() == built[:1:-1]
        assert index.current() == built[-1]
        assert {note.name for note in index.notes.iterdir()} <= set(built[2:])

    def test_share_the_models(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        refresh(articles({"ferry.txt": FERRY}))
        before = everything(index.models)
        refresh(articles({"roof.txt": ROOF}))
        assert everything(index.models) == before
        assert len(list(index.models.iterdir())) == 2

    def test_are_sealed_to_the_last_file(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        folder = articles({"ferry.txt": FERRY, "pier.txt": PIER})
        refresh(folder)
        (folder / "pier.txt").unlink()
        refresh()
        for name in index.names():
            there = {
                path.relative_to(index.generations / name).as_posix()
                for path in (index.generations / name).rglob("*")
                if path.is_file()
            }
            assert there - {"manifest.json"} == set(index.manifest(name).files)
        sealed = set(index.seals(index.current(), index.manifest(index.current())))
        models = {path for path in index.models.rglob("*") if path.is_file()}
        assert models - sealed == {path for path in models if path.name == "model.json"}

    def test_hold_no_pickle_and_a_database_that_is_whole(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        refresh(articles({"ferry.txt": FERRY}))
        path = index.generations / index.current() / "articles.sqlite"
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []

    def test_can_be_read_by_whoever_may_read_the_folder(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        refresh(articles({"ferry.txt": FERRY}))
        modes = {path.stat().st_mode & 0o044 for path in index.generations.rglob("*") if path.is_file()}
        umask = os.umask(0)
        os.umask(umask)
        assert modes == {0o044 & ~umask}


class TestABuildThatFails:
    def test_leaves_the_index_as_it_was_and_nothing_beside_it(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        refresh(articles({"ferry.txt": FERRY}))
        before = everything(index.generations)
        articles({"roof.txt": ROOF})
        for stage in STAGES:

            def fail(now: str, *_: object, at: str = stage) -> None:
                if now == at:
                    raise RuntimeError(at)

            with pytest.raises(RuntimeError, match=stage):
                index_build.build(index, BuildOptions(), fail)
            assert everything(index.generations) == before
        assert names(index) == {"ferry.txt"}
        assert refresh().changes.new == 1

    def test_because_another_is_under_way_says_so(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        refresh(articles({"ferry.txt": FERRY}))
        with (
            FileLock(index.path / "lock"),
            pytest.raises(BusyError, match="another build is under way; try again when it is done"),
        ):
            refresh()
        assert not refresh().built

    def test_because_two_start_at_once_fails_for_one_of_them_only(self, index: IndexFolder, articles: Write) -> None:
        folder, outcomes = str(articles({"ferry.txt": FERRY})), []

        def run() -> None:
            try:
                outcomes.append(index_build.build(index, BuildOptions([folder]), lambda *_: None).built)
            except BusyError:
                outcomes.append(None)

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert True in outcomes
        assert names(index) == {"ferry.txt"}

    def test_because_the_index_is_a_file_says_so(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        index.path.write_text("not a folder")
        with pytest.raises(OnrecordError, match="index: the index could not be written"):
            refresh(articles({"ferry.txt": FERRY}))

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
    def test_without_permission_to_write_says_so(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        index.path.mkdir(mode=0o555)
        with pytest.raises(OnrecordError, match="no permission to write the index"):
            refresh(articles({"ferry.txt": FERRY}))

    def test_leaves_nothing_behind_for_good_even_when_it_was_killed(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        refresh(articles({"ferry.txt": FERRY}))
        left = index.generations / ".staging-123"
        left.mkdir()
        (left / "articles.sqlite").write_text("half")
        refresh()
        assert not left.exists()

    def test_between_sealing_and_swapping_does_not_push_out_the_one_in_force(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        first = refresh(articles({"ferry.txt": FERRY})).generation
        second = refresh(articles({"roof.txt": ROOF})).generation
        (index.path / "CURRENT").write_text(f"{first}\n")  # as if killed before CURRENT named the second
        third = refresh(articles({"pier.txt": PIER})).generation
        assert set(index.names()) == {first, third}
        assert second not in index.names()


def test_an_index_that_was_left_before_its_first_swap_is_used(
    index: IndexFolder, refresh: Refresh, articles: Write
) -> None:
    name = refresh(articles({"ferry.txt": FERRY})).generation
    (index.path / "CURRENT").unlink()
    warnings: list[Note] = []
    assert open_current(index, warnings.append).name == name
    assert "CURRENT: is missing" in warnings[0].line
    refresh()
    assert names(index) == {"ferry.txt"}
