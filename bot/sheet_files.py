"""The record of a speaker as Markdown, CSV or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.commands import json_text
from bot.markdown import escaped
from bot.rendering import citation_line, link_target, long_date, marked, printable
from bot.timeline import summary

if TYPE_CHECKING:
    from retrieval.answer import Citation
    from retrieval.sheet import Entry, Sheet

COLUMNS = (
    "date",
    "topic",
    "speaker",
    "role",
    "kind",
    "words",
    "outlet",
    "title",
    "article",
    "paragraph",
    "url",
    "first",
)


def markdown_text(sheet: Sheet) -> str:
    """Return a record as Markdown: topics as headings, statements in order of time, each with its citations."""
    about = f" on {printable(sheet.about)}" if sheet.about else ""
    lines = [f"# {escaped(printable(sheet.speaker) + about)}: on the record", "", f"{summary(sheet)}.", ""]
    lines += ["| outlet | statements |", "|---|---:|"]
    lines += [f"| {escaped(printable(outlet))} | {count} |" for outlet, count in sheet.outlets]
    for topic in sheet.topics:
        lines += ["", f"## {escaped(printable(topic.label))}", ""]
        lines += [line for entry in topic.entries for line in _item(entry)]
    return "\n".join(lines) + "\n"


def _item(entry: Entry) -> Iterator[str]:
    day = long_date(entry.date) if entry.date else "no date"
    role = f" ({escaped(printable(entry.role))})" if entry.role else ""
    yield f"- **{day}**{role}: {escaped(printable(marked(entry.words, entry.kind)))}"
    for number, citation in enumerate(entry.citations):
        yield f"  {'also in ' if number else '— '}{_cited(citation)}  "


def _cited(citation: Citation) -> str:
    line, url = escaped(printable(citation_line(citation))), link_target(citation.url)
    return f"[{line}]({url})" if url else line


def csv_text(sheet: Sheet) -> str:
    """Return a record as comma-separated values: a line for each article that printed a statement."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for topic in sheet.topics:
        for entry in topic.entries:
            for number, (place, *_) in enumerate((entry.places, *entry.also)):
                cited = place.citation
                facts = (cited.date, topic.label, sheet.speaker, entry.role, entry.kind, entry.words)
                where = (cited.outlet, cited.title, place.article, place.paragraph, cited.url)
                writer.writerow([*facts, *where, "yes" if number == 0 else "no"])
    return file.getvalue()


def sheet_json(sheet: Sheet) -> str:
    """Return a record as one JSON object, indented."""
    return json_text(sheet.to_json(), 2) + "\n"
