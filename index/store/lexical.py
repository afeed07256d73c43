"""The tantivy index: BM25 over the words of passages, of their titles, speakers, and of what stands before them."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import tantivy

from index.core.errors import DamagedError

_FURTHER = 16

LARGE = 20_000
"""From how many passages on a search among some is one of all, whose results are sifted."""


class LexicalIndex:
    """BM25 search over a sealed folder, which is left untouched."""

    def __init__(self, folder: Path, *, large: int = LARGE) -> None:
        """Open the index in a folder.

        Args:
            folder: the folder.
            large: from how many passages on a search among some is one of all, whose results are sifted.

        tantivy makes a lock file where it opens an index. So that readers never write into a generation, it is shown
        a folder of links, which can go once its files are mapped.

        Raises:
            DamagedError: tantivy cannot read it.
        """
        self._large = large
        self._sifted: tuple[Sequence[int], frozenset[int]] = ((), frozenset())
        view = Path(tempfile.mkdtemp(prefix="onrecord-"))
        try:
            for file in folder.iterdir():
                (view / file.name).symlink_to(file.absolute())
            self._index = register(tantivy.Index.open(str(view)))
            self._index.config_reader(reload_policy="manual", num_warmers=0)
            self._searcher = self._index.searcher()
        except (OSError, ValueError) as error:
            raise DamagedError(f"{folder}: tantivy cannot read it: {error}") from None
        finally:
            _remove(view)
        self.schema = self._index.schema

    def search(
        self, query: tantivy.Query, count: int, *, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the best passages of a query as (id, score), best first.

        A filter takes longer the more there are; of many, the best of all passages are sifted, unless too few are left.

        Args:
            query: over the fields of `schema`.
            count: how many to return at most.
            among: search these passages only; all by default.
        """
        if among is not None and len(among) >= self._large:
            inside, wanted = self._inside(among), 2 * count * (1 + self.count() // len(among))
            for most in (wanted, _FURTHER * wanted):
                found = self._found(query, most)
                sifted = [one for one in found if one[0] in inside]
                if len(sifted) >= count or len(found) < most:
                    return sifted[:count]
        return self._found(self._within(query, among), count)

    def _inside(self, among: Sequence[int]) -> frozenset[int]:
        """Return passages as a set, which is kept for as long as the same ones are asked for."""
        known, inside = self._sifted
        if known is not among:
            inside = frozenset(among)
            self._sifted = (among, inside)
        return inside

    def _within(self, query: tantivy.Query, among: Sequence[int] | None) -> tantivy.Query:
        if among is None:
            return query
        scope = tantivy.Query.term_set_query(self.schema, "passage", list(among))
        scope = tantivy.Query.const_score_query(scope, 0.0)
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, scope)])

    def _found(self, query: tantivy.Query, count: int) -> list[tuple[int, float]]:
        found = self._searcher.search(query, count, count=False).hits
        ids = self._searcher.fast_field_values("passage", [address for _, address in found])
        return [(int(i), float(score)) for i, (score, _) in zip(ids, found, strict=True)]

    def frequency(self, stem: str) -> int:
        """Return how many passages have a word with this stem."""
        return int(self._searcher.doc_freq("text", stem))

    def count(self) -> int:
        """Return how many passages the index holds."""
        return int(self._searcher.num_docs)

    def held(self, passages: Sequence[int]) -> list[int]:
        """Return the ids of those of some passages that the index holds; one that it holds twice comes twice."""
        if not passages:
            return []
        found = self._found(self._within(tantivy.Query.all_query(), passages), 2 * len(passages))
        return [passage for passage, _ in found]


def _analyzer(*, stemmed: bool) -> tantivy.TextAnalyzer:
    """Return what makes words of text: lower case, no accents; stems where forms of a word should meet."""
    builder = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(60))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
    )
    return (builder.filter(tantivy.Filter.stemmer("english")) if stemmed else builder).build()


_STEMMED = _analyzer(stemmed=True)
_ANALYZERS = {"text": _STEMMED, "title": _STEMMED, "before": _STEMMED, "speakers": _analyzer(stemmed=False)}


def _remove(view: Path) -> None:
    """Delete a folder of links; tantivy's watcher, on its way out, may still put a lock into it meanwhile."""
    for _ in range(50):
        shutil.rmtree(view, ignore_errors=True)
        if not view.exists():
            return
        time.sleep(0.01)


def stems(text: str) -> list[str]:
    """Return the words of a text as the index knows them: lower case, no accents, stemmed; in order, with repeats."""
    return field_words("text", text)


def field_words(field: str, text: str) -> list[str]:
    """Return the words of a text as a field of the index holds them, in order, with repeats."""
    return list(_ANALYZERS[field].analyze(text))


def schema() -> tantivy.Schema:
    """Return the fields of an index."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage", indexed=True, fast=True)
    builder.add_unsigned_field("article", indexed=True)
    for field in _ANALYZERS:
        builder.add_text_field(field, tokenizer_name=field, index_option="freq")
    return builder.build()


def register(index: tantivy.Index) -> tantivy.Index:
    """Let an index make words as the fields ask for; return it."""
    for field, analyzer in _ANALYZERS.items():
        index.register_tokenizer(field, analyzer)
    return index


_HEAP_BYTES = 64 << 20
_ERROR_NUMBER = re.compile(r"(?:os error|code:) (\d+)")


@dataclass(frozen=True, slots=True)
class LexicalDocument:
    """What is searched of one passage.

    Attributes:
        passage: id of the passage.
        article: id of the article's row.
        text: the passage.
        title: headline of its article.
        before: the passage before it, which may name what this one calls "he", "that" or "the vote".
        speakers: canonical names of who is quoted in it.
    """

    passage: int
    article: int
    text: str
    title: str
    before: str
    speakers: Sequence[str]


class LexicalWriter:
    """Adds and removes documents of an index in a folder; what is done is kept when the `with` block ends well."""

    def __init__(self, folder: Path) -> None:
        """Open the index in a folder, which is made if it is not there.

        Raises:
            OSError: it cannot be written, here and in all that follows.
        """
        folder.mkdir(exist_ok=True)
        self._folder = folder
        with _disk_errors(folder):
            self._index = register(tantivy.Index(schema(), path=str(folder)))
            self._writer = self._index.writer(_HEAP_BYTES, num_threads=1)

    def add(self, documents: Iterable[LexicalDocument]) -> None:
        """Add the documents of passages that the index does not hold."""
        for document in documents:
            made = tantivy.Document.from_dict(
                {
                    "passage": document.passage,
                    "article": document.article,
                    "text": document.text,
                    "title": document.title,
                    "before": document.before,
                    "speakers": " ".join(document.speakers),
                },
                self._index.schema,
            )
            with _disk_errors(self._folder):
                self._writer.add_document(made)

    def remove_articles(self, articles: Iterable[int]) -> None:
        """Remove all passages of articles, named by the ids of their rows."""
        # Not delete_documents_by_term: it makes a signed term of an int, which is found nowhere in an unsigned field.
        if rows := list(articles):
            self._writer.delete_documents_by_query(tantivy.Query.term_set_query(self._index.schema, "article", rows))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is not None:
            self._give_up()
            return
        try:
            with _disk_errors(self._folder):
                self._writer.commit()
                self._writer.garbage_collect_files()
        except OSError:
            self._give_up()
            raise
        self._writer.wait_merging_threads()
        self._tidy()

    def _give_up(self) -> None:
        """End all threads: one that still writes would bring a deleted folder back."""
        with suppress(ValueError):
            self._writer.rollback()
        with suppress(ValueError):
            self._writer.wait_merging_threads()

    def _tidy(self) -> None:
        """Remove tantivy's locks, and let its private files be read by whoever may read the folder."""
        for file in self._folder.iterdir():
            if file.suffix == ".lock":
                file.unlink()
            else:
                file.chmod(self._folder.stat().st_mode & 0o666)


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    """Raise what tantivy says when it cannot write, a ValueError with Rust's words, as the OSError that it is."""
    try:
        yield
    except ValueError as error:
        found = _ERROR_NUMBER.search(str(error))
        number = int(found[1]) if found else errno.EIO
        raise OSError(number, os.strerror(number) if found else str(error), str(folder)) from error
