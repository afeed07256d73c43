"""A settings file in TOML, checked against its dataclasses: every problem in it is told, with its line and its key."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from index.core.errors import UsageError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

LONGEST: Final = 100_000  # characters; a settings file has a few thousand
_ALIKE: Final = 0.6
_BEGINS: Final = re.compile(r"""\s*($|[#\[]|("[^"]*"|'[^']*'|[\w.-]+)[\w.\s-]*=)""")
_WANTED: Final = {
    "bool_type": "true or false",
    "dataclass_type": "a table",
    "int_type": "a whole number",
    "tuple_type": "a list in brackets",
}
"""What is to stand where pydantic finds an error of a type."""

T = TypeVar("T")


class Problem(NamedTuple):
    """What is wrong with a file.

    Attributes:
        key: the names of the tables and of the key.
        reason: what is wrong with it.
    """

    key: tuple[str, ...]
    reason: str


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


def checked(kind: type[T], given: Mapping[str, Any], folder: Path) -> tuple[T | None, list[Problem]]:
    """Return a dataclass with what a table sets, or what is wrong with the table.

    Args:
        kind: the dataclass; its annotations tell pydantic what each field holds.
        given: the table.
        folder: what paths in it are relative to.
    """
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415  (a tenth of a second; most commands read no file)

    try:
        return TypeAdapter(kind).validate_python(given, context=folder), []
    except ValidationError as error:
        return None, [Problem(_key(one), _reason(one, kind)) for one in error.errors(include_url=False)]


def _key(error: ErrorDetails) -> tuple[str, ...]:
    return tuple(part for part in error["loc"] if isinstance(part, str))


def _reason(error: ErrorDetails, kind: Any) -> str:  # noqa: ANN401  (a dataclass)
    """Return what is wrong in the words of this file rather than of Python."""
    *tables, name = _key(error)
    if error["type"] == "unexpected_keyword_argument":
        for table in tables:
            kind = next(one.default_factory for one in fields(kind) if one.name == table)
        known = [one.name for one in fields(kind)]
        return "is no setting" + (_near(name, known) or f"; there are {', '.join(known)}")
    if error["type"] == "literal_error":
        expected = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        near = _near(shown(error["input"]).strip("'"), expected)
        return f"is to be {' or '.join(map(repr, expected))}, not {shown(error['input'])}{near}"
    if error["type"] in _WANTED:
        return f"is to be {_WANTED[error['type']]}, not {shown(error['input'])}"
    return error["msg"].removeprefix("Value error, ")


def told(path: Path, text: str, problems: list[Problem]) -> list[str]:
    """Return each problem as a line that says where it is, in the order of the file."""
    lines = _lines(text) if problems else {}
    placed = sorted((lines.get(key, 0), ".".join(key), reason) for key, reason in problems)
    return [
        f"{path}, line {line}: {key} {reason}" if line else f"{path}: {key} {reason}" for line, key, reason in placed
    ]


def _near(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name.casefold().replace("-", "_"), known, 1, _ALIKE)
    return f"; did you mean {near[0]}?" if near else ""


def shown(value: object) -> str:
    """Return a value as a problem shows it."""
    try:
        return repr(value) if isinstance(value, str | int | float) else f"a {type(value).__name__}"
    except ValueError:  # hexadecimal digits are read in any number
        return "a number of thousands of digits"


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """Return the line on which each key is first set, from 1.

    tomllib does not tell. But a statement has ended where it is TOML by itself, below the header of its table.
    """
    found: dict[tuple[str, ...], int] = {}
    lines = text.split("\n")
    begun, header = 0, ""
    for end in range(1, len(lines) + 1):
        # Most lines of a long list need no look: the next one cannot begin a statement.
        if end < len(lines) and not _BEGINS.match(lines[end]):
            continue
        statement = "\n".join(lines[begun:end])
        opens = statement.lstrip().startswith("[")
        with suppress(tomllib.TOMLDecodeError, RecursionError):
            for key in _keys(tomllib.loads(statement if opens else f"{header}\n{statement}")):
                found.setdefault(key, begun + 1)
            header = statement if opens else header
            begun = end
    return found


def _keys(found: Mapping[str, Any], key: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in found.items():
        yield (*key, name)
        if isinstance(value, dict):
            yield from _keys(value, (*key, name))
