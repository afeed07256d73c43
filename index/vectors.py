"""The FAISS index: unit vectors under the ids of their passages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import faiss
import numpy as np
import numpy.typing as npt

from index.errors import DamagedError
from index.inference import Floats

Ids = npt.NDArray[np.int64]

_HEADER_ALLOWANCE = 1 << 20


class VectorIndex:
    """Inner-product search over unit vectors, exact; ids are the row ids of passages and never change."""

    def __init__(self, index: Any) -> None:  # noqa: ANN401  (faiss does not type what SWIG adds)
        """Wrap a FAISS index that maps its rows to ids; use `empty` or `open`."""
        self._index = index

    @classmethod
    def empty(cls, dimension: int) -> VectorIndex:
        """Return an index that holds nothing yet."""
        return cls(faiss.IndexIDMap(faiss.IndexFlatIP(dimension)))

    @classmethod
    def open(cls, path: Path, *, mapped: bool = True) -> VectorIndex:
        """Open a written index.

        FAISS trusts what it reads, so a file is opened only after its sha256 was verified, and no allocation may
        exceed the size of the file.

        Args:
            path: the file.
            mapped: map the vectors into memory read-only; False reads a copy that can be changed.

        Raises:
            DamagedError: FAISS cannot read it.
        """
        faiss.set_deserialization_vector_byte_limit(path.stat().st_size + _HEADER_ALLOWANCE)
        try:
            return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC if mapped else 0))
        except RuntimeError as error:
            raise DamagedError(f"{path}: FAISS cannot read it: {str(error).splitlines()[0]}") from None

    @property
    def ids(self) -> Ids:
        """The ids in the order of their rows, shape (count,)."""
        return cast("Ids", faiss.vector_to_array(self._index.id_map))

    def add(self, ids: Ids, vectors: Floats) -> None:
        """Add vectors, shape (count, dimension), under ids that are not in the index yet."""
        self._index.add_with_ids(vectors, ids)

    def remove(self, ids: Sequence[int]) -> None:
        """Take vectors out; ids that are not there are passed over."""
        self._index.remove_ids(faiss.IDSelectorBatch(np.asarray(ids, np.int64)))

    def by_id(self, ids: Sequence[int]) -> dict[int, Floats]:
        """Return vectors, shape (dimension,), by id; ids that are not there are left out."""
        known = self.ids
        # Ids only grow and rows keep their order, so the ids of the rows are sorted.
        rows = np.searchsorted(known, np.asarray(ids, np.int64))
        found = ((i, int(row)) for i, row in zip(ids, rows, strict=True) if row < len(known) and known[row] == i)
        return {i: self._index.index.reconstruct(row) for i, row in found}

    def rows(self, first: int, stop: int) -> Floats:
        """Return the vectors of the rows [first, stop), shape (rows, dimension)."""
        return cast("Floats", self._index.index.reconstruct_n(first, stop - first))

    def search(self, query: Floats, count: int, *, among: Ids | None = None) -> list[tuple[int, float]]:
        """Return the nearest passages of a query as (id, cosine), best first.

        Args:
            query: a unit vector, shape (dimension,).
            count: how many to return at most.
            among: search these ids only; all by default.
        """
        if not self._index.ntotal or (among is not None and not len(among)):
            return []
        parameters = _only(among) if among is not None else None
        scores, ids = self._index.search(query[None], min(count, self._index.ntotal), params=parameters)
        return [(int(i), float(score)) for i, score in zip(ids[0], scores[0], strict=True) if i >= 0]

    def write(self, path: Path) -> None:
        """Write the index to a file.

        Raises:
            OSError: it cannot be written.
        """
        # Left to itself, FAISS writes through stdio and takes no notice when closing the file fails.
        with path.open("wb") as file:
            faiss.write_index(self._index, faiss.PyCallbackIOWriter(file.write))  # type: ignore[attr-defined]


def _only(ids: Ids) -> Any:  # noqa: ANN401  (faiss does not type what SWIG adds)
    return faiss.SearchParameters(sel=faiss.IDSelectorBatch(ids))  # type: ignore[call-arg]
