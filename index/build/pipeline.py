"""The whole build: sources in, a sealed generation out, at the cost of what changed."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from index.build.checkpoint import Checkpoint
from index.build.derived import Embedding, QuotationExtractor, VectorBuild
from index.build.sync import BuildOptions, BuildReport, Changes, Progress, SourceSync
from index.core.errors import Advice, DamagedError, GenerationError, NoIndexError, Note, NothingReadError, UsageError
from index.core.files import link_or_copy_tree
from index.generations import sealing
from index.generations.generation import FETCHED, LEXICAL, RECORDS, Generation, IndexFolder, open_current
from index.generations.manifest import Manifest
from index.models import registry
from index.quotations.speech.types import VERSION as QUOTATIONS_VERSION
from index.sources import given as sources
from index.sources.urls import is_link
from index.store.files import FileRecords
from index.store.lexical import LexicalWriter
from index.vectors.milvus_address import CollectionSeal

if TYPE_CHECKING:
    from index.sources.web import Web

__all__ = ["BuildOptions", "BuildReport", "Progress", "build"]

STAGES = ("reading", "models", "quotations", "terms", "embedding", "sealing")
UNFINISHED = "unfinished"
_CHUNK = 1024


def build(index: IndexFolder, options: BuildOptions, progress: Progress) -> BuildReport:
    """Bring an index up to date.

    Raises:
        BusyError: another build is under way.
        EngineError: the vectors are to lie in Milvus, which cannot be asked.
        FormatError: another version of the format wrote the index, and `rebuild` was not asked for.
        ModelError: a model is missing.
        SourceError: a source is gone, or nothing in the sources can be read.
        UsageError: there is nothing to index, or a source to forget is not remembered.
        OnrecordError: the index cannot be written.
    """
    with sealing.writing(index) as staging:
        return _Build(index, options, progress, staging).run()


class _Build:
    def __init__(self, index: IndexFolder, options: BuildOptions, progress: Progress, staging: Path) -> None:
        self._index = index
        self._options = options
        self._progress = progress
        self._staging = staging
        self._notes: list[Note] = []
        self._remembered = index.remembered_sources()
        self._sources = self._wanted_sources()
        self._before = _in_force(index)
        self._previous: Generation | None = None
        if not options.rebuild:
            self._previous = self._open_previous()
        self._vectors = VectorBuild(index, options)
        self._web = self._opened_web()
        if self._previous and not self._notes:
            self._refreshed = list(dict.fromkeys(options.sources)) or ([] if options.forget else self._sources)
        else:  # nothing to build upon, or something older than what these sources were last read for
            self._refreshed = self._sources
        ids = self._previous.manifest.models if self._previous else {}
        self._models = {
            "encoder": registry.resolve_model(options.encoder or ids.get("encoder", registry.DEFAULT_ENCODER)),
            "reranker": registry.resolve_model(options.reranker or ids.get("reranker", registry.DEFAULT_RERANKER)),
        }

    def run(self) -> BuildReport:
        self._progress("models", 0, None)
        prepared = {role: registry.prepare(self._models[role], role) for role in registry.ROLES}
        with closing(self._open_records()) as records:
            changes = self._update(records)
            sealed: dict[str, str] = {role: self._seal_model(folder) for role, folder in prepared.items()}
            if self._is_current(changes, sealed):
                assert self._previous
                sealing.clean_up_again(self._index, self._previous.name)
                self._clean_up()
                return self._report(self._previous.name, self._previous.manifest, changes, embedded=0, built=False)
            embedded, collection = self._write_parts(records, changes, prepared["encoder"], sealed["encoder"])
            manifest = self._manifest(records, sealed, collection)
            remarks = _remarks(records.languages())
            records.finish()
        name = self._seal(manifest)
        self._notes += map(Note, remarks)
        return self._report(name, manifest, changes, embedded=embedded, built=True)

    def _write_parts(
        self, records: FileRecords, changes: Changes, encoder: Path, sealed: str
    ) -> tuple[int, CollectionSeal | None]:
        """Bring all that is made of the articles in line with them; return what `_embed` does."""
        with closing(Checkpoint(self._index.path / UNFINISHED, sealed)) as unfinished:
            reread = self._read_quotations(records, changes, unfinished)
            records.join_people()
            self._write_terms(records, changes, everything=reread)
            return self._embed(records, changes, encoder, sealed, unfinished)

    def _seal(self, manifest: Manifest) -> str:
        """Make the files of the build the generation in force, and remove what is of no more use; return its name."""
        self._progress("sealing", 0, None)
        name = sealing.seal(self._index, self._staging, manifest)
        self._vectors.swap(manifest.collection)
        if self._notes or self._options.rebuild:
            sealing.set_aside_damaged(self._index, self._note)
        before = self._previous.name if self._previous else self._before
        sealing.clean_up(self._index, {name, before or name})
        self._vectors.tidy()
        self._clean_up()
        return name

    def _clean_up(self) -> None:
        """Remove the work that was kept in case this build would not end, and pages that no article needs any more."""
        shutil.rmtree(self._index.path / UNFINISHED, ignore_errors=True)
        if self._web:
            self._web.clean_up(self._sources)

    def _opened_web(self) -> Web | None:
        """Return what fetches links; None where no source is one."""
        if not any(map(is_link, [*self._sources, *self._options.forget])):
            return None
        from index.sources.web import Web  # noqa: PLC0415  (whoever has files alone does without an HTTP client)

        options = self._options
        folder = self._index.path / FETCHED
        return Web(folder, options.limits, follow=options.follow, allow_private=options.allow_private)

    def _open_previous(self) -> Generation | None:
        """Open the newest good generation, to build upon; None where there is none."""
        try:
            return open_current(self._index, self._notes.append)
        except NoIndexError:
            return None
        except DamagedError as error:
            self._mend_models()
            try:
                return open_current(self._index, self._notes.append)
            except DamagedError:
                self._note(f"{error}; everything is built anew")
                return None

    def _mend_models(self) -> None:
        """Replace damaged models, which may be all that is wrong with the generations that use them."""
        for name in self._index.names():
            try:
                ids = self._index.manifest(name).models
            except GenerationError:
                continue
            for role in registry.ROLES:
                self._seal_model(registry.prepare(ids[role], role))

    def _seal_model(self, prepared: Path) -> str:
        trusted = self._previous.manifest.sealed_models.values() if self._previous else ()
        return sealing.seal_model(self._index, prepared, trusted=tuple(trusted), note=self._note)

    def _note(self, line: str) -> None:
        self._notes.append(Note(line))

    def _wanted_sources(self) -> list[str]:
        """Return all sources of the index to be: those remembered and given, without those to forget."""
        remembered, options = self._remembered or [], self._options
        for source in options.forget:
            if source not in remembered:
                known = ", ".join(remembered) or "none"
                raise UsageError(f"{source}: is not a source of this index (sources: {known})")
        given = list(dict.fromkeys([*remembered, *options.sources]))
        if not given and self._index.names():
            raise UsageError(f"{self._index.path}: remembers no source", Advice.NAME_SOURCE)
        return [source for source in given or [sources.default_source()] if source not in options.forget]

    def _open_records(self) -> FileRecords:
        path = self._staging / RECORDS
        if self._previous:
            shutil.copyfile(self._previous.records_path, path)
        return FileRecords.open(path)

    def _update(self, records: FileRecords) -> Changes:
        update = SourceSync(
            records, self._remembered or (), lambda done: self._progress("reading", done, None), self._web
        )
        for source in self._options.forget:
            update.forget(source)
        update.refresh(self._refreshed)
        if not records.count("articles") and not self._options.forget:
            first, *others = update.changes.skipped or [Note("all files are empty")]
            raise NothingReadError(", ".join(self._refreshed), first, len(others))
        return update.changes

    def _is_current(self, changes: Changes, sealed: dict[str, str]) -> bool:
        """Tell whether the generation before is just what this build would make, and is the one in force."""
        if not self._previous or self._notes:
            return False
        manifest = self._previous.manifest
        return (
            not changes.added
            and not changes.removed
            and list(manifest.sources) == self._sources
            and manifest.sealed_models == sealed
            and manifest.quotations == QUOTATIONS_VERSION
            and self._vectors.fits(manifest)
        )

    def _read_quotations(self, records: FileRecords, changes: Changes, unfinished: Checkpoint) -> bool:
        """Find who said what in new articles; return True where all had to be read again."""
        quoting = QuotationExtractor(records, unfinished, partial(self._progress, "quotations"))
        reread = self._previous is not None and self._previous.manifest.quotations != QUOTATIONS_VERSION
        if reread:
            records.remove_readings()
        if self._previous is None or reread:
            quoting.run([article.id for article in records.known_articles()], None, {})
            return reread
        with closing(self._previous.open_records()) as before:
            quoting.run(changes.added, before, changes.readings)
        return False

    def _write_terms(self, records: FileRecords, changes: Changes, *, everything: bool) -> None:
        folder = self._staging / LEXICAL
        reuse = self._previous is not None and not everything
        if reuse:
            assert self._previous
            link_or_copy_tree(self._previous.records_path.with_name(LEXICAL), folder)
        wanted = changes.added if reuse else [article.id for article in records.known_articles()]
        with LexicalWriter(folder) as writer:
            if reuse:
                writer.remove_articles(changes.removed)
            for start in range(0, len(wanted), _CHUNK):
                writer.add(records.lexical_documents(wanted[start : start + _CHUNK]))
                self._progress("terms", min(start + _CHUNK, len(wanted)), len(wanted))

    def _embed(
        self, records: FileRecords, changes: Changes, encoder: Path, sealed: str, unfinished: Checkpoint
    ) -> tuple[int, CollectionSeal | None]:
        """Write the vectors; return how many passages had to be embedded, and the collection they are in, if any."""
        previous = self._previous
        before = previous if previous and previous.manifest.sealed_models["encoder"] == sealed else None
        embedding = Embedding(encoder, before, unfinished, partial(self._progress, "embedding"))
        collection = self._vectors.write(embedding, records, changes.vectors, self._staging)
        return embedding.embedded, collection

    def _manifest(self, records: FileRecords, sealed: dict[str, str], collection: CollectionSeal | None) -> Manifest:
        return Manifest(
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            sources=tuple(self._sources),
            counts={table: records.count(table) for table in ("articles", "passages", "quotations")},
            models=self._models,
            sealed_models=sealed,
            quotations=QUOTATIONS_VERSION,
            collection=collection,
        )

    def _report(self, name: str, manifest: Manifest, changes: Changes, *, embedded: int, built: bool) -> BuildReport:
        counts = manifest.counts
        return BuildReport(name, built, changes, counts["articles"], counts["passages"], embedded, tuple(self._notes))


def _in_force(index: IndexFolder) -> str | None:
    try:
        return index.current()
    except GenerationError:
        return None


def _remarks(languages: dict[str, int]) -> list[str]:
    """Return what a person should know of the languages of the articles: one line, or none."""
    if not languages:
        return []
    each = ", ".join(f"{count:,} {language}" for language, count in languages.items())
    count = sum(languages.values())
    what = "1 article is" if count == 1 else f"{count:,} articles are"
    return [f"{what} not in English ({each}): indexed without speaker analysis"]
