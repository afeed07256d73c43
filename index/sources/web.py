"""Links as sources: each visited, fetched anew if it changed, and the articles that it holds now."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlsplit

from index.core.article import Article, from_record, to_record
from index.core.errors import Advice, ArticleError, UsageError
from index.core.files import Stamp
from index.readers.registry import READERS, VERSION, Original, kind_of_content
from index.readers.sandbox import ReadingProcess
from index.sources.http import FetchError
from index.sources.page_archive import Link, PageArchive, Version, Visit
from index.sources.robots import Fetcher
from index.sources.urls import Limits
from index.sources.urls import link as address

ENTRY = ".entry"
"""The kind of such bytes, beside the suffixes of `index.readers.registry.READERS`."""

FEEDS = frozenset({".atom", ".rss", ".xml"})
SEVERAL = frozenset({".jsonl", ".mbox"})
"""The kinds, beside feeds, that hold several articles."""

_TOLD = ("title", "paragraphs", "date", "outlet", "place", "url", "byline", "language", "date_from")
_BEGINNING = re.compile(rb"\s*(<\?xml[^>]*>|<!--.*?-->|<!doctype[^>]*>|\s)*<([a-z:]+)", re.IGNORECASE | re.DOTALL)
_ROOTS = {b"rss": ".rss", b"feed": ".atom", b"rdf:rdf": ".xml", b"html": ".html", b"atom:feed": ".atom"}
_VAGUE = frozenset({"", "application/octet-stream", "binary/octet-stream", "text/plain", "text/html", "text/xml",
                    "application/xml"})  # fmt: skip


def kind_of(content_type: str, url: str, data: bytes) -> str:
    """Return the suffix of the reader for what was fetched.

    A Content-Type counts, but servers give those of text, pages and XML to each other: where the bytes begin as a feed
    or a page does, they are that.

    Raises:
        ArticleError: no reader reads it.
    """
    told = content_type.partition(";")[0].strip().lower()
    kind = kind_of_content(told)
    if told in _VAGUE:
        root = _BEGINNING.match(data[:4096].removeprefix(b"\xef\xbb\xbf"))
        suffix = PurePosixPath(urlsplit(url).path).suffix.lower()
        named = suffix if suffix in READERS and kind in (None, ".txt") else None
        kind = (_ROOTS.get(root[2].lower()) if root else None) or named or kind
    if kind is None:
        raise ArticleError(
            f"{url}: is {told or 'of a kind that its server does not tell'}, which is no kind of article"
        )
    return kind


def charset_of(content_type: str) -> str | None:
    """Return the encoding that a Content-Type tells, or None."""
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    return found[1] if found else None


def only(found: Sequence[Article | ArticleError], name: str) -> Article:
    """Return the article of a page.

    Raises:
        ArticleError: there is none.
    """
    article = found[0] if found else ArticleError(f"{name}: holds no article")
    if isinstance(article, ArticleError):
        raise article
    return article


def told_by(article: Article) -> tuple[object, ...]:
    """Return what two versions of an article differ in, where they do."""
    return tuple(getattr(article, name) for name in _TOLD if name != "url")


def to_entry(article: Article) -> bytes:
    """Return what an article tells as JSON."""
    record = {name: value for name, value in to_record(article).items() if name in _TOLD}
    return json.dumps(record, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def from_entry(data: bytes, name: str) -> Article:
    """Return the article that `to_entry` wrote."""
    return from_record(json.loads(data) | {"id": name})


def completed(page: Article, entry: Article) -> Article:
    """Return the article of a page with what only the entry that leads to it tells."""
    if not page.date:
        page = replace(page, date=entry.date, date_from=entry.date_from)
    return replace(
        page, outlet=page.outlet or entry.outlet, byline=page.byline or entry.byline, url=page.url or entry.url
    )


ReadVersion = Callable[[str, str, Version, ReadingProcess], Article]


class Tools(NamedTuple):
    """What all visits of a build share."""

    kept: PageArchive
    fetcher: Fetcher
    limits: Limits


class Visiting:
    """Brings what is known of one link up to date."""

    def __init__(self, link: Link, tools: Tools, read_version: ReadVersion, apart: ReadingProcess) -> None:
        """Prepare a visit to a link, which it will change."""
        self._kept, self._fetcher, self._limits = tools
        self._link = link
        self._read_version = read_version
        self._apart = apart
        self._now = datetime.now(UTC).isoformat(timespec="seconds")

    def visit(self) -> Iterator[ArticleError]:
        """Fetch the link, and the pages that it leads to where those are to be followed; yield what went wrong."""
        link = self._link
        try:
            visit = self._fetch(link.url)
            known = link.visits.get(link.url)
            same = known is not None and known.sha256 == visit.sha256
            if same and link.readers == VERSION:
                link.visits[link.url] = visit
            else:
                yield from self._take(visit, reread=same)
        except ArticleError as error:
            yield _outside(error)
        if link.follow and link.entries:
            yield from map(_outside, self._follow())

    def _fetch(self, url: str) -> Visit:
        """Return an address as it is now; the visit before where nothing has changed.

        Raises:
            ArticleError: it cannot be fetched, or is no article.
        """
        known = self._link.visits.get(url)
        fetched = self._fetcher.fetch(url, known.validators if known else None, allow_private=self._link.allow_private)
        if fetched is None:
            assert known
            return known
        data, content_type = fetched.response.body, fetched.response.headers.get("content-type", "")
        kind = kind_of(content_type, fetched.url, data)
        return Visit(fetched.validators(), self._kept.put(data), kind, charset_of(content_type))

    def _take(self, visit: Visit, *, reread: bool) -> Iterator[ArticleError]:
        """Take the articles of the link from its bytes; yield errors for parts of it.

        Raises:
            ArticleError: there are none.
        """
        link = self._link
        found = list(self._read(link.url, visit))
        articles = [article for article in found if isinstance(article, Article)]
        errors = [error for error in found if isinstance(error, ArticleError)]
        if not articles:
            raise errors[0] if errors else ArticleError(f"{link.url}: holds no articles")
        yield from map(_outside, errors)
        if link.entries and visit.kind not in FEEDS:
            raise ArticleError(f"{link.url}: was a feed, and is a page now", Advice.FORGET_SOURCE, source=link.url)
        if visit.kind in FEEDS:
            for article in articles:
                self._take_entry(article, visit, reread=reread)
        elif visit.kind in SEVERAL:
            link.articles = {article.id: [self._entry(article, visit)] for article in articles}
        else:
            version = Version(visit.sha256, visit.kind, self._now, visit.validators.url, visit.charset)
            self._put(link.url, version, articles[0], reread=reread)
        link.visits[link.url] = visit
        link.readers = VERSION

    def _read(self, name: str, visit: Visit) -> Iterator[Article | ArticleError]:
        data = self._kept.read(visit.sha256, name)
        original = Original(name, BytesIO(data), visit.validators.url, visit.charset)
        return self._apart.read_original(original, visit.kind)

    def _entry(self, article: Article, visit: Visit) -> Version:
        return Version(self._kept.put(to_entry(article)), ENTRY, self._now, visit.validators.url)

    def _take_entry(self, article: Article, visit: Visit, *, reread: bool) -> None:
        """Take an entry of a feed; where its page was fetched, that stays until it is fetched again."""
        version = self._entry(article, visit)
        versions = self._link.articles.get(article.id)
        if not self._link.follow or not versions or versions[-1].kind == ENTRY:
            self._put(article.id, version, article, reread=reread)
        self._link.entries[article.id] = version.sha256

    def _put(self, name: str, version: Version, article: Article, *, reread: bool = False) -> None:
        """Add a version of an article, if it is another than the newest one that is there."""
        versions = self._link.articles.setdefault(name, [])
        if versions and (reread or (versions[-1].kind == ENTRY) != (version.kind == ENTRY)):
            versions[-1] = version  # other words for the same: how a page is read, or its text beside its summary
        elif not versions or not self._is_same(name, versions[-1], version, article):
            versions.append(version)
        elif version.entry != versions[-1].entry:
            versions[-1] = version
        del versions[: -self._limits.versions]

    def _is_same(self, name: str, before: Version, now: Version, article: Article) -> bool:
        """Tell whether two versions tell the same: pages differ in what stands around the story each time."""
        if before.sha256 == now.sha256:
            return True
        if now.kind == ENTRY:
            return False
        try:
            page = self._read_version(name, name, replace(before, entry=None), self._apart)
        except ArticleError:
            return False
        return told_by(page) == told_by(article)

    def _follow(self) -> Iterator[ArticleError]:
        """Fetch the pages of entries that are new or changed; yield what went wrong, and how many were left out."""
        link, followed, left = self._link, 0, 0
        for name, entry in list(link.entries.items()):
            newest = link.articles[name][-1]
            if entry == (newest.entry or link.unfollowable.get(name)):
                continue
            if followed == self._limits.follow:
                left += 1
                continue
            try:
                followed += self._follow_entry(name, entry)
            except FetchError as error:
                if error.left_out:
                    left += 1
                    continue
                followed += 1
                if not error.silent:
                    link.unfollowable[name] = entry
                yield error
            except ArticleError as error:
                followed += 1
                link.unfollowable[name] = entry
                yield error
        if left:
            were = "was" if left == 1 else "were"
            yield ArticleError(f"{link.url}: of the pages that it leads to, {left} {were} left for another time")

    def _follow_entry(self, name: str, entry: str) -> int:
        """Fetch the page of an entry; return how many pages that were.

        Raises:
            ArticleError: it cannot be fetched, or holds no article.
        """
        url = from_entry(self._kept.read(entry, name), name).url
        if not url:
            self._link.unfollowable[name] = entry
            return 0
        try:
            url = address(url)
        except UsageError as error:
            raise ArticleError(str(error)) from None
        visit = self._fetch(url)
        article = only(list(self._read(url, visit)), url)
        version = Version(visit.sha256, visit.kind, self._now, visit.validators.url, visit.charset, entry)
        self._put(name, version, article)
        self._link.visits[url] = visit
        return 1


def _outside(error: ArticleError) -> ArticleError:
    """Return an error that stands for no article: those that were fetched before stay."""
    error.file = None
    return error


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
        self._kept = PageArchive(folder)
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
