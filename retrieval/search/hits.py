"""Passages of a generation as hits: verbatim text, quotations, citation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from index.core.article import Span
from index.quotations.speech.types import Quotation
from index.store.records import ArticleRow, PassageRow, Records
from retrieval.core.answer import Citation, Copy, Hit, HitQuotation
from retrieval.core.scores import Scored
from retrieval.core.tracing import staged
from retrieval.search.near_duplicates import EARLIER, Merged, Versions, merge_copies

_Place = tuple[PassageRow, ArticleRow]
Elsewhere = Callable[[Records, list[Merged]], list[Merged]]


@staged("citing")
def make_hits(
    records: Records,
    scored: Sequence[Scored],
    highlights: Mapping[int, Sequence[Span]] | None = None,
    *,
    count: int | None = None,
    elsewhere: Elsewhere | None = None,
) -> list[Hit]:
    """Return hits for passages, in the order given, near-identical ones merged.

    Args:
        records: of the generation.
        scored: (passage id, score between 0 and 1).
        highlights: code points [start, end) of the words that answer, by passage id.
        count: how many to return at most; all by default.
        elsewhere: finds the copies too that are not among the passages given.
    """
    merged = merge_copies(records, scored, len(scored) if count is None else count)
    if elsewhere:
        merged = elsewhere(records, merged)
    ids = [passage for one in merged for passage in (one.passage, *one.copies)]
    passages = records.passages(ids)
    articles = records.articles(list({row.article for row in passages.values()}))
    versions = Versions.of(records, list(articles))
    hits = []
    for one in merged:
        places = [(row, articles[row.article]) for row in map(passages.__getitem__, (one.passage, *one.copies))]
        led, spans = _newest_first(places), (highlights or {}).get(one.passage, ())
        hits.append((led, one.score, _moved(spans, places[0][0].text, led[0][0].text)))
    quotations = records.quotations([places[0][0].id for places, *_ in hits])
    return [_hit(places, quotations.get(places[0][0].id, []), score, spans, versions) for places, score, spans in hits]


def _newest_first(places: list[_Place]) -> list[_Place]:
    """Return a passage and its copies, led by the newest of those that stand under the same address as it."""
    (_, article), *_ = places
    if not article.url:
        return places
    newest = max((place for place in places if place[1].url == article.url), key=lambda place: place[1].date or "")
    if newest[1].date == article.date:
        return places
    return [newest, *(place for place in places if place is not newest)]


def _moved(spans: Sequence[Span], text: str, other: str) -> tuple[Span, ...]:
    """Return the highlighted words of a passage as they stand, in the same order, in the one that leads instead."""
    if other == text:
        return tuple(spans)
    moved: list[Span] = []
    for start, end in spans:
        at = other.find(text[start:end], moved[-1][1] if moved else 0)
        if at >= 0:
            moved.append((at, at + end - start))
    return tuple(moved)


def _hit(
    places: Sequence[_Place],
    quotations: Sequence[Quotation],
    score: float,
    spans: tuple[Span, ...],
    versions: Versions,
) -> Hit:
    (passage, article), *copies = places
    also = [Copy(other.name, copy.paragraph, cite(other, copy, (), _note(article, other, versions.note(copy))))
            for copy, other in copies]  # fmt: skip
    return Hit(
        article=article.name,
        paragraph=passage.paragraph,
        text=passage.text,
        score=score,
        highlights=spans,
        quotations=tuple(HitQuotation(q.speaker, q.kind, q.start, q.end, q.cue, q.number) for q in quotations),
        also=(*also, *(copy for row, other in places for copy in versions.copies(other, row))),
        citation=cite(article, passage, spans, versions.note(passage)),
    )


def _note(lead: ArticleRow, other: ArticleRow, note: str | None) -> str | None:
    """Return the note of a copy, which may be what its address showed at an earlier time."""
    is_earlier = lead.url and lead.url == other.url and (other.date or "") < (lead.date or "")
    return "; ".join(filter(None, [EARLIER if is_earlier else None, note])) or None


def cite(article: ArticleRow, passage: PassageRow, spans: Sequence[Span], note: str | None = None) -> Citation:
    """Return the citation of a passage: of the highlighted words where there are some, else of the whole."""
    chars = (spans[0][0], spans[-1][1]) if spans else (0, len(passage.text))
    return Citation(
        title=article.title,
        outlet=article.outlet,
        date=article.date,
        url=article.url,
        paragraph=passage.paragraph + 1,
        chars=chars,
        source=article.file,
        sha256=article.sha256,
        note=note,
    )
