"""Reading a settings file in TOML into dataclasses: every problem in it is told, with its line and its key."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from contextlib import suppress
from dataclasses import field, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from index.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Reader = Callable[[Any, Path], Any]


_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(text: str) -> float:
    """Return how many seconds a text means; a bare number is seconds.

    Raises:
        ValueError: it is no such text; the error says what one looks like.

    >>> seconds("10m")
    600.0
    """
    found = re.fullmatch(r"([1-9][0-9]{0,5})([smhd]?)", text, re.ASCII)
    if not found:
        raise ValueError(f"{text!r} is not a time such as 30s, 10m, 2h or 1d")
    return int(found[1]) * _UNITS[found[2]]


LONGEST: Final = 100_000  # characters; a settings file has a few thousand
_READ: Final = "read"
_ALIKE: Final = 0.6
_BEGINS: Final = re.compile(r"""\s*($|[#\[]|("[^"]*"|'[^']*'|[\w.-]+)[\w.\s-]*=)""")
T = TypeVar("T")


class Problem(NamedTuple):
    """What is wrong with a file.

    Attributes:
        key: the names of the tables and of the key.
        reason: what is wrong with it.
    """

    key: tuple[str, ...]
    reason: str


def setting(read: Reader, default: T) -> T:
    """Return a field of a dataclass that is set by the key of its name.

    Args:
        read: turns the value, and the folder that paths are relative to, into what the field holds; raises ValueError.
        default: what it holds where the key is left out.
    """
    found: T = field(default=default, metadata={_READ: read})
    return found


def read_toml(path: Path) -> tuple[str, dict[str, Any]]:
    """Return the text of a file and what it sets.

    Raises:
        UsageError: it cannot be read, or is no TOML.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(LONGEST + 1)
        if len(text) > LONGEST:
            raise UsageError(f"{path}: has more than {LONGEST:,} characters; is it a settings file?")
        return text, tomllib.loads(text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: is no TOML: {error}") from None


def read_table(
    kind: type[T], given: Mapping[str, Any], folder: Path, problems: list[Problem], key: tuple[str, ...] = ()
) -> T:
    """Return a dataclass, made with `setting` and of others so made, with what a table sets.

    Args:
        kind: the dataclass.
        given: the table.
        folder: what paths in it are relative to.
        problems: gets what is wrong; a field that is set wrongly keeps its default.
        key: the names of the table.
    """
    assert is_dataclass(kind)
    known = {one.name: one for one in fields(kind)}
    values: dict[str, Any] = {}
    for name, value in given.items():
        here = (*key, name)
        if name not in known:
            problems.append(Problem(here, _unknown(name, list(known))))
            continue
        inner = known[name].default_factory
        try:
            if is_dataclass(inner) and isinstance(inner, type):
                values[name] = read_table(inner, table(value, folder), folder, problems, here)
            else:
                values[name] = known[name].metadata[_READ](value, folder)
        except ValueError as error:
            problems.append(Problem(here, str(error)))
    return kind(**values)


def told(path: Path, text: str, problems: list[Problem]) -> list[str]:
    """Return each problem as a line that says where it is, in the order of the file."""
    lines = _lines(text) if problems else {}
    placed = sorted((lines.get(key, 0), ".".join(key), reason) for key, reason in problems)
    return [
        f"{path}, line {line}: {key} {reason}" if line else f"{path}: {key} {reason}" for line, key, reason in placed
    ]


def table(value: object, _: Path) -> dict[str, Any]:
    """Return a value that is a table.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, dict):
        return value
    raise ValueError(f"is to be a table, not {_shown(value)}")


def flag(value: object, _: Path) -> bool:
    """Return a value that is true or false; raise ValueError for another."""
    if isinstance(value, bool):
        return value
    raise ValueError(f"is to be true or false, not {_shown(value)}")


def text(value: object, _: Path) -> str:
    """Return a value that is a text and not empty; raise ValueError for another."""
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise ValueError(f"is to be a text in quotation marks, not {_shown(value)}")


def number(value: object, _: Path) -> int:
    """Return a value that is a whole number; raise ValueError for another."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(f"is to be a whole number, not {_shown(value)}")


def path(value: object, folder: Path) -> Path:
    """Return a path, relative to a folder, or to the user's home behind "~"; raise ValueError for what is none."""
    found = text(value, folder)
    try:
        return Path(os.path.abspath(folder / Path(found).expanduser()))  # noqa: PTH100  (as sources are remembered)
    except RuntimeError:
        raise ValueError(f"{found!r}: there is no such home folder") from None


def duration_of(value: object, folder: Path) -> float:
    """Return a length of time in seconds; raise ValueError for what is none."""
    return seconds(str(value) if isinstance(value, int) else text(value, folder))


def list_of(read: Reader) -> Reader:
    """Return what reads a list whose values another reader reads, into a tuple."""

    def read_list(value: object, folder: Path) -> tuple[Any, ...]:
        if isinstance(value, list):
            return tuple(read(one, folder) for one in value)
        raise ValueError(f"is to be a list in brackets, not {_shown(value)}")

    return read_list


def one_of(*known: str) -> Reader:
    """Return what reads one of a few texts."""

    def read_one(value: object, folder: Path) -> str:
        found = text(value, folder)
        if found in known:
            return found
        raise ValueError(
            f"is to be {' or '.join(repr(one) for one in known)}, not {_shown(value)}{_near(found, known)}"
        )

    return read_one


def _unknown(name: str, known: list[str]) -> str:
    return "is no setting" + (_near(name, known) or f"; there are {', '.join(known)}")


def _near(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name.casefold().replace("-", "_"), known, 1, _ALIKE)
    return f"; did you mean {near[0]}?" if near else ""


def _shown(value: object) -> str:
    return repr(value) if isinstance(value, str | int | float) else f"a {type(value).__name__}"


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """Return the line on which each key is first set, from 1.

    tomllib does not tell. But whatever is set by so many lines of the file and not by fewer is set by the last of them;
    and what stands between two beginnings of the file that both are TOML, with none between, is one statement.
    """
    lines = text.split("\n")
    found: dict[tuple[str, ...], int] = {}
    begun = 1
    for number in range(1, len(lines) + 1):
        # Most lines of a long list need no look: the next one cannot begin a statement.
        if number < len(lines) and not _BEGINS.match(lines[number]):
            continue
        with suppress(tomllib.TOMLDecodeError, RecursionError):
            for key in _keys(tomllib.loads("\n".join(lines[:number]))):
                found.setdefault(key, begun)
            begun = number + 1
    return found


def _keys(found: Mapping[str, Any], key: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in found.items():
        yield (*key, name)
        if isinstance(value, dict):
            yield from _keys(value, (*key, name))
