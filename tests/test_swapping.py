"""How a build becomes the generation in force, step by step, with vectors and models made by hand."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from bot.render.messages import error_line
from index.build.faiss_writer import VectorWriter
from index.core.article import Article
from index.core.errors import Advice, BusyError, DamagedError, FormatError, NoIndexError, Note, OnrecordError
from index.core.files import hash_file
from index.generations.generation import (
    LEXICAL,
    RECORDS,
    SENTENCES,
    VECTORS,
    IndexFolder,
    open_current,
    open_verified,
    short,
    verify_generation,
)
from index.generations.manifest import FORMAT, MANIFEST, Manifest
from index.generations.sealing import clean_up, clean_up_again, seal, seal_model, set_aside_damaged, writing
from index.models.card import ModelCard
from index.store.lexical import LexicalWriter
from index.store.records import RecordsWriter
from index.vectors.faiss_index import sentence_ids
from retrieval.search.bm25 import search_words
from tests.resealed import reseal

WORDS = ("The ferry stays.", "The pier does not.")
UNIT = np.eye(2, dtype=np.float32)
FILES = {"model.json", "model.onnx", "tokenizer.json"}


@pytest.fixture
def folder(tmp_path: Path) -> IndexFolder:
    return IndexFolder(tmp_path / "index", tmp_path / "notes")


@dataclass
class Building:
    """Builds generations of one article of two passages."""

    index: IndexFolder
    home: Path
    notes: list[str] = field(default_factory=list)

    def model(self, weights: bytes = b"weights") -> Path:
        """Return the folder of a model that was prepared."""
        prepared = self.home / weights.decode()
        prepared.mkdir(exist_ok=True)
        files = [prepared / "model.onnx", prepared / "tokenizer.json"]
        for file in files:
            file.write_bytes(weights)
        ModelCard("id", "encoder", 9, 2, "", "", {file.name: hash_file(file) for file in files}).write(prepared)
        return prepared

    def put_model(self, weights: bytes = b"weights", trusted: tuple[str, ...] = ()) -> str:
        return seal_model(self.index, self.model(weights), trusted=trusted, note=self.notes.append)

    def parts(self, staging: Path, *, vectors: int = 2, terms: int = 2, sentence: int = 1) -> None:
        """Write the parts of a build, of which some may hold less than others."""
        records = RecordsWriter.open(staging / RECORDS)
        records.add_article(Article("a", "Ferry", WORDS), "articles")
        ids = np.array(records.passage_ids(), np.int64)
        with LexicalWriter(staging / LEXICAL) as writer:
            writer.add(list(records.lexical_documents([1]))[:terms])
        records.finish()
        passages, sentences = (VectorWriter(staging / name, 2) for name in (VECTORS, SENTENCES))
        passages.add(ids[:vectors], UNIT[:vectors])
        sentences.add(sentence_ids(sentence, len(UNIT)), UNIT)
        passages.finish()
        sentences.finish()

    def build(self, weights: bytes = b"weights", **less: int) -> str:
        with writing(self.index) as staging:
            self.parts(staging, **less)
            sealed = self.put_model(weights)
            roles = {"encoder": sealed, "reranker": sealed}
            manifest = Manifest("2031-04-01T04:00:00+00:00", ("articles",), {"passages": 2}, {}, roles, 1)
            return seal(self.index, staging, manifest)


@pytest.fixture
def building(folder: IndexFolder, tmp_path: Path) -> Building:
    return Building(folder, tmp_path)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


class TestWriting:
    def test_yields_an_empty_folder_that_goes_whatever_happens(self, folder: IndexFolder) -> None:
        for _ in range(2):
            with suppress(KeyError), writing(folder) as staging:
                assert staging.parent == folder.generations
                assert not list(staging.iterdir())
                (staging / "half").write_text("written")
                raise KeyError
            assert not staging.exists()
        assert folder.models.is_dir()
        assert folder.names() == []

    def test_removes_what_a_killed_build_left(self, folder: IndexFolder) -> None:
        (folder.generations / ".staging-1" / "half").mkdir(parents=True)
        with writing(folder) as staging:
            assert names(folder.generations) == {staging.name}

    def test_is_for_one_at_a_time(self, folder: IndexFolder) -> None:
        folder.path.mkdir()
        with FileLock(folder.path / "lock"), pytest.raises(BusyError) as busy, writing(folder):
            pass
        assert str(busy.value) == f"{folder.path}: another build is under way; try again when it is done"
        with writing(folder):
            pass

    @pytest.mark.parametrize(
        ("error", "told"),
        [
            (PermissionError(13, "Permission denied", "there"), "no permission to write the index (there)"),
            (PermissionError(13, "Permission denied"), "no permission to write the index ({index})"),
            (OSError(28, "No space left on device"), "the index could not be written: No space left on device"),
            (OSError("odd"), "the index could not be written: odd"),
        ],
    )
    def test_tells_in_a_line_what_the_disk_refused(self, folder: IndexFolder, error: OSError, told: str) -> None:
        with pytest.raises(OnrecordError) as refused, writing(folder):
            raise error
        assert str(refused.value) == f"{folder.path}: {told}".format(index=folder.path)


class TestSealing:
    def test_makes_the_generation_in_force(self, building: Building) -> None:
        name = building.build()
        assert re.fullmatch(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{64}", name)
        assert (building.index.path / "CURRENT").read_bytes() == f"{name}\n".encode()
        assert building.index.current() == name
        assert building.index.names() == [name]
        assert short(name) == name[:23]
        assert names(building.index.generations) == {name}

    def test_seals_every_file_in_its_name(self, building: Building) -> None:
        name = building.build()
        place = building.index.generations / name
        manifest = building.index.manifest(name)
        there = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
        assert set(manifest.files) == there - {MANIFEST}
        assert all(hash_file(place / file) == one.sha256 for file, one in manifest.files.items())
        assert name.endswith(hash_file(place / MANIFEST))
        model = building.index.models / manifest.sealed_models["encoder"]
        assert set(building.index.seals(name, manifest)) == {
            *(place / file for file in manifest.files), *(model / file for file in FILES - {"model.json"}),
        }  # fmt: skip

    def test_opens_what_was_sealed(self, building: Building) -> None:
        name = building.build()
        generation = open_current(building.index, pytest.fail)
        assert generation.name == name
        assert generation.encoder == generation.reranker
        assert generation.manifest == building.index.manifest(name)
        with closing(generation.open_records()) as records:
            assert [row.text for row in records.passages(records.passage_ids()).values()] == list(WORDS)
        assert dict(generation.vectors.search(UNIT[1], 1)) == {2: 1.0}
        assert dict(generation.sentences.search(UNIT[0], 1)) == {1: 1.0}
        assert [passage for passage, _ in search_words(generation.lexical, "pier", 5)] == [2]

    @pytest.mark.parametrize(
        ("less", "told"),
        [
            ({"vectors": 1}, "2 passages, but 1 vectors and 2 lexical documents"),
            ({"terms": 1}, "2 passages, but 2 vectors and 1 lexical documents"),
            ({"sentence": 3}, "2 passages, but 2 vectors and 2 lexical documents"),
        ],
    )
    def test_of_parts_that_do_not_agree_leaves_the_one_before(
        self, building: Building, less: dict[str, int], told: str
    ) -> None:
        name = building.build()
        with pytest.raises(DamagedError, match=told):
            building.build(**less)
        assert building.index.current() == name
        assert names(building.index.generations) == {name}

    def test_newer_ones_stand_first(self, building: Building) -> None:
        one, two, three = (building.build() for _ in range(3))
        assert building.index.names() == [three, two, one]
        (building.index.generations / "notes.txt").write_text("no generation")
        assert building.index.names() == [three, two, one]

    @pytest.mark.parametrize(
        ("newest", "named"),
        [
            ("99990101T000000.000000Z", "99990101T000000.000001Z"),
            ("99990101T000000Z", "99990101T000000.000001Z"),
            ("99991231T235959.999999Z", None),
            ("99999999T999999Z", None),
            ("20010101T100000Z", None),
        ],
    )
    def test_names_go_on_from_the_newest_where_a_clock_can_follow(
        self, building: Building, newest: str, named: str | None
    ) -> None:
        (building.index.generations / f"{newest}-{'0' * 64}").mkdir(parents=True)
        before = f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
        name = building.build()
        assert building.index.current() == name
        if named:
            assert short(name) == named
        else:
            assert before <= short(name) <= f"{datetime.now(UTC):%Y%m%dT%H%M%S}.999999Z"

    def test_takes_the_place_of_a_folder_called_current(self, building: Building) -> None:
        (building.index.path / "CURRENT" / "odd").mkdir(parents=True)
        name = building.build()
        assert building.index.current() == name
        assert (building.index.path / "CURRENT.damaged" / "odd").is_dir()


class TestModels:
    def test_are_put_under_the_sha256_of_their_card_once(self, building: Building) -> None:
        with writing(building.index):
            name = building.put_model()
            before = (building.index.models / name).stat()
            assert building.put_model() == name
        assert name == hash_file(building.model() / "model.json")
        assert names(building.index.models) == {name}
        assert names(building.index.models / name) == FILES
        assert (building.index.models / name).stat().st_ino == before.st_ino
        assert building.notes == []

    @pytest.mark.parametrize("file", ["model.json", "model.onnx"])
    @pytest.mark.parametrize("gone", [True, False])
    def test_that_are_damaged_are_set_aside_and_put_anew(self, building: Building, file: str, *, gone: bool) -> None:
        with writing(building.index):
            name = building.put_model()
            for number in ("", "1", "2"):
                damaged = building.index.models / name / file
                damaged.unlink()
                if not gone:
                    damaged.write_bytes(b"changed")
                assert building.put_model() == name
                aside = building.index.models / f"{name}.damaged{number}"
                assert building.notes.pop() == f"the model {name[:16]} was damaged; it was set aside as {aside}"
                assert aside.is_dir()
                assert names(building.index.models / name) == FILES

    def test_that_were_verified_are_not_read_again(self, building: Building) -> None:
        with writing(building.index):
            name = building.put_model()
            (building.index.models / name / "model.onnx").unlink()
            building.put_model(trusted=(name,))
            assert names(building.index.models / name) == FILES - {"model.onnx"}

    def test_half_put_by_a_killed_build_are_put_anew(self, building: Building) -> None:
        name = hash_file(building.model() / "model.json")
        (building.index.models / f".staging-{name}" / "half").mkdir(parents=True)
        with writing(building.index):
            building.put_model()
        assert names(building.index.models) == {name}


class TestCleaningUp:
    def test_keeps_what_is_named_and_the_models_of_what_is_left(self, building: Building) -> None:
        one, two, three = (building.build(weights) for weights in (b"old", b"new", b"new"))
        for name in (one, two, three):
            verify_generation(building.index, name)
        clean_up(building.index, {two, three})
        assert building.index.names() == [three, two]
        assert names(building.index.generations) == {two, three}
        assert names(building.index.notes) == {two, three}
        assert names(building.index.models) == {hash_file(building.model(b"new") / "model.json")}
        clean_up(building.index, {two, three})
        assert building.index.names() == [three, two]

    def test_keeps_what_somebody_reads(self, building: Building) -> None:
        one = building.build()
        read = open_current(building.index, pytest.fail)
        two = building.build()
        clean_up(building.index, {two})
        assert building.index.names() == [two, one]
        del read
        clean_up(building.index, {two})
        assert building.index.names() == [two]

    def test_goes_on_with_what_a_killed_build_left_of_it(self, building: Building) -> None:
        one, two, three, four = (building.build() for _ in range(4))
        clean_up_again(building.index, three)
        assert building.index.names() == [three, two]
        assert not {one, four} & names(building.index.generations)

    def test_leaves_a_generation_for_later_whose_note_stays(self, building: Building) -> None:
        one, two = building.build(), building.build()
        (building.index.notes / one).mkdir(parents=True)
        clean_up(building.index, {two})
        assert building.index.names() == [two, one]

    def test_does_without_a_folder_of_notes(self, building: Building) -> None:
        _, two = building.build(), building.build()
        building.index.notes.write_text("another's")
        clean_up(building.index, {two})
        assert building.index.names() == [two]

    def test_keeps_what_was_set_aside(self, building: Building) -> None:
        name = building.build()
        (building.index.models / "x.damaged").mkdir()
        (building.index.models / "x.damaged1").mkdir()
        clean_up(building.index, {name})
        assert {"x.damaged", "x.damaged1"} < names(building.index.models)

    def test_removes_no_model_while_a_manifest_cannot_be_read(self, building: Building) -> None:
        one, two = building.build(b"old"), building.build(b"new")
        (building.index.generations / two / MANIFEST).write_bytes(b"changed")
        clean_up(building.index, {two})
        assert building.index.names() == [two]
        assert one not in names(building.index.generations)
        assert len(names(building.index.models)) == 2


class TestSettingAside:
    def test_renames_what_is_damaged_and_nothing_else(self, building: Building) -> None:
        one, two, three = (building.build() for _ in range(3))
        (building.index.generations / two / VECTORS).unlink()
        set_aside_damaged(building.index, building.notes.append)
        assert building.index.names() == [three, one]
        aside = building.index.generations / f"{two}.damaged"
        (note,) = building.notes
        assert note.startswith(f"{building.index.generations / two / VECTORS}: is missing")
        assert note.endswith(f"; that generation was set aside as {aside}")
        assert aside.is_dir()

    def test_goes_on_behind_one_of_another_format(self, building: Building) -> None:
        older, _ = building.build(), building.build()
        (building.index.generations / older / VECTORS).unlink()
        other = reseal(building.index, format=FORMAT + 1)
        set_aside_damaged(building.index, building.notes.append)
        assert building.index.names() == [other]
        assert len(building.notes) == 1

    def test_leaves_another_format_where_it_is(self, building: Building) -> None:
        building.build()
        other = reseal(building.index, format=FORMAT + 1)
        set_aside_damaged(building.index, building.notes.append)
        assert building.index.names() == [other]
        assert building.notes == []
        with pytest.raises(FormatError):
            open_current(building.index, pytest.fail)


class TestTheOneInForce:
    @pytest.fixture
    def two(self, building: Building) -> Iterator[tuple[str, str]]:
        older, newer = building.build(), building.build()
        yield newer, older
        assert set(building.index.names()) <= {newer, older}

    def test_is_the_one_before_where_it_is_damaged(self, building: Building, two: tuple[str, str]) -> None:
        (building.index.generations / two[0] / RECORDS).write_bytes(b"")
        warnings: list[Note] = []
        assert open_current(building.index, warnings.append).name == two[1]
        (warning,) = warnings
        assert f"{RECORDS}: has 0 bytes, was sealed with " in warning.line
        assert error_line(warning).endswith(
            f"; the index of {short(two[1])} answers instead; run `onrecord index` to mend it"
        )

    def test_is_none_where_all_are_damaged(self, building: Building, two: tuple[str, str]) -> None:
        for name in two:
            (building.index.generations / name / RECORDS).unlink()
        with pytest.raises(DamagedError, match=rf"{RECORDS}: is missing$") as damaged:
            open_current(building.index, pytest.fail)
        assert damaged.value.advice is Advice.MEND_INDEX

    def test_tells_what_current_lacks(self, building: Building, two: tuple[str, str]) -> None:
        current = building.index.path / "CURRENT"
        current.unlink()
        with pytest.raises(DamagedError, match=r"CURRENT: is missing$"):
            building.index.current()
        current.mkdir()
        with pytest.raises(DamagedError, match=r"CURRENT: cannot be read: .*directory"):
            building.index.current()
        current.rmdir()
        for content in (two[0][:-1], f"../{two[0]}", "é"):
            current.write_text(content)
            with pytest.raises(DamagedError, match=r"CURRENT: (names no generation|cannot be read)"):
                building.index.current()

    def test_is_missing_where_nothing_was_built(self, folder: IndexFolder) -> None:
        assert folder.names() == []
        with pytest.raises(NoIndexError, match=f"^{folder.path}: there is no index here$"):
            folder.current()
        assert folder.remembered_sources() is None

    def test_remembers_its_sources_even_in_another_format(self, building: Building) -> None:
        building.build()
        reseal(building.index, sources=["elsewhere"], format=FORMAT + 1)
        assert building.index.remembered_sources() == ["elsewhere"]

    def test_leaves_remembering_to_the_one_before_where_it_is_damaged(
        self, building: Building, two: tuple[str, str]
    ) -> None:
        (building.index.generations / two[0] / MANIFEST).unlink()
        assert building.index.remembered_sources() == ["articles"]
        (building.index.path / "CURRENT").unlink()
        assert building.index.remembered_sources() == ["articles"]

    def test_needs_its_manifest(self, building: Building, two: tuple[str, str]) -> None:
        manifest = building.index.generations / two[0] / MANIFEST
        sealed = building.index.manifest(two[0])
        manifest.write_bytes(manifest.read_bytes() + b" ")
        with pytest.raises(DamagedError, match=re.escape(f"{manifest}: was changed after it was sealed")):
            building.index.manifest(two[0])
        manifest.unlink()
        told = re.escape(f"{manifest}: cannot be read: No such file or directory")
        with pytest.raises(DamagedError, match=told):
            building.index.manifest(two[0])
        with pytest.raises(DamagedError, match=told):
            open_verified(building.index, two[0], sealed)

    def test_names_the_manifest_that_another_version_wrote(self, building: Building) -> None:
        building.build()
        other = reseal(building.index, format=FORMAT + 1)
        with pytest.raises(FormatError, match=re.escape(str(building.index.generations / other / MANIFEST))):
            building.index.manifest(other)

    def test_needs_its_models(self, building: Building, two: tuple[str, str]) -> None:
        (model,) = building.index.models.iterdir()
        os.truncate(model / "model.onnx", 1)
        with pytest.raises(DamagedError, match=r"model\.onnx: was changed after it was sealed"):
            verify_generation(IndexFolder(building.index.path, building.home / "other"), two[0])
        (model / "model.onnx").unlink()
        with pytest.raises(DamagedError, match=r"model\.onnx: is missing"):
            verify_generation(building.index, two[0])
        shutil.rmtree(model)
        with pytest.raises(DamagedError, match=r"model\.json: cannot be read"):
            verify_generation(building.index, two[0])
