"""What a user gave to be indexed: links, and files and folders, which are walked in order."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from index.core.article import Article
from index.core.errors import Advice, ArticleError, SourceError, UsageError
from index.core.files import FoundFile, Stamp, walk
from index.readers.registry import READERS, read_articles
from index.readers.sandbox import ReadingProcess
from index.sources.urls import is_link, link

SOURCES_VARIABLE = "ONRECORD_ARTICLES"


def resolve_source(source: str) -> str:
    """Return the form under which a source is remembered: an absolute path, or the address of a link.

    Raises:
        UsageError: the source is empty, or an address that cannot be fetched.
    """
    if not source.strip():
        raise UsageError("a source is empty: give a file, a folder or a link")
    if not _is_text(source):
        raise UsageError(f"{encodable(source)}: the name of this source is not valid UTF-8; rename it")
    if is_link(source):
        return link(source)
    return os.path.abspath(Path(source).expanduser())  # noqa: PTH100  (Path.absolute keeps the dots of "../articles")


def listed_links(path: Path) -> list[str]:
    """Return the links that a file lists, one a line; what stands behind " #", and lines that begin so, are notes.

    Raises:
        UsageError: it cannot be read, or a line is no link.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: this list of links cannot be read: {error}") from None
    addresses = (re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip() for line in lines)
    found = (_link_at(f"{path}, line {number}", address) for number, address in enumerate(addresses, 1) if address)
    return list(dict.fromkeys(found))


def _link_at(place: str, address: str) -> str:
    try:
        return link(address)
    except UsageError as error:
        raise UsageError(f"{place}: {error}") from None


def default_source() -> str:
    """Return the source to index where none was ever given: `$ONRECORD_ARTICLES`, else `./seeds`.

    Raises:
        UsageError: neither is there.
    """
    named = os.environ.get(SOURCES_VARIABLE)
    if named or Path("seeds").is_dir():
        return resolve_source(named or "seeds")
    raise UsageError("nothing to index yet", Advice.GIVE_ARTICLES)


def read_source(source: str) -> Iterator[Article | ArticleError]:
    """Yield the articles of a file or folder in the order of their names, and errors for those that cannot be read.

    Raises:
        SourceError: the source is not there, or holds no file of a kind that can be read.
    """
    with ReadingProcess() as apart:
        for found in find_files(source):
            if isinstance(found, ArticleError):
                yield found
            else:
                yield from read_file(found, apart)


def find_files(source: str) -> Iterator[FoundFile | ArticleError]:
    """Yield the files of a source in the order of their names, and errors for folders in it that cannot be read.

    Raises:
        SourceError: the source is not there, or holds no file of a kind that can be read.
    """
    path = Path(source)
    try:
        status = path.stat()
    except FileNotFoundError:
        raise SourceError(f"{source}: no such file or folder") from None
    except OSError as error:
        raise SourceError(f"{source}: cannot be read: {error.strerror}") from None
    if stat.S_ISDIR(status.st_mode):
        yield from _find_in_folder(path)
    elif not _is_known(path.name):
        raise SourceError(f"{source}: cannot read this kind of file (known: {_known_kinds()})")
    else:
        yield FoundFile(source, path.name, Stamp.of(status))


def read_file(found: FoundFile, apart: ReadingProcess) -> Iterator[Article | ArticleError]:
    """Yield the articles of a file, and errors: in a process of its own where the file's kind asks for that."""
    path = Path(found.path)
    return (apart.read if READERS[path.suffix.lower()].apart else read_articles)(path, encodable(found.name))


def _find_in_folder(folder: Path) -> Iterator[FoundFile | ArticleError]:
    if not os.access(folder, os.R_OK | os.X_OK):
        raise SourceError(f"{folder}: no permission to read this folder")
    any_found = False
    unread: list[OSError] = []
    for found in walk(str(folder), _is_article, unread):
        any_found = True
        yield found
    for error in unread:
        yield _unread_folder(folder, error)
    if not any_found and not unread:
        raise SourceError(f"{folder}: holds no articles (looked for {_known_kinds()})")


def _unread_folder(source: Path, error: OSError) -> ArticleError:
    """Return the error of a folder within a source, which stands for every article in it.

    Raises:
        SourceError: it is the source itself.
    """
    folder, reason = Path(error.filename), error.strerror or str(error)
    if folder == source:
        raise SourceError(f"{source}: cannot be read: {reason}")
    name = encodable(folder.relative_to(source).as_posix()) + "/"
    unread = ArticleError(f"{name}: cannot be read: {reason}")
    unread.file = name
    unread.lasting = False
    return unread


def encodable(name: str) -> str:
    r"""Return the name of a file as text: bytes that are not UTF-8, which file systems allow, as ``\xe9``."""
    return name if name.isascii() else os.fsencode(name).decode("utf-8", "backslashreplace")


def _is_text(name: str) -> bool:
    return encodable(name) == name


def _is_article(name: str) -> bool:
    """Tell whether a file within a folder is read: a note that explains the folder is no article of it."""
    return _is_known(name) and not name.lower().startswith("readme.m")


def _is_known(name: str) -> bool:
    # Without a Path, which for each of many files takes long.
    stem, _, suffix = name.lstrip(".").rpartition(".")
    return bool(stem) and f".{suffix.lower()}" in READERS


def _known_kinds() -> str:
    return ", ".join(sorted(READERS))
