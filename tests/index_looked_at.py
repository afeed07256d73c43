"""What an index answers with, what `check` finds in it, and what lies in its folder that should not: to be compared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from index.core.errors import GenerationError
from index.generations.generation import Generation, IndexFolder, open_current
from index.generations.inspection import check_index
from index.generations.manifest import MANIFEST
from index.models.onnx import Encoder
from retrieval.engine import Engine
from retrieval.search.bm25 import search_words

QUESTIONS = ("what did Lindqvist say?", "what did Achterberg say?", "what did Brandvold say about the ferry?")
WORDS = "The harbor, the pier and the roof of the school"

_LOADED: dict[bytes, Encoder] = {}


class _Shared(Encoder):
    """An encoder that outlives those who use it: whoever closes an engine closes its encoder too."""

    def close(self) -> None:
        """Leave the threads to the next engine."""


def encoder_of(folder: Path, *, building: bool = False) -> Encoder:
    """Return the encoder of a folder, loaded once for all folders with the same card."""
    card = (folder / "model.json").read_bytes()
    if card not in _LOADED:
        _LOADED[card] = _Shared(folder)
    return _LOADED[card]


def index_in(work: Path) -> IndexFolder:
    return IndexFolder(work / "index", work / "notes")


def look(index: IndexFolder) -> dict[str, Any]:
    """Return, as JSON holds it, what an index answers with, what `check` finds, and what lies in its folder."""
    warnings: list[str] = []
    found: dict[str, Any] = {"warnings": warnings, "content": None, "error": "", "current": None, "findings": []}
    try:
        found["content"] = _content(index, open_current(index, lambda note: warnings.append(note.line)))
        found["current"] = index.current()
    except GenerationError as error:
        found["error"] = type(error).__name__
    if found["content"] is not None:
        found["findings"] = [[finding.good, finding.line] for finding in check_index(index)]
    parts = sorted(path.name for path in index.path.iterdir()) if index.path.exists() else []
    return found | {"parts": parts, "strays": list(_strays(index))}


def _content(index: IndexFolder, generation: Generation) -> dict[str, Any]:
    with closing(generation.open_records()) as records:
        rows = records.passages(records.passage_ids())
        names = records.articles(list({row.article for row in rows.values()}))
        quoted = records.quotations(list(rows))
    place = {row.id: f"{names[row.article].name} {row.paragraph}" for row in rows.values()}
    query = encoder_of(generation.encoder).query(WORDS)
    with Engine(index, fast=True) as engine:
        answers = [[hit.text for hit in engine.ask(question).hits] for question in QUESTIONS]
    return {
        "passages": {place[row.id]: row.text for row in rows.values()},
        "quotations": {place[i]: [[q.speaker, q.start, q.end] for q in found] for i, found in quoted.items()},
        "words": sorted([place[i], score] for i, score in search_words(generation.lexical, WORDS, 20)),
        "near": sorted([place[i], score] for i, score in generation.vectors.search(query, 20)),
        "sentences": sorted([place[i], score] for i, score in generation.sentences.search(query, 20)),
        "answers": answers,
    }


def same(one: Any, other: Any) -> bool:
    """Tell whether two contents are the same, but for the last digits of scores."""
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) < 1e-3
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


def everything(*folders: Path) -> dict[str, tuple[int, int, int]]:
    """Return size, time and inode of every file and folder in some folders."""
    stats = {str(path): path.lstat() for folder in folders for path in folder.rglob("*")}
    return {path: (stat.st_size, stat.st_mtime_ns, stat.st_ino) for path, stat in stats.items()}


def _strays(index: IndexFolder) -> Iterator[str]:
    """Yield what lies in an index and belongs to no generation, and generations beyond the last two."""
    names = index.names()
    if len(names) > 2:
        yield f"{len(names)} generations"
    used = set()
    for name in names:
        try:
            told = index.manifest(name)
        except GenerationError:
            continue  # which is told of as damage
        used |= set(told.sealed_models.values())
        folder = index.generations / name
        there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        yield from (f"{name}/{file}" for file in there - {MANIFEST, *told.files})
    for folder, known in ((index.generations, set(names)), (index.models, used), (index.notes, set(names))):
        if folder.is_dir():
            yield from (f"{folder.name}/{path.name}" for path in folder.iterdir() if path.name not in known)
