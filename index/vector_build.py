"""The vectors of a build: into FAISS files of the generation, or into a collection of Milvus of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from index.embedding import Embedding
from index.errors import GenerationError
from index.generation import SENTENCES, VECTORS, Generation, IndexFolder
from index.manifest import CollectionSeal, Manifest
from index.milvus_address import MilvusAddress, read_address
from index.models import ModelCard
from index.options import BuildOptions
from index.records import Records
from index.sentence_vectors import SentenceVectors
from index.vectors import VectorIndex

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
        self,
        records: Records,
        before: tuple[Generation, Mapping[str, int]] | None,
        encoder: Path,
        staging: Path,
        progress: Callable[[int, int], None],
    ) -> tuple[int, CollectionSeal | None]:
        """Write the vectors of all passages and their sentences.

        Args:
            records: the passages.
            before: the generation to take vectors from, made by the same encoder, and the ids there of texts that are
                about to be removed; see `index.update.Changes.vectors`.
            encoder: folder of the prepared encoder.
            staging: folder of the files of the build.
            progress: told how many of the missing passages are done, and how many there are.

        Returns:
            How many passages had to be embedded, and the seal of the collection that the vectors lie in, if any.

        Raises:
            DamagedError: not all vectors arrived in Milvus.
            EngineError: Milvus refuses.
        """
        generation, reusable = before or (None, {})
        dimension = ModelCard.read(encoder).dimension
        if self._collections:
            known = (generation.vectors, generation.sentences) if generation else None
            growing = self._collections.grow(known, dimension)
            embedding = Embedding(growing.vectors, growing.sentences, encoder, progress)
            embedding.update(records, reusable)
            return embedding.embedded, growing.finish()
        vectors, sentences = _files_of(generation, dimension)
        embedding = Embedding(vectors, SentenceVectors(sentences), encoder, progress)
        embedding.update(records, reusable)
        vectors.write(staging / VECTORS)
        sentences.write(staging / SENTENCES)
        return embedding.embedded, None

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


def _files_of(before: Generation | None, dimension: int) -> tuple[VectorIndex, VectorIndex]:
    """Return the vectors of the passages and of the sentences of a generation, to be changed; empty ones without."""
    if not before:
        return VectorIndex.empty(dimension), VectorIndex.empty(dimension)
    folder = before.records_path.parent
    return VectorIndex.open(folder / VECTORS, mapped=False), VectorIndex.open(folder / SENTENCES, mapped=False)
