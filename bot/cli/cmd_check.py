"""The commands that look: at an index, a settings file, the health of a bot, and articles as they are read."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from bot.config.paths import index_folder
from bot.render.messages import error_line
from bot.render.text import json_text, printable
from index.core.article import Article
from index.core.errors import ArticleError, SourceError, UsageError
from index.sources.urls import is_link

# What looks at one thing needs little of what looks at another.
# ruff: noqa: PLC0415


def run_read(options: argparse.Namespace) -> int:
    """Show articles as they are read; fail if none could be, or a source is not there at all."""
    found = failed = 0
    for article in _read_all(options):
        if isinstance(article, Article):
            found += 1
            print(json_text(article.to_json()) if options.json else _article_text(article))
        else:
            failed += isinstance(article, SourceError)
            print(f"skipped: {printable(error_line(article))}", file=sys.stderr)
    return 0 if found and not failed else 1


def _read_all(options: argparse.Namespace) -> Iterator[Article | ArticleError | SourceError]:
    from index.sources.given import read_source, resolve_source

    for source in map(resolve_source, options.sources):
        try:
            yield from _read_link(source, options) if is_link(source) else read_source(source)
        except SourceError as error:
            yield error


def _read_link(url: str, options: argparse.Namespace) -> Iterator[Article | ArticleError]:
    from index.sources.urls import Limits
    from index.sources.web import read_link

    return read_link(url, Limits(), follow=options.follow, allow_private=options.allow_private)


def _article_text(article: Article) -> str:
    day = f"{article.date.isoformat()} (from {article.date_from})" if article.date else "no date"
    byline, language = article.byline and f"by {article.byline}", article.language and f"language {article.language}"
    facts = [article.id, article.outlet, article.place, day, byline, language, article.url]
    # From 1, as citations count.
    paragraphs = (f"{number}. {text}" for number, text in enumerate(article.paragraphs, 1) if text.strip())
    blocks = [article.title, f"({', '.join(filter(None, facts))})", *paragraphs]
    return "\n\n".join(map(printable, blocks)) + "\n"


def run_check(options: argparse.Namespace) -> int:
    """Verify every file of every generation, and fail if the one in force is damaged; or verify something else."""
    if options.health:
        from bot.telegram.ops.health import MAX_AGE, health_line

        print(health_line(options.health, options.max_age or MAX_AGE))
        return 0
    if options.config and not options.deep:
        return _check_settings(options.config)
    from index.generations.inspection import check_index

    good, check = True, check_index
    if options.deep:
        from index.generations.inspection import check_deeply as check
    for finding in check(index_folder(options)):
        print(error_line(finding), file=sys.stdout if finding.good else sys.stderr)
        good = good and finding.good
    return 0 if good else 1


def _check_settings(file: Path) -> int:
    from bot.config.settings import settings_problems

    for problem in (problems := settings_problems(file)):
        print(f"onrecord: {printable(problem)}", file=sys.stderr)
    if not problems:
        print(f"{printable(str(file))}: good")
    return UsageError.exit_code if problems else 0
