"""What holds whichever engine keeps the vectors, FAISS files or Milvus; and what Milvus alone may do wrong.

Milvus Lite stands in for a server: it speaks the same protocol, here within the process and, for the last tests, in a
process of its own on loopback.
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Refresh, Run, Write, silent

from index.build.pipeline import BuildOptions, BuildReport, build
from index.core.errors import Advice, DamagedError, EngineError, Note, UsageError
from index.generations.generation import Generation, IndexFolder, open_current, open_generation
from index.generations.inspection import check_index
from index.vectors.milvus_address import DATABASE, read_address
from retrieval.engine import Engine
from tests.waiting import until

FERRY = "The ferry stays. Mayor Adela Brandvold said so.\n"
ROOF = "The school roof leaks. Superintendent Wendell Achterberg said so.\n"
PIER = "The pier burned. Chief Petra Lindqvist called it a torch.\n"
FILES, MILVUS = "files", "milvus"
QUESTIONS = (
    "what did Brandvold say about the ferry?",
    "who said “the whole end of the pier was a torch”?",
    "how many customers were without power?",
    "what was said about the cardamom?",
)


def needs_milvus() -> None:
    for module in ("pymilvus", "milvus_lite"):
        pytest.importorskip(module, reason="needs the extra: pip install 'onrecord[milvus]'")


@pytest.fixture(params=[FILES, MILVUS])
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == MILVUS:
        needs_milvus()
    return str(request.param)


@pytest.fixture
def refresh(index: IndexFolder, engine: str) -> Refresh:
    """Build or refresh the test's index; the first build chooses the engine."""

    def run(*sources: Path, rebuild: bool = False) -> BuildReport:
        milvus = read_address("milvus:.") if engine == MILVUS and not index.names() else None
        return build(index, BuildOptions([str(source) for source in sources], rebuild=rebuild, milvus=milvus), silent)

    return run


@pytest.fixture(scope="module")
def both(quillhaven: IndexFolder, tmp_path_factory: pytest.TempPathFactory) -> tuple[IndexFolder, IndexFolder]:
    """An index of files over tests/articles, and a copy of it that has moved to Milvus."""
    needs_milvus()
    folder = tmp_path_factory.mktemp("moved")
    moved = IndexFolder(folder / "index", folder / "notes")
    shutil.copytree(quillhaven.path, moved.path)
    report = build(moved, BuildOptions(milvus=read_address("milvus:.")), silent)
    assert (report.built, report.embedded) == (True, 0)
    return quillhaven, moved


def opened(index: IndexFolder) -> Generation:
    return open_current(index, pytest.fail)


def names(index: IndexFolder) -> list[str]:
    with closing(opened(index).open_records()) as records:
        rows = records.passages(records.passage_ids())
        return sorted(article.name for article in records.articles([row.article for row in rows.values()]).values())


def passages(index: IndexFolder) -> list[int]:
    with closing(opened(index).open_records()) as records:
        return list(records.passage_ids())


def client(index: IndexFolder) -> Any:
    from pymilvus import MilvusClient

    return MilvusClient(str(index.path / DATABASE))


def collection(index: IndexFolder) -> str:
    seal = index.manifest(index.current()).collection  # not opened: who reads a generation keeps it
    assert seal
    return seal.name


def aliased(asked: Any, alias: str) -> str:
    return str(asked.describe_alias(alias)["collection_name"])


class TestBothEngines:
    def test_hold_the_same_vectors(self, both: tuple[IndexFolder, IndexFolder]) -> None:
        files, milvus = map(opened, both)
        ids = files.vectors.ids.tolist()
        assert milvus.vectors.ids.tolist() == ids
        assert list(milvus.vectors.by_id([ids[2], 99_999, ids[0]])) == [ids[2], ids[0]]
        ours, theirs = files.vectors.by_id(ids), milvus.vectors.by_id(ids)
        assert all(np.array_equal(ours[i], theirs[i]) for i in ids)
        ours, theirs = files.sentences.of(ids), milvus.sentences.of(ids)
        assert list(ours) == list(theirs)
        assert all(np.array_equal(ours[i], theirs[i]) for i in ours)

    @pytest.mark.parametrize("step", [None, 1, 2, 7])
    def test_find_the_same_candidates_among_all_ids_or_some(
        self, both: tuple[IndexFolder, IndexFolder], step: int | None
    ) -> None:
        files, milvus = map(opened, both)
        ids = files.vectors.ids
        among = None if step is None else np.concatenate([ids[:40], ids[40::step]])
        for query in files.vectors.by_id(ids[::30].tolist()).values():
            for ours, theirs in ((files.vectors, milvus.vectors), (files.sentences, milvus.sentences)):
                expected, found = ours.search(query, 20, among=among), theirs.search(query, 20, among=among)
                assert {i for i, _ in found} == {i for i, _ in expected}
                assert [cosine for _, cosine in found] == pytest.approx([cosine for _, cosine in expected], abs=1e-5)

    def test_find_nothing_among_no_ids(self, both: tuple[IndexFolder, IndexFolder]) -> None:
        for generation in map(opened, both):
            (query,) = generation.vectors.by_id([int(generation.vectors.ids[0])]).values()
            nothing = np.empty(0, np.int64)
            assert generation.vectors.search(query, 5, among=nothing) == []
            assert generation.sentences.search(query, 5, among=nothing) == []

    def test_give_the_same_answers(self, both: tuple[IndexFolder, IndexFolder]) -> None:
        with Engine(both[0], fast=True) as files, Engine(both[1], fast=True) as milvus:
            for question in QUESTIONS:
                assert milvus.ask(question).hits == files.ask(question).hits
                for scope in (["ferry-ends.txt", "pier-fire.txt"], ["bakery-at-forty.txt"], []):
                    assert milvus.ask(question, scope=scope).hits == files.ask(question, scope=scope).hits


class TestAnIndex:
    def test_takes_articles_in_and_out_and_embeds_only_what_is_new(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        folder = articles({"ferry.txt": FERRY, "roof.txt": ROOF})
        assert refresh(folder).embedded == 2
        (folder / "roof.txt").unlink()
        (folder / "ferry.txt").write_text(f"{FERRY}\nRain fell. It was cold.\n")
        articles({"pier.txt": PIER})
        report = refresh()
        assert (report.changes.new, report.changes.changed, report.changes.vanished) == (1, 1, 1)
        assert report.embedded == 2
        assert names(index) == ["ferry.txt", "pier.txt"]
        ids = passages(index)
        assert opened(index).vectors.ids.tolist() == ids
        assert {i: len(rows) for i, rows in opened(index).sentences.of(ids).items()} == dict.fromkeys(ids, 2)

    def test_keeps_the_vectors_of_unchanged_articles(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        refresh(articles({"ferry.txt": FERRY}))
        (kept,) = passages(index)
        vector, sentences = opened(index).vectors.by_id([kept])[kept], opened(index).sentences.of([kept])[kept]
        refresh(articles({"roof.txt": ROOF}))
        assert np.array_equal(opened(index).vectors.by_id([kept])[kept], vector)
        assert np.array_equal(opened(index).sentences.of([kept])[kept], sentences)

    def test_that_has_nothing_new_stays_as_it_is(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        first = refresh(articles({"ferry.txt": FERRY}))
        assert (refresh().built, index.current()) == (False, first.generation)

    def test_swaps_under_a_reader_who_goes_on(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        refresh(articles({"ferry.txt": FERRY}))
        reader = opened(index)
        (ferry,) = passages(index)
        query = reader.vectors.by_id([ferry])[ferry]
        refresh(articles({"roof.txt": ROOF}))
        assert [i for i, _ in reader.vectors.search(query, 5)] == [ferry]
        assert [i for i, _ in reader.sentences.search(query, 5)] == [ferry]
        assert len(opened(index).vectors.search(query, 5)) == 2

    def test_that_is_damaged_is_named_answered_for_and_mended(
        self, index: IndexFolder, refresh: Refresh, articles: Write, engine: str
    ) -> None:
        older = refresh(articles({"ferry.txt": FERRY})).generation
        newer = refresh(articles({"roof.txt": ROOF})).generation
        if engine == MILVUS:
            broken = collection(index)
            client(index).drop_collection(broken)
        else:
            broken = "passages.faiss"
            (index.generations / newer / broken).unlink()
        with pytest.raises(DamagedError, match=f"{broken}.* is missing"):
            open_generation(index, newer)
        assert [finding.good for finding in check_index(index)] == [False, True]
        warnings: list[Note] = []
        assert open_current(index, warnings.append).name == older
        assert broken in warnings[0].line
        report = refresh()
        assert (report.articles, report.embedded) == (2, 1)
        assert "set aside" in report.notes[-1].line
        assert all(finding.good for finding in check_index(index))
        assert len(opened(index).vectors.ids) == 2


class TestMilvus:
    @pytest.fixture
    def engine(self) -> str:
        needs_milvus()
        return MILVUS

    @pytest.fixture
    def asked(self, index: IndexFolder, refresh: Refresh, articles: Write) -> Any:
        """A client of the database of an index of one article."""
        refresh(articles({"ferry.txt": FERRY}))
        return client(index)

    @pytest.mark.parametrize("change", ["more", "fewer"])
    def test_with_another_number_of_vectors_than_were_sealed_is_damaged(
        self, index: IndexFolder, asked: Any, change: str
    ) -> None:
        name, (ferry,) = collection(index), passages(index)
        vector = opened(index).vectors.by_id([ferry])[ferry]
        if change == "more":
            asked.insert(name, [{"key": 1, "passage": 0, "vector": vector}], partition_name="passages")
        else:
            asked.delete(name, filter=f"key == {ferry * 65}")
        held = 4 if change == "more" else 2
        with pytest.raises(DamagedError, match=f"{name} holds {held} vectors, was sealed with 1 of passages and 2 of"):
            open_generation(index, index.current())

    def test_keeps_the_collections_of_two_generations_and_an_alias_for_the_one_in_force(
        self, index: IndexFolder, refresh: Refresh, articles: Write, asked: Any
    ) -> None:
        seen = [collection(index)]
        for number in range(3):
            refresh(articles({f"{number}.txt": ROOF}))
            seen.append(collection(index))
            assert sorted(asked.list_collections()) == sorted(seen[-2:])
            assert aliased(asked, "onrecord") == seen[-1]

    @pytest.mark.parametrize("stage", ["embedding", "sealing"])
    def test_loses_nothing_to_a_build_that_ends_half_way(
        self, index: IndexFolder, refresh: Refresh, articles: Write, asked: Any, stage: str
    ) -> None:
        good, folder = collection(index), articles({"roof.txt": ROOF})

        def stop(told: str, done: int, total: int | None) -> None:
            if told == stage:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            build(index, BuildOptions([str(folder)]), stop)
        assert (collection(index), aliased(asked, "onrecord")) == (good, good)
        assert len(asked.list_collections()) == 2
        (folder / "roof.txt").unlink()
        assert not refresh().built
        assert asked.list_collections() == [good]

    def test_takes_no_name_that_a_collection_has(self, index: IndexFolder, refresh: Refresh, asked: Any) -> None:
        asked.drop_alias("onrecord")
        asked.create_collection("onrecord", dimension=4)
        with pytest.raises(UsageError, match="a collection has that name"):
            refresh()
        assert len(opened(index).vectors.ids) == 1

    def test_mends_an_alias_that_a_kill_left_on_the_generation_before(
        self, index: IndexFolder, refresh: Refresh, articles: Write, asked: Any
    ) -> None:
        before = collection(index)
        refresh(articles({"roof.txt": ROOF}))
        asked.alter_alias(before, "onrecord")
        assert not refresh().built
        assert aliased(asked, "onrecord") == collection(index)

    def test_changes_how_vectors_are_indexed_without_embedding_again(self, index: IndexFolder, asked: Any) -> None:
        for kind in ("HNSW", "IVF_SQ8"):
            report = build(index, BuildOptions(milvus=read_address(f"milvus:.?kind={kind}")), silent)
            assert (report.built, report.embedded) == (True, 0)
            assert asked.describe_index(collection(index), "vector")["index_type"] == kind
            (ferry,) = passages(index)
            assert opened(index).vectors.search(opened(index).vectors.by_id([ferry])[ferry], 5)[0][0] == ferry
        assert not build(index, BuildOptions(milvus=read_address("milvus:.")), silent).built

    @pytest.mark.usefixtures("asked")
    def test_serves_one_process_at_a_time_from_a_folder(self, index: IndexFolder, shell: Run) -> None:
        told = shell("speakers", "--index", index.path)
        assert told.code == 1
        assert "another process has it open" in told.err
        assert "Traceback" not in told.err


class TestAServer:
    @pytest.fixture
    def server(self, tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
        """Milvus Lite in a process of its own: its address, and the process."""
        needs_milvus()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        words = ("server", "--data-dir", str(tmp_path / "data"), "--host", "127.0.0.1", "--port", str(port))
        program = str(Path(sys.executable).with_name("milvus-lite"))
        with subprocess.Popen([program, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            until(lambda: listens(port))
            yield f"milvus://127.0.0.1:{port}/news", process
            process.kill()

    def test_answers_several_processes_until_it_is_gone(
        self, server: tuple[str, subprocess.Popen[bytes]], onrecord: Run, shell: Run, articles: Write
    ) -> None:
        address, process = server
        told = onrecord("index", articles({"ferry.txt": FERRY}), "--index", address)
        assert (told.code, told.err.count("Traceback")) == (0, 0)
        asking = ("ask", "--fast", "what did Brandvold say?", "--index", address)
        assert "Adela Brandvold" in onrecord(*asking).out
        assert "Adela Brandvold" in shell(*asking).out
        process.send_signal(signal.SIGKILL)
        process.wait()
        told = shell(*asking)
        assert (told.code, told.out) == (1, "")
        assert f"onrecord: {address}: no Milvus answers there" in told.err
        assert "; start it, or, if it has moved, make the index anew: onrecord index --rebuild" in told.err
        assert "Traceback" not in told.err

    def test_leaves_the_collections_of_an_index_to_its_folder(
        self, server: tuple[str, subprocess.Popen[bytes]], index: IndexFolder, articles: Write, tmp_path: Path
    ) -> None:
        address, folder = server[0], str(articles({"ferry.txt": FERRY}))
        build(index, BuildOptions([folder], milvus=read_address(address)), silent)
        other = IndexFolder(tmp_path / "other", tmp_path / "notes")
        with pytest.raises(UsageError, match="belongs to an index in another folder") as taken:
            build(other, BuildOptions([folder], milvus=read_address(address)), silent)
        assert taken.value.advice is Advice.TAKE_OVER
        assert len(opened(index).vectors.ids) == 1
        build(other, BuildOptions([folder], rebuild=True, milvus=read_address(address)), silent)
        assert len(opened(other).vectors.ids) == 1
        with pytest.raises(DamagedError, match=r"the collection news_\w+ is missing"):
            open_current(index, pytest.fail)


def listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


class TestAnAddress:
    @pytest.mark.parametrize(
        ("text", "server", "name", "kind", "folder"),
        [
            ("milvus://vectors.example/news", "vectors.example:19530", "news", "", None),
            ("milvus://10.0.0.7:1953/news?kind=hnsw", "10.0.0.7:1953", "news", "HNSW", None),
            ("milvus://[::1]/news#archive", "[::1]:19530", "news", "", "archive"),
            ("milvus:archive", "", "onrecord", "", "archive"),
            ("milvus:///srv/archive?kind=IVF_SQ8", "", "onrecord", "IVF_SQ8", "/srv/archive"),
        ],
    )
    def test_names_a_server_or_a_folder(self, text: str, server: str, name: str, kind: str, folder: str | None) -> None:
        address = read_address(text)
        assert (address.server, address.name, address.kind) == (server, name, kind)
        assert address.folder == (Path(folder) if folder else None)
        assert read_address(address.text).text == address.text

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("milvus://vectors.example", "an index in Milvus is milvus://HOST:PORT/NAME"),
            ("milvus://vectors.example/two-words", "NAME has letters, digits and _ alone"),
            ("milvus://vectors.example:high/news", "an index in Milvus is milvus://HOST:PORT/NAME"),
            ("milvus:archive?kind=FAST", "after ? comes kind=FLAT|IVF_SQ8|HNSW|DISKANN alone"),
            ("milvus://me:secret@vectors.example/news", "set ONRECORD_MILVUS_TOKEN"),
            ("milvus:", "names no folder"),
        ],
    )
    def test_that_is_none_is_told(self, onrecord: Run, text: str, told: str) -> None:
        outcome = onrecord("check", "--index", text)
        assert outcome.code == 2
        assert told in outcome.err
        assert "secret" not in outcome.err

    def test_is_read_from_settings_too(self, onrecord: Run, tmp_path: Path) -> None:
        (tmp_path / "a.toml").write_text('index = "milvus:archive"\n')
        told = onrecord("forget", "articles", "--config", tmp_path / "a.toml")
        assert f"{tmp_path / 'archive'}: there is no index here" in told.err

    def test_without_the_extra_says_what_to_install(
        self, onrecord: Run, articles: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "pymilvus", None)
        told = onrecord("index", articles({"ferry.txt": FERRY}), "--index", "milvus://vectors.example/news")
        assert told.code == EngineError.exit_code
        assert told.err.splitlines()[-1].endswith("news: needs an extra: pip install 'onrecord[milvus]'")
