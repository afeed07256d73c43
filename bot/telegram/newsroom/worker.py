"""Reading what was sent, and building the index, in a process beside the bot, which goes on answering.

It takes one task as a line of JSON on stdin, tells on stdout, a line of JSON each, how far it is and what came of it,
and ends when stdin does: with the bot, however that ends.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.render.messages import error_line
from bot.telegram.newsroom.worker_client import ArticlePreview
from index.core.article import Article
from index.core.errors import ArticleError, BusyError, OnrecordError
from index.generations.generation import IndexFolder
from index.quotations.pipeline import QuotationFinder
from index.readers.registry import READERS, Original, read_articles
from index.readers.sandbox import ReadingProcess
from index.sources.urls import Limits, link
from index.sources.web import FEEDS, SEVERAL, charset_of, kind_of, only

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.telegram.state.store import Json


# Reading does without what building needs, and the other way round.
# ruff: noqa: PLC0415

Tell = Callable[[str, int, int | None], None]
"""Told (stage, done, total or None), as `index.build.sync.Progress` is."""


def do_task(task: Json, tell: Tell) -> Json:
    """Do what a task says, and return what came of it.

    Args:
        task: "do" is "read" or "build"; the others are the arguments of `read_sent` and `run_build_task`.
        tell: told how far it is.

    Raises:
        OnrecordError: it failed.
    """
    rest = {name: value for name, value in task.items() if name != "do"}
    return read_sent(**rest) if task["do"] == "read" else run_build_task(tell, **rest)


def read_sent(*, path: str, name: str, url: str | None, told: Json, limits: Json, allow_private: bool) -> Json:
    """Return what is understood of a file, or of what lies at an address, which is written into the file.

    Args:
        path: the file; its suffix tells its kind.
        name: what it is called, in messages and where a name tells the day.
        url: the address, if it is to be fetched.
        told: what the message that it came in tells beside it: "outlet", "date" (ISO) and "url", or nothing.
        limits: bounds of fetching that are not the usual ones; see `index.sources.urls.Limits`.
        allow_private: whether the address may lead into a private network.

    Raises:
        ArticleError: it is no article.
        OnrecordError: it cannot be fetched.
    """
    file, unread = Path(path), list[ArticleError]()
    with ReadingProcess() as apart:
        if url is not None:
            articles = [_fetched(url, Limits(**limits), apart, allow_private=allow_private)]
        else:
            articles = list(_articles(file, name, apart, unread))
    if not articles:
        raise unread[0] if unread else ArticleError(f"{name}: holds no article")
    if url is not None or told:
        articles[0] = _told(articles[0], told)
        file.write_bytes(_as_line(articles[0]))
    suffix = ".jsonl" if url is not None or told else file.suffix
    (reading,) = QuotationFinder().read(articles[:1])
    return ArticlePreview.of(suffix, articles, reading, [error_line(error) for error in unread]).to_json()


def _articles(file: Path, name: str, apart: ReadingProcess, unread: list[ArticleError]) -> Iterator[Article]:
    read = apart.read if READERS[file.suffix].apart else read_articles
    for found in read(file, name):
        if isinstance(found, Article):
            yield found
        else:
            unread.append(found)


def _fetched(url: str, limits: Limits, apart: ReadingProcess, *, allow_private: bool) -> Article:
    from index.sources.robots import Fetcher

    address = link(url)
    fetched = Fetcher(limits).fetch(address, allow_private=allow_private)
    assert fetched is not None, "nothing was known of it before"
    body, content_type = fetched.response.body, fetched.response.headers.get("content-type", "")
    kind = kind_of(content_type, fetched.url, body)
    if kind in FEEDS | SEVERAL:
        raise ArticleError(
            f"{address}: is a feed or a list, not one article; whoever runs the bot can index it as such"
        )
    original = Original(address, BytesIO(body), fetched.url, charset_of(content_type))
    article = only(list(apart.read_original(original, kind)), address)
    return replace(article, url=article.url or fetched.url)


def _told(article: Article, told: Json) -> Article:
    """Return an article with what the message that it came in tells beside it."""
    day = date.fromisoformat(told["date"]) if told.get("date") else None
    if not article.date and day:
        article = replace(article, date=day, date_from="message")
    return replace(article, outlet=article.outlet or told.get("outlet"), url=article.url or told.get("url"))


def _as_line(article: Article) -> bytes:
    """Return an article as a line of JSON Lines, which takes its id from the file that it will be in."""
    record = {name: value for name, value in article.to_json().items() if name != "id"}
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def run_build_task(tell: Tell, *, index: str, notes: str, sources: list[str], links: Json) -> Json:
    """Build the index; return what came of it.

    Args:
        tell: told how far it is.
        index: folder of the index.
        notes: folder that notes which generations were verified.
        sources: what to refresh; all that the index remembers by default.
        links: how links are fetched; see `index.build.sync.BuildOptions`.

    Raises:
        OnrecordError: see `index.build.pipeline.build`.
    """
    from index.build.pipeline import BuildOptions, build

    report = build(IndexFolder(Path(index), Path(notes)), BuildOptions(sources, **links), tell)
    changes = report.changes
    return {
        "generation": report.generation,
        "articles": report.articles,
        "new": changes.new,
        "changed": changes.changed,
        "vanished": changes.vanished,
        "skipped": [error_line(note) for note in changes.skipped],
    }


CALM: Final = 10
"""How far the process steps back behind those that answer."""


class Teller:
    """Writes lines of JSON to where stdout was; what libraries print goes to stderr."""

    def __init__(self) -> None:
        """Take stdout."""
        self._stream = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def __call__(self, **told: object) -> None:
        """Tell something."""
        self._stream.write(json.dumps(told) + "\n")
        self._stream.flush()


def main() -> None:
    """Do one task."""
    tell = Teller()
    task = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    if hasattr(os, "nice"):  # not on Windows
        os.nice(CALM)
    try:
        tell(done=do_task(task, lambda stage, count, total: tell(stage=stage, count=count, total=total)))
    except BusyError as error:
        tell(busy=error.note().to_json())
    except OnrecordError as error:
        tell(failed=error.note().to_json())
    os._exit(0)  # a thread waits for stdin


def _end_with_stdin() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
