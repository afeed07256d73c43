"""What is done in a process beside the bot: reading what somebody sent, and building the index."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from bot.understood import Understood
from index.articles import Article
from index.errors import ArticleError
from index.fetching.addresses import link
from index.fetching.entries import FEEDS, SEVERAL, charset_of, kind_of, only
from index.fetching.limits import Limits
from index.generation import IndexFolder
from index.quotations import QuotationFinder
from index.readers import READERS, Original, read_articles
from index.readers.apart import ReadingProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.json_objects import Json

# Reading does without what building needs, and the other way round.
# ruff: noqa: PLC0415

Tell = Callable[[str, int, int | None], None]
"""Told (stage, done, total or None), as `index.options.Progress` is."""


def do_task(task: Json, tell: Tell) -> Json:
    """Do what a task says, and return what came of it.

    Args:
        task: "do" is "read" or "build"; the others are the arguments of `read_sent` and `build_index`.
        tell: told how far it is.

    Raises:
        OnrecordError: it failed.
    """
    rest = {name: value for name, value in task.items() if name != "do"}
    return read_sent(**rest) if task["do"] == "read" else build_index(tell, **rest)


def read_sent(*, path: str, name: str, url: str | None, told: Json, limits: Json, allow_private: bool) -> Json:
    """Return what is understood of a file, or of what lies at an address, which is written into the file.

    Args:
        path: the file; its suffix tells its kind.
        name: what it is called, in messages and where a name tells the day.
        url: the address, if it is to be fetched.
        told: what the message that it came in tells beside it: "outlet", "date" (ISO) and "url", or nothing.
        limits: bounds of fetching that are not the usual ones; see `index.fetching.limits.Limits`.
        allow_private: whether the address may lead into a private network.

    Raises:
        OnrecordError: it cannot be fetched, or is no article.
    """
    file, unread = Path(path), list[str]()
    with ReadingProcess() as apart:
        if url is not None:
            articles = [_fetched(url, Limits(**limits), apart, allow_private=allow_private)]
        else:
            articles = list(_articles(file, name, apart, unread))
    if not articles:
        raise ArticleError(unread[0] if unread else f"{name}: holds no article")
    if url is not None or told:
        articles[0] = _told(articles[0], told)
        file.write_bytes(_as_line(articles[0]))
    suffix = ".jsonl" if url is not None or told else file.suffix
    (reading,) = QuotationFinder().read(articles[:1])
    return Understood.of(suffix, articles, reading, unread).to_json()


def _articles(file: Path, name: str, apart: ReadingProcess, unread: list[str]) -> Iterator[Article]:
    read = apart.read if READERS[file.suffix].apart else read_articles
    for found in read(file, name):
        if isinstance(found, Article):
            yield found
        else:
            unread.append(str(found))


def _fetched(url: str, limits: Limits, apart: ReadingProcess, *, allow_private: bool) -> Article:
    from index.fetching.politeness import Fetcher

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


def build_index(tell: Tell, *, index: str, notes: str, sources: list[str], links: Json) -> Json:
    """Build the index; return what came of it.

    Args:
        tell: told how far it is.
        index: folder of the index.
        notes: folder that notes which generations were verified.
        sources: what to refresh; all that the index remembers by default.
        links: how links are fetched; see `index.options.BuildOptions`.

    Raises:
        OnrecordError: see `index.build.build`.
    """
    from index.build import BuildOptions, build

    report = build(IndexFolder(Path(index), Path(notes)), BuildOptions(sources, **links), tell)
    changes = report.changes
    return {
        "generation": report.generation,
        "articles": report.articles,
        "new": changes.new,
        "changed": changes.changed,
        "vanished": changes.vanished,
        "skipped": changes.skipped,
    }
