"""Mails and mailboxes: newsletters and press releases as they came, each mail an article."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses
from typing import BinaryIO

from index.core.article import Article
from index.core.errors import ArticleError
from index.readers.extraction.html_text import paragraphs_of, without_boilerplate
from index.readers.extraction.metadata import Facts, article_of, dated, parse_day, without_title
from index.readers.extraction.original import MAX_BYTES, Original, decoded
from index.readers.plain_text import split_paragraphs

_PREFIX = re.compile(r"^(?:(?:re|fwd?|aw|wg)\s*:\s*)+", re.IGNORECASE)
# "On Tue, 14 Jan 2031 at 9:30, Ada Crane <crane@ledger.example> wrote:", on one line or two. What a mayor wrote one
# day is no mail: a line without time and address has what is quoted right below it.
_REPLY = re.compile(
    r"^(?:-----\s?Original Message"
    r"|On (?=.{0,120}(?:\n.{0,80})?(?:\d:\d\d|@)).{5,120}(?:\n.{0,80})?\bwrote:[ \t]*$"
    r"|On (?=.*\d).{5,120} wrote:[ \t]*\n(?:[^\n]|\n>))",
    re.MULTILINE,
)
_QUOTED_FROM = re.compile(rb">+From ")
_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:")
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
_HTML_INSTEAD = 3
_READING = (MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError)


def read_mail(original: Original) -> Iterator[Article | ArticleError]:
    """Yield the one article of a mail.

    Raises:
        ArticleError: it is no mail, or holds no text.
    """
    yield _read(original.read(), original.name, original.name, original.name)


def read_mailbox(original: Original) -> Iterator[Article | ArticleError]:
    """Yield an article, or an error that names the mail by its number, for each mail of a mailbox.

    Raises:
        ArticleError: it is no mailbox.
    """
    name = original.name
    for number, data in enumerate(_mails(original.stream, name), 1):
        where = f"{name}, mail {number}"
        try:
            yield _read(data, f"{name}#{number}", name, where)
        except ArticleError as error:
            yield error


def _mails(stream: BinaryIO, name: str) -> Iterator[bytes | None]:
    """Yield the bytes of each mail, without the line that opens it; None for one that is too large.

    A mail begins with a line "From …" behind a blank one and before a header: writers of mailboxes do not always mark
    the lines of a mail that begin so.

    Raises:
        ArticleError: it is no mailbox.
    """
    if not stream.readline(MAX_BYTES).startswith(b"From "):
        raise ArticleError(f"{name}: is no mailbox (it does not begin with “From ”)")
    lines: list[bytes] = []
    size, blank = 0, False
    following = stream.readline(MAX_BYTES)
    while line := following:
        following = stream.readline(MAX_BYTES)
        if blank and line.startswith(b"From ") and _HEADER.match(following):
            yield b"".join(lines) if size <= MAX_BYTES else None
            lines, size = [], 0
        else:
            size += len(line)
            if size <= MAX_BYTES:
                lines.append(line[1:] if _QUOTED_FROM.match(line) else line)
        blank = not line.strip()
    yield b"".join(lines) if size <= MAX_BYTES else None


def _read(data: bytes | None, article: str, name: str, where: str) -> Article:
    if data is None:
        raise ArticleError(f"{where}: is larger than one article may be ({MAX_BYTES >> 20} MB)")
    try:
        message = BytesParser(policy=policy.default).parsebytes(data)
        assert isinstance(message, EmailMessage)
        if not message.keys() or not any(message.get(key) for key in ("from", "date", "subject")):
            raise ArticleError(f"{where}: is no mail (it has no From, Date or Subject)")
        title = _PREFIX.sub("", _header(message, "subject") or "")
        paragraphs = without_title(_paragraphs(message), [title])
        outlet, byline = _sender(message)
        day = dated(parse_day(_header(message, "date")), "mail")
    except _READING as error:
        raise ArticleError(f"{where}: is broken mail ({type(error).__name__})") from None
    if not paragraphs:
        raise ArticleError(f"{where}: holds no text")
    facts = Facts(title, day, outlet, byline)
    return article_of(article, paragraphs, facts, source=name, sha256=hashlib.sha256(data).hexdigest())


def _header(message: EmailMessage, key: str) -> str | None:
    value = message.get(key)
    return " ".join(str(value).split())[:1000] or None if value is not None else None


def _sender(message: EmailMessage) -> tuple[str | None, str | None]:
    """Return outlet and byline: whoever sends to a list is an outlet, anybody else a person at an outlet's address."""
    name, address = next(iter(getaddresses([_header(message, "from") or ""])), ("", ""))
    host = address.rpartition("@")[2].strip() or None
    if any(message.get(key) for key in ("list-unsubscribe", "list-id", "list-post")) or not name:
        return name or host, None
    return host, name


def _paragraphs(message: EmailMessage) -> list[str]:
    """Return the paragraphs of a mail: of its plain part, unless its HTML part tells far more."""
    parts = list(_parts(message))
    plain = [text for part in parts if (text := _content(part, "text/plain"))]
    markup = [text for part in parts if (text := _content(part, "text/html"))]
    written = [p for text in plain for p in split_paragraphs(_own_words(text))]
    shown = [paragraph for text in markup for paragraph in paragraphs_of(text)]
    if _size(written) * _HTML_INSTEAD < _size(shown):
        written = shown
    return list(without_boilerplate(written))


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield the parts of a mail, outermost first, without what is attached, such as another mail with its parts."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        attached = part.get_content_disposition() == "attachment" or part.get_content_maintype() == "message"
        if part is message or not attached:
            yield part
            inner = part.get_payload()
            waiting += [p for p in reversed(inner) if isinstance(p, EmailMessage)] if isinstance(inner, list) else []


def _content(part: EmailMessage, kind: str) -> str | None:
    if part.get_content_type() != kind:
        return None
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return None
    text = decoded(data, part.get_content_charset() or "utf-8")
    return (data.decode("cp1252", "replace") if text is None else text).replace("\0", "")


def _own_words(text: str) -> str:
    """Return a text without signature, quoted mails and the mail that it replies to."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for end in (_REPLY, _SIGNATURE):
        text = end.split(text, maxsplit=1)[0]
    return "\n".join(line for line in text.split("\n") if not line.startswith(">"))


def _size(paragraphs: list[str]) -> int:
    return sum(map(len, paragraphs))
