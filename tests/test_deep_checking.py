"""Looking into an index: whether what was sealed agrees with itself, with its models, and with what was read."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from conftest import Refresh, Run, Write, silent

from bot.render.messages import error_line
from index.build.pipeline import BuildOptions, build
from index.core.files import hash_file
from index.core.sentences import MOST
from index.generations.generation import IndexFolder
from index.generations.inspection import check_deeply
from index.generations.manifest import FileSeal
from index.store.lexical import LexicalDocument, LexicalWriter
from index.vectors.faiss_index import Segment
from tests.index_looked_at import everything
from tests.resealed import reseal
from tests.visits import page
from tests.web_server import Site

PIER = (
    " date 2031-03-04 QUILLHAVEN (WQHV) - The pier burned. The whole harbor saw it burn until the morning came.\n\n"
    "“It was a torch, and nobody could come near it,” Chief Petra Lindqvist said.\n\nRain fell on the harbor all day.\n"
)
ROOF = " date 2031-04-22 QUILLHAVEN (WQHV) - The roof of the old school leaks, and children sit under umbrellas.\n"
WIRE = "".join(
    json.dumps({"id": f"wire-{number}", "paragraphs": [f"Rates will rise {number} times, the bank expects."]}) + "\n"
    for number in range(3)
)


@pytest.fixture
def built(index: IndexFolder, refresh: Refresh, articles: Write) -> IndexFolder:
    refresh(articles({"pier.txt": PIER, "roof.txt": ROOF, "wire.jsonl": WIRE}))
    return index


def lines(index: IndexFolder, *, good: bool) -> list[str]:
    return [error_line(finding) for finding in check_deeply(index) if finding.good is good]


def seal(index: IndexFolder, **changed: object) -> None:
    """Seal the generation in force as it stands now, as if a faulty build had made it so."""
    folder = index.generations / index.current()
    words = (f"lexical/{path.name}" for path in (folder / "lexical").iterdir())
    names = {*index.manifest(folder.name).files, *words}
    reseal(index, files={name: asdict(FileSeal.of(folder / name)) for name in names}, **changed)


Damage = Callable[[Path], object]


def sql(statement: str) -> Damage:
    def damage(folder: Path) -> None:
        with closing(sqlite3.connect(folder / "articles.sqlite")) as db:
            db.execute(statement)
            db.commit()

    return damage


def torn_page(folder: Path) -> None:
    path = folder / "articles.sqlite"
    with closing(sqlite3.connect(path)) as db:
        ((page,),) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'passages'")
        ((size,),) = db.execute("PRAGMA page_size")
    with path.open("r+b") as file:
        file.seek((page - 1) * size + 8)
        file.write(b"\xff" * 64)


def vectors(change: Callable[[Segment], object], name: str = "passages.faiss") -> Damage:
    def damage(folder: Path) -> None:
        opened = Segment.open(folder / name, mapped=False)
        change(opened)
        opened.write(folder / name)

    return damage


def without_the_first(opened: Segment) -> None:
    opened.keep(np.flatnonzero(opened.ids != 1))


def longer(opened: Segment) -> None:
    last = opened.ids[-1:]
    row = opened.vectors(np.array([len(opened) - 1]))
    opened.keep(np.arange(len(opened) - 1))
    opened.add(last, row * 1.5)


def turned(opened: Segment) -> None:
    """Give each passage the vector of the next one."""
    ids, rows = opened.ids, opened.vectors(np.arange(len(opened)))
    opened.keep(np.arange(0))
    opened.add(ids, np.roll(rows, 1, axis=0))


def words(change: Callable[[LexicalWriter], object]) -> Damage:
    def damage(folder: Path) -> None:
        with LexicalWriter(folder / "lexical") as writer:
            change(writer)

    return damage


def document(passage: int) -> LexicalDocument:
    return LexicalDocument(passage, 1, "The pier burned.", "", "", [])


DAMAGES: list[tuple[Damage, str]] = [
    (torn_page, r"articles\.sqlite: .*|.*malformed.*"),
    (sql("DELETE FROM articles WHERE name = 'roof.txt'"), r"articles\.sqlite: 1 row of passages that belong to noth.*"),
    (sql("DELETE FROM quotations"), r"the manifest tells of \d+ quotations, and there are 0"),
    (
        sql('UPDATE quotations SET "end" = "end" + 999'),
        r"1 passage with a quotation beyond their text, such as pier\.txt, paragraph 2",
    ),
    (sql("UPDATE quotations SET start = -1"), r"1 passage with a quotation beyond their text, .*"),
    (sql("UPDATE speakers SET name = 'Nobody'"), r"1 passage quoting somebody who is no speaker of the article, .* 2"),
    (vectors(without_the_first), r"1 passage without a vector, such as pier\.txt, paragraph 1"),
    (vectors(longer), r"1 vector not of length 1 in 384 dimensions"),
    (vectors(turned), r"\d passages embedded otherwise by the encoder \(cosine below 0\.99\), such as .*"),
    (
        vectors(lambda opened: opened.add(np.array([999]), np.eye(1, 384, dtype=np.float32))),
        "vectors of 1 passage that are not there",
    ),
    (
        vectors(lambda opened: opened.add(np.array([999 * MOST]), np.eye(1, 384, dtype=np.float32)), "sentences.faiss"),
        "sentence vectors of 1 passage that are not there",
    ),
    (words(lambda writer: writer.remove_articles([2])), r"1 passage without a lexical document, such as roof\.txt, .*"),
    (words(lambda writer: writer.add([document(1)])), r"1 passage with several lexical documents, such as pier\.txt.*"),
    (words(lambda writer: writer.add([document(77)])), "1 lexical document of passages that are not there"),
]


class TestAnIndexThatIsWhole:
    def test_is_said_to_be_so_and_is_not_touched(self, built: IndexFolder) -> None:
        before = everything(built.path, built.notes)
        good, whole = lines(built, good=True)
        assert good.startswith("good (in force): ")
        assert whole.split(", ", 1)[1] == (
            "7 vectors, 2 of sentences, 7 lexical documents; 7 passages embedded anew, cosine at least 1.0000"
        )
        assert lines(built, good=False) == []
        assert everything(built.path, built.notes) == before

    def test_tells_which_files_changed_or_went_since_and_which_did_not(
        self, built: IndexFolder, articles: Write
    ) -> None:
        folder = articles({"roof.txt": ROOF + "\nMore rain is expected.\n", "wire.jsonl": WIRE + "{}\n"})
        (folder / "pier.txt").unlink()
        *_, changed, gone = lines(built, good=True)
        assert changed.endswith(", 1 file, such as roof.txt, is changed since; `onrecord index` reads what changed")
        assert gone.endswith(", 1 file, such as pier.txt, is not there any more, or unreadable")
        assert lines(built, good=False) == []

    def test_of_a_link_tells_whether_its_page_is_still_kept(self, index: IndexFolder, site: Site) -> None:
        build(index, BuildOptions([site.put("/pier", page())], allow_private=True), silent)
        assert not any("not there any more" in line for line in lines(index, good=True))
        (kept,) = (index.path / "fetched" / "pages").iterdir()
        kept.write_bytes(b"something else")
        assert any(f"such as {site('/pier')}, is not there any more" in line for line in lines(index, good=True))

    def test_that_is_damaged_leaves_the_one_before_it_to_be_looked_into(
        self, built: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        refresh(articles({"boats.txt": ROOF.replace("school", "boat house")}))
        (built.generations / built.current() / "passages.faiss").write_bytes(b"")
        (damaged,) = lines(built, good=False)
        assert damaged.startswith("damaged (in force): ")
        assert any(line.startswith("whole: ") for line in lines(built, good=True))

    def test_may_be_empty(self, built: IndexFolder, refresh: Refresh, tmp_path: Path) -> None:
        refresh(forget=(tmp_path / "articles",))
        assert lines(built, good=False) == []


class TestAnIndexThatWasSealedWrong:
    @pytest.mark.parametrize(("damage", "told"), DAMAGES)
    def test_is_told_with_what_does_not_agree(self, built: IndexFolder, damage: Damage, told: str) -> None:
        damage(built.generations / built.current())
        seal(built)
        before = everything(built.path, built.notes)
        found = [line.partition(", ")[2] for line in lines(built, good=False)]
        assert any(re.fullmatch(told, line) for line in found), found
        assert len(lines(built, good=True)) == 1
        assert everything(built.path, built.notes) == before

    def test_has_a_model_that_cannot_be_used(self, built: IndexFolder) -> None:
        manifest = built.manifest(built.current())
        whole = built.models / manifest.sealed_models["reranker"]
        card = json.loads((whole / "model.json").read_text())
        broken = built.models / "broken"
        broken.mkdir()
        (broken / "tokenizer.json").write_bytes((whole / "tokenizer.json").read_bytes())
        (broken / "model.onnx").write_bytes(b"no network")
        card["files"]["model.onnx"] = hash_file(broken / "model.onnx")
        (broken / "model.json").write_text(json.dumps(card))
        name = hash_file(broken / "model.json")
        broken.rename(built.models / name)
        seal(built, sealed_models=manifest.sealed_models | {"reranker": name})
        (found,) = lines(built, good=False)
        assert ", the reranker cannot be used: " in found

    def test_fails_the_command_and_a_whole_one_does_not(self, onrecord: Run, articles: Write, tmp_path: Path) -> None:
        onrecord("index", articles({"pier.txt": PIER}))
        well = onrecord("check", "--deep")
        assert (well.code, well.err) == (0, "")
        assert [line.split()[0] for line in well.out.splitlines()] == ["good", "whole:"]
        index = IndexFolder(tmp_path / ".onrecord", tmp_path / "notes")
        sql("UPDATE speakers SET name = 'Nobody'")(index.generations / index.current())
        seal(index)
        assert onrecord("check").code == 0
        ill = onrecord("check", "--deep")
        assert (ill.code, ill.out.count("\n")) == (1, 1)
        assert ill.err.startswith("damaged: ")

    def test_that_a_settings_file_names_is_looked_into(self, onrecord: Run, articles: Write, tmp_path: Path) -> None:
        onrecord("index", "--index", tmp_path / "elsewhere", articles({"pier.txt": PIER}))
        (tmp_path / "onrecord.toml").write_text('index = "elsewhere"\n')
        told = onrecord("check", "--deep", "--config", tmp_path / "onrecord.toml")
        assert (told.code, "whole: " in told.out) == (0, True)
