"""What can go wrong, as one tree of exceptions.

OnrecordError               exit code 1; its text is one line that says what and where, its advice what to do
├── UsageError              exit code 2; the command line or a setting is wrong
├── SourceError             a source cannot be read at all (a missing folder)
│   └── NothingReadError    nothing in the sources can be read
├── ArticleError            one article cannot be read; the build reports it and goes on
├── ModelError              a model is missing, or its weights are not the published ones
├── BusyError               another build holds the writer lock
├── EngineError             Milvus cannot be asked: not reachable, not installed, or it refuses
└── GenerationError         a generation cannot be used
    ├── NoIndexError        there is no index here
    ├── FormatError         written by another version of the format
    └── DamagedError        a file is missing or is not the one that was sealed
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self


class Advice(StrEnum):
    """What to do about an error, where that names a command, an option or a package; the front end words it.

    What follows each are its parameters, all of them strings.
    """

    GIVE_ARTICLES = "give articles"
    NAME_SOURCE = "name source"
    MAKE_INDEX = "make index"
    MEND_INDEX = "mend index"
    REBUILD_INDEX = "rebuild index"
    TAKE_OVER = "take over"
    """The place in Milvus belongs to another index: name another one, or take it from that."""
    FIND_MILVUS = "find milvus"
    """Milvus is to be started or, where it has moved, the index to be made anew there."""
    READ_CHANGES = "read changes"
    ALLOW_PRIVATE = "allow private"
    FORGET_SOURCE = "forget source"
    """source: the path or link that may be gone for good."""
    LIST_SPEAKERS = "list speakers"
    INSTALL = "install"
    """package: what lacks, as pip takes it."""
    REINSTALL = "reinstall"
    """package: what is not as it was published, as pip takes it."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a person should know, in one line, to be kept or told to another process; the front end words its advice.

    Attributes:
        line: what is wrong, and where.
        advice: what to do about it, or None.
        parameters: of the advice; see `Advice`.
    """

    line: str
    advice: Advice | None = None
    parameters: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        """Return the line."""
        return self.line

    def to_json(self) -> dict[str, Any]:
        """Return the note as JSON holds it."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """Return the note that `to_json` was asked of."""
        return cls(**record | {"advice": Advice(record["advice"]) if record["advice"] else None})


class OnrecordError(Exception):
    """Base of every error that a person can act on.

    Attributes:
        advice: what to do about it, or None where its text tells all there is.
        parameters: of the advice; see `Advice`.
    """

    exit_code = 1

    def __init__(self, message: str, advice: Advice | None = None, **parameters: str) -> None:
        """Say in one line what is wrong and where, and beside it what to do."""
        super().__init__(message)
        self.advice = advice
        self.parameters = parameters

    def note(self) -> Note:
        """Return what it says, without what it holds on to."""
        return Note(str(self), self.advice, self.parameters)


class UsageError(OnrecordError):
    """The command line or a setting is wrong."""

    exit_code = 2


class SourceError(OnrecordError):
    """A source cannot be read at all."""


class NothingReadError(SourceError):
    """There are sources, but nothing in them can be read.

    Attributes:
        first: what is wrong with the first thing in them.
    """

    def __init__(self, sources: str, first: Note, others: int) -> None:
        """Say where, and with how many others something is wrong."""
        self._sources = sources
        self._more = f" (and {others} more)" if others else ""
        self.first = first
        super().__init__(self.text(first.line), first.advice, **first.parameters)

    def text(self, first: str) -> str:
        """Return the whole text, with what is wrong with the first thing in other words."""
        return f"{self._sources}: nothing there can be read: {first}{self._more}"


class ArticleError(OnrecordError):
    """One article cannot be read; everything else still can.

    Attributes:
        file: name within its source of the file that it is in, once a reader has told; one that ends in a slash is a
            folder, none of whose files could be read.
        lasting: whether reading the same bytes again would end no better; False where a permission, memory, time or an
            extra was lacking.
    """

    file: str | None = None
    lasting: bool = True


class ModelError(OnrecordError):
    """A model is missing, or its weights are not the published ones."""


class BusyError(OnrecordError):
    """Another build holds the writer lock."""


class EngineError(OnrecordError):
    """Milvus, which holds the vectors of an index, cannot be asked.

    No `GenerationError`: what is sealed may be whole, and an older generation would be no better off.
    """


class GenerationError(OnrecordError):
    """A generation cannot be used."""


class NoIndexError(GenerationError):
    """There is no index in this folder."""


class FormatError(GenerationError):
    """The index was written by another version of the format."""


class DamagedError(GenerationError):
    """A file of a generation is missing or is not the one that was sealed."""


def one_line(error: Exception) -> str:
    """Return what an error says in one line: it may quote a file that holds anything."""
    return " ".join(str(error).split())
