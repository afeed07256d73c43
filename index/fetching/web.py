"""Links as sources: what is fetched anew, and the articles that they hold now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from index.articles import Article
from index.errors import ArticleError
from index.fetching.entries import ENTRY, completed, from_entry, only
from index.fetching.kept import Kept, Link, Version
from index.fetching.limits import Limits
from index.fetching.politeness import Fetcher
from index.fetching.visiting import Tools, Visiting
from index.readers import Original
from index.readers.apart import ReadingProcess
from index.scanning import Stamp


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """An article of a link: its name within that, which is its id but for those of JSON Lines; its versions.

    The stamp, in the form of a file's, is a hash of the versions.
    """

    id: str
    name: str
    versions: tuple[Version, ...]
    stamp: Stamp


class Web:
    """Fetches what changed at links, and reads what was fetched."""

    def __init__(
        self, folder: Path, limits: Limits, *, follow: bool | None = None, allow_private: bool | None = None
    ) -> None:
        """Prepare to fetch.

        Args:
            folder: where what is fetched is kept.
            limits: bounds of it.
            follow: whether to fetch the pages that entries of feeds lead to; as for the same link before by default.
            allow_private: whether to ask hosts in private networks; likewise.
        """
        self._kept = Kept(folder)
        self._tools = Tools(self._kept, Fetcher(limits), limits)
        self._follow = follow
        self._allow_private = allow_private

    def find(self, url: str, apart: ReadingProcess) -> Iterator[FoundArticle | ArticleError]:
        """Fetch a link, if it has changed; yield its articles, as they are now, and errors.

        What cannot be fetched, or not be read, leaves the articles that were fetched before.
        """
        link = self._kept.load(url)
        before = deepcopy(link)
        link.follow = link.follow if self._follow is None else self._follow
        link.allow_private = link.allow_private if self._allow_private is None else self._allow_private
        yield from Visiting(link, self._tools, self.read_version, apart).visit()
        if link != before:
            self._kept.save(link)
        for name in link.articles:
            yield _found(link, name)

    def read(self, found: FoundArticle, apart: ReadingProcess) -> Iterator[Article | ArticleError]:
        """Yield an article as it is now, its earlier versions with it; or the error that it cannot be read."""
        *earlier, newest = found.versions
        try:
            article = self.read_version(found.id, found.name, newest, apart)
            before = (self.read_version(found.id, found.name, version, apart) for version in reversed(earlier))
            yield replace(article, earlier=tuple(before))
        except ArticleError as error:
            error.file = found.name
            yield error

    def read_version(self, name: str, source: str, version: Version, apart: ReadingProcess) -> Article:
        """Return an article as it was at one time.

        Raises:
            ArticleError: it cannot be read.
        """
        data = self._kept.read(version.sha256, source)
        if version.kind == ENTRY:
            return replace(from_entry(data, name), source=source, sha256=version.sha256)
        original = Original(name, BytesIO(data), version.url, version.charset)
        # All that is read of it, though it is one: a reader that is left half-way is ended with its process.
        article = only(list(apart.read_original(original, version.kind)), name)
        if version.entry:
            article = completed(article, from_entry(self._kept.read(version.entry, source), name))
        return replace(
            article, id=name, source=source, url=article.url or version.url, sha256=version.sha256, earlier=()
        )

    def clean_up(self, sources: list[str]) -> None:
        """Remove what was kept for links that are no source any more."""
        self._kept.clean_up(sources)


def read_link(
    url: str, limits: Limits, *, follow: bool = False, allow_private: bool = False
) -> Iterator[Article | ArticleError]:
    """Yield the articles of a link as they are now, and errors; it is fetched as for an index, and nothing is kept."""
    with TemporaryDirectory(prefix="onrecord-") as folder, ReadingProcess() as apart:
        web = Web(Path(folder), limits, follow=follow, allow_private=allow_private)
        for found in web.find(url, apart):
            if isinstance(found, ArticleError):
                yield found
            else:
                yield from web.read(found, apart)


def _found(link: Link, name: str) -> FoundArticle:
    versions = tuple(link.articles[name])
    digest = hashlib.sha256(repr(versions).encode()).hexdigest()
    stamp = Stamp(len(versions), 0, 0, int(digest[:15], 16))
    return FoundArticle(name, name if name.startswith(link.url) else f"{link.url}#{name}", versions, stamp)
