"""Our own formats, read from bytes to which anything may have happened: a right result, or the documented error."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.config.settings import load_settings, settings_problems
from bot.telegram.ops.health import health_line
from bot.telegram.state.messages import SentMessage
from index.core.article import Article
from index.core.errors import ArticleError, DamagedError, GenerationError, NoIndexError, OnrecordError, UsageError
from index.generations.generation import IndexFolder
from index.generations.manifest import FileSeal, Manifest, verify
from index.models.card import ModelCard, is_sound
from index.readers.extraction.original import Original
from index.readers.plain_text import read_jsonl
from index.sources.page_archive import Link, PageArchive
from retrieval.batch import read_batch
from retrieval.conversation.state import Dialog, NamedSpeaker, Turn
from retrieval.evaluation import GoldQuestion, read_questions

HEX = "0" * 64
MANIFEST = Manifest(
    "2031-01-01T10:00:00", ("a",), {"articles": 1}, {"encoder": "m"}, {"encoder": HEX}, 1, {"f": FileSeal(1, HEX)}
)
CARD = ModelCard("m", "encoder", 256, 384, "", "", {"model.onnx": HEX, "tokenizer.json": HEX})
ARTICLE = {
    "id": "a",
    "title": "t",
    "date": "2031-01-14",
    "source": "WQHV",
    "url": None,
    "paragraphs": ["The ferry stays."],
}
QUESTION = {"qid": "1", "question": "what?", "history": ["who?"], "scope": ["a"], "answerable": True, "kind": "fact",
            "gold": [{"article": "a", "paragraph": 0}], "highlight": "ferry"}  # fmt: skip
DIALOG = Dialog().after(Turn("what?", people=(NamedSpeaker("Tak"),), shown=(("a", 1),), choices=("Tak",)), 1.0)
HEALTH = {"time": "2031-01-14T10:00:00+00:00", "waiting": 1, "last_update": None, "last_error": None, "generation": "g"}
SETTINGS = (
    b'articles = "news"\n[links]\naddresses = ["https://ledger.example/"]\nevery = "10m"\n[telegram]\nadmins = [7]\n'
)
DEEP = b"[" * 20_000
few = settings(max_examples=40)

scalars = st.none() | st.booleans() | st.integers(-3, 1 << 70) | st.floats() | st.text(max_size=5)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from _places(value[key], (*at, key))


@st.composite
def changed_values(draw: st.DrawFn, value: Any) -> bytes:
    """JSON in which one value is another, or gone."""
    made = json.loads(json.dumps(value))
    at = draw(st.sampled_from(list(_places(made))))
    if not at:
        return json.dumps(draw(values)).encode()
    inner = made
    for key in at[:-1]:
        inner = inner[key]
    if draw(st.booleans()):
        inner[at[-1]] = draw(values)
    else:
        del inner[at[-1]]
    return json.dumps(made).encode()


@st.composite
def changed_bytes(draw: st.DrawFn, data: bytes) -> bytes:
    """Bytes of which some are others, gone, or more."""
    first = draw(st.integers(0, len(data)))
    return data[:first] + draw(st.binary(max_size=4)) + data[first + draw(st.integers(0, 6)) :]


def harmed(value: Any) -> st.SearchStrategy[bytes]:
    """A JSON value to which anything may have happened."""
    return changed_values(value) | changed_bytes(json.dumps(value).encode()) | st.binary(max_size=40)


@contextmanager
def file_of(data: bytes, name: str = "file") -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        yield path


def result_or(error: type[Exception], read: Callable[[], Any]) -> Any:
    """Return what is read, or None where it is refused in one line."""
    try:
        return read()
    except error as told:
        lines = str(told).splitlines()
    assert len(lines) == 1
    return None


@few
@given(harmed(json.loads(MANIFEST.to_bytes())))
@example(json.dumps(json.loads(MANIFEST.to_bytes()) | {"counts": ["articles"]}).encode())
@example(json.dumps({"format": "two\nlines"}).encode())
@example(DEEP)
def test_a_manifest(data: bytes) -> None:
    assert isinstance(result_or(GenerationError, lambda: Manifest.from_bytes(data, "manifest.json")), Manifest | None)


@few
@given(harmed(asdict(CARD)))
@example(json.dumps(asdict(CARD) | {"files": [["model.onnx", HEX]]}).encode())
@example(json.dumps(asdict(CARD) | {"max_length": "256"}).encode())
@example(json.dumps(asdict(CARD) | {"two\nlines": 1}).encode())
@example(DEEP)
def test_the_card_of_a_model(data: bytes) -> None:
    with file_of(data, "model.json") as path:
        card = result_or(DamagedError, lambda: ModelCard.read(path.parent))
        assert isinstance(card, ModelCard | None)
        assert is_sound(path.parent) is False  # the card alone is no model


@few
@given(st.binary(max_size=120) | changed_bytes(f"20310101T100000.000000Z-{HEX}\n".encode()))
def test_current(data: bytes) -> None:
    with file_of(data, "CURRENT") as path:
        name = result_or(DamagedError, lambda: IndexFolder(path.parent, path.parent).current())
        assert name is None or name == data.decode("ascii").strip()
        path.unlink()
        with pytest.raises(NoIndexError):
            IndexFolder(path.parent, path.parent).current()


@few
@given(st.binary(max_size=80))
def test_a_note_that_a_generation_was_verified(data: bytes) -> None:
    with file_of(b"sealed", "sealed") as path:
        note = path.with_name("note")
        note.write_bytes(data)
        verify({path: FileSeal.of(path)}, note=note)
        note.write_bytes(data)
        with pytest.raises(DamagedError):
            verify({path: FileSeal(6, HEX)}, note=note)


@few
@given(harmed(json.loads(DIALOG.to_json())))
@example(DEEP)
def test_a_dialog(data: bytes) -> None:
    assert isinstance(Dialog.from_json(data), Dialog)


@few
@given(harmed(json.loads(SentMessage(question="what?", history=("who?",), earlier=(("a", 1),)).to_json())))
@example(DEEP)
def test_a_message_that_was_sent(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    assert isinstance(result_or(ValueError, lambda: SentMessage.from_json(text, Dialog())), SentMessage | None)


@few
@given(harmed(QUESTION), st.sampled_from([b"", b"\n", b"\r\n{}\n"]))
@example(DEEP, b"")
def test_questions_in_a_batch_and_in_a_set(data: bytes, more: bytes) -> None:
    with file_of(data + more) as path:
        for _, record in read_batch(path):
            assert isinstance(record, UsageError) or isinstance(record["question"], str)
        questions = result_or(OnrecordError, lambda: read_questions(path))
        assert questions is None or all(isinstance(one, GoldQuestion) for one in questions)


@few
@given(changed_bytes(SETTINGS) | st.binary(max_size=40))
@example(b"a = " + DEEP[:9000])
@example(b"[" + b"a." * 3_000 + b"a]")
def test_settings(data: bytes) -> None:
    with file_of(data) as path:
        result_or(UsageError, lambda: load_settings(path))
        result_or(UsageError, lambda: settings_problems(path))


@few
@given(harmed(ARTICLE), st.sampled_from([b"", b"\n", b"\n{}\n"]))
@example(DEEP, b"")
def test_articles_in_json_lines(data: bytes, more: bytes) -> None:
    found = result_or(ArticleError, lambda: list(read_jsonl(Original("a.jsonl", io.BytesIO(data + more)))))
    for one in found or ():
        assert isinstance(one, Article | ArticleError)
        if isinstance(one, Article):
            json.dumps(one.to_json(), ensure_ascii=False).encode()
            assert len(one.fingerprint()) == 64
            assert list(one.passages())


@few
@given(harmed(HEALTH))
@example(DEEP)
def test_the_health_file_of_a_bot(data: bytes) -> None:
    with file_of(data) as path:
        result_or(OnrecordError, lambda: health_line(path, 1e12))


@few
@given(st.data())
def test_what_is_known_of_a_link(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        kept, url = PageArchive(Path(folder)), "https://ledger.example/"
        kept.save(Link(url))
        (path,) = Path(folder, "links").iterdir()
        path.write_bytes(data.draw(harmed(json.loads(path.read_bytes())) | st.just(DEEP)))
        link = kept.load(url)
        assert isinstance(link, Link)
        assert link.url == url
