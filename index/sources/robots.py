"""When a server may be asked: robots.txt, pauses, and hosts that do not answer."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace

import httpx
from protego import Protego

from index.core.errors import Advice, UsageError
from index.sources.http import Deadline, FetchError, Response, get
from index.sources.urls import Limits, link

_ROBOT = "onrecord"
# RFC 9309, 2.5: at least 500 KiB of it are read.
_ROBOTS_SIZE = 500 * 1024
# What robots.txt tells others is taken for what it tells one other: ten thousand names above ten thousand rules would
# be a hundred million rules. And names are compared as wholes (RFC 9309, 2.2.1): "on" is another robot.
_OTHERS = re.compile(
    rf"^([^\S\n]*+user(?:-|[^\S\n]++)?+agent[^\S\n]*+:?+[^\S\n]*+)(?!(?:\*|{_ROBOT})[^\S\n]*(?:#.*)?$).+$",
    re.IGNORECASE | re.MULTILINE,
)
_REDIRECTS = (301, 302, 303, 307, 308)
_BUSY = (429, 503)


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of an address it served, by which it can tell whether that has changed (RFC 9110, 8.8)."""

    url: str
    etag: str | None
    last_modified: str | None

    def headers(self) -> dict[str, str]:
        """Return what asks for the address only if it has changed."""
        told = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page or feed: the address that it came from in the end, and what the server answered."""

    url: str
    response: Response

    def validators(self) -> Validators:
        """Return by what a later request can ask whether it has changed."""
        headers = self.response.headers
        return Validators(self.url, headers.get("etag"), headers.get("last-modified"))


class Fetcher:
    """Asks servers, one at a time; what it knows of a host lasts for one build."""

    def __init__(self, limits: Limits) -> None:
        """Prepare to fetch within limits."""
        self._limits = limits
        self._robots: dict[str, Protego | FetchError] = {}
        self._asked: dict[str, float] = {}
        self._failures: dict[str, int] = {}

    def fetch(self, url: str, known: Validators | None = None, *, allow_private: bool = False) -> Fetched | None:
        """Return what lies at an address, or None where it is as it was when it was fetched last.

        Args:
            url: the address.
            known: what the server said then.
            allow_private: whether hosts may be in a private network.

        Raises:
            FetchError: it could not be fetched.
        """
        host = _origin(url)
        if self._failures.get(host, 0) >= self._limits.failures:
            error = FetchError(
                f"{url}: was left out, as {host} failed to answer {self._limits.failures} times in a row"
            )
            error.left_out = error.silent = True
            raise error
        try:
            found = self._follow(url, known, allow_private=allow_private)
        except FetchError as error:
            self._failures[host] = self._failures.get(host, 0) + 1 if error.silent else 0
            if not str(error).startswith(f"{url}: "):
                error.args = (f"{url}: leads to {error}",)
            raise
        self._failures[host] = 0
        return found

    def _follow(self, url: str, known: Validators | None, *, allow_private: bool) -> Fetched | None:
        deadline: Deadline | None = None
        place = url
        for _ in range(self._limits.redirects + 1):
            robots = self._allowed(place, allow_private=allow_private)
            if deadline is None:
                self._wait(_origin(place), robots)
                deadline = Deadline(self._limits.seconds)
            headers = known.headers() if known and known.url == place else {}
            try:
                response = get(place, headers, deadline, self._limits, allow_private=allow_private)
            finally:
                self._asked[_origin(place)] = time.monotonic()
            if response.status == 304 and headers:
                return None
            if response.status == 200:
                return Fetched(place, response)
            place = _next(url, place, response)
        raise FetchError(f"{url}: redirects more than {self._limits.redirects} times")

    def _wait(self, host: str, robots: Protego) -> None:
        pause = max(self._limits.pause, min(float(robots.crawl_delay(_ROBOT) or 0), self._limits.longest_pause))
        left = self._asked[host] + pause - time.monotonic() if host in self._asked else 0
        if left > 0:
            time.sleep(left)

    def _allowed(self, url: str, *, allow_private: bool) -> Protego:
        """Return the rules of a host, which allow an address.

        Raises:
            FetchError: they do not allow it, or cannot be had.
        """
        origin = _origin(url)
        if origin not in self._robots:
            self._robots[origin] = self._read_robots(origin, allow_private=allow_private)
        rules = self._robots[origin]
        if isinstance(rules, FetchError):
            line = f"{url}: {str(rules).removeprefix(f'{origin}/robots.txt: ')}"
            error = FetchError(line, rules.advice, **rules.parameters)
            error.silent = rules.silent
            raise error
        if not rules.can_fetch(url, _ROBOT):
            raise FetchError(f"{url}: robots.txt asks programs not to fetch this")
        return rules

    def _read_robots(self, origin: str, *, allow_private: bool) -> Protego | FetchError:
        """Return the rules of a host (RFC 9309, 2.3.1): all is allowed where it has none, nothing where it fails."""
        place = f"{origin}/robots.txt"
        deadline, limits = Deadline(self._limits.seconds), replace(self._limits, size=_ROBOTS_SIZE)
        try:
            for _ in range(self._limits.redirects + 1):
                response = get(place, {}, deadline, limits, allow_private=allow_private, cut=True)
                if response.status not in _REDIRECTS:
                    break
                place = _next(place, place, response)
        except FetchError as error:
            return error
        if response.status >= 500 or response.status in _BUSY:
            return FetchError.of_host(f"{origin}/robots.txt: its robots.txt cannot be had (answer {response.status})")
        text = response.body.decode("utf-8", "replace").removeprefix("\ufeff")
        return Protego.parse(_OTHERS.sub(r"\1others", "\n".join(text.splitlines())))


def _next(url: str, place: str, response: Response) -> str:
    """Return where a redirect leads.

    Raises:
        FetchError: it is none, or leads nowhere that may be fetched.
    """  # noqa: DOC501  (`of_host` makes one)
    if response.status in _BUSY:
        raise FetchError.of_host(f"{url}: the server answers {response.status} (too many requests, or out of service)")
    target = response.headers.get("location")
    if response.status not in _REDIRECTS or not target:
        line = f"{url}: the server answers {response.status}"
        if response.status in (404, 410):
            raise FetchError(line, Advice.FORGET_SOURCE, source=url)
        raise FetchError(line)
    try:
        return link(str(httpx.URL(place).join(_as_utf8(target))))
    except (UsageError, httpx.InvalidURL, ValueError) as error:
        raise FetchError(f"{url}: redirects to an address that cannot be fetched: {error}") from None


def _as_utf8(header: str) -> str:
    """Return a header read as UTF-8 if it is that: servers send addresses so, though HTTP has them in ASCII."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return header


def _origin(url: str) -> str:
    parsed = httpx.URL(url)
    return f"{parsed.scheme}://{parsed.netloc.decode('ascii')}"
