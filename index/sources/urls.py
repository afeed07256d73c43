"""Which addresses may be fetched, and how much time, room and patience a link may take."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from index.core.errors import UsageError


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of fetching.

    Attributes:
        seconds: time for one address with its redirects, from looking up its name to the last byte.
        size: bytes that one page or feed may have, unpacked, and on the wire.
        redirects: how many are followed from one address.
        pause: seconds between two requests to one host.
        longest_pause: seconds that a host may ask for between two requests; longer ones are cut to this.
        failures: how many times in a row a host may fail to answer before the rest of its addresses are left alone.
        follow: how many entries of one feed are followed in one build.
        versions: how many versions of an article are kept.
    """

    seconds: float = 30.0
    size: int = 10 * 2**20
    redirects: int = 5
    pause: float = 1.0
    longest_pause: float = 30.0
    failures: int = 2
    follow: int = 200
    versions: int = 10


Address = IPv4Address | IPv6Address

SCHEMES = ("http", "https")
# Addresses that stand for IPv4 ones: RFC 6052 (NAT64) and the "IPv4-compatible" ones of RFC 4291.
_HOLDING_IPV4 = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))


def is_link(source: str) -> bool:
    """Tell whether a source is an address of the web rather than a path."""
    return "://" in source


def link(url: str) -> str:
    """Return an address as it is remembered: its host in lower case, without what stands behind "#".

    Raises:
        UsageError: it is no address of the web, or tells a user's name or password.
    """
    import httpx  # noqa: PLC0415  (whoever has files alone does without)

    try:
        parsed = httpx.URL(url.strip())
        host, port = parsed.raw_host, parsed.port
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise UsageError(f"{url}: is no web address ({error})") from None
    if parsed.scheme not in SCHEMES:
        raise UsageError(f"{url}: only http and https addresses can be fetched")
    if not host or (port is not None and not 0 < port < 1 << 16):
        raise UsageError(f"{url}: is no web address (host or port is missing or wrong)")
    if parsed.userinfo:
        raise UsageError(f"{parsed.copy_with(userinfo=b'')}: give the address without a name and password")
    return str(parsed.copy_with(fragment=None))


def is_public(text: str) -> bool:
    """Tell whether an IP address is one that everybody on the internet can reach.

    Loopback, private, link-local, shared, reserved and multicast ones are not (IANA's special-purpose registries), nor
    are IPv6 addresses that stand for such an IPv4 address: mapped, compatible, 6to4, Teredo, NAT64.

    Raises:
        ValueError: the text is no IP address.
    """
    address = ip_address(text.partition("%")[0])
    inner = _inner(address)
    if inner:
        return all(map(_is_open, inner))
    return _is_open(address)


def _inner(address: Address) -> list[IPv4Address]:
    """Return the IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, IPv4Address):
        return []
    if any(address in network for network in _HOLDING_IPV4):
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    return list(filter(None, [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]))


def _is_open(address: Address) -> bool:
    closed = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    local = address.is_link_local or address.is_private or getattr(address, "is_site_local", False)
    return address.is_global and not closed and not local
