"""Scores: ranked lists of passages fused into one, and signals turned into the probability that a passage answers.

Fitted in two steps. The weights tell answering passages from others: scikit-learn's LogisticRegression on all passages
that questions over two development sets brought up. Their sum was then scaled and shifted (Platt, Probabilistic Outputs
for Support Vector Machines, 1999) to tell whether the best passage of a question answers it, on hand-written questions
alone, of which a fifth has no answer. docs/ranking.md tells which, how each signal fares without the others, and how
well the probabilities agree with what happened.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Scored = tuple[int, float]


def min_max(hits: Sequence[Scored]) -> dict[int, float]:
    """Return the scores of a list stretched to 0 … 1; a list of equal scores is all 1."""
    if not hits:
        return {}
    scores = [score for _, score in hits]
    low, spread = min(scores), max(scores) - min(scores)
    return {passage: (score - low) / spread if spread else 1.0 for passage, score in hits}


def best_of(*lists: Sequence[Scored]) -> list[Scored]:
    """Return passages by their best score in any of several lists, best first."""
    best: dict[int, float] = {}
    for hits in lists:
        for passage, score in hits:
            best[passage] = max(score, best.get(passage, score))
    return sorted(best.items(), key=lambda item: (-item[1], item[0]))


def fuse(lists: Iterable[tuple[float, Sequence[Scored]]]) -> list[Scored]:
    """Return the weighted sum of min-max-normalised lists, best first; a passage a list lacks has 0 there.

    On news this beats reciprocal-rank fusion (Pyserini, BEIR fusion regressions: TREC-NEWS nDCG@10 .501 to .486,
    Robust04 .513 to .507). Passages of one score stand in the order of their ids.

    Args:
        lists: (weight, hits) of each list.
    """
    total: dict[int, float] = {}
    for weight, hits in lists:
        for passage, score in min_max(hits).items():
            total[passage] = total.get(passage, 0.0) + weight * score
    return sorted(total.items(), key=lambda item: (-item[1], item[0]))


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic regression: the probability is 1 / (1 + exp(-(bias + the weighted sum of the signals)))."""

    bias: float
    weights: Mapping[str, float]

    def evidence(self, **signals: float) -> float:
        """Return bias and weighted sum; a signal that is not given counts as 0.

        Raises:
            KeyError: there is no weight for a signal.
        """
        return self.bias + sum(self.weights[name] * value for name, value in signals.items())


def probability(evidence: float) -> float:
    """Return the logistic function of evidence."""
    return 1 / (1 + math.exp(-max(min(evidence, 30.0), -30.0)))


def squashed(logit: float) -> float:
    """Return a reranker's logit, which runs from about -11 to 11, as a number from -1 to 1 that few questions reach."""
    return math.tanh((logit + 2) / 6)


ANSWERED = 0.3
"""The probability from which the best passage is shown as the answer, whatever is asked."""

ANSWERING = Logistic(bias=-0.3, weights={"logit": 0.152, "context": 0.103, "held": 0.505})
"""Whether a passage answers a question that names no speaker.

logit: of the reranker for the passage, or the window of it that promises most; context: the same, read with the title
and the sentence before; held: 1 where the passage holds the kind of answer expected, -1 where it does not, 0 where
none is known.
"""

ON_TOPIC = Logistic(
    bias=-5.3,
    weights={
        "own": 1.59,
        "said": 1.52,
        "text": 1.3,
        "near": 3.01,
        "relevance": 1.16,
        "context": 0.99,
        "before": 1.82,
    },
)
"""Whether a passage tells what somebody said on a topic.

own: 1 where it quotes the person; said, text, context: shares of the topic's words in the person's words, in the
passage, and in the passage with its title and what stands before it; near, before: cosines of the topic to the best
sentence of the passage and to the passage before; relevance: the reranker's logit, squashed.
"""

SPOKEN = Logistic(
    bias=-6.7,
    weights={
        "near": 6.24,
        "words": 0.78,
        "held": 0.78,
        "close": 6.24,
        "relevance": 1.56,
        "exact": 14.4,
        "quoted": 14.4,
    },
)
"""Whether a passage holds certain words of somebody, or words to that effect.

near: the cosine of what is sought to the best sentence of the passage; words, held: shares of its words in the passage
and in the best quotation; close: the cosine to the quotation that is nearest; relevance: the reranker's logit,
squashed; exact, quoted: 1 where the very words stand in the passage, and in a quotation. The proportions were set by
hand, on few questions.
"""
