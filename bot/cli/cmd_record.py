"""The commands about the record of a speaker: checking quotations against it, and telling it in order."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.context import open_engine
from bot.cli.parser import FORMATS
from bot.render.messages import verdict_message
from bot.render.text import json_text
from index.core.errors import ArticleError, OnrecordError, UsageError

if TYPE_CHECKING:
    from index.core.article import Article
    from retrieval.newsroom.timeline import Timeline
    from retrieval.verification.drafts import Drafted
    from retrieval.verification.verdict import Verdict


# What these commands need takes a second to import, and no other command needs it.
# ruff: noqa: PLC0415


def run_verify(options: argparse.Namespace) -> int:
    """Check a claimed quotation, or all quotations of drafts; fail unless each is exact."""
    drafts = [Path(word) for word in options.words if _is_draft(word)]
    if drafts and len(drafts) == len(options.words):
        return _verify_drafts(options, drafts)
    from bot.render.verdict import verdict_text

    words = " ".join(options.words)
    with open_engine(options) as engine:
        verdict = engine.verify(words, options.by)
    print(json_text(verdict.to_json(verdict_message(verdict)), 2) if options.json else verdict_text(verdict))
    return 0 if verdict.is_good else 1


def _is_draft(word: str) -> bool:
    from index.readers.registry import READERS

    if any(char.isspace() for char in word) and not Path(word).is_file():
        return False
    known = Path(word).suffix.lower() in READERS
    if known and not Path(word).is_file():
        raise UsageError(f"{word}: there is no such draft; name a file, or give words in quotation marks")
    return known


def _verify_drafts(options: argparse.Namespace, paths: Iterable[Path]) -> int:
    from bot.render.verdict import table_lines
    from retrieval.verification.drafts import drafted

    if options.by:
        raise UsageError("--by names the speaker of one claim; a draft tells itself who speaks")
    found = list(drafted([article for path in paths for article in _read(path)]))
    if not found:
        raise OnrecordError(f"{', '.join(options.words)}: nobody is quoted in it, so there is nothing to check")
    with open_engine(options) as engine:
        verdicts = list(engine.verify_all(one.claim for one in found))
    checked = list(zip(found, verdicts, strict=True))
    for line in _json_lines(checked) if options.json else table_lines(checked):
        print(line)
    return 0 if all(verdict.is_good for verdict in verdicts) else 1


def _read(path: Path) -> Iterator[Article]:
    from index.readers.registry import read_articles

    for article in read_articles(path, str(path)):
        if isinstance(article, ArticleError):
            raise article
        yield article


def _json_lines(checked: Iterable[tuple[Drafted, Verdict]]) -> Iterator[str]:
    for one, verdict in checked:
        yield json_text({"draft": one.article, "paragraph": one.paragraph} | verdict.to_json(verdict_message(verdict)))


def run_record(options: argparse.Namespace) -> int:
    """Write what somebody said, by topic and in order of time.

    Raises:
        OnrecordError: nothing of theirs is on that topic or of that time, or a file cannot be written.
    """
    form = options.format or _form(options.output)
    with open_engine(options) as engine:
        name = " ".join(options.speaker)
        timeline = engine.record(name, about=options.about, since=options.since, until=options.until)
    if not timeline.topics:
        raise OnrecordError(f"{timeline.speaker} is quoted, but not on that, or not at that time")
    text = timeline_text(timeline, form)
    if options.output:
        write_file(options.output, text.encode())
    else:
        sys.stdout.write(text)
    if options.picture:
        write_file(options.picture, _picture(timeline, options.picture))
    return 0


def timeline_text(timeline: Timeline, form: str) -> str:
    """Return a record in one of `FORMATS`."""
    from bot.render import timeline_page

    made = {
        "md": timeline_page.markdown_text,
        "html": timeline_page.html_page,
        "csv": timeline_page.csv_text,
        "json": timeline_page.timeline_json,
    }
    return made[form](timeline)


def write_file(path: Path, content: bytes) -> None:
    """Write a file that somebody named.

    Raises:
        OnrecordError: it cannot be written.
    """
    try:
        path.write_bytes(content)
    except OSError as error:
        raise OnrecordError(f"{path}: cannot be written: {error.strerror}") from None


def _picture(timeline: Timeline, path: Path) -> bytes:
    from bot.render.timeline_picture import can_draw, draw_timeline, png_bytes, svg_text

    if path.suffix.lower() == ".svg":
        return svg_text(draw_timeline(timeline)).encode()
    if path.suffix.lower() != ".png":
        raise UsageError(f"{path}: a picture is an .svg or a .png file")
    if not can_draw():
        raise UsageError(f"{path}: .png needs an extra: pip install 'onrecord[pictures]'; .svg does not")
    return png_bytes(draw_timeline(timeline))


def _form(output: Path | None) -> str:
    ending = output.suffix.lower().lstrip(".") if output else "md"
    known = {"htm": "html", "markdown": "md"}.get(ending, ending)
    if known not in FORMATS:
        raise UsageError(f"{output}: which form it is to have cannot be told; give --format {', '.join(FORMATS)}")
    return known
