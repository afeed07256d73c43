"""Passages of a generation as hits: verbatim text, quotations, citation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.quotations import Quotation
from index.records import ArticleRow, PassageRow, Records
from retrieval.answer import Citation, Copy, Hit, HitQuotation, Span
from retrieval.copies import merge_copies
from retrieval.fusion import Scored


def make_hits(
    records: Records,
    scored: Sequence[Scored],
    highlights: Mapping[int, Sequence[Span]] | None = None,
    *,
    count: int | None = None,
) -> list[Hit]:
    """Return hits for passages, in the order given, near-identical ones merged.

    Args:
        records: of the generation.
        scored: (passage id, score between 0 and 1).
        highlights: code points [start, end) of the words that answer, by passage id.
        count: how many to return at most; all by default.
    """
    merged = merge_copies(records, scored, len(scored) if count is None else count)
    ids = [passage for one in merged for passage in (one.passage, *one.copies)]
    passages = records.passages(ids)
    articles = records.articles(list({row.article for row in passages.values()}))
    quotations = records.quotations([one.passage for one in merged])
    return [
        _hit(
            [(passages[passage], articles[passages[passage].article]) for passage in (one.passage, *one.copies)],
            quotations.get(one.passage, []),
            one.score,
            tuple((highlights or {}).get(one.passage, ())),
        )
        for one in merged
    ]


def _hit(
    places: Sequence[tuple[PassageRow, ArticleRow]],
    quotations: Sequence[Quotation],
    score: float,
    spans: tuple[Span, ...],
) -> Hit:
    (passage, article), *copies = places
    return Hit(
        article=article.name,
        paragraph=passage.paragraph,
        text=passage.text,
        score=score,
        highlights=spans,
        quotations=tuple(HitQuotation(q.speaker, q.kind, q.start, q.end, q.cue, q.number) for q in quotations),
        also=tuple(Copy(other.name, copy.paragraph, cite(other, copy, ())) for copy, other in copies),
        citation=cite(article, passage, spans),
    )


def cite(article: ArticleRow, passage: PassageRow, spans: Sequence[Span]) -> Citation:
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
    )
