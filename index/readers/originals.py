"""What a reader is given: the bytes of one file, page or feed, and what is known of it from outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from index.errors import ArticleError

MAX_BYTES = 16 * 2**20
"""Size that one article may have: larger files are no news story."""


@dataclass(frozen=True, slots=True)
class Original:
    """A file on disk, or a page or feed as it was fetched.

    Attributes:
        name: its name within the source it belongs to; article ids and messages use it.
        stream: its bytes, from the first on.
        url: where it was fetched from, or None.
        charset: the encoding that the server told, or None.
    """

    name: str
    stream: BinaryIO
    url: str | None = None
    charset: str | None = None

    def read(self) -> bytes:
        """Return all bytes, for kinds of files that hold one article.

        Raises:
            ArticleError: there are more than one article may have.
        """
        data = self.stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ArticleError(f"{self.name}: is larger than one article may be ({MAX_BYTES >> 20} MB)")
        return data
