"""Files in the folder of articles: saved under names that we make, and taken out so that they can be put back."""

from __future__ import annotations

import hashlib
import os
import re
import time
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from index.core.errors import OnrecordError
from index.core.files import sync
from index.readers.extraction.metadata import day_of_name

if TYPE_CHECKING:
    from index.store.records import FiledArticle

TAKEN_OUT: Final = ".taken-out"
"""The folder, within that of the articles, of those taken out; hidden folders are not read."""

LONGEST_NAME: Final = 60
_LETTERS: Final = str.maketrans("0123456789", "ghijklmnop")


class NotOursError(OnrecordError):
    """A file is not in the folder of articles, or holds more than one article."""


def plain_name(name: str) -> str:
    r"""Return the last part of a name that somebody gave, of harmless characters only.

    >>> plain_name("..\\..\\Pier “fire”\n2031-04-02.TXT"), plain_name("../..")
    ('Pier-fire-2031-04-02.txt', 'article')
    """
    last = re.split(r"[/\\]", name)[-1]
    stem, dot, suffix = last.rpartition(".")
    kept = re.sub(r"[^\w-]+", "-", stem if dot else last).strip("-_")[:LONGEST_NAME] or "article"
    return f"{kept}.{suffix.lower()}" if dot and re.fullmatch(r"\w{1,12}", suffix, re.ASCII) else kept


def file_name(title: str, day: str | None, content: bytes, suffix: str) -> str:
    """Return the name to save an article under: its day, if it has one, its title, and letters that tell its content.

    No other day can be read from the name than the article's own.

    >>> file_name("The 2031-04-02 fire: “Ship’s” loss!", None, b"", ".txt")
    'the-fire-ships-loss-ejbgckkipofc.txt'
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower().replace("'", "")
    slug = "-".join(re.findall(r"[a-z0-9]+", plain))[:LONGEST_NAME].strip("-")
    mark = hashlib.sha256(content).hexdigest()[:12].translate(_LETTERS)
    name = "-".join(filter(None, [day, slug, mark])) + suffix
    found = day_of_name(name)
    if (found.isoformat() if found else None) != day:
        letters = "-".join(re.findall(r"[a-z]+", slug))
        name = "-".join(filter(None, [day, letters, mark])) + suffix
    return name


def save(held: Path, folder: Path, name: str) -> Path:
    """Save a file in the folder of articles, durably; where it was saved under this name before, that is all.

    Raises:
        OnrecordError: the folder cannot be written.
    """
    target, staging = folder / name, folder / f".{name}.{os.getpid()}"
    try:
        if not target.exists():
            staging.write_bytes(held.read_bytes())
            sync(staging)
            # Unlike a renaming, a link never takes the place of a file that is there.
            os.link(staging, target)
            sync(folder)
    except FileExistsError:
        pass
    except OSError as error:
        raise OnrecordError(f"{folder}: cannot be written ({error.strerror or error})") from None
    finally:
        staging.unlink(missing_ok=True)
    return target


def file_of(article: FiledArticle, folder: Path) -> Path:
    """Return the file of an article in the folder of articles.

    Raises:
        NotOursError: it is elsewhere, or holds other articles too.
    """
    if Path(article.source) != folder:
        raise NotOursError(f"it comes from another source; whoever runs the bot can: onrecord forget {article.source}")
    path = folder / article.file
    if not path.resolve().is_relative_to(folder.resolve()):
        raise NotOursError("its file lies outside the folder of articles")
    if article.in_file > 1:
        raise NotOursError(f"its file, {article.file}, holds {article.in_file} articles")
    return path


def take_out(path: Path, folder: Path) -> Path:
    """Move a file out of the articles, to where whoever runs the bot can move it back from; return where it is.

    Raises:
        OnrecordError: it is gone, or the folder cannot be written.
    """
    target = folder / TAKEN_OUT / f"{time.time_ns()}-{path.name}"
    try:
        target.parent.mkdir(exist_ok=True)
        path.rename(target)
        sync(target.parent)
        sync(path.parent)
    except OSError as error:
        raise OnrecordError(f"{path.name}: cannot be taken out ({error.strerror or error})") from None
    return target
