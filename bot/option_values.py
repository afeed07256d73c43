"""Values of options, as they are typed; each that is wrong is told in one line.

Each function here is the `type` of an option and raises `argparse.ArgumentTypeError` for what is none.
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from bot.places import named_index
from bot.time_spans import seconds
from index.errors import UsageError
from index.milvus_address import MilvusAddress


def positive(text: str) -> int:
    """Return a number from 1."""
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")


def span(text: str) -> float:
    """Return the seconds of a span such as 15m."""
    try:
        return seconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def count(text: str) -> int:
    """Return a number from 0."""
    return 0 if text == "0" else positive(text)


def webhook(text: str) -> str:
    """Return the address that Telegram is to send to."""
    if text.startswith("https://"):
        return text
    raise argparse.ArgumentTypeError(f"{text!r} is not an address that begins with https://")


def address(text: str) -> tuple[str, int]:
    """Return host and port."""
    host, colon, port = text.rpartition(":")
    if host and colon and port.isascii() and port.isdigit() and 0 < int(port) < 1 << 16:
        return host.strip("[]"), int(port)
    raise argparse.ArgumentTypeError(f"{text!r} is not an address with a port, such as 127.0.0.1:8443")


def place(text: str) -> Path | MilvusAddress:
    """Return where an index lies."""
    try:
        return named_index(text) if text else folder(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def folder(text: str) -> Path:
    """Return a folder."""
    # An unset variable would otherwise name the folder that the command runs in.
    if text:
        return Path(text)
    raise argparse.ArgumentTypeError("the name of the folder is empty")


def day(text: str) -> date:
    """Return a day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2017-02-07") from None
