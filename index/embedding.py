"""The vectors of a build, of passages and of their sentences: those of unchanged words are kept, others are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np

from index.engine import GrowingSentences, GrowingVectors
from index.inference import Encoder, Floats
from index.joining import embedded_texts
from index.records import Records
from index.sentences import embedded_sentences

_CHUNK = 512


class Embedding:
    """Brings the vectors of an index in line with its passages."""

    def __init__(
        self,
        vectors: GrowingVectors,
        sentences: GrowingSentences,
        encoder: Path,
        progress: Callable[[int, int], None],
    ) -> None:
        """Prepare to update the vectors of an index.

        Args:
            vectors: those of the passages, to be changed.
            sentences: those of their sentences, to be changed alike.
            encoder: folder of the prepared encoder that made them, loaded only if there is a text to embed.
            progress: told how many of the missing passages are done, and how many there are.
        """
        self._vectors = vectors
        self._sentences = sentences
        self._folder = encoder
        self._progress = progress
        self.embedded = 0

    def update(self, records: Records, reusable: Mapping[str, int]) -> None:
        """Remove the vectors of passages that are gone, add those that are missing; count what was embedded.

        Args:
            records: the passages.
            reusable: ids, in the index as it is, of vectors of texts that are about to be removed.
        """
        old = list(reusable.values())
        known, known_sentences = self._vectors.by_id(old), self._sentences.of(old)
        wanted = set(records.passage_ids())
        gone = [i for i in self._vectors.ids.tolist() if i not in wanted]
        self._vectors.remove(gone)
        self._sentences.remove(gone)
        missing = sorted(wanted.difference(self._vectors.ids.tolist()))
        done = 0
        for ids in _chunks(missing, _CHUNK):
            texts = embedded_texts(records, ids)
            same = {i: reusable[text] for i, text in texts.items() if reusable.get(text, -1) in known}
            fresh = {i: text for i, text in texts.items() if i not in same}
            vectors, sentences = self._embed(fresh, {i: row.text for i, row in records.passages(list(fresh)).items()})
            vectors |= {i: known[old] for i, old in same.items()}
            sentences |= {i: known_sentences[old] for i, old in same.items() if old in known_sentences}
            self._vectors.add(np.asarray(ids, np.int64), np.stack([vectors[i] for i in ids]))
            self._sentences.add(dict(sorted(sentences.items())))
            done += len(ids)
            self._progress(done, len(missing))

    @cached_property
    def _encoder(self) -> Encoder:
        return Encoder(self._folder)

    def _embed(
        self, texts: Mapping[int, str], passages: Mapping[int, str]
    ) -> tuple[dict[int, Floats], dict[int, Floats]]:
        """Return the vectors of texts that stand for passages, and those of the passages' sentences, by passage id."""
        self.embedded += len(texts)
        if not texts:
            return {}, {}
        parts = {i: [text[start:end] for start, end in embedded_sentences(text)] for i, text in passages.items()}
        rows = self._encoder.passages([*texts.values(), *(part for these in parts.values() for part in these)])
        sentences, start = {}, len(texts)
        for i, these in parts.items():
            if these:
                sentences[i] = rows[start : start + len(these)]
            start += len(these)
        return dict(zip(texts, rows, strict=False)), sentences


def _chunks(items: Sequence[int], size: int) -> Iterator[list[int]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
