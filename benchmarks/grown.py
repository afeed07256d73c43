"""An index of any size out of one that was built, without a model.

First come the articles of the base as they are; then the same again and again, the people in them other ones, as rarely
as in growing collections, and a third of their plain words exchanged, so that few are alike; who said what stays
where it stood. The vectors of those are mixes of two of the base, with a little noise. Everything is written by what a
build writes with, sealed, and opened like any other index. One line of JSON tells the seconds of each part.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import count, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.exact import Exact
from benchmarks.renaming import Vocabulary, identity, last_names, renamed, replaced
from benchmarks.vector_files import Writing, all_of, passage_of, sentence_id
from index.core.article import Article
from index.generations import sealing
from index.generations.generation import LEXICAL, RECORDS, SENTENCES, VECTORS, Generation, IndexFolder, open_current
from index.generations.manifest import Manifest
from index.models.onnx import Floats
from index.quotations.speech.types import Reading, Speaker
from index.store.files import FileRecords
from index.store.lexical import LexicalWriter
from index.store.records import Records

CHUNK = 256
SHARE = 1 / 3
OWN, OTHER, NOISE = 0.75, 0.25, 0.2
PROMINENT, SEVERAL = 0.02, 2
SOURCE = "grown"


@dataclass(frozen=True, slots=True)
class Original:
    """An article of the base: with what was found in it, and the ids of its passages in order."""

    article: Article
    reading: Reading
    passages: tuple[int, ...]
    last_names: Sequence[str]


@dataclass(frozen=True, slots=True)
class Copy:
    """An article to be written, the one that it is like, and whether it is the same."""

    original: Original
    article: Article
    reading: Reading
    same: bool


class Base:
    """The articles and vectors of an index that was built."""

    def __init__(self, generation: Generation) -> None:
        with closing(generation.open_records()) as records:
            self.originals = list(_originals(records))
        texts = (text for one in self.originals for text in one.article.paragraphs)
        self.vocabulary = Vocabulary(texts)
        ids, self.vectors = all_of(generation, VECTORS)
        self.row = {int(passage): row for row, passage in enumerate(ids)}
        ids, self.sentences = all_of(generation, SENTENCES)
        self.of: dict[int, list[int]] = {}
        for row, passage in enumerate(passage_of(ids).tolist()):
            self.of.setdefault(passage, []).append(row)


class Grown:
    """Writes a generation of any number of passages."""

    def __init__(self, base: Base, staging: Path, exact: Exact, seed: int) -> None:
        self._base = base
        self._staging = staging
        self._exact = exact
        self._seed = seed
        self._chance = np.random.default_rng(seed)
        self.seconds = {"records": 0.0, "terms": 0.0, "vectors": 0.0, "people": 0.0}

    def write(self, passages: int) -> dict[str, int]:
        """Write the three parts, chunk by chunk; return how many there are of what the manifest counts."""
        records = FileRecords.open(self._staging / RECORDS)
        dimension = self._base.vectors.shape[1]
        start = time.perf_counter()
        with Writing(self._staging, dimension) as vectors, LexicalWriter(self._staging / LEXICAL) as terms:
            start = self._took("vectors", start)
            for chunk in self._chunks(passages):
                rows = [_add(records, copy) for copy in chunk]
                start = self._took("records", start)
                terms.add(records.lexical_documents(rows))
                start = self._took("terms", start)
                self._add_vectors(vectors, records.article_passages(rows), chunk)
                start = self._took("vectors", start)
        start = self._took("terms and vectors, their ends", start)
        records.join_people()
        start = self._took("people", start)
        counts = {table: records.count(table) for table in ("articles", "passages", "quotations")}
        records.finish()
        self._took("records", start)
        return counts

    def _took(self, part: str, start: float) -> float:
        now = time.perf_counter()
        self.seconds[part] = self.seconds.get(part, 0.0) + now - start
        return now

    def _chunks(self, passages: int) -> Iterator[list[Copy]]:
        chunk: list[Copy] = []
        for number in count():
            copy = self._copy(number)
            passages -= len(copy.original.passages)
            chunk.append(copy)
            if len(chunk) == CHUNK or passages <= 0:
                yield chunk
                chunk = []
            if passages <= 0:
                return

    def _copy(self, number: int) -> Copy:
        base = self._base
        original = base.originals[number % len(base.originals)]
        article = replace(original.article, id=f"grown-{number:07}")
        if number < len(base.originals):
            return Copy(original, article, original.reading, same=True)
        chance = random.Random(f"{self._seed} {number}")  # noqa: S311  (text to measure on, not a secret)
        names = {name: renamed(name, identity(chance, number)) for name in original.last_names}

        def varied(text: str) -> str:
            return base.vocabulary.varied(replaced(text, names), SHARE, chance)

        paragraphs = tuple(map(varied, article.paragraphs))
        article = replace(article, title=varied(article.title), paragraphs=paragraphs)
        return Copy(original, article, _renamed_reading(original.reading, names), same=False)

    def _add_vectors(self, writing: Writing, ids: Sequence[int], copies: Sequence[Copy]) -> None:
        base = self._base
        like = [(passage, copy.same) for copy in copies for passage in copy.original.passages]
        parts = [
            (i, row, same) for i, (passage, same) in zip(ids, like, strict=True) for row in base.of.get(passage, ())
        ]
        positions = (len(list(these)) for _, these in groupby(parts, key=itemgetter(0)))
        within = [position for these in positions for position in range(these)]
        sentences = [sentence_id(i, position) for (i, _, _), position in zip(parts, within, strict=True)]
        rows = [(base.row[passage], same) for passage, same in like]
        self._put(writing, VECTORS, base.vectors, ids, rows)
        self._put(writing, SENTENCES, base.sentences, sentences, [(row, same) for _, row, same in parts])

    def _put(
        self, writing: Writing, name: str, vectors: Floats, ids: Sequence[int], rows: Sequence[tuple[int, bool]]
    ) -> None:
        """Put vectors under ids: those of rows of the base as they are, or something near to them."""
        if rows:
            own = vectors[[row for row, _ in rows]]
            same = np.array([same for _, same in rows])
            made = np.where(same[:, None], own, _mixed(own, vectors, self._chance))
            numbers = np.asarray(ids, np.int64)
            writing.add(name, numbers, made)
            self._exact.add(name, numbers, made)


def _add(records: FileRecords, copy: Copy) -> int:
    row = records.add_article(copy.article, SOURCE)
    records.add_reading(row, copy.reading)
    return row


def _mixed(own: Floats, vectors: Floats, chance: np.random.Generator) -> Floats:
    """Return unit vectors near some, shape (count, dimension): each mixed with any other one, and with noise."""
    others = chance.integers(0, len(vectors), len(own))
    noise = chance.standard_normal(own.shape, np.float32) * (NOISE / own.shape[1] ** 0.5)
    mixed = OWN * own + OTHER * vectors[others] + noise
    return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), np.float32)


def _renamed_reading(reading: Reading, names: dict[str, str]) -> Reading:
    if not names:
        return reading
    quotations = (replace(q, speaker=replaced(q.speaker, names) if q.speaker else None) for q in reading.quotations)
    return Reading(tuple(quotations), tuple(_renamed_speaker(speaker, names) for speaker in reading.speakers))


def _renamed_speaker(speaker: Speaker, names: dict[str, str]) -> Speaker:
    aliases = tuple(replaced(alias, names) for alias in speaker.aliases)
    return replace(speaker, name=replaced(speaker.name, names), aliases=aliases)


def _originals(records: Records) -> Iterator[Original]:
    speakers: dict[int, list[Speaker]] = {}
    quoted: dict[str, int] = {}
    for row in records.speakers():
        speakers.setdefault(row.article, []).append(row.speaker)
        last = row.speaker.name.split()[-1]
        quoted[last] = quoted.get(last, 0) + 1
    often = max(PROMINENT * records.count("articles"), SEVERAL)
    for article, told in records.articles(_rows(records)).items():
        ids = records.article_passages([article])
        texts = {row.paragraph: row.text for row in records.passages(ids).values()}
        quotations = tuple(q for found in records.quotations(ids).values() for q in found)
        who = tuple(speakers.get(article, ()))
        people = (speaker.name for speaker in who if speaker.kind == "person")
        day = date.fromisoformat(told.date) if told.date else None
        yield Original(
            Article(
                told.name, told.title, tuple(texts.get(n, "") for n in range(max(texts) + 1)), day, told.outlet,
                source=told.file, sha256=told.sha256, language="en",
            ),
            Reading(quotations, who),
            tuple(ids),
            last_names(people, lambda name: quoted[name] > often),
        )  # fmt: skip


def _rows(records: Records) -> list[int]:
    return sorted({row.article for row in records.passages(records.passage_ids()).values()})


def grow(base: IndexFolder, index: IndexFolder, exact: Path, passages: int, seed: int = 1) -> dict[str, dict[str, Any]]:
    """Write an index of so many passages, or a few more; return how many of what it has, and the seconds of each part.

    Args:
        base: the index that it is made of.
        index: the index to write.
        exact: folder for the same vectors in plain files.
        passages: how many.
        seed: other copies for other numbers.
    """
    generation = open_current(base, print)
    known = Base(generation)
    with sealing.writing(index) as staging, Exact(exact) as plain:
        grown = Grown(known, staging, plain, seed)
        counts = grown.write(passages)
        start = time.perf_counter()
        sealing.seal(index, staging, _manifest(generation, index, counts))
        grown.seconds["sealing"] = time.perf_counter() - start
    return {"counts": counts, "seconds": grown.seconds}


def _manifest(base: Generation, index: IndexFolder, counts: dict[str, int]) -> Manifest:
    folders = {"encoder": base.encoder, "reranker": base.reranker}
    models = {role: sealing.seal_model(index, folder, trusted=(), note=print) for role, folder in folders.items()}
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return replace(base.manifest, created=now, sources=(SOURCE,), counts=counts, sealed_models=models, files={})


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grown", description=__doc__)
    parser.add_argument("--base", type=Path, required=True, metavar="INDEX", help="an index that was built")
    parser.add_argument("--index", type=Path, required=True, metavar="DIR", help="the index to write")
    parser.add_argument("--state", type=Path, required=True, metavar="DIR")
    parser.add_argument("--exact", type=Path, required=True, metavar="DIR", help="where plain vectors are kept")
    parser.add_argument("--passages", type=int, required=True, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    told = parser.parse_args()
    base = IndexFolder(told.base, told.state / "base-verified")
    index = IndexFolder(told.index, told.state / "verified")
    print(json.dumps(grow(base, index, told.exact, told.passages, told.seed)))


if __name__ == "__main__":
    main()
