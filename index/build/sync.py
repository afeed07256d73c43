"""What a build is asked for, what changed in the sources since the last one, put into the records, and its report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.build.checkpoint import Digest, article_digest, digest
from index.core.article import Article
from index.core.errors import Advice, ArticleError, Note, SourceError
from index.core.files import FoundFile, Stamp, without_collecting
from index.readers.sandbox import ReadingProcess
from index.sources.given import encodable, find_files, read_file
from index.sources.urls import Limits, is_link
from index.store.files import FileRecords, ReadFile
from index.store.records import KnownArticle, embedded_texts
from index.vectors.milvus_address import MilvusAddress

if TYPE_CHECKING:
    from index.sources.web import FoundArticle, Web

Progress = Callable[[str, int, int | None], None]
"""Told (stage, done, total or None), where a stage is one of `index.build.pipeline.STAGES`."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    Attributes:
        generation: name of the generation in force afterwards.
        built: False where nothing had changed, so that the generation before stays.
        changes: what changed in the articles.
        articles: how many the index holds now.
        passages: how many it holds now.
        embedded: how many passages the encoder had to read.
        notes: what a person should know besides, such as of a damaged generation set aside.
    """

    generation: str
    built: bool
    changes: Changes
    articles: int
    passages: int
    embedded: int
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How to build.

    Attributes:
        sources: what to refresh, remembered from then on; all remembered ones by default.
        forget: remembered sources to take out, with their articles.
        rebuild: make everything anew, reusing nothing.
        encoder: id of the model that embeds; the one of the index, else the default one.
        reranker: id of the model that reranks; likewise.
        follow: whether to fetch the pages that entries of feeds lead to; as before by default.
        allow_private: whether links may lead into private networks; likewise.
        limits: bounds of fetching.
        milvus: where the vectors are to lie; where they lay before by default, else in files.
    """

    sources: Sequence[str] = ()
    forget: Sequence[str] = ()
    rebuild: bool = False
    encoder: str | None = None
    reranker: str | None = None
    follow: bool | None = None
    allow_private: bool | None = None
    limits: Limits = field(default_factory=Limits)
    milvus: MilvusAddress | None = None


@dataclass(slots=True)
class Changes:
    """What an update did to the records.

    Attributes:
        added: row ids of articles that are new, or new versions of known ones.
        removed: row ids that are gone: vanished articles, and old versions.
        new: how many articles are new.
        changed: how many are new versions.
        unchanged: how many are as they were.
        vanished: how many are gone.
        skipped: what is wrong with each article that could not be read.
        vectors: of what each removed passage was embedded as (`index.store.records`), the id of its vectors in
            the generation before, so that the same words need not be embedded again.
        readings: of each removed article, by `index.build.checkpoint.article_digest`, the id that its row had there.
    """

    added: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    vanished: int = 0
    skipped: list[Note] = field(default_factory=list)
    vectors: dict[Digest, int] = field(default_factory=dict)
    readings: dict[Digest, int] = field(default_factory=dict)


class SourceSync:
    """Brings records up to date with sources."""

    def __init__(
        self, records: FileRecords, remembered: Collection[str], progress: Callable[[int], None], web: Web | None = None
    ) -> None:
        """Prepare an update.

        Args:
            records: the records to change.
            remembered: the sources of the index as it was.
            progress: told how many articles were read so far.
            web: fetches the sources that are links; none are without it.
        """
        self._records = records
        self._web = web
        self._remembered = remembered
        self._progress = progress
        self._in_files: dict[str, dict[str, list[str]]] = {}
        with without_collecting():
            self._known = {article.name: article for article in records.known_articles()}
            for article in self._known.values():
                self._in_files.setdefault(article.source, {}).setdefault(article.file, []).append(article.name)
        self._seen: set[str] = set()
        self.changes = Changes()

    def refresh(self, sources: Sequence[str]) -> None:
        """Read anew what changed in sources; articles that vanished from them go, those of other sources stay.

        An article that can no longer be read, in a broken file or a folder that is closed, stays as it was read last.

        Raises:
            SourceError: a source is gone, or holds nothing of a kind that can be read.
        """
        unreadable: set[tuple[str, str]] = set()
        with ReadingProcess() as apart:
            for source in sources:
                self._refresh(source, sources, apart, unreadable)
        for known in list(self._known.values()):
            if known.source in sources and known.name not in self._seen:
                if any((known.source, place) in unreadable for place in _places(known.file)):
                    self.changes.unchanged += 1
                else:
                    self._remove(known)
                    self.changes.vanished += 1
        self.changes.unchanged += sum(known.source not in sources for known in self._known.values())

    def forget(self, source: str) -> None:
        """Remove all articles of a source."""
        self._records.remove_all_files(source)
        for known in list(self._known.values()):
            if known.source == source:
                self._remove(known)
                self.changes.vanished += 1

    def _refresh(
        self, source: str, sources: Sequence[str], apart: ReadingProcess, unreadable: set[tuple[str, str]]
    ) -> None:
        with without_collecting():
            files = self._records.files(source)
        gone = set(files)
        for found in self._find(source, apart):
            if isinstance(found, ArticleError):
                self.changes.skipped.append(found.note())
                unreadable.add((source, found.file or ""))
                continue
            name = encodable(found.name)
            gone.discard(name)
            if not self._keep(source, name, found.stamp, files.get(name)):
                errors = self._read(found, source, sources, apart)
                unreadable |= {(source, error.file or "") for error in errors}
        self._records.remove_files(source, gone)

    def _find(self, source: str, apart: ReadingProcess) -> Iterator[FoundFile | FoundArticle | ArticleError]:
        if is_link(source):
            assert self._web
            yield from self._web.find(source, apart)
            return
        try:
            yield from find_files(source)
        except SourceError as error:
            if source in self._remembered:
                raise SourceError(str(error), Advice.FORGET_SOURCE, source=source) from None
            raise

    def _keep(self, source: str, name: str, stamp: Stamp | None, before: ReadFile | None) -> bool:
        """Take the articles of a file as they are, if it is the one that was read; tell whether it is."""
        if stamp is None or before is None or stamp != before.stamp:
            return False
        articles = [article for article in self._held(source, name) if article in self._known]
        if len(articles) != before.articles or not self._seen.isdisjoint(articles):
            return False
        self._seen.update(articles)
        self.changes.unchanged += len(articles)
        self.changes.skipped += map(Note, before.complaints)
        return True

    def _read(
        self, found: FoundFile | FoundArticle, source: str, sources: Sequence[str], apart: ReadingProcess
    ) -> list[ArticleError]:
        """Read a file and take its articles; return the errors in it, which keep the articles it had before."""
        settled = found.stamp is not None and found.stamp.is_settled()
        taken, errors, refused = 0, [], False
        for article in self._articles(found, apart):
            if isinstance(article, ArticleError):
                errors.append(article)
            elif self._take(article, source, sources):
                taken += 1
            else:
                refused = True
        self.changes.skipped += (error.note() for error in errors)
        name = encodable(found.name)
        # Beside an error, articles may stay that the file held before: it is read again until it has none of either.
        kept = errors and self._held_before(source, name)
        if found.stamp and settled and not refused and not kept and all(error.lasting for error in errors):
            self._records.put_file(source, name, ReadFile(found.stamp, taken, tuple(map(str, errors))))
        else:
            self._records.remove_files(source, [name])
        return errors

    def _articles(self, found: FoundFile | FoundArticle, apart: ReadingProcess) -> Iterator[Article | ArticleError]:
        if isinstance(found, FoundFile):
            return read_file(found, apart)
        assert self._web
        return self._web.read(found, apart)

    def _held_before(self, source: str, name: str) -> bool:
        """Tell whether a file held articles that it does not hold now."""
        return any(a in self._known and a not in self._seen for a in self._held(source, name))

    def _held(self, source: str, name: str) -> Sequence[str]:
        """Return the names of the articles that a file held when it was read last."""
        return self._in_files.get(source, {}).get(name, ())

    def _take(self, article: Article, source: str, sources: Sequence[str]) -> bool:
        """Put an article into the records, unless it is there; tell whether it is now: its id may be another's."""
        known = self._known.get(article.id)
        elsewhere = known is not None and known.source != source and known.source not in sources
        if article.id in self._seen or elsewhere:
            self.changes.skipped.append(Note(f"{article.source}: another article has the id {article.id!r}"))
            return False
        self._seen.add(article.id)
        self._progress(len(self._seen))
        if known and known.fingerprint == article.fingerprint() and known.source == source:
            self.changes.unchanged += 1
            return True
        if known:
            self._remove(known)
            self.changes.changed += 1
        else:
            self.changes.new += 1
        self.changes.added.append(self._records.add_article(article, source))
        return True

    def _remove(self, known: KnownArticle) -> None:
        texts = embedded_texts(self._records, self._records.article_passages([known.id]))
        self.changes.vectors |= {digest(*these): passage for passage, these in texts.items()}
        self.changes.readings[article_digest(self._records.load_article(known.id))] = known.id
        self._records.remove_article(known.id)
        self.changes.removed.append(known.id)
        del self._known[known.name]


def _places(file: str) -> Iterator[str]:
    """Yield the name of a file within its source, and of each folder that it lies in, with a slash at its end."""
    yield file
    yield from (file[: position + 1] for position, char in enumerate(file) if char == "/")
