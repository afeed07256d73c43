"""Connections that go where they may go, and end in time: what httpcore opens sockets with."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import httpcore

from index.errors import ArticleError
from index.fetching.addresses import is_public


class NotAllowedError(ArticleError):
    """A host has an address within a private network, and that was not allowed."""


class Deadline:
    """A point of time that all steps of one request share."""

    def __init__(self, seconds: float) -> None:
        """Set it so many seconds from now."""
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return how many seconds are left.

        Raises:
            httpcore.TimeoutException: none are.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left


class Connector(httpcore.NetworkBackend):
    """Looks up a name once, checks what it stands for, and connects to just that address.

    A name that stands for another address the next time it is looked up (DNS rebinding) gains nothing by that.
    """

    def __init__(self, deadline: Deadline, *, allow_private: bool) -> None:
        """Prepare to connect until a deadline, to private addresses only where that is allowed."""
        self._deadline = deadline
        self._allow_private = allow_private
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  (the deadline is what counts)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host that answers.

        Raises:
            NotAllowedError: one of its addresses is private.
            httpcore.ConnectError: it has no address, or none answers.
            httpcore.TimeoutException: it took too long.
        """
        addresses = _look_up(host, port, self._deadline.left())
        if not self._allow_private and not all(map(is_public, addresses)):
            private = next(address for address in addresses if not is_public(address))
            raise NotAllowedError(f"{host} is at {private}, which is no public address (--allow-private fetches it)")
        *first, last = addresses
        for tried, address in enumerate(first):
            # None may take the time of the others: an IPv6 address that leads nowhere is silent.
            seconds = self._deadline.left() / (len(addresses) - tried)
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._connect(address, port, seconds, local_address, socket_options)
        return self._connect(last, port, self._deadline.left(), local_address, socket_options)

    def _connect(
        self, address: str, port: int, seconds: float, local_address: str | None, socket_options: Iterable[Any] | None
    ) -> httpcore.NetworkStream:
        return _Stream(self._sockets.connect_tcp(address, port, seconds, local_address, socket_options), self._deadline)


class _Stream(httpcore.NetworkStream):
    """A connection none of whose steps goes past the deadline, however little each step waits for."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, self._deadline.left()), self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  (httpcore's)
        return self._stream.get_extra_info(info)


def _look_up(host: str, port: int, seconds: float) -> list[str]:
    """Return the addresses of a host; the system's resolver, which knows no deadline, works in a thread of its own."""
    answers: queue.SimpleQueue[list[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(address[0]) for *_, address in found)))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="onrecord-lookup", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise httpcore.ConnectTimeout from None
    if isinstance(answer, Exception) or not answer:
        raise httpcore.ConnectError(f"{host} is no known host")
    return answer
