"""What can go wrong, as one tree of exceptions.

OnrecordError               exit code 1; its text is one line that says what, where, and what to do
├── UsageError              exit code 2; the command line or a setting is wrong
├── SourceError             a source cannot be read at all (missing folder, nothing readable in it)
├── ArticleError            one article cannot be read; the build reports it and goes on
├── ModelError              a model is missing, or its weights are not the published ones
├── BusyError               another build holds the writer lock
├── EngineError             Milvus cannot be asked: not reachable, not installed, or it refuses
└── GenerationError         a generation cannot be used
    ├── NoIndexError        there is no index here
    ├── FormatError         written by another version of the format
    └── DamagedError        a file is missing or is not the one that was sealed
"""


class OnrecordError(Exception):
    """Base of every error that a person can act on."""

    exit_code = 1


class UsageError(OnrecordError):
    """The command line or a setting is wrong."""

    exit_code = 2


class SourceError(OnrecordError):
    """A source cannot be read at all."""


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
