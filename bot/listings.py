"""The commands that print lists: quotations and speakers."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict

from bot.commands import open_engine
from bot.rendering import citation_line, printable
from retrieval.listing import Quoted, SpeakerSummary

_COLUMNS = ("article", "paragraph", "speaker", "kind", "start", "end", "cue", "quotation", "text")
_CITATION_COLUMNS = ("title", "outlet", "date", "url")


def run_quotes(options: argparse.Namespace) -> int:
    """List what was said."""
    with open_engine(options) as engine:
        quoted = engine.quotations(" ".join(options.speaker).strip() or None, options.about)
        if options.csv:
            _write_csv(quoted)
        else:
            for record in quoted:
                print(json.dumps(record.to_json(), ensure_ascii=False) if options.json else _quoted_text(record))
    return 0


def run_speakers(options: argparse.Namespace) -> int:
    """List who is quoted."""
    with open_engine(options) as engine:
        for summary in engine.speaker_summaries():
            print(json.dumps(asdict(summary), ensure_ascii=False) if options.json else _speaker_text(summary))
    return 0


def _write_csv(quoted: Iterable[Quoted]) -> None:
    writer = csv.DictWriter(sys.stdout, [*_COLUMNS, *_CITATION_COLUMNS], extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for record in quoted:
        flat = record.to_json()
        writer.writerow(flat | {name: flat["citation"][name] for name in _CITATION_COLUMNS})


def _quoted_text(record: Quoted) -> str:
    speaker = record.quotation.speaker or "somebody"
    marks = "“{}”" if record.quotation.kind == "direct" else "{}"
    words = printable(marks.format(record.text))
    return f"{printable(speaker)} ({record.quotation.kind}): {words}\n   {printable(citation_line(record.citation))}\n"


def _speaker_text(summary: SpeakerSummary) -> str:
    dates = " to ".join(dict.fromkeys(date for date in (summary.first, summary.last) if date))
    articles = f"{summary.articles} article{'s' if summary.articles > 1 else ''}"
    return f"{summary.quotations:>6}  {printable(summary.name)} ({', '.join(filter(None, (articles, dates)))})"
