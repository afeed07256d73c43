"""The timeline of a speaker as one page of HTML that needs nothing else, and as Markdown, CSV or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Final

from bot.render.markdown import escaped
from bot.render.messages import long_date
from bot.render.text import citation_line, json_text, link_target, marked, origin_parts, printable
from bot.render.timeline_picture import COLOURS, SHAPES, Mark, draw_timeline, mark_svg, summary, svg_text

if TYPE_CHECKING:
    from retrieval.core.answer import Citation
    from retrieval.newsroom.timeline import Entry, Timeline, TimelinePassage, Topic


MOST_ROLES: Final = 6

STYLE: Final = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1a1a1a; --faint: #595959; --rule: #d0d0d0; --mark: #fff0a8;
  --link: #0b57a4; --bar: #0072b2; }
@media (prefers-color-scheme: dark) { :root { --paper: #16181b; --ink: #ececec; --faint: #b3b3b3; --rule: #44484d;
  --mark: #5a4a00; --link: #8cc4ff; --bar: #56b4e9; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 62rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: .3rem 0; }
h2 { font-size: 1.25rem; margin: 2rem 0 .5rem; border-bottom: 2px solid var(--rule); padding-bottom: .2rem; }
h2 svg { vertical-align: -.1em; }
a { color: var(--link); }
figure { margin: 1rem 0; overflow-x: auto; border: 1px solid var(--rule); background: #fff; }
figure svg { display: block; width: 100%; min-width: 40rem; height: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .2rem .6rem .2rem 0; vertical-align: middle; }
thead th { white-space: nowrap; font-weight: 400; color: var(--faint); }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
td.bar { width: 45%; }
td.bar span { display: block; height: .8rem; background: var(--bar); min-width: 2px; }
ol { list-style: none; margin: 0; padding: 0; }
li { margin: 0 0 1rem; padding: 0 0 0 .8rem; border-left: 3px solid var(--rule); break-inside: avoid; }
li p, article p { margin: .2rem 0; }
.words { font-size: 1.05rem; }
.words a { color: inherit; text-decoration: underline dotted var(--faint); text-underline-offset: .2em; }
.source, .faint { color: var(--faint); font-size: .9rem; }
article { margin: 0 0 1.2rem; padding: .6rem .8rem; border: 1px solid var(--rule); break-inside: avoid; }
article h3 { font-size: 1rem; margin: 0; }
mark { background: var(--mark); color: inherit; }
:target { outline: 3px solid var(--link); outline-offset: 2px; }
@media print { body { max-width: none; padding: 0; font-size: 10pt; --paper: #fff; --ink: #000; --faint: #444;
  --rule: #999; --link: #000; --mark: #eee; } figure svg { min-width: 0; } figure { overflow: visible; }
  a { text-decoration: none; } a.out::after { content: " (" attr(href) ")"; font-size: .8em; } }
"""


def html_page(timeline: Timeline) -> str:
    """Return a record as a page; every text in it is escaped, and no address but those of articles is in it."""
    numbers = {id(entry): number for number, entry in enumerate(timeline.entries, 1)}
    title = escape(f"{printable(timeline.speaker)}: on the record")
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>",
        *_head(timeline, title),
        f"<figure>{svg_text(draw_timeline(timeline), link='#s{number}')}</figure>",
        *_outlets(timeline),
        *(line for row, topic in enumerate(timeline.topics) for line in _topic(topic, row, numbers)),
        "<section>\n<h2>In context</h2>",
        *(line for entry in timeline.entries for line in _context(entry, numbers[id(entry)])),
        "</section>\n</body>\n</html>\n",
    ]
    return "\n".join(parts)


def _head(timeline: Timeline, title: str) -> Iterator[str]:
    yield f"<header>\n<h1>{title}</h1>\n<p>{escape(summary(timeline))}.</p>"
    asked = {"About": timeline.about, "Since": timeline.since, "Until": timeline.until}
    for name, value in asked.items():
        if value:
            text = value if isinstance(value, str) else long_date(value.isoformat())
            yield f"<p>{name}: {escape(printable(text))}</p>"
    if roles := timeline.roles[:MOST_ROLES]:
        told = (f"{printable(role)}{f' ({long_date(day)})' if day else ''}" for role, day in roles)
        yield f'<p class="faint">Called, with the day of the first time: {escape("; ".join(told))}</p>'
    yield "</header>"
    links = (
        f'<a href="#t{row}">{escape(printable(topic.label))}</a> ({len(topic.entries)})'
        for row, topic in enumerate(timeline.topics, 1)
    )
    yield f'<nav aria-label="Topics"><p>{" · ".join(links)}</p></nav>'


def _outlets(timeline: Timeline) -> Iterator[str]:
    yield '<section>\n<h2>Who quoted most</h2>\n<table>\n<thead><tr><th scope="col">Outlet</th>'
    yield '<th scope="col">Statements</th><th scope="col"></th></tr></thead>\n<tbody>'
    largest = max((count for _, count in timeline.outlets), default=1)
    for outlet, count in timeline.outlets:
        share = 100 * count / largest
        yield (
            f'<tr><th scope="row">{escape(printable(outlet))}</th><td class="number">{count}</td>'
            f'<td class="bar"><span style="width: {share:.1f}%"></span></td></tr>'
        )
    yield "</tbody>\n</table>\n</section>"


def _topic(topic: Topic, row: int, numbers: dict[int, int]) -> Iterator[str]:
    sign = Mark(10, 10, 7, SHAPES[row % len(SHAPES)], COLOURS[row % len(COLOURS)], "", 0)
    drawn = f'<svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">{mark_svg(sign)}</svg>'
    yield f'<section id="t{row + 1}">\n<h2>{drawn} {escape(printable(topic.label))}</h2>\n<ol>'
    for entry in topic.entries:
        yield from _entry(entry, numbers[id(entry)])
    yield "</ol>\n</section>"


def _entry(entry: Entry, number: int) -> Iterator[str]:
    words = escape(printable(marked(entry.words, entry.kind)))
    yield f'<li id="s{number}"><p class="words"><a href="#c{number}">{words}</a></p>'
    day = f'<time datetime="{entry.date}">{long_date(entry.date)}</time>' if entry.date else "no date"
    facts = [day, escape(_KINDS[entry.kind]), escape(printable(entry.role or ""))]
    cited = [_original(citation) for citation in entry.citations]
    also = f"; also in {', '.join(cited[1:])}" if cited[1:] else ""
    yield f'<p class="source">{" · ".join(filter(None, [*facts, cited[0] + also]))}</p></li>'


def _context(entry: Entry, number: int) -> Iterator[str]:
    first: str | None = f' id="c{number}"'
    for places in (entry.places, *entry.also):
        citation = places[0].citation
        yield f"<article{first or ''}>\n<h3>{escape(printable(citation.title))}</h3>"
        paragraphs = ", ".join(str(place.citation.paragraph) for place in places)
        note = f" · {escape(printable(citation.note))}" if citation.note else ""
        yield f'<p class="source">{_original(citation, dated=True)}, paragraph {paragraphs}{note}'
        yield f' · <a href="#s{number}">back</a></p>'
        yield from _paragraphs(places)
        yield "</article>"
        first = None


def _paragraphs(places: Sequence[TimelinePassage]) -> Iterator[str]:
    if places[0].before:
        yield f'<p class="faint">{escape(printable(places[0].before))}</p>'
    for place in places:
        yield f"<p>{_highlighted(place)}</p>"
    if places[-1].after:
        yield f'<p class="faint">{escape(printable(places[-1].after))}</p>'


def _highlighted(place: TimelinePassage) -> str:
    text, at, parts = printable(place.text), 0, []
    for start, end in place.spans:
        parts += [escape(text[at:start]), f"<mark>{escape(text[start:end])}</mark>"]
        at = end
    return "".join([*parts, escape(text[at:])])


def _original(citation: Citation, *, dated: bool = False) -> str:
    """Return the outlet of an article, linked to its original where that is on the web; else with its file."""
    name = escape(printable(", ".join(origin_parts(citation)) if dated else origin_parts(citation)[0]))
    if url := link_target(citation.url):
        return f'<a class="out" href="{escape(url)}" rel="noreferrer">{name}</a>'
    file = escape(printable(citation.source))
    return name if citation.outlet is None else f"{name} ({file})"


_KINDS: Final = {"direct": "quoted", "indirect": "reported", "mixed": "partly quoted"}


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


def markdown_text(timeline: Timeline) -> str:
    """Return a record as Markdown: topics as headings, statements in order of time, each with its citations."""
    about = f" on {printable(timeline.about)}" if timeline.about else ""
    lines = [f"# {escaped(printable(timeline.speaker) + about)}: on the record", "", f"{summary(timeline)}.", ""]
    lines += ["| outlet | statements |", "|---|---:|"]
    lines += [f"| {escaped(printable(outlet))} | {count} |" for outlet, count in timeline.outlets]
    for topic in timeline.topics:
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


def csv_text(timeline: Timeline) -> str:
    """Return a record as comma-separated values: a line for each article that printed a statement."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for topic in timeline.topics:
        for entry in topic.entries:
            for number, (place, *_) in enumerate((entry.places, *entry.also)):
                cited = place.citation
                facts = (cited.date, topic.label, timeline.speaker, entry.role, entry.kind, entry.words)
                where = (cited.outlet, cited.title, place.article, place.paragraph, cited.url)
                writer.writerow([*facts, *where, "yes" if number == 0 else "no"])
    return file.getvalue()


def timeline_json(timeline: Timeline) -> str:
    """Return a record as one JSON object, indented."""
    return json_text(timeline.to_json(), 2) + "\n"
