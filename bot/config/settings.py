"""What an operator sets in one TOML file, and where the bot's token comes from.

`deploy/onrecord.toml` explains every key. What the command line says goes before the file, and the file before the
environment. A path is relative to the file. A token never stands in it.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, PlainValidator, Strict, ValidationInfo

from bot.config.durations import seconds
from bot.config.settings_file import Problem, checked, read_toml, shown, told
from index.core.errors import UsageError
from index.sources.urls import link
from index.vectors.milvus_address import SCHEME, MilvusAddress, named_index

if TYPE_CHECKING:
    from collections.abc import Iterator


CREDENTIALS_VARIABLE: Final = "CREDENTIALS_DIRECTORY"
"""Names the folder that systemd makes for one service alone; modes tell nothing there, access lists do."""
TOKEN_VARIABLE: Final = "TELEGRAM_BOT_TOKEN"  # noqa: S105  (the name of a variable, not a token)
METRICS_EXTRA: Final = "needs an extra: pip install 'onrecord[metrics]'"
_LONGEST: Final = 1000
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def read_token(path: Path | None) -> str:
    """Return the bot's token.

    Args:
        path: the file that holds it; the environment does by default.

    Raises:
        UsageError: there is no token, or others may read or change the file.
    """
    if path is None:
        token = os.environ.get(TOKEN_VARIABLE, "").strip()
        if not token:
            raise UsageError(f"set {TOKEN_VARIABLE} to the token that @BotFather gave you, or name a --token-file")
        return token
    try:
        token = _read_private(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a text"
        raise UsageError(f"--token-file {path}: cannot be read ({reason})") from None
    if not token:
        raise UsageError(f"--token-file {path}: is empty; put the token that @BotFather gave you into it")
    return token


def _read_private(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        # Of the open file, so that no other can be put in its place meanwhile; Windows has no such modes.
        if os.name != "nt" and os.fstat(file.fileno()).st_mode & _OTHERS and not _is_credential(path):
            raise UsageError(f"--token-file {path}: others may read the token; run: chmod 600 {path}")
        return file.read(_LONGEST).strip()


def _is_credential(path: Path) -> bool:
    folder = os.environ.get(CREDENTIALS_VARIABLE)
    return folder is not None and path.resolve().parent == Path(folder).resolve()


OPEN: Final = "open"
ALLOW_LIST: Final = "allow-list"
PAIRING: Final = "pairing"

_SECRETS: Final = ("token", "bot_token", "secret", "secret_token", "password")
_TOKEN: Final = re.compile(r"\d+:[\w-]{30,}")
_PORTS: Final = range(1, 1 << 16)


def _text(value: object) -> str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise ValueError(f"is to be a text in quotation marks, not {shown(value)}")


def _path(value: object, info: ValidationInfo[Path]) -> Path:
    """Return a path, relative to the folder of the file, or to the user's home behind "~"."""
    text = _text(value)
    try:
        return Path(os.path.abspath(info.context / Path(text).expanduser()))  # noqa: PTH100  (as sources are remembered)
    except RuntimeError:
        raise ValueError(f"{text!r}: there is no such home folder") from None


def _link(value: object) -> str:
    try:
        return link(_text(value))
    except UsageError as error:
        raise ValueError(str(error)) from None


def _index(value: object, info: ValidationInfo[Path]) -> Path | MilvusAddress:
    text = _text(value)
    if not text.startswith(SCHEME):
        return _path(text, info)
    try:
        return named_index(text, info.context)
    except UsageError as error:
        raise ValueError(str(error)) from None


def _token_file(value: object, info: ValidationInfo[Path]) -> Path:
    found = _path(value, info)
    if _TOKEN.fullmatch(found.name):
        raise ValueError("names a file that holds the token; the token itself does not belong here")
    return found


def _beginning(*schemes: str) -> PlainValidator:
    def read(value: object) -> str:
        text = _text(value)
        if text.startswith(schemes):
            return text
        raise ValueError(f"is to begin with {' or '.join(schemes)}, not {text!r}")

    return PlainValidator(read)


def _port(value: int) -> int:
    if value in _PORTS:
        return value
    raise ValueError(f"is to be a port from 1 to {_PORTS[-1]}, not {shown(value)}")


def _duration(value: object) -> float:
    return seconds(shown(value) if isinstance(value, int) else _text(value))


_Text = Annotated[str, PlainValidator(_text)]
_Flag = Annotated[bool, Strict()]
_Number = Annotated[int, Strict()]
_Location = Annotated[Path, PlainValidator(_path)]
_Duration = Annotated[float, PlainValidator(_duration)]


class _Table:
    """Base of what is read from a table: a key that names none of its fields is refused."""

    __slots__ = ()
    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings(_Table):
    """Pages and feeds that are indexed beside the folder of articles.

    Attributes:
        addresses: of pages and feeds.
        every: seconds between two visits, with `index --watch`.
        follow: whether the pages that entries of feeds lead to are fetched; None leaves it as the index remembers it.
        allow_private: whether these may lead to private and loopback addresses; None likewise.
    """

    addresses: tuple[Annotated[str, PlainValidator(_link)], ...] = ()
    every: _Duration = 600.0
    follow: _Flag | None = None
    allow_private: _Flag | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings(_Table):
    """How Telegram reaches the bot, where it does not poll.

    Attributes:
        url: the address that Telegram sends updates to; None polls.
        listen: the address of this machine to listen at.
        port: the port there.
        certificate: PEM file, where the bot itself speaks TLS.
        key: PEM file of its private key, where it is not in that of the certificate.
        self_signed: whether Telegram has to be told the certificate, because nobody else vouches for it.
    """

    url: Annotated[str, _beginning("https://")] | None = None
    listen: _Text = "127.0.0.1"
    port: Annotated[_Number, AfterValidator(_port)] = 8443
    certificate: _Location | None = None
    key: _Location | None = None
    self_signed: _Flag = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramSettings(_Table):
    """The bot.

    Attributes:
        token_file: holds the token; only its owner may read it.
        base_url: root of another Bot API server than Telegram's own.
        access: who may ask: OPEN, ALLOW_LIST or PAIRING.
        allowed: ids of people and groups who may, whatever was paired.
        admins: ids of people who may also change the articles.
        add_articles: whether admins may add articles from the chat.
        allow_private: whether links that they send may lead to private and loopback addresses.
        webhook: how Telegram reaches it.
    """

    token_file: Annotated[Path, PlainValidator(_token_file)] | None = None
    base_url: Annotated[str, _beginning("http://", "https://")] | None = None
    access: Annotated[Literal["open", "allow-list", "pairing"], BeforeValidator(_text)] = OPEN
    allowed: tuple[_Number, ...] = ()
    admins: tuple[_Number, ...] = ()
    add_articles: _Flag = False
    allow_private: _Flag = False
    webhook: WebhookSettings = field(default_factory=WebhookSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings(_Table):
    """The log on stderr.

    Attributes:
        format: "text", or "json" for one object a line.
    """

    format: Annotated[Literal["text", "json"], BeforeValidator(_text)] = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSettings(_Table):
    """The file by which a running bot shows that it is well.

    Attributes:
        file: where it is written; None writes none.
        every: seconds between two writings.
    """

    file: _Location | None = None
    every: _Duration = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsSettings(_Table):
    """The file in which a running bot counts what it does, for Prometheus.

    Attributes:
        file: where it is written; None counts nothing.
        every: seconds between two writings.
    """

    file: _Location | None = None
    every: _Duration = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(_Table):
    """All there is to set.

    Attributes:
        articles: the folder of articles, where those added from the chat are saved too.
        index: the folder of the index, or where in Milvus its vectors lie.
        state: the folder of what is kept beside it.
    """

    articles: _Location | None = None
    index: Annotated[Path | MilvusAddress, PlainValidator(_index)] | None = None
    state: _Location | None = None
    links: LinkSettings = field(default_factory=LinkSettings)
    telegram: TelegramSettings = field(default_factory=TelegramSettings)
    log: LogSettings = field(default_factory=LogSettings)
    health: HealthSettings = field(default_factory=HealthSettings)
    metrics: MetricsSettings = field(default_factory=MetricsSettings)

    @property
    def sources(self) -> list[str]:
        """What is indexed, as `index.sources.given.resolve_source` names it."""
        return [*([str(self.articles)] if self.articles else []), *self.links.addresses]


def load_settings(file: Path) -> Settings:
    """Return what a file sets.

    Raises:
        UsageError: it cannot be read, is no TOML, or something in it is wrong: the first thing is told.
    """
    settings, problems = _read(file)
    if problems:
        more = f" (and {len(problems) - 1} more: onrecord check --config {file})" if len(problems) > 1 else ""
        raise UsageError(problems[0] + more)
    return settings


def settings_problems(file: Path) -> list[str]:
    """Return a line for everything that is wrong with a file, or with the files and folders that it names.

    Raises:
        UsageError: it cannot be read, or is no TOML.
    """
    settings, problems = _read(file)
    return problems or [f"{file}: {reason}" for reason in _lacking(settings)]


def _read(file: Path) -> tuple[Settings, list[str]]:
    content, given = read_toml(file)
    settings, problems = checked(Settings, given, Path(file).resolve().parent)
    problems = list(_contradictions(settings)) if settings else [_without_secret(problem) for problem in problems]
    return settings or Settings(), told(file, content, problems)


def _without_secret(problem: Problem) -> Problem:
    if problem.key[-1].casefold() not in _SECRETS:
        return problem
    return Problem(problem.key, "does not belong here: put it into a file of mode 600, named by telegram.token_file")


def _contradictions(settings: Settings) -> Iterator[Problem]:
    telegram = settings.telegram
    if telegram.access == ALLOW_LIST and not (telegram.allowed or telegram.admins):
        yield Problem(("telegram", "access"), 'is "allow-list", but telegram.allowed and telegram.admins name nobody')
    if telegram.add_articles and not settings.articles:
        yield Problem(("telegram", "add_articles"), "needs a folder to save them in: set articles")
    if any(person <= 0 for person in telegram.admins):
        yield Problem(("telegram", "admins"), "lists people; the id of a group is negative, that of a person is not")
    for name in ("key", "self_signed"):
        if getattr(telegram.webhook, name) and not telegram.webhook.certificate:
            yield Problem(("telegram", "webhook", name), "needs the certificate it belongs to")


def _lacking(settings: Settings) -> Iterator[str]:
    """Yield what a command would find wrong later with what the file names."""
    if settings.articles and not settings.articles.is_dir():
        yield f"articles: there is no folder {settings.articles}"
    for name in ("index", "state"):
        folder = getattr(settings, name)
        if isinstance(folder, Path) and folder.exists() and not folder.is_dir():
            yield f"{name}: {folder} is a file"
    for file in (settings.telegram.webhook.certificate, settings.telegram.webhook.key):
        if file and not file.is_file():
            yield f"telegram.webhook: there is no file {file}"
    if settings.telegram.webhook.url and not find_spec("tornado"):
        yield "telegram.webhook: needs an extra: pip install 'onrecord[webhook]'"
    if settings.metrics.file and not find_spec("prometheus_client"):
        yield f"metrics.file: {METRICS_EXTRA}"
    if settings.telegram.token_file:
        try:
            read_token(settings.telegram.token_file)
        except UsageError as error:
            yield f"telegram.token_file: {str(error).removeprefix('--token-file ')}"
