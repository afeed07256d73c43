"""What a message offers as an article: a document, an address, or a text, and what it tells of where that is from."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from telegram import Message, MessageOriginChannel

from index.fetching.addresses import is_link
from index.readers import READERS

if TYPE_CHECKING:
    from telegram import Document

MOST_BYTES: Final = 20 * 2**20
"""Larger files a bot cannot get from Telegram: https://core.telegram.org/bots/api#getfile"""

ARTICLE_LENGTH: Final = 300
"""Characters from which a text that an admin forwards is taken for an article rather than a question."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What is offered; one of the three.

    Attributes:
        document: a file, or None.
        url: an address, or None.
        text: a text, or empty.
        told: what is known of where a text is from: "outlet", "date" (ISO) and "url".
    """

    document: Document | None = None
    url: str | None = None
    text: str = ""
    told: dict[str, str] = field(default_factory=dict)

    @property
    def suffix(self) -> str:
        """The kind of file that it is."""
        if self.document:
            return PurePath(self.document.file_name or "").suffix.lower()
        return ".jsonl" if self.url else ".txt"

    @property
    def size(self) -> int:
        """Bytes of a document, as far as Telegram tells."""
        return (self.document.file_size or 0) if self.document else 0


def offered_by(message: Message, words: str) -> Offered | None:
    """Return what a message offers or, where it has nothing but a command, the message that it replies to.

    Args:
        message: the message.
        words: its words, without the command.
    """
    if found := _offered(message, words):
        return found
    replied = message.reply_to_message
    return _offered(replied, replied.text or replied.caption or "") if replied else None


def is_article(message: Message) -> bool:
    """Tell whether a message that an admin forwards, or a document, is taken for an article without being told so."""
    if message.document:
        return Offered(message.document).suffix in READERS
    return message.forward_origin is not None and len(message.text or "") >= ARTICLE_LENGTH


def _offered(message: Message, words: str) -> Offered | None:
    text = words.strip()
    if message.document:
        return Offered(document=message.document)
    if not text:
        return None
    if is_link(text) and len(text.split()) == 1:
        return Offered(url=text)
    return Offered(text=text, told=_told(message))


def _told(message: Message) -> dict[str, str]:
    """Return what a post forwarded from a channel tells; the names of people are no outlets."""
    origin = message.forward_origin
    if not isinstance(origin, MessageOriginChannel):
        return {}
    channel = origin.chat
    url = f"https://t.me/{channel.username}/{origin.message_id}" if channel.username else ""
    told = {"outlet": channel.title or "", "date": origin.date.date().isoformat(), "url": url}
    return {name: value for name, value in told.items() if value}
