"""One request to one server: its answer, unpacked, within bounds of time and size."""

from __future__ import annotations

import ssl
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpcore

from index import __version__
from index.errors import ArticleError
from index.fetching.connecting import Connector, Deadline, NotAllowedError
from index.fetching.limits import Limits

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
        raise FetchError(f"{url}: {error}") from None
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
