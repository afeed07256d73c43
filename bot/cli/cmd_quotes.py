"""The commands that print lists: quotations and speakers."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.cli.commands import json_text, open_engine
from bot.render.text import quoted_text, speaker_text

if TYPE_CHECKING:
    from retrieval.attribution.listing import Quoted

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
                print(json_text(record.to_json()) if options.json else quoted_text(record))
    return 0


def run_speakers(options: argparse.Namespace) -> int:
    """List who is quoted."""
    with open_engine(options) as engine:
        for summary in engine.speaker_summaries():
            print(json_text(asdict(summary)) if options.json else speaker_text(summary))
    return 0


def _write_csv(quoted: Iterable[Quoted]) -> None:
    writer = csv.DictWriter(sys.stdout, [*_COLUMNS, *_CITATION_COLUMNS], extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for record in quoted:
        flat = record.to_json()
        writer.writerow(flat | {name: flat["citation"][name] for name in _CITATION_COLUMNS})
