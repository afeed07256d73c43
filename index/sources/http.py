"""One request to one server: over a connection that goes where it may, within bounds of time and size."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpcore

from index import __version__
from index.core.errors import Advice, ArticleError
from index.sources.urls import Limits, is_public


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
            httpcore.ReadTimeout: none are.
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
            raise NotAllowedError(f"{host} is at {private}, which is no public address", Advice.ALLOW_PRIVATE)
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


USER_AGENT = f"onrecord/{__version__}"
_ACCEPT = "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/xml;q=0.9,*/*;q=0.5"
_CHUNK = 1 << 16


class FetchError(ArticleError):
    """An address could not be fetched.

    Attributes:
        silent: whether the host does not answer, or not in time, or asks to be left alone.
        left_out: whether it was not asked at all, for that reason.
    """

    lasting = False
    silent = False
    left_out = False

    @classmethod
    def of_host(cls, message: str) -> FetchError:
        """Return the error of a host that does not answer."""
        error = cls(message)
        error.silent = True
        return error


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered: headers by their names in lower case, the body unpacked."""

    status: int
    headers: dict[str, str]
    body: bytes


def get(
    url: str,
    headers: dict[str, str],
    deadline: Deadline,
    limits: Limits,
    *,
    allow_private: bool = False,
    cut: bool = False,
) -> Response:
    """Return what a server answers to GET; nothing is read of the body of anything but 200.

    Args:
        url: the address.
        headers: what to send beside the usual.
        deadline: when all of it has to be done.
        limits: of these, the size counts.
        allow_private: whether the host may be in a private network.
        cut: return the beginning of a body that is too large.

    Raises:
        FetchError: there is no answer, or it breaks a bound.
    """
    usual = {"User-Agent": USER_AGENT, "Accept": _ACCEPT, "Accept-Encoding": "gzip", "Connection": "close"}
    # A server may have put any byte into an ETag (RFC 9110, 8.8.3), and gets back just that.
    sent = [(name, value.encode("latin-1")) for name, value in (usual | headers).items()]
    with (
        _told_in_a_line(url, deadline),
        httpcore.ConnectionPool(network_backend=Connector(deadline, allow_private=allow_private)) as pool,
        pool.stream("GET", url, headers=sent) as response,
    ):
        told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        good = response.status == 200
        body = _body(url, told, response.iter_stream(), limits.size, cut=cut) if good else b""
        return Response(response.status, told, body)


@contextmanager
def _told_in_a_line(url: str, deadline: Deadline) -> Iterator[None]:
    """Raise what goes wrong with a connection as a FetchError."""
    try:
        yield
    except NotAllowedError as error:
        raise FetchError(f"{url}: {error}", error.advice, **error.parameters) from None
    except httpcore.TimeoutException:
        raise FetchError.of_host(f"{url}: took longer than {deadline.seconds:g} seconds") from None
    except httpcore.NetworkError as error:
        if error.args and isinstance(error.args[0], ssl.SSLCertVerificationError):
            raise _untrusted(url, error.args[0]) from None
        raise FetchError.of_host(f"{url}: cannot be reached: {_line(error)}") from None
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise FetchError(f"{url}: the server does not keep to HTTP: {_line(error)}") from None


def _untrusted(url: str, error: ssl.SSLCertVerificationError) -> FetchError:
    why = error.verify_message.rstrip(".")
    return FetchError.of_host(
        f"{url}: its certificate is not trusted ({why}); if you trust it, name the file of its CA in SSL_CERT_FILE"
    )


def _body(url: str, headers: dict[str, str], chunks: Iterable[bytes], size: int, *, cut: bool) -> bytes:
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding in ("gzip", "x-gzip"):
        chunks = _unpacked(url, _measured(url, chunks, size))
    elif coding != "identity":
        raise FetchError(f"{url}: comes packed as {coding!r}, which was not asked for")
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > size:
            if cut:
                break
            raise FetchError(f"{url}: is larger than a page or feed may be ({_size(size)})")
    return bytes(body[:size])


def _measured(url: str, chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Yield what comes over the wire, which may be endless and unpack to nothing."""
    taken = 0
    for chunk in chunks:
        taken += len(chunk)
        if taken > size:
            raise FetchError(f"{url}: is larger than a page or feed may be ({_size(size)})")
        yield chunk


def _unpacked(url: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what gzip packed (RFC 1952, of one member or more), never more than a chunk at a time."""
    member = zlib.decompressobj(wbits=31)
    begun = False
    try:
        for packed in chunks:
            rest = packed
            while rest:
                if member.eof:
                    member = zlib.decompressobj(wbits=31)
                begun = True
                yield member.decompress(rest, _CHUNK)
                rest = member.unused_data if member.eof else member.unconsumed_tail
    except zlib.error as error:
        raise FetchError(f"{url}: cannot be unpacked: {_line(error)}") from None
    if begun and not member.eof:
        raise FetchError(f"{url}: was cut off")


def _size(size: int) -> str:
    return f"{size >> 20} MB" if size >> 20 else f"{size} bytes"


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
