"""Where in Milvus the vectors of an index lie, as `--index` and a manifest tell it; loads nothing of Milvus."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from index.core.errors import UsageError

SCHEME = "milvus:"
DATABASE = "milvus.db"
"""Name of the database of Milvus Lite within an index folder."""

KINDS = ("FLAT", "IVF_SQ8", "HNSW", "DISKANN")
FORMS = "milvus://HOST:PORT/NAME[?kind=KIND][#DIR], or milvus:DIR for Milvus Lite"

_NAME = re.compile(r"[A-Za-z_]\w{0,199}", re.ASCII)
_PORT = 19530


@dataclass(frozen=True, slots=True)
class MilvusAddress:
    """Where in Milvus the vectors of an index lie.

    Attributes:
        server: "host:port"; empty where Milvus Lite keeps them in the index folder.
        name: the alias of the collection in force, with which the names of all its collections begin.
        kind: how vectors are indexed, one of `KINDS`; by their number where it is empty.
        folder: the index folder, where the address names one.
    """

    server: str
    name: str
    kind: str = ""
    folder: Path | None = None

    @property
    def text(self) -> str:
        """The address without the folder, as a manifest holds it."""
        kind = f"?kind={self.kind}" if self.kind else ""
        return f"milvus://{self.server}/{self.name}{kind}" if self.server else f"{SCHEME}{kind}"

    @property
    def told(self) -> str:
        """The address as messages tell it."""
        return self.text if self.server else "Milvus Lite"

    def uri(self, index: Path) -> str:
        """Return what the Milvus client is given.

        Args:
            index: the index folder.
        """
        return f"http://{self.server}" if self.server else str((index / DATABASE).absolute())

    def place(self, state: Path) -> Path:
        """Return the index folder: the one named, else one for this address in the state folder."""
        return self.folder or state / "milvus" / f"{self.server.replace(':', '-')}-{self.name}"


@dataclass(frozen=True, slots=True)
class CollectionSeal:
    """The collection of Milvus that holds the vectors of a generation.

    Attributes:
        address: where it lies, as `MilvusAddress.text` tells it.
        name: of the collection.
        passages: how many vectors of passages it holds.
        sentences: how many vectors of sentences it holds.
    """

    address: str
    name: str
    passages: int
    sentences: int


def read_address(text: str, relative_to: Path = Path()) -> MilvusAddress:
    """Return what an address that begins with `SCHEME` says.

    >>> read_address("milvus://vectors.example/news").text
    'milvus://vectors.example:19530/news'

    Args:
        text: the address.
        relative_to: the folder that a relative DIR is meant from.

    Raises:
        UsageError: it is not of one of the `FORMS`.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port or _PORT
        options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except ValueError as error:
        raise UsageError(f"{text}: {error}; an index in Milvus is {FORMS}") from None
    kind = options.pop("kind", "").upper()
    if options or (kind and kind not in KINDS):
        raise UsageError(f"{text}: after ? comes kind={'|'.join(KINDS)} alone")
    if "@" in parts.netloc:
        raise UsageError("milvus://…@…: a password does not belong here; set ONRECORD_MILVUS_TOKEN to user:password")
    folder = parts.fragment if host else parts.path
    place = relative_to / folder if folder else None
    if host and _NAME.fullmatch(name := parts.path.strip("/")):
        return MilvusAddress(f"[{host}]:{port}" if ":" in host else f"{host}:{port}", name, kind, place)
    if not host and not parts.fragment and (place or text.partition("?")[0] == SCHEME):
        return MilvusAddress("", "onrecord", kind, place)
    raise UsageError(f"{text}: an index in Milvus is {FORMS}; NAME has letters, digits and _ alone")


def named_index(text: str, relative_to: Path = Path()) -> Path | MilvusAddress:
    """Return the index that some words name: a folder, or an address in Milvus.

    Args:
        text: the words.
        relative_to: the folder that they are written from.

    Raises:
        UsageError: it is no address; see `read_address`.
    """
    if not text.startswith(SCHEME):
        return relative_to / text
    address = read_address(text, relative_to)
    if address.server or address.folder:
        return address
    raise UsageError(f"{text}: names no folder; it is milvus:DIR for Milvus Lite")
