"""The sentence of a passage that answers a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.sentences import sentences
from retrieval.answer import Span
from retrieval.search import Searcher

WEIGHED = 3
"""In how many passages, best first, the reranker chooses the sentence; in the others the words of the question do."""

_MOST = 12


def highlight(searcher: Searcher, question: str, texts: Mapping[int, str]) -> dict[int, list[Span]]:
    """Return for each passage, best first, the code points [start, end) of the sentence that answers best.

    Args:
        searcher: of the generation.
        question: what is asked.
        texts: the passages by id, best first.
    """
    split = {passage: sentences(text)[:_MOST] for passage, text in texts.items()}
    read = [] if searcher.fast else list(split)[:WEIGHED]
    weighed = [(p, span) for p in read if len(split[p]) > 1 for span in split[p]]
    logits = searcher.logits(question, [texts[p][start:end] for p, (start, end) in weighed])
    score = dict(zip(weighed, logits, strict=True))
    rest = [(p, span) for p in split for span in split[p] if (p, span) not in score]
    score |= searcher.shares(question, {(p, span): texts[p][span[0] : span[1]] for p, span in rest})
    return {p: [_best(p, spans, score)] for p, spans in split.items() if spans}


def _best(passage: int, spans: Sequence[Span], score: Mapping[tuple[int, Span], float]) -> Span:
    return max(spans, key=lambda span: score[passage, span])
