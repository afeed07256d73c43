"""The vectors of a build: those of unchanged words are kept, the others are made in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np

from index.inference import Encoder, Floats
from index.records import Records
from index.vectors import VectorIndex

_CHUNK = 512


class Embedding:
    """Brings a vector index in line with the passages of an index."""

    def __init__(self, vectors: VectorIndex, encoder: Path, progress: Callable[[int, int], None]) -> None:
        """Prepare to update an index.

        Args:
            vectors: the index to change.
            encoder: folder of the prepared encoder that made its vectors, loaded only if there is a text to embed.
            progress: told how many of the missing passages are done, and how many there are.
        """
        self._vectors = vectors
        self._folder = encoder
        self._progress = progress
        self.embedded = 0

    def update(self, records: Records, reusable: Mapping[str, int]) -> None:
        """Remove the vectors of passages that are gone, add those that are missing; count what was embedded.

        Args:
            records: the passages.
            reusable: ids, in the index as it is, of vectors of texts that are about to be removed.
        """
        known = self._vectors.by_id(list(reusable.values()))
        wanted = set(records.passage_ids())
        self._vectors.remove([i for i in self._vectors.ids.tolist() if i not in wanted])
        missing = sorted(wanted.difference(self._vectors.ids.tolist()))
        done = 0
        for ids in _chunks(missing, _CHUNK):
            passages = records.passages(ids)
            texts = [passages[i].text for i in ids]
            reused = [known.get(reusable.get(text, -1)) for text in texts]
            self._vectors.add(np.asarray(ids, np.int64), self._rows(texts, reused))
            done += len(ids)
            self._progress(done, len(missing))

    @cached_property
    def _encoder(self) -> Encoder:
        return Encoder(self._folder)

    def _rows(self, texts: Sequence[str], reused: Sequence[Floats | None]) -> Floats:
        unknown = [position for position, row in enumerate(reused) if row is None]
        rows = list(reused)
        if unknown:
            made = self._encoder.passages([texts[position] for position in unknown])
            for position, row in zip(unknown, made, strict=True):
                rows[position] = row
        self.embedded += len(unknown)
        return np.stack([row for row in rows if row is not None])


def _chunks(items: Sequence[int], size: int) -> Iterator[list[int]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
