"""The process beside the bot as the bot sees it: what is asked of it, and what it makes of an article."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from index.core.article import Article
from index.core.errors import BusyError, Note, OnrecordError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.telegram.state.store import Json
    from index.quotations.speech.types import Reading

LONGEST_LINE: Final = 64 * 2**20

_START: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from bot.telegram.newsroom.worker import main; main()"
)


async def worked(task: Json, progress: Callable[[Json], None] | None = None, seconds: float | None = None) -> Json:
    """Return what came of a task.

    Args:
        task: see `bot.telegram.newsroom.worker`.
        progress: told how far it is.
        seconds: time that it may take; any by default.

    Raises:
        BusyError: another build is under way.
        OnrecordError: it failed, or took too long.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-c", _START, json.dumps(sys.path)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=LONGEST_LINE,
    )
    assert process.stdin
    try:
        process.stdin.write(json.dumps(task).encode() + b"\n")
        return await asyncio.wait_for(_outcome(process, progress), seconds)
    except TimeoutError:
        raise OnrecordError(f"took longer than {seconds:.0f} seconds") from None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        # What its reader still holds would be told about when it is collected.
        process.stdin.close()
        process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001  (asyncio offers no other way)


async def _outcome(process: asyncio.subprocess.Process, progress: Callable[[Json], None] | None) -> Json:
    assert process.stdout
    while line := await process.stdout.readline():
        told: Json = json.loads(line)
        if "busy" in told:
            raise _error(BusyError, told["busy"])
        if "failed" in told:
            raise _error(OnrecordError, told["failed"])
        if "done" in told:
            done: Json = told["done"]
            return done
        if progress:
            progress(told)
    raise OnrecordError("the process that does it ended before it was done")


MOST_TITLES: Final = 10

MOST_SPEAKERS: Final = 8

LONGEST_WORDS: Final = 160


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody who is quoted: the name (None where the article does not tell), how often, and the first words."""

    speaker: str | None
    count: int
    words: str


@dataclass(frozen=True, slots=True)
class ArticlePreview:
    """One article, or the first of several in a file, and what else is in the file.

    Attributes:
        suffix: kind of the file, such as ".txt".
        title: of the article.
        outlet: who published it, or None.
        date: ISO date of publication, or None.
        date_from: what told the date, or None.
        byline: who wrote it, or None.
        url: address of the original, or None.
        language: ISO 639-1 code, or None.
        paragraphs: its texts.
        quotations: how many were found in it.
        heard: who is quoted in it, those quoted most first.
        titles: of all articles in the file, at most `MOST_TITLES`.
        count: how many articles there are in the file.
        unread: one line for each part of the file that could not be read.
    """

    suffix: str
    title: str
    outlet: str | None
    date: str | None
    date_from: str | None
    byline: str | None
    url: str | None
    language: str | None
    paragraphs: tuple[str, ...]
    quotations: int
    heard: tuple[Heard, ...]
    titles: tuple[str, ...]
    count: int
    unread: tuple[str, ...] = ()

    @classmethod
    def of(cls, suffix: str, articles: Sequence[Article], reading: Reading, unread: Sequence[str]) -> Self:
        """Return what was understood of a file.

        Args:
            suffix: its kind.
            articles: those in it, at least one.
            reading: who says what in the first.
            unread: a line for each part that could not be read.
        """
        first = articles[0]
        return cls(
            suffix=suffix,
            title=first.title,
            outlet=first.outlet,
            date=first.date.isoformat() if first.date else None,
            date_from=first.date_from,
            byline=first.byline,
            url=first.url,
            language=first.language,
            paragraphs=tuple(text for _, text in first.passages()),
            quotations=len({quotation.number for quotation in reading.quotations}),
            heard=_heard(first, reading),
            titles=tuple(article.title for article in articles[:MOST_TITLES]),
            count=len(articles),
            unread=tuple(unread[:MOST_TITLES]),
        )

    def to_json(self) -> dict[str, Any]:
        """Return all of it as a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """Return what `to_json` returned."""
        lists = {name: tuple(record[name]) for name in ("paragraphs", "titles", "unread")}
        return cls(**record | lists | {"heard": tuple(Heard(**one) for one in record["heard"])})


def _heard(article: Article, reading: Reading) -> tuple[Heard, ...]:
    counts: Counter[str | None] = Counter()
    words: dict[str | None, str] = {}
    known: set[int] = set()
    for quotation in reading.quotations:
        said = article.paragraphs[quotation.paragraph][quotation.start : quotation.end]
        words.setdefault(quotation.speaker, said[:LONGEST_WORDS])
        if quotation.number not in known:
            known.add(quotation.number)
            counts[quotation.speaker] += 1
    named = sorted(counts.items(), key=lambda item: (item[0] is None, -item[1]))
    return tuple(Heard(speaker, count, words[speaker]) for speaker, count in named[:MOST_SPEAKERS])


def _error(kind: type[OnrecordError], told: Json) -> OnrecordError:
    note = Note.from_json(told)
    return kind(note.line, note.advice, **note.parameters)
