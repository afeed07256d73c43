"""The seam behind which the vectors of a generation lie: FAISS files in its folder, or a collection of Milvus.

An engine gives candidates and nothing else. Records, words and models stay files of the sealed generation whichever
engine there is; what ranks, checks and shows never learns which one gave the candidates.

- Words stay with tantivy: Milvus has BM25, but neither frequencies of words, nor words with a slip in them, nor weights
  by field, all of which a question needs (docs/sizing.md has figures).
- A generation in Milvus is one collection, named by a time, with two partitions: passages and sentences. Its manifest
  names the collection and how many rows each partition has; opening it counts them.
- A reader goes by the manifest, so it stays with its collection until it opens another generation. CURRENT is what
  swaps; an alias, moved right after it, tells others on the server which collection is in force, and whose it is.
- A build fills a new collection: rows of unchanged articles come from the generation before, through the same `by_id`
  and `of` that questions use, so that they may come from FAISS files or another server too. Until it is sealed nothing
  names it; the next build drops what no manifest names. Whatever a kill leaves, CURRENT and the alias name whole ones.
- Filters arrive as ids of passages (`among`), as for FAISS, and leave as ranges of ids: the passages of one article, or
  of a span of time, mostly follow each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from index.models.onnx import Floats
    from index.vectors.milvus_address import CollectionSeal

Ids = npt.NDArray[np.int64]


class Vectors(Protocol):
    """Unit vectors under the ids of their passages; read-only, safe to share by threads."""

    @property
    def ids(self) -> Ids:
        """The ids, ascending, shape (count,)."""

    def by_id(self, ids: Sequence[int]) -> dict[int, Floats]:
        """Return vectors, shape (dimension,), by id; ids that are not there are left out."""

    def search(self, query: Floats, count: int, *, among: Ids | None = None) -> list[tuple[int, float]]:
        """Return the nearest passages of a query, shape (dimension,), as (id, cosine), best first."""

    def close(self) -> None:
        """End what searching needs; nothing can be searched any more."""


class Sentences(Protocol):
    """Unit vectors of the sentences of passages that have several; read-only, safe to share by threads."""

    def of(self, passages: Sequence[int]) -> dict[int, Floats]:
        """Return the vectors of the sentences of passages, shape (sentences, dimension), by passage id."""

    def search(self, query: Floats, count: int, *, among: Ids | None = None) -> list[tuple[int, float]]:
        """Return the passages with the nearest `count` sentences as (passage id, cosine of the best), best first."""

    def close(self) -> None:
        """End what searching needs; nothing can be searched any more."""


class GrowingVectors(Protocol):
    """The vectors of a generation that is being built: those that are kept of the one before, and what is added."""

    def add(self, rows: Mapping[int, Floats]) -> None:
        """Add, by passage id, the vector of a passage and below it those of its sentences, if it has several."""

    def finish(self) -> CollectionSeal | None:
        """Write what is left to write; return what seals it, where it does not lie in files of the generation."""


Grow = Callable[[int, Ids], GrowingVectors]
"""Begin the vectors of a generation, given their dimension and the ids of passages to leave out of those before."""


def chunks_of(ids: Ids, size: int) -> Iterator[list[int]]:
    """Yield ids so many at a time, so that the vectors of an index never lie in memory at once."""
    return (ids[start : start + size].tolist() for start in range(0, len(ids), size))
