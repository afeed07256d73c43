"""Writing the vectors of a build: what stays is linked, a segment that changes is written anew, new ones come last."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from index.core.files import link_or_copy
from index.core.sentences import MOST
from index.generations.generation import SENTENCES, VECTORS, Generation
from index.models.onnx import Floats
from index.vectors.backend import Ids
from index.vectors.faiss_index import FULL, Segment, chunks, segment_file, segment_files, sentence_ids

FEWEST = FULL // 2
"""A segment that has lost so much that fewer are left is given up; what is left goes to the last one."""


class VectorWriter:
    """Takes vectors in any number, of which it holds those of one segment at a time.

    What is removed is gone from every file. A segment costs time only if something was removed from it, or if it is
    the last one and something is added.
    """

    def __init__(
        self, path: Path, dimension: int, *, before: Path | None = None, without: Ids | None = None, each: int = 1
    ) -> None:
        """Begin with the vectors of an index, or with none.

        Args:
            path: the file of the first segment to be.
            dimension: length of each vector.
            before: file of the first segment of an index, which is left as it is.
            without: leave out its ids i * each up to (i + 1) * each - 1, for all of these i; none by default.
            each: how many ids stand for one of `without`.
        """
        self._path = path
        self._each = each
        self._sealed = 0
        self._last = Segment.empty(dimension)
        self._last_file: Path | None = None  # where `_last` lies already, just as it is
        files = segment_files(before) if before else []
        gone = np.zeros(0, np.int64) if without is None else without
        strays = [stray for file in files if (stray := self._take(file, gone, is_last=file == files[-1]))]
        for stray in strays:
            self._move(stray)

    def add(self, ids: Ids, vectors: Floats) -> None:
        """Add vectors, shape (count, dimension), under ids that are not there yet."""
        start = 0
        while start < len(ids):
            if len(self._last) >= FULL:
                self._seal(self._last, self._last_file)
                self._last, self._last_file = Segment.empty(self._last.dimension), None
            elif self._last_file:
                self._last, self._last_file = Segment.open(self._last_file, mapped=False), None
            stop = start + FULL - len(self._last)
            self._last.add(ids[start:stop], vectors[start:stop])
            start = stop

    def finish(self) -> None:
        """Write what is left to write."""
        if len(self._last) or not self._sealed:
            self._seal(self._last, self._last_file)

    def _take(self, file: Path, gone: Ids, *, is_last: bool) -> Segment | None:
        """Take a segment with what stays of it; return that instead where it is too little for a segment."""
        segment, unchanged = Segment.open(file), True
        if (lost := np.isin(segment.ids // self._each, gone)).any():
            segment, unchanged = Segment.open(file, mapped=False), False
            segment.keep(np.flatnonzero(~lost))
        if is_last:
            self._last, self._last_file = segment, file if unchanged else None
        elif not unchanged and len(segment) < FEWEST:
            return segment
        else:
            self._seal(segment, file if unchanged else None)
        return None

    def _move(self, stray: Segment) -> None:
        for rows in chunks(np.arange(len(stray))):
            self.add(stray.ids[rows], stray.vectors(rows))

    def _seal(self, segment: Segment, file: Path | None) -> None:
        target = segment_file(self._path, self._sealed)
        if file:
            link_or_copy(file, target)
        else:
            segment.write(target)
        self._sealed += 1


class FileVectors:
    """The vectors of passages and of their sentences in files of a generation that is being built."""

    def __init__(self, folder: Path, before: Generation | None, dimension: int, gone: Ids) -> None:
        """Begin with the vectors of a generation, but those of some passages, or with none.

        Args:
            folder: where to write.
            before: the generation, whose vectors lie in files; those in Milvus are copied.
            dimension: length of each vector.
            gone: ids of passages to leave out.
        """
        files = before is not None and not before.manifest.collection
        old = before.records_path.parent if before and files else None
        self._passages, self._sentences = (
            VectorWriter(folder / name, dimension, before=old / name if old else None, without=gone, each=each)
            for name, each in ((VECTORS, 1), (SENTENCES, MOST))
        )

    def add(self, rows: Mapping[int, Floats]) -> None:
        """Add, by passage id, the vector of a passage and below it those of its sentences, if it has several."""
        self._passages.add(np.asarray(list(rows), np.int64), np.stack([these[0] for these in rows.values()]))
        ids = [sentence_ids(passage, len(these) - 1) for passage, these in rows.items()]
        self._sentences.add(np.concatenate(ids), np.concatenate([these[1:] for these in rows.values()]))

    def finish(self) -> None:
        """Write what is left to write."""
        self._passages.finish()
        self._sentences.finish()
