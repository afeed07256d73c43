"""The folder of what was fetched: pages under their sha256, and for each link what became of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from index.core.errors import ArticleError
from index.core.files import make_folder, replace_file
from index.sources.robots import Validators

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Version:
    """An article at one time.

    Attributes:
        sha256: of the bytes that it can be proved by, which are kept under this name.
        kind: suffix of the reader of those bytes; `ENTRY` where they are what an entry of a feed tells, as JSON.
        fetched: UTC time at which it was first seen so, ISO.
        url: where the bytes were fetched from.
        charset: the encoding that the server told, or None.
        entry: of a page that an entry of a feed leads to, the sha256 of that entry, or None.
    """

    sha256: str
    kind: str
    fetched: str
    url: str
    charset: str | None = None
    entry: str | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """An address as it was fetched last: what the server told of it, and the sha256 of its bytes."""

    validators: Validators
    sha256: str
    kind: str
    charset: str | None


@dataclass(slots=True)
class Link:
    """A link that is a source.

    Attributes:
        url: the link.
        follow: whether the pages that entries of a feed lead to are fetched.
        allow_private: whether hosts in private networks are asked.
        readers: version of the readers that read it last.
        visits: what was fetched for it, by address.
        articles: the versions of each article, earliest first, by the article's id.
        entries: the sha256 of each entry of a feed as it was told last, by the article's id.
        unfollowable: the same of entries whose pages could not be read.
    """

    url: str
    follow: bool = False
    allow_private: bool = False
    readers: int = 0
    visits: dict[str, Visit] = field(default_factory=dict)
    articles: dict[str, list[Version]] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    unfollowable: dict[str, str] = field(default_factory=dict)

    def pages(self) -> set[str]:
        """Return the sha256 of everything that is kept for this link."""
        versions = [version for several in self.articles.values() for version in several]
        proofs = {version.sha256 for version in versions} | {version.entry for version in versions if version.entry}
        return proofs | {visit.sha256 for visit in self.visits.values()} | set(self.entries.values())


class PageArchive:
    """The folder, inside that of the index; only a build, which holds the writer lock, writes into it."""

    def __init__(self, folder: Path) -> None:
        """Name the folder, which is made when the first page is kept."""
        self._pages = folder / "pages"
        self._links = folder / "links"

    def put(self, data: bytes) -> str:
        """Keep bytes; return their sha256, under which they lie."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._pages / sha256
        if not _holds(path, data):
            make_folder(self._pages)
            replace_file(path, data)
        return sha256

    def read(self, sha256: str, name: str) -> bytes:
        """Return bytes that were kept.

        Raises:
            ArticleError: they are gone, or were changed.
        """  # noqa: DOC501  (`_passing` makes one)
        try:
            data = (self._pages / sha256).read_bytes()
        except OSError as error:
            raise _passing(f"{name}: the page as fetched cannot be read: {error.strerror or error}") from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise _passing(f"{name}: the page as fetched was changed since ({self._pages / sha256})")
        return data

    def load(self, url: str) -> Link:
        """Return what is known of a link; nothing is where it is new, or its record is damaged."""
        try:
            link = _from_json(json.loads(self._place(url).read_bytes()))
            good = link.url == url and all(map(_SHA256.fullmatch, link.pages()))
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return Link(url)
        return link if good else Link(url)

    def save(self, link: Link) -> None:
        """Write down what is known of a link."""
        make_folder(self._links)
        replace_file(self._place(link.url), json.dumps(asdict(link), indent=1).encode())

    def clean_up(self, sources: Collection[str]) -> None:
        """Remove links that are no source any more, and what was kept for them alone."""
        if not self._links.is_dir():
            return
        places = {self._place(source) for source in sources}
        for path in self._links.iterdir():
            if path not in places:
                path.unlink()
        wanted = set().union(*(self.load(source).pages() for source in sources))
        for path in self._pages.iterdir() if self._pages.is_dir() else ():
            if path.name not in wanted:
                path.unlink()

    def _place(self, url: str) -> Path:
        return self._links / f"{hashlib.sha256(url.encode()).hexdigest()}.json"


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except OSError:
        return False


def _from_json(record: dict[str, Any]) -> Link:
    visits = {url: Visit(**told | {"validators": Validators(**told["validators"])})
              for url, told in record["visits"].items()}  # fmt: skip
    articles = {name: [Version(**told) for told in versions] for name, versions in record["articles"].items()}
    return Link(**record | {"visits": visits, "articles": articles})


def _passing(message: str) -> ArticleError:
    error = ArticleError(message)
    error.lasting = False
    return error
