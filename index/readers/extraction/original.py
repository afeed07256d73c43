"""What a reader is given: the bytes of one file, page or feed, what is known of it from outside, and its text."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import BinaryIO

from charset_normalizer import from_bytes

from index.core.errors import ArticleError

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


# UTF-32 first: its little-endian mark begins with that of UTF-16.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# An apostrophe within a word, or a closing quotation mark, of Mac OS Roman: in Windows-1252 a capital behind a letter.
_MAC_QUOTES = re.compile(rb"[a-z]\xd5[a-z]|[a-z][,.?!]\xd3")
_SAMPLE = 200_000
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b"))
_END_OF_DOS_FILE = b"\x1a"


def decode(data: bytes, name: str) -> str:
    """Return the text of a file.

    UTF-8 and text with a byte order mark are taken at their word, also where a byte of it is broken, which is an error
    rather than another encoding. Other text is Windows-1252 or Mac OS Roman where few letters have accents, as in the
    archives of English newsrooms; else the encoding in which it looks most like a language.

    Raises:
        ArticleError: the bytes are not text, or in no encoding that makes sense of them.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _strictly(data, encoding, name)
    data = data.rstrip(_END_OF_DOS_FILE)
    if any(control in data for control in _CONTROLS):
        raise ArticleError(f"{name}: is not a text file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _strictly(data, "utf-8" if _mostly_utf8(data) else _likely_encoding(data, name), name)


def decoded(data: bytes, encoding: str) -> str | None:
    """Return the text of bytes in an encoding; None where they are no such text, or there is no such encoding."""
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _mostly_utf8(data: bytes) -> bool:
    """Tell UTF-8 that is cut off or has a broken byte: by chance, other text seldom makes a character of two bytes."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\N{REPLACEMENT CHARACTER}")
    return sum(char > "\x7f" for char in text) > 2 * broken


def _strictly(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ArticleError(f"{name}: is not valid {encoding} (byte {error.start}); save it as UTF-8") from None


def _likely_encoding(data: bytes, name: str) -> str:
    if _mostly_ascii(data):
        if _MAC_QUOTES.search(data):
            return "mac_roman"
        if decoded(data, "cp1252") is not None:
            return "cp1252"
    best = from_bytes(data[:_SAMPLE]).best()
    if best is None:
        raise ArticleError(f"{name}: is in no known text encoding; save it as UTF-8")
    return best.encoding


def _mostly_ascii(data: bytes) -> bool:
    """Tell text in a western language, where a letter in ten at most has an accent, from text in another script."""
    sample = data[:_SAMPLE]
    letters = sum(byte >= 0x80 or chr(byte).isalpha() for byte in sample)
    return sum(byte >= 0x80 for byte in sample) <= letters / 10
