"""The FAISS files of a generation: sealed segments of vectors, of passages and of sentences, searched as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self, TypeVar, cast

import faiss
import numpy as np
import numpy.typing as npt

from index.core.cores import available_cores
from index.core.errors import DamagedError
from index.core.sentences import MOST
from index.models.onnx import Floats
from index.vectors.backend import Ids

# One question is answered on one core. FAISS would start a thread a core for its dozen milliseconds, and they wait for
# each other by spinning: 97 ms instead of .3 beside other work.
faiss.omp_set_num_threads(1)

Rows = npt.NDArray[np.int64]

EXACT = 50_000
"""A segment of so many vectors is searched exactly: 1,536 bytes each at 384 dimensions, 6 ms a question."""

FULL = 262_144
"""A segment takes no more. It is the most that one new article, or one that is removed, has to write anew."""

RECALL = 0.98
"""A compact kind is taken if it finds so much of the ten nearest of questions beside the vectors, measured."""

ESTIMATED = 1200
"""So many are found by estimates at least, or four times as many as are wanted, and then compared exactly."""

# Product quantization to 4 bits for each few dimensions, scanned in registers, then the best once more by a finer code:
# André, Kermarrec and Le Scouarnec, Cache locality is not enough (VLDB 2015). No lists to probe: questions lie off the
# passages, and .98 of their nearest took 400 of 1,024 lists where a scan of everything takes a millisecond.
# What is compared has 16 bits a number: over a million vectors, 8 bits bring .977 of the nearest ten at most.
_DIMENSIONS_A_CODE = (4, 2)
_QUESTIONS = 64
_NEAREST = 10
_ROUNDING = 1e-6
_CHUNK = 16_384
_HEADER_ALLOWANCE = 1 << 20


class Segment:
    """Vectors in one FAISS index under their ids; safe to search by threads."""

    def __init__(self, index: Any) -> None:  # noqa: ANN401  (faiss does not type what SWIG adds)
        """Wrap a FAISS index that maps its rows to ids; use `empty` or `open`."""
        self._wrap(index)

    def _wrap(self, index: Any) -> None:  # noqa: ANN401
        self._index = index
        inner: Any = faiss.downcast_index(index.index)
        self.is_exact = isinstance(inner, faiss.IndexFlat)
        self._coarse = None if self.is_exact else faiss.downcast_index(inner.base_index)
        self._fine = inner if self.is_exact else faiss.downcast_index(inner.refine_index)
        self._ids = self._order = np.zeros(0, np.int64)

    @classmethod
    def empty(cls, dimension: int) -> Self:
        """Return a segment that holds nothing yet."""
        return cls(faiss.IndexIDMap(faiss.IndexFlatIP(dimension)))

    @classmethod
    def open(cls, path: Path, *, mapped: bool = True) -> Self:
        """Open a written segment.

        FAISS trusts what it reads, so a file is opened only after its sha256 was verified, and no allocation may
        exceed the size of the file.

        Args:
            path: the file.
            mapped: map the vectors into memory read-only; False reads a copy that can be changed.

        Raises:
            DamagedError: it is gone, or FAISS cannot read it.
        """
        try:
            faiss.set_deserialization_vector_byte_limit(path.stat().st_size + _HEADER_ALLOWANCE)
            return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC if mapped else 0))
        except (OSError, RuntimeError) as error:
            raise DamagedError(f"{path}: FAISS cannot read it: {str(error).splitlines()[0]}") from None

    def write(self, path: Path) -> None:
        """Write the segment to a file.

        Raises:
            OSError: it cannot be written.
        """
        # Left to itself, FAISS writes through stdio and takes no notice when closing the file fails.
        with path.open("wb") as file:
            faiss.write_index(self._index, faiss.PyCallbackIOWriter(file.write))  # type: ignore[attr-defined]

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """How long each vector is."""
        return int(self._index.d)

    @property
    def ids(self) -> Ids:
        """The ids in the order of their rows, shape (count,)."""
        if len(self._ids) != len(self):
            ids = faiss.vector_to_array(self._index.id_map)
            self._order = np.argsort(ids, kind="stable")
            self._ids = ids  # last: another thread takes it for the sign that both are there
        return self._ids

    def rows_of(self, ids: Ids) -> tuple[npt.NDArray[np.bool_], Rows]:
        """Return which of some ids are here, and the rows of those."""
        known = self.ids
        if not len(known):
            return np.zeros(len(ids), np.bool_), np.zeros(0, np.int64)
        places = np.searchsorted(known, ids, sorter=self._order)
        rows = self._order[np.minimum(places, len(known) - 1)]
        here = known[rows] == ids
        return here, rows[here]

    def vectors(self, rows: Rows) -> Floats:
        """Return the vectors of rows, shape (rows, dimension), as exactly as they are kept."""
        return cast("Floats", self._fine.reconstruct_batch(rows))

    def nearest(self, query: Floats, count: int, within: Any = None) -> tuple[Floats, Ids]:  # noqa: ANN401
        """Return cosines and ids of the nearest vectors, best first, all compared as exactly as they are kept.

        Args:
            query: a unit vector, shape (dimension,).
            count: how many to return at most.
            within: a FAISS selector of ids; all by default.
        """
        known, parameters = self.ids, None
        if within is not None:
            translated = faiss.IDSelectorTranslated(self._index.id_map, within)
            parameters = faiss.SearchParameters(sel=translated)  # type: ignore[call-arg]
        scores, rows = self._fine.search(query[None], min(count, len(self)), params=parameters)
        found = rows[0] >= 0
        return scores[0][found], known[rows[0][found]]

    def roughly_nearest(self, query: Floats, count: int) -> tuple[Floats, Rows]:
        """Return estimated cosines and rows of about the nearest vectors of a compact segment, best first."""
        assert self._coarse is not None
        scores, rows = self._coarse.search(query[None], min(count, len(self)))
        found = rows[0] >= 0
        return scores[0][found], rows[0][found]

    def compared(self, query: Floats, rows: Rows) -> tuple[Floats, Ids]:
        """Return the cosines and ids of rows, in their order, as exactly as their vectors are kept."""
        return self.vectors(rows) @ query, self.ids[rows]

    def add(self, ids: Ids, vectors: Floats) -> None:
        """Add vectors, shape (count, dimension), under ids that are not in the segment yet."""
        doublings = _doublings(len(self))
        self._index.add_with_ids(vectors, ids)
        # Where no compact kind found enough, that is measured again at twice the size, and not by every build.
        if self.is_exact and _doublings(len(self)) > doublings:
            self._make_compact()

    def keep(self, rows: Rows) -> None:
        """Keep only some rows of a segment, and its kind; of one that is not mapped, which FAISS could not empty."""
        index = faiss.clone_index(self._index)
        index.reset()
        for some in chunks(rows):
            index.add_with_ids(self.vectors(some), self.ids[some])
        self._wrap(index)

    def _make_compact(self) -> None:
        """Take the first compact kind that finds what an exact search does, if one does."""
        sample = self.vectors(np.arange(len(self)))
        for per_code in _DIMENSIONS_A_CODE:
            if self.dimension % per_code:
                continue
            compact = Segment(_trained(sample, per_code))
            for rows in chunks(np.arange(len(self))):
                compact._index.add_with_ids(self.vectors(rows), self.ids[rows])
            if _recall(compact, self) >= RECALL:
                self._wrap(compact._index)
                return


def _doublings(count: int) -> int:
    """Return how many of EXACT, twice that, four times that … a number of vectors exceeds."""
    return ((count - 1) // EXACT).bit_length() if count else 0


def _trained(sample: Floats, per_code: int) -> Any:  # noqa: ANN401
    dimension = sample.shape[1]
    coarse = faiss.IndexPQFastScan(dimension, dimension // per_code, 4, faiss.METRIC_INNER_PRODUCT)
    fine = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    refined = faiss.IndexRefine(coarse, fine)
    refined.train(sample)
    return faiss.IndexIDMap(refined)


def _recall(compact: Segment, exact: Segment) -> float:
    """Return the share of the nearest vectors that a compact segment finds, for questions as far off as real ones.

    What is as near as the tenth is found, whichever it is (Aumüller, Bernhardsson and Faithfull, ANN-Benchmarks,
    Information Systems 87, 2020, section 2.1): of sentences that many articles print, any will do.

    Args:
        compact: the segment.
        exact: one with the same vectors in the same rows.
    """
    near = exact.vectors(_spread(len(exact), _QUESTIONS))
    away = np.random.default_rng(0).standard_normal(near.shape).astype(np.float32)
    questions = near + away / np.linalg.norm(away, axis=1, keepdims=True)
    questions /= np.linalg.norm(questions, axis=1, keepdims=True)
    same = 0
    for question in questions:
        _, rows = compact.roughly_nearest(question, ESTIMATED)
        scores, _ = compact.compared(question, rows)
        best, _ = exact.compared(question, rows[np.argsort(-scores, kind="stable")[:_NEAREST]])
        same += int(np.sum(best >= exact.nearest(question, _NEAREST)[0][-1] - _ROUNDING))
    return same / (len(questions) * _NEAREST)


def _spread(count: int, wanted: int) -> Rows:
    """Return rows evenly spread over a segment."""
    return np.unique(np.linspace(0, count - 1, min(wanted, count)).astype(np.int64))


def chunks(rows: Rows) -> Iterator[Rows]:
    """Yield rows a few thousand at a time, so that their vectors fit in memory."""
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]


T = TypeVar("T")
Found = list[tuple[int, float]]


class VectorIndex:
    """Inner-product search over unit vectors, exact until there are many; safe to share by threads."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        """Search segments, no two of which hold the same id; use `open`."""
        self._segments = [segment for segment in segments if len(segment)]
        self._cores = ThreadPoolExecutor(available_cores(), "onrecord-search")

    def close(self) -> None:
        """End the threads that search several segments at once."""
        self._cores.shutdown()

    @classmethod
    def open(cls, path: Path) -> VectorIndex:
        """Open what `VectorWriter` wrote, mapped into memory read-only.

        Args:
            path: the file of the first segment; those of the others lie beside it.

        Raises:
            DamagedError: FAISS cannot read it.
        """
        return cls([Segment.open(file) for file in segment_files(path)])

    @property
    def ids(self) -> Ids:
        """All ids, sorted, shape (count,)."""
        return np.sort(np.concatenate([np.zeros(0, np.int64), *(segment.ids for segment in self._segments)]))

    def __len__(self) -> int:
        return sum(map(len, self._segments))

    def by_id(self, ids: Sequence[int] | Ids) -> dict[int, Floats]:
        """Return vectors, shape (dimension,), by id; ids that are not there are left out."""
        wanted = np.asarray(ids, np.int64)
        found: dict[int, Floats] = {}
        for segment in self._segments:
            here, rows = segment.rows_of(wanted)
            if len(rows):
                found |= zip(wanted[here].tolist(), segment.vectors(rows), strict=True)
        return found

    def search(self, query: Floats, count: int, *, among: Ids | None = None, each: int = 1) -> Found:
        """Return the nearest vectors of a query as (id, cosine), best first.

        Args:
            query: a unit vector, shape (dimension,).
            count: how many to return at most.
            among: search only the ids i * each up to (i + 1) * each - 1, for all of these i; all by default. What is
                left is searched exactly, however many vectors there are.
            each: how many ids stand for one of `among`.
        """
        if among is not None:
            within = _selector(among, each)
            parts = (
                self._each(lambda segment: segment.nearest(query, count, within), self._segments) if len(among) else []
            )
        else:
            exact = [segment for segment in self._segments if segment.is_exact]
            parts = self._each(lambda segment: segment.nearest(query, count), exact)
            parts += self._compared(query, count)
        if not parts:
            return []
        scores, ids = (np.concatenate(column) for column in zip(*parts, strict=True))
        best = np.argsort(-scores, kind="stable")[:count]
        return list(zip(ids[best].tolist(), scores[best].tolist(), strict=True))

    def _compared(self, query: Floats, count: int) -> list[tuple[Floats, Ids]]:
        """Return what compact segments have, by estimates, and the best of that compared exactly."""
        compact = [segment for segment in self._segments if not segment.is_exact]
        wanted = max(ESTIMATED, 4 * count)
        found = self._each(lambda segment: segment.roughly_nearest(query, wanted), compact)
        if not found:
            return []
        estimates = np.concatenate([scores for scores, _ in found])
        least = np.partition(estimates, -wanted)[-wanted] if len(estimates) > wanted else -np.inf
        best: list[tuple[Segment, Rows]] = [
            (segment, rows[scores >= least]) for segment, (scores, rows) in zip(compact, found, strict=True)
        ]
        return [segment.compared(query, rows) for segment, rows in best]

    def _each(
        self, search: Callable[[Segment], tuple[Floats, T]], segments: Sequence[Segment]
    ) -> list[tuple[Floats, T]]:
        """Search segments, on all cores where there are several."""
        if len(segments) < 2:
            return [search(segment) for segment in segments]
        return list(self._cores.map(search, segments))


def segment_files(path: Path) -> list[Path]:
    """Return the files of an index that are there, in order: the first, as its path tells, and those numbered after."""
    others = path.parent.glob(f"{path.stem}-*{path.suffix}")
    return [path, *sorted(others)]


def segment_file(path: Path, number: int) -> Path:
    """Return where the segment with a number lies, from 0."""
    return path.with_name(f"{path.stem}-{number:04}{path.suffix}") if number else path


def _selector(among: Ids, each: int) -> faiss.IDSelector:
    wanted = np.zeros((int(among.max(initial=0)) + 1, each), np.bool_)
    wanted[among] = True
    return faiss.IDSelectorBitmap(np.packbits(wanted, bitorder="little"))  # type: ignore[call-arg, arg-type]


class SentenceVectors:
    """The sentences of passages that have several, each under the id of its passage and its position therein.

    A long passage says many things and its vector is the mean of them; one sentence of it may be just what is asked.
    """

    def __init__(self, vectors: VectorIndex) -> None:
        """Wrap an index whose ids are those that `sentence_ids` gives."""
        self.vectors = vectors

    def close(self) -> None:
        """End the threads of the search."""
        self.vectors.close()

    def passages(self) -> Ids:
        """Return the ids of the passages whose sentences are held, sorted, shape (passages,)."""
        return np.unique(self.vectors.ids // MOST)

    def of(self, passages: Sequence[int]) -> dict[int, Floats]:
        """Return the vectors of the sentences of passages, shape (sentences, dimension), by passage id.

        Passages of one sentence are left out.
        """
        ids = (np.asarray(passages, np.int64)[:, None] * MOST + np.arange(MOST)).reshape(-1)
        found: dict[int, list[Floats]] = {}
        for sentence, vector in sorted(self.vectors.by_id(ids).items(), key=lambda item: item[0]):
            found.setdefault(sentence // MOST, []).append(vector)
        return {passage: np.stack(found[passage]) for passage in passages if passage in found}

    def search(self, query: Floats, count: int, *, among: Ids | None = None) -> list[tuple[int, float]]:
        """Return the passages with the nearest sentences as (passage id, cosine of the best sentence), best first.

        Args:
            query: a unit vector, shape (dimension,).
            count: how many sentences to look at.
            among: search the sentences of these passages only; all by default.
        """
        best: dict[int, float] = {}
        for sentence, cosine in self.vectors.search(query, count, among=among, each=MOST):
            best.setdefault(sentence // MOST, cosine)
        return list(best.items())


def sentence_ids(passage: int, count: int) -> Ids:
    """Return the ids of the first sentences of a passage, shape (count,)."""
    return passage * MOST + np.arange(count, dtype=np.int64)
