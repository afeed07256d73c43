"""The HTTP side of the emulated Bot API server, and what can go wrong on it."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.bot_api_rules import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One request of the bot: when it came, what the server answered, and whether that was dropped on the way."""

    method: str
    params: Json
    at: float = field(default_factory=time.monotonic)
    status: int = 200
    dropped: bool = False


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request."""

    status: int = 200
    body: bytes | None = None
    delay: float = 0
    drop: bool = False
    handled: bool = True

    @classmethod
    def refused(cls, status: int, description: str, **parameters: Any) -> Fault:
        return cls(status, refusal_body(Refusal(status, description, **parameters)))

    @classmethod
    def too_many_requests(cls, retry_after: int) -> Fault:
        return cls.refused(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)

    @classmethod
    def server_error(cls) -> Fault:
        return cls.refused(500, "Internal Server Error")

    @classmethod
    def bad_gateway(cls) -> Fault:
        """The front server's own page, which is no JSON."""
        return cls(502, b"<html><head><title>502 Bad Gateway</title></head></html>")

    @classmethod
    def dropped(cls) -> Fault:
        """The connection ends before the request is looked at."""
        return cls(drop=True, handled=False)

    @classmethod
    def lost(cls) -> Fault:
        """The request is carried out, and the connection ends before the answer."""
        return cls(drop=True)

    @classmethod
    def slow(cls, seconds: float) -> Fault:
        """The request is carried out at once, and answered late."""
        return cls(delay=seconds)


@dataclass
class Weather:
    """A share of all requests goes wrong, in every way there is; the same seed brings the same ways in the same order.

    Attributes:
        share: of the requests, from 0 to 1.
        late: seconds by which some answers are late.
        ways: in which to go wrong, of the six there are.
        kinds: how often each kind of fault was brought.
    """

    share: float
    seed: int
    late: float = 0.2
    ways: tuple[str, ...] = ("429", "500", "502", "dropped before", "dropped after", "slow")
    kinds: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 - faults to test with, no secret

    def next(self) -> Fault:
        faults = {
            "429": Fault.too_many_requests(1),
            "500": Fault.server_error(),
            "502": Fault.bad_gateway(),
            "dropped before": Fault.dropped(),
            "dropped after": Fault.lost(),
            "slow": Fault.slow(self.late),
        }
        if self._chance.random() >= self.share:
            return Fault()
        kind = self._chance.choice(self.ways)
        self.kinds[kind] += 1
        return faults[kind]


class Server(ThreadingHTTPServer):
    """A thread for each connection."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(
        self, respond: Callable[[str, str, Json], Fault | None], download: Callable[[str, str], bytes | None]
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.respond = respond
        self.download = download

    def handle_error(self, *_: Any) -> None:
        """Say nothing: a bot may hang up on a long poll."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or headers and body, written one after the other, cost 40 ms a call
    server: Server

    def do_POST(self) -> None:
        _, bot, method = urlsplit(self.path).path.split("/", 2)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind = self.headers.get("Content-Type", "")
        params = _parts(kind, body) if kind.startswith("multipart/") else _params(body.decode())
        answer = self.server.respond(bot.removeprefix("bot"), method, params)
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(answer.body or b"")))
        self.end_headers()
        self.wfile.write(answer.body or b"")

    def do_GET(self) -> None:
        _, _, bot, path = unquote(urlsplit(self.path).path).split("/", 3)
        content = self.server.download(bot.removeprefix("bot"), path)
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_: Any) -> None:
        """Keep the test's output clean."""


def _params(body: str) -> Json:
    return _fields(dict(parse_qsl(body, keep_blank_values=True)))


def _fields(fields: dict[str, str]) -> Json:
    return {
        name: json.loads(text) if text[:1] in "[{" and name not in {"text", "caption"} else text
        for name, text in fields.items()
    }


def _parts(kind: str, body: bytes) -> Json:
    """Return what came as multipart/form-data: files as (name, content), which is how files are uploaded."""
    whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=HTTP)
    params: Json = {}
    for part in whole.iter_parts():
        content, name = part.get_payload(decode=True), part.get_param("name", header="content-disposition")
        file_name = part.get_filename()
        params |= {name: (file_name, content)} if file_name else _fields({name: content.decode()})
    return params


def posted(webhook: Json, update: object, *, secret: str, method: str = "POST", path: str | None = None) -> int:
    """Send something to a webhook as Telegram does, through a proxy that knows where it listens.

    The proxy is told the port by the host's name: https://port-8000.example/path. Returns the status; 0 without one.
    """
    url = urlsplit(webhook["url"])
    port = int(str(url.hostname).removeprefix("port-").partition(".")[0])
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    headers = {"Content-Type": "application/json"} | ({"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {})
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path or url.path, body, headers)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


def refusal_body(refusal: Refusal) -> bytes:
    answer: Json = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    return json.dumps(answer | ({"parameters": refusal.parameters} if refusal.parameters else {})).encode()
