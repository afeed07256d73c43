"""The commands about the record of a speaker: checking quotations against it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands import json_text, open_engine
from bot.verdicts import table_lines, verdict_text
from index.errors import ArticleError, OnrecordError, UsageError

if TYPE_CHECKING:
    from index.articles import Article
    from retrieval.drafts import Drafted
    from retrieval.verdicts import Verdict

# The parser that reads drafts takes a second to import, and a single claim needs none.
# ruff: noqa: PLC0415


def add_verify_options(parser: argparse.ArgumentParser) -> None:
    """Add what `verify` takes."""
    parser.add_argument(
        "words",
        nargs="+",
        metavar="WORDS|DRAFT",
        help="the words that somebody is to have said, quoted for the shell; or files whose quotations are checked",
    )
    parser.add_argument("--by", metavar="NAME", help="who is to have said them; anybody by default")
    parser.add_argument("--json", action="store_true", help="print one JSON object; for a draft, one a line")


def run_verify(options: argparse.Namespace) -> int:
    """Check a claimed quotation, or all quotations of drafts; fail unless each is exact."""
    drafts = [Path(word) for word in options.words if _is_draft(word)]
    if drafts and len(drafts) == len(options.words):
        return _verify_drafts(options, drafts)
    words = " ".join(options.words)
    with open_engine(options) as engine:
        verdict = engine.verify(words, options.by)
    print(json_text(verdict.to_json(), 2) if options.json else verdict_text(verdict))
    return 0 if verdict.is_good else 1


def _is_draft(word: str) -> bool:
    from index.readers import READERS

    if any(char.isspace() for char in word) and not Path(word).is_file():
        return False
    known = Path(word).suffix.lower() in READERS
    if known and not Path(word).is_file():
        raise UsageError(f"{word}: there is no such draft; name a file, or give words in quotation marks")
    return known


def _verify_drafts(options: argparse.Namespace, paths: Iterable[Path]) -> int:
    from retrieval.drafts import drafted

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
    from index.readers import read_articles

    for article in read_articles(path, str(path)):
        if isinstance(article, ArticleError):
            raise OnrecordError(str(article))
        yield article


def _json_lines(checked: Iterable[tuple[Drafted, Verdict]]) -> Iterator[str]:
    for one, verdict in checked:
        yield json_text({"draft": one.article, "paragraph": one.paragraph} | verdict.to_json())
