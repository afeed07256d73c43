"""Building in Milvus: one collection a generation, filled anew, sealed by its manifest, named by an alias."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from index.core.errors import Advice, DamagedError, GenerationError, UsageError
from index.core.sentences import MOST
from index.generations.generation import Generation, IndexFolder
from index.models.onnx import Floats
from index.vectors.backend import Ids, chunks_of
from index.vectors.milvus import CHUNK, KEYS, PASSAGES, SENTENCES, asking, connect, count_rows
from index.vectors.milvus_address import CollectionSeal, MilvusAddress

if TYPE_CHECKING:
    from pymilvus import MilvusClient

FLAT_UP_TO = 50_000
"""Vectors up to which all are compared, as the local index does; more are indexed as IVF_SQ8."""

_INSERTED = 2000
_TIME = "%Y%m%dT%H%M%S%f"


class Collections:
    """The collections of an index in Milvus, changed by whoever holds the writer lock of its folder."""

    def __init__(self, index: IndexFolder, address: MilvusAddress) -> None:
        """Connect to Milvus.

        Raises:
            EngineError: the extra is not installed, or there is no answer.
        """
        self._index = index
        self.address = address
        self._client = connect(index.path, address)

    def prepare(self, *, take_over: bool) -> None:
        """Drop what a build that was killed left behind, and have the alias name the collection in force.

        Args:
            take_over: whether the alias may be taken from an index in another folder.

        Raises:
            UsageError: the alias is that of an index in another folder, or a collection has that name.
            EngineError: Milvus cannot be asked.
        """
        known, named, all_of_them = self._known(), self._named(), self._all()
        if self.address.name in all_of_them:
            raise UsageError(
                f"{self.address.told}: a collection has that name, which is to be an alias; choose another"
            )
        if known is None:
            return
        if named and named not in known:
            if take_over:
                return  # what another index has is only dropped when this one is whole
            raise UsageError(
                f"{self.address.told}: belongs to an index in another folder ({named} is in force there)",
                Advice.TAKE_OVER,
            )
        self.tidy()
        in_force = self._in_force()
        if in_force in all_of_them:
            self.point(in_force)

    def grow(self, before: Generation | None, dimension: int, gone: Ids) -> GrowingCollection:
        """Return a new collection that begins with the vectors of a generation, but those of some passages.

        Raises:
            EngineError: Milvus refuses.
        """
        name = f"{self.address.name}_{datetime.now(UTC):{_TIME}}"
        return GrowingCollection(self._client, self.address, name, dimension=dimension, before=before, gone=gone)

    def point(self, name: str) -> None:
        """Have the alias name a collection.

        Raises:
            EngineError: Milvus refuses.
        """
        alias, named = self.address.name, self._named()
        with asking(self.address):
            if named is None:
                self._client.create_alias(name, alias)
            elif named != name:
                self._client.alter_alias(name, alias)

    def tidy(self) -> None:
        """Drop the collections of this index that no generation names.

        Raises:
            EngineError: Milvus refuses.
        """
        known = self._known()
        if known is None:
            return
        ours = re.compile(rf"{self.address.name}_\d{{8}}T\d{{12}}")
        with asking(self.address):
            for name in self._all():
                if ours.fullmatch(name) and name not in known:
                    if name == self._named():
                        self._client.drop_alias(self.address.name)  # a server drops nothing that has an alias
                    self._client.drop_collection(name)

    def _known(self) -> set[str] | None:
        """Return the collections that generations name; None where a manifest cannot be read."""
        try:
            seals = [self._index.manifest(name).collection for name in self._index.names()]
        except GenerationError:
            return None
        return {seal.name for seal in seals if seal}

    def _in_force(self) -> str:
        try:
            seal = self._index.manifest(self._index.current()).collection
        except GenerationError:
            return ""
        return seal.name if seal and seal.address == self.address.text else ""

    def _all(self) -> list[str]:
        with asking(self.address):
            return list(self._client.list_collections())

    def _named(self) -> str | None:
        """Return the collection that the alias names."""
        alias = self.address.name
        with asking(self.address):
            return next((n for n in self._all() if alias in self._client.list_aliases(n)["aliases"]), None)


class GrowingCollection:
    """A collection that is being filled; what is kept of the generation before is copied at the end."""

    def __init__(
        self,
        client: MilvusClient,
        address: MilvusAddress,
        name: str,
        *,
        dimension: int,
        before: Generation | None,
        gone: Ids,
    ) -> None:
        """Make the collection, empty.

        Raises:
            EngineError: Milvus refuses.
        """
        from pymilvus import DataType  # noqa: PLC0415  (an extra)

        self._client, self._address, self._name, self._before = client, address, name, before
        self._kept = np.setdiff1d(before.vectors.ids, gone) if before else np.empty(0, np.int64)
        self._passages = self._sentences = 0
        schema = client.create_schema(auto_id=False)
        schema.add_field("key", DataType.INT64, is_primary=True)
        schema.add_field("passage", DataType.INT64)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
        with asking(address):
            # Readers only see it when it is whole: they need not wait for what others write meanwhile.
            client.create_collection(name, schema=schema, consistency_level="Eventually")
            for partition in (PASSAGES, SENTENCES):
                client.create_partition(name, partition)

    def finish(self) -> CollectionSeal:
        """Copy what is kept, index everything, load it; return its seal.

        Raises:
            DamagedError: the generation before lacks vectors that it should have, or not all arrived.
            EngineError: Milvus refuses.
        """
        self._copy()
        sent = self._passages + self._sentences
        with asking(self._address):
            self._client.flush(self._name)
            self._client.create_index(self._name, self._indexes(sent))
            self._client.load_collection(self._name)
            held = count_rows(self._client, self._name)
        if held != sent:
            raise DamagedError(
                f"{self._address.told}: {self._passages} vectors of passages and {self._sentences} of sentences were "
                f"sent to {self._name}, which holds {held}"
            )
        return CollectionSeal(self._address.text, self._name, self._passages, self._sentences)

    def add(self, rows: Mapping[int, Floats]) -> None:
        """Add, by passage id, the vector of a passage and below it those of its sentences, if it has several."""
        sentences = [(i * KEYS + at, i, row) for i, these in rows.items() for at, row in enumerate(these[1:])]
        self._insert(PASSAGES, [(i * KEYS + MOST, i, these[0]) for i, these in rows.items()])
        self._insert(SENTENCES, sentences)
        self._passages += len(rows)
        self._sentences += len(sentences)

    def _insert(self, partition: str, rows: Sequence[tuple[int, int, Floats]]) -> None:
        with asking(self._address):
            for start in range(0, len(rows), _INSERTED):
                part = rows[start : start + _INSERTED]
                records = [{"key": key, "passage": passage, "vector": vector} for key, passage, vector in part]
                self._client.insert(self._name, records, partition_name=partition)

    def _copy(self) -> None:
        """Take over the vectors of passages that are as they were."""
        for ids in chunks_of(self._kept, CHUNK):
            assert self._before
            found, sentences = self._before.vectors.by_id(ids), self._before.sentences.of(ids)
            if len(found) != len(ids):
                raise DamagedError(f"the generation before lacks the vectors of {len(ids) - len(found)} passages")
            self.add({i: np.stack([row, *sentences.get(i, ())]) for i, row in found.items()})

    def _indexes(self, rows: int) -> object:
        kind = self._address.kind or ("FLAT" if rows <= FLAT_UP_TO else "IVF_SQ8")
        building = {
            "IVF_SQ8": {"nlist": max(64, min(65_536, int(4 * rows**0.5)))},
            "HNSW": {"M": 16, "efConstruction": 200},
        }
        indexes = self._client.prepare_index_params()
        indexes.add_index(
            "vector", index_name="vector", index_type=kind, metric_type="IP", params=building.get(kind, {})
        )
        indexes.add_index("passage", index_name="passage", index_type="INVERTED")
        return indexes
