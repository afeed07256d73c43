"""One visit to a link: its page or feed fetched if it changed, and what that means for its articles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import NamedTuple

from index.articles import Article
from index.errors import ArticleError, UsageError
from index.fetching.addresses import link as address
from index.fetching.entries import ENTRY, FEEDS, SEVERAL, charset_of, from_entry, kind_of, only, to_entry, told_by
from index.fetching.kept import Kept, Link, Version, Visit
from index.fetching.limits import Limits
from index.fetching.politeness import Fetcher
from index.fetching.requests import FetchError
from index.readers import VERSION, Original
from index.readers.apart import ReadingProcess

ReadVersion = Callable[[str, str, Version, ReadingProcess], Article]


class Tools(NamedTuple):
    """What all visits of a build share."""

    kept: Kept
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
            gone = f"if it is gone for good: onrecord forget {link.url}"
            raise ArticleError(f"{link.url}: was a feed, and is a page now; {gone}")
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
