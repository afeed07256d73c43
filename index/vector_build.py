"""The vectors of a build: into FAISS files of the generation, or into a collection of Milvus of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from index.embedding import Embedding
from index.errors import GenerationError
from index.generation import IndexFolder
from index.manifest import CollectionSeal, Manifest
from index.milvus_address import MilvusAddress, read_address
from index.options import BuildOptions
from index.records import Records
from index.unfinished import Digest
from index.vector_writing import FileVectors

if TYPE_CHECKING:
    from index.milvus_build import Collections


class VectorBuild:
    """Where a build puts the vectors."""

    def __init__(self, index: IndexFolder, options: BuildOptions) -> None:
        """Choose between files and Milvus; there, drop what a build that was killed left behind.

        Args:
            index: the index, whose writer lock is held.
            options: what the build is asked for.

        Raises:
            EngineError: Milvus cannot be asked.
            UsageError: the collections belong to an index in another folder.
        """
        self._collections: Collections | None = None
        if address := _address(index, options.milvus):
            from index.milvus_build import Collections  # noqa: PLC0415  (an extra, for who names such an index)

            self._collections = Collections(index, address)
            self._collections.prepare(take_over=options.rebuild)

    def fits(self, manifest: Manifest) -> bool:
        """Tell whether a generation has its vectors where they are to be."""
        lie = manifest.collection.address if manifest.collection else None
        return lie == (self._collections.address.text if self._collections else None)

    def write(
        self, embedding: Embedding, records: Records, reusable: Mapping[Digest, int], staging: Path
    ) -> CollectionSeal | None:
        """Write the vectors of all passages and their sentences.

        Args:
            embedding: makes them, or takes them from the generation before.
            records: the passages.
            reusable: see `index.update.Changes.vectors`.
            staging: folder of the files of the build.

        Returns:
            The seal of the collection that the vectors lie in, if any.

        Raises:
            DamagedError: not all vectors arrived in Milvus.
            EngineError: Milvus refuses.
        """
        before = embedding.before
        if self._collections:
            return embedding.run(records, reusable, partial(self._collections.grow, before))
        return embedding.run(records, reusable, partial(FileVectors, staging, before))

    def swap(self, collection: CollectionSeal | None) -> None:
        """Have the alias name the collection of the generation that is in force now.

        Raises:
            EngineError: Milvus refuses.
        """
        if self._collections and collection:
            self._collections.point(collection.name)

    def tidy(self) -> None:
        """Drop the collections that no generation names any more.

        Raises:
            EngineError: Milvus refuses.
        """
        if self._collections:
            self._collections.tidy()


def _address(index: IndexFolder, wanted: MilvusAddress | None) -> MilvusAddress | None:
    """Return where in Milvus the vectors are to lie: as wanted, else where they lay before; None for files."""
    before = _remembered_address(index)
    if wanted and before and not wanted.kind and replace(wanted, folder=None) == replace(before, kind=""):
        return before
    return wanted or before


def _remembered_address(index: IndexFolder) -> MilvusAddress | None:
    for name in index.names():
        try:
            collection = index.manifest(name).collection
        except GenerationError:
            continue
        return read_address(collection.address) if collection else None
    return None
