"""Asking Milvus: the collection of a sealed generation, counted when it is opened, then searched by id and by vector.

What pymilvus 3.0 and Milvus Lite 3.2 really do was tried, not read. Lite knows no expression templates and no chained
comparisons, counts a collection and never a partition, deletes in all partitions where one is named, drops an alias
with its collection, and serves one process at a time.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.core.errors import Advice, DamagedError, EngineError
from index.core.sentences import MOST
from index.models.onnx import Floats
from index.vectors.backend import Ids
from index.vectors.milvus_address import DATABASE, CollectionSeal, MilvusAddress, read_address

if TYPE_CHECKING:
    from pymilvus import MilvusClient

PASSAGES = "passages"
SENTENCES = "sentences"
KEYS = MOST + 1
"""Keys a passage: one for each of its sentences, and the last, `MOST`, for itself."""

CHUNK = 1000
"""Passages asked for at once: with their sentences some 4 MB of vectors, far below what gRPC lets pass."""

TOKEN_VARIABLE = "ONRECORD_MILVUS_TOKEN"  # noqa: S105  (its name, not a token)
_TIMEOUT = 10.0
_SEARCHES: dict[str, dict[str, int]] = {"FLAT": {}, "IVF_SQ8": {"nprobe": 64}, "HNSW": {"ef": 400}}
_LONGEST_RUN_TO_LIST = 2


@contextmanager
def asking(address: MilvusAddress) -> Iterator[None]:
    """Turn what Milvus complains of into one line.

    Raises:
        EngineError: it complained.
    """
    from pymilvus.exceptions import MilvusException  # noqa: PLC0415  (an extra)

    try:
        yield
    except MilvusException as error:
        raise EngineError(f"{address.told}: Milvus says: {str(error.message).splitlines()[0]}") from None


def connect(index: Path, address: MilvusAddress) -> MilvusClient:
    """Return the client of a Milvus, one a process.

    Raises:
        EngineError: the extra is not installed, or there is no answer.
    """
    return _connect(address.uri(index), address.told)


@lru_cache
def _connect(uri: str, told: str) -> MilvusClient:
    try:
        from pymilvus import MilvusClient  # noqa: PLC0415  (an extra)
        from pymilvus.exceptions import ConnectionConfigException, MilvusException  # noqa: PLC0415
    except ImportError:
        raise EngineError(f"{told}: needs an extra", Advice.INSTALL, package="onrecord[milvus]") from None
    # They log errors with tracebacks, which are told in one line already; and Lite, of calls that it does not know.
    for name in ("pymilvus", "milvus_lite", "grpc._server"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        return MilvusClient(uri, token=os.environ.get(TOKEN_VARIABLE, ""), timeout=_TIMEOUT)
    except ConnectionConfigException:
        raise EngineError(
            f"{uri}: Milvus Lite cannot open it: another process has it open (to share it, run `milvus-lite server` "
            "and name milvus://HOST:PORT/NAME), or it is damaged"
        ) from None
    except MilvusException as error:
        raise EngineError(
            f"{told}: no Milvus answers there ({str(error.message).splitlines()[0]})", Advice.FIND_MILVUS
        ) from None


def open_collection(index: Path, seal: CollectionSeal) -> tuple[MilvusVectors, MilvusSentences]:
    """Open the collection of a generation.

    Args:
        index: folder of the index.
        seal: tells what was sealed.

    Raises:
        DamagedError: it is missing, or holds another number of rows.
        EngineError: Milvus cannot be asked.
    """
    check_collection(index, seal)
    collection = Collection(index, read_address(seal.address), seal.name)
    return MilvusVectors(collection), MilvusSentences(collection)


def check_collection(index: Path, seal: CollectionSeal) -> None:
    """Check that a collection is there and holds what was sealed; have it loaded, if it is not.

    Raises:
        DamagedError: it is missing, or holds another number of rows.
        EngineError: Milvus cannot be asked.
    """
    address = read_address(seal.address)
    if not address.server and not (index / DATABASE).exists():
        raise DamagedError(f"{index / DATABASE}: is missing")
    client = connect(index, address)
    with asking(address):
        if seal.name not in client.list_collections(timeout=_TIMEOUT):
            raise DamagedError(f"{address.told}: the collection {seal.name} is missing")
        if client.get_load_state(seal.name, timeout=_TIMEOUT)["state"].name != "Loaded":
            client.load_collection(seal.name)
        held = count_rows(client, seal.name)
    if held != seal.passages + seal.sentences:
        raise DamagedError(
            f"{address.told}: the collection {seal.name} holds {held} vectors, was sealed with {seal.passages} of "
            f"passages and {seal.sentences} of sentences"
        )


def count_rows(client: MilvusClient, name: str) -> int:
    """Return how many rows a loaded collection holds."""
    # Milvus Lite counts all rows also where a partition is named.
    counted = client.query(name, output_fields=["count(*)"], timeout=_TIMEOUT, consistency_level="Strong")
    return int(counted[0]["count(*)"])


class Collection:
    """A sealed collection: it is asked for what lies under some passages, and for what is near a vector."""

    def __init__(self, index: Path, address: MilvusAddress, name: str) -> None:
        """Name the collection."""
        self._address = address
        self._client = connect(index, address)
        self._name = name
        with asking(address):
            kind = self._client.describe_index(name, "vector", timeout=_TIMEOUT)["index_type"]
        self._search = _SEARCHES.get(kind)

    def rows(self, partition: str, passages: Sequence[int], *fields: str) -> Iterator[dict[str, Any]]:
        """Yield the rows under some passages in the order of their keys, those of `CHUNK` passages after another."""
        wanted = np.unique(np.asarray(passages, np.int64))
        for start in range(0, len(wanted), CHUNK):
            with asking(self._address):
                found = self._client.query(
                    self._name,
                    filter=within(wanted[start : start + CHUNK]),
                    output_fields=["key", "passage", *fields],
                    partition_names=[partition],
                    timeout=_TIMEOUT,
                )
            yield from sorted(found, key=lambda row: int(row["key"]))

    def near(self, partition: str, query: Floats, count: int, among: Ids | None) -> list[tuple[int, float]]:
        """Return the passages of the nearest rows as (id, cosine), best first; a passage may come several times."""
        if among is not None and not len(among):
            return []
        parameters = {"search_list": max(200, count)} if self._search is None else self._search
        with asking(self._address):
            (hits,) = self._client.search(
                self._name,
                [query.tolist()],
                filter=within(among) if among is not None else "",
                limit=count,
                output_fields=["passage"],
                search_params={"metric_type": "IP", "params": parameters},
                anns_field="vector",
                partition_names=[partition],
                timeout=_TIMEOUT,
            )
        return [(int(hit["entity"]["passage"]), float(hit["distance"])) for hit in hits]

    def passages(self) -> Ids:
        """Return the ids of all passages, ascending, shape (count,)."""
        found: list[int] = []
        with asking(self._address):
            pages = self._client.query_iterator(
                self._name, batch_size=10_000, output_fields=["passage"], partition_names=[PASSAGES]
            )
            while page := pages.next():
                found += [int(row["passage"]) for row in page]
            pages.close()
        return np.asarray(sorted(found), np.int64)


class MilvusVectors:
    """The vectors of passages in a sealed collection."""

    def __init__(self, collection: Collection) -> None:
        """Look into a collection."""
        self._collection = collection

    def close(self) -> None:
        """Do nothing: the process keeps its connection, which other generations use."""

    @property
    def ids(self) -> Ids:
        """The ids, ascending, shape (count,); all are fetched."""
        return self._collection.passages()

    def by_id(self, ids: Sequence[int]) -> dict[int, Floats]:
        """Return vectors, shape (dimension,), by id; ids that are not there are left out."""
        rows = self._collection.rows(PASSAGES, ids, "vector")
        found = {int(row["passage"]): np.asarray(row["vector"], np.float32) for row in rows}
        return {i: found[i] for i in ids if i in found}

    def search(self, query: Floats, count: int, *, among: Ids | None = None) -> list[tuple[int, float]]:
        """Return the nearest passages of a query as (id, cosine), best first.

        Args:
            query: a unit vector, shape (dimension,).
            count: how many to return at most.
            among: search these ids only; all by default.

        Raises:
            EngineError: Milvus cannot be asked.
        """
        return self._collection.near(PASSAGES, query, count, among)


class MilvusSentences:
    """The vectors of sentences in a sealed collection."""

    def __init__(self, collection: Collection) -> None:
        """Look into a collection."""
        self._collection = collection

    def close(self) -> None:
        """Do nothing: the process keeps its connection, which other generations use."""

    def of(self, passages: Sequence[int]) -> dict[int, Floats]:
        """Return the vectors of the sentences of passages, shape (sentences, dimension), by passage id.

        Passages of one sentence are left out.
        """
        rows = self._collection.rows(SENTENCES, passages, "vector")
        found = {
            passage: np.asarray([row["vector"] for row in group], np.float32)
            for passage, group in groupby(rows, key=lambda row: int(row["passage"]))
        }
        return {passage: found[passage] for passage in passages if passage in found}

    def search(self, query: Floats, count: int, *, among: Ids | None = None) -> list[tuple[int, float]]:
        """Return the passages with the nearest sentences as (passage id, cosine of the best sentence), best first.

        Args:
            query: a unit vector, shape (dimension,).
            count: how many sentences to look at.
            among: search the sentences of these passages only; all by default.

        Raises:
            EngineError: Milvus cannot be asked.
        """
        best: dict[int, float] = {}
        for passage, cosine in self._collection.near(SENTENCES, query, count, among):
            best.setdefault(passage, cosine)
        return list(best.items())


def within(passages: Ids) -> str:
    """Return the filter expression for some passages: ranges where ids follow each other, a list of the rest.

    >>> within(np.array([3, 4, 5, 6, 9, 11]))
    '(passage in [9, 11] or (passage >= 3 and passage <= 6))'

    Milvus reads an expression slowly and deeply: 100,000 ids took 3 to 4 seconds (milvus-io/milvus issue 16115), and 50
    conditions in one row were too deep (issue 29759). So ranges are paired up like the branches of a tree.
    """
    ids = np.unique(passages)
    runs = np.split(ids, np.flatnonzero(np.diff(ids) > 1) + 1)
    alone = [int(i) for run in runs if len(run) <= _LONGEST_RUN_TO_LIST for i in run]
    parts = [f"(passage >= {run[0]} and passage <= {run[-1]})" for run in runs if len(run) > _LONGEST_RUN_TO_LIST]
    return _any_of([f"passage in {alone}", *parts] if alone or not parts else parts)


def _any_of(parts: Sequence[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    half = (len(parts) + 1) // 2
    return f"({_any_of(parts[:half])} or {_any_of(parts[half:])})"
