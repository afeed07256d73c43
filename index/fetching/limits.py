"""How much time, room and patience a link may take."""

from __future__ import annotations

from dataclasses import dataclass


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
