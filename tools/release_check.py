"""What must hold of a release: its version, what is in its files, and that it runs where only it is installed.

``python -m tools.release_check [--python PYTHON] [--borrow]``

Wheel and source archive are built with `python -m build`. The wheel is installed in an empty environment outside the
checkout, without git or a compiler on the path; there it indexes, answers, talks and verifies from another folder, in
several locales, with a home folder that it cannot write.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import site
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index import __version__

ROOT = Path(__file__).parent.parent

READ_ONLY = Path("/sys")
"""A folder in which not even root can make anything; modes bind everybody else."""

# Of the files that are no Python, those that the program cannot do without.
DATA = ("bot/telegram/state/migrations/001.sql", "bot/py.typed", "index/py.typed", "retrieval/py.typed")
SHIPPED = ("bot", "retrieval", "index", "seeds", "deploy", "docs")
"""The folders of the source archive."""

LOCALES = ("C", "de_DE.ISO-8859-1", "tr_TR.UTF-8")
"""Plain ASCII; letters that are not UTF-8; a language whose "I" is not the capital of "i"."""

QUESTION = "what did Gimenez say?"
ANSWER = "“The order is that we would hold for 48 hours,” explained Gimenez."


class ReleaseError(Exception):
    """Something does not hold of the release; its text is one line."""


@dataclass(frozen=True)
class Command:
    """A command that is run where only the release is installed.

    Attributes:
        words: after `onrecord`.
        told: what its output must hold.
        typed: what it reads from stdin.
        code: its exit code.
    """

    words: tuple[str, ...]
    told: str
    typed: str = ""
    code: int = 0


COMMANDS = (
    Command(("--version",), f"onrecord {__version__}"),
    Command(("ask", QUESTION), ANSWER),
    Command(("ask", "--json", "how long will detainees be kept?"), "48 hours"),
    Command(("chat",), "He should understand our fear", f"{QUESTION}\nand Olmo?\n/quit\n"),
    Command(("quotes", "Gimenez", "--json"), '"kind": "direct"'),
    Command(("verify", "we would hold for 48 hours", "--by", "Gimenez"), "Gimenez"),
    Command(("record", "Gimenez"), "Gimenez"),
    Command(("check",), "good"),
    Command(("check", "--index", "nowhere"), "", code=1),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a release; say what was done; return 1 where something does not hold."""
    parser = argparse.ArgumentParser(prog="python -m tools.release_check", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--python", default=sys.executable, help="the Python to install it for (this one)")
    parser.add_argument(
        "--borrow", nargs="?", const=site.getsitepackages()[0], metavar="SITE-PACKAGES",
        help="take what it depends on from an environment (this one) instead of installing gigabytes of it anew",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="onrecord-release-") as name:
        folder = Path(name)
        try:
            for line in _checks(folder, options.python, options.borrow):
                sys.stdout.write(f"{line}\n")
                sys.stdout.flush()
        except ReleaseError as error:
            sys.stderr.write(f"release check: {error}\n")
            return 1
    return 0


def _checks(folder: Path, python: str, borrow: str | None) -> Iterator[str]:
    yield f"version {version_in(ROOT)} in index/__init__.py and at the head of CHANGELOG.md"
    wheel, archive = _built(folder / "dist")
    with zipfile.ZipFile(wheel) as opened:
        yield f"{wheel.name}: {wheel_contents(opened.namelist())} files, all in their places"
    with tarfile.open(archive) as opened_archive:
        names = [member.name for member in opened_archive.getmembers() if member.isfile()]
        yield f"{archive.name}: {archive_contents(names)} files, all in their places"
    onrecord = _installed(wheel, folder / "environment", python, borrow)
    yield f"installed for {_output([python, '--version'])}, dependencies {'borrowed' if borrow else 'installed'}"
    yield from _used(folder, onrecord)


def version_in(root: Path) -> str:
    """Return the version of a checkout.

    Raises:
        ReleaseError: its changelog begins with another one.
    """
    told = re.search(r'^__version__ = "(.+?)"', (root / "index" / "__init__.py").read_text("utf-8"), re.MULTILINE)
    latest = re.search(r"^## (\S+)", (root / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    if not told or not latest or told[1] != latest[1]:
        raise ReleaseError("index/__init__.py and CHANGELOG.md do not tell the same version; change one of them")
    return told[1]


def wheel_contents(names: Sequence[str]) -> int:
    """Return how many files a wheel holds, given their names.

    Raises:
        ReleaseError: one is lacking, or one has no place there.
    """
    _demand(names, DATA, "the wheel")
    metadata = rf"onrecord-{re.escape(__version__)}\.dist-info/.+"
    _refuse(names, rf"(?:bot|retrieval|index)/(?:\w+/)*\w+\.py|{'|'.join(map(re.escape, DATA))}"
            rf"|bot/telegram/state/migrations/\d+\.sql|{metadata}", "the wheel")  # fmt: skip
    return len(names)


def archive_contents(names: Sequence[str]) -> int:
    """Return how many files a source archive holds, given their names, which begin with its folder.

    Raises:
        ReleaseError: one is lacking, or one has no place there.
    """
    inner = [name.partition("/")[2] for name in names]
    _demand(inner, (*DATA, "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "deploy/onrecord.service"),
            "the source archive")  # fmt: skip
    folders = "|".join(SHIPPED)
    _refuse(inner, rf"(?:{folders})/(?!.*(?:\.faiss|\.onnx|\.sqlite|\.pyc)$).+|[A-Z]+(?:\.md)?|pyproject\.toml|"
            r"PKG-INFO|\.gitignore", "the source archive")  # fmt: skip
    if articles := [name for name in inner if name.startswith("seeds/") and not name.endswith(".txt")]:
        raise ReleaseError(f"the source archive has data that is no seed: {articles[0]}")
    return len(names)


def _demand(names: Sequence[str], wanted: Sequence[str], where: str) -> None:
    for name in wanted:
        if name not in names:
            raise ReleaseError(f"{name} is not in {where}; see [tool.hatch.build] in pyproject.toml")


def _refuse(names: Sequence[str], allowed: str, where: str) -> None:
    for name in names:
        if not re.fullmatch(allowed, name):
            raise ReleaseError(f"{name} has no place in {where}; see [tool.hatch.build] in pyproject.toml")


def _built(target: Path) -> tuple[Path, Path]:
    _output([sys.executable, "-m", "build", "--outdir", str(target), str(ROOT)])
    (wheel,), (archive,) = target.glob("*.whl"), target.glob("*.tar.gz")
    return wheel, archive


def _installed(wheel: Path, environment: Path, python: str, borrow: str | None) -> Path:
    _output([python, "-m", "venv", str(environment)])
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
    # With this path there is no compiler and no git.
    _output([*pip, *(["--no-deps"] if borrow else []), str(wheel)], {"PATH": str(environment / "bin")})
    if borrow:
        (packages,) = environment.glob("lib/python*/site-packages")
        (packages / "borrowed.pth").write_text(f"{borrow}\n", "utf-8")
    return environment / "bin" / "onrecord"


def _used(folder: Path, onrecord: Path) -> Iterator[str]:
    home, work = _read_only_home(folder), folder / "elsewhere"
    before = sorted(home.iterdir())
    for own in (work, folder / "cache"):
        own.mkdir()
    shutil.copytree(ROOT / "seeds", work / "seeds")
    base = {"PATH": str(onrecord.parent), "HOME": str(home), "LOCPATH": str(folder / "locales")}
    # Bringing a model in needs a cache that can be written; nothing else does.
    built = _run(onrecord, ("index",), work, base | {"XDG_CACHE_HOME": str(folder / "cache")})
    if built.returncode or "1 article" not in built.stdout:
        raise ReleaseError(f"onrecord index: exit code {built.returncode}: {built.stdout}{built.stderr}")
    yield f"index: {built.stdout.strip()}"
    for name in LOCALES:
        if name != "C" and not _made_locale(name, folder / "locales"):
            yield f"{name}: cannot be made here (localedef), left out"
            continue
        for command in COMMANDS:
            _hold(command, _run(onrecord, command.words, work, base | _variables(name), command.typed), name)
        yield f"{name}: {', '.join(dict.fromkeys(command.words[0] for command in COMMANDS))}: as they should be"
    if sorted(home.iterdir()) != before:
        raise ReleaseError("something was written into the home folder")


def _read_only_home(folder: Path) -> Path:
    if os.geteuid() == 0:
        return READ_ONLY
    (folder / "home").mkdir(mode=0o555)
    return folder / "home"


def _variables(locale: str) -> dict[str, str]:
    # Python would otherwise take UTF-8 where it finds the locale "C".
    return {"LC_ALL": locale, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


def _made_locale(name: str, folder: Path) -> bool:
    folder.mkdir(exist_ok=True)
    language, _, charset = name.partition(".")
    maker = shutil.which("localedef")
    return maker is not None and not subprocess.run(
        [maker, "-i", language, "-f", charset, str(folder / name)], check=False, capture_output=True
    ).returncode  # fmt: skip


def _run(
    onrecord: Path, words: Sequence[str], work: Path, variables: Mapping[str, str], typed: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(onrecord), *words],
        check=False,
        cwd=work,
        env=dict(variables),
        input=typed,
        capture_output=True,
        encoding="utf-8",
    )


def _hold(command: Command, done: subprocess.CompletedProcess[str], locale: str) -> None:
    named = f"LC_ALL={locale} onrecord {' '.join(command.words)}"
    if done.returncode != command.code or "Traceback" in done.stderr:
        raise ReleaseError(f"{named}: exit code {done.returncode}: {done.stderr}")
    if command.told not in done.stdout:
        raise ReleaseError(f"{named}: {command.told!r} is not in {done.stdout!r}")


def _output(command: Sequence[str], variables: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        command, check=False, cwd=ROOT, env=os.environ | dict(variables or {}), capture_output=True, encoding="utf-8"
    )
    if done.returncode:
        raise ReleaseError(f"{' '.join(command)}: {done.stderr or done.stdout}")
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
