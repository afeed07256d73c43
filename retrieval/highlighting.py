"""The sentence of a passage that answers a question."""

from __future__ import annotations

from collections.abc import Mapping

from index.sentences import sentences
from index.spans import Span
from retrieval.search import Searcher
from retrieval.timings import staged

WEIGHED = 3
"""In how many passages, best first, the reranker chooses the sentence; in the others the words of the question do."""

CLOSELY = 3
"""Between how many sentences of a passage it chooses: those that share most with the question."""

_MOST = 12


@staged("highlights", closed=True)
def highlight(searcher: Searcher, question: str, texts: Mapping[int, str]) -> dict[int, list[Span]]:
    """Return for each passage, best first, the code points [start, end) of the sentence that answers best.

    Args:
        searcher: of the generation.
        question: what is asked.
        texts: the passages by id, best first.
    """
    split = {passage: sentences(text)[:_MOST] for passage, text in texts.items()}
    pieces = {(p, span): texts[p][slice(*span)] for p in split for span in split[p]}
    shares = searcher.shares(question, pieces)
    best = {p: sorted(spans, key=lambda span: -shares[p, span]) for p, spans in split.items() if spans}
    read = [] if searcher.fast else list(best)[:WEIGHED]
    close = [(p, span) for p in read if len(best[p]) > 1 for span in best[p][:CLOSELY]]
    logits = dict(zip(close, searcher.logits(question, [pieces[piece] for piece in close]), strict=True))
    return {p: [max(spans[:CLOSELY], key=lambda span: logits.get((p, span), 0.0))] for p, spans in best.items()}
