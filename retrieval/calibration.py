"""Turning signals into the probability that a passage answers: logistic regressions, and what they were fitted on.

Weights were fitted with scikit-learn's LogisticRegression on passages that questions over two development sets
brought up, each marked as answering or not; docs/ranking.md tells which questions, how each signal fares without the
others, and how well the probabilities agree with what happened.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


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


ANSWERING = Logistic(bias=-3.15, weights={"logit": 0.31, "context": 0.21, "held": 1.03})
"""Whether a passage answers a question that names no speaker.

logit: of the reranker for the passage, or the window of it that promises most; context: the same, read with the title
and the sentence before; held: 1 where the passage holds the kind of answer expected, -1 where it does not, 0 where
none is known.
"""

ON_TOPIC = Logistic(
    bias=-8.65,
    weights={
        "own": 2.27,
        "said": 2.17,
        "text": 1.86,
        "near": 4.3,
        "relevance": 1.66,
        "context": 1.41,
        "before": 2.6,
    },
)
"""Whether a passage tells what somebody said on a topic.

own: 1 where it quotes the person; said, text, context: shares of the topic's words in the person's words, in the
passage, and in the passage with its title and what stands before it; near, before: cosines of the topic to the best
sentence of the passage and to the passage before; relevance: the reranker's logit, squashed.
"""

SPOKEN = Logistic(
    bias=-6.0,
    weights={"near": 5.2, "words": 0.65, "held": 0.65, "close": 5.2, "relevance": 1.3, "exact": 12.0, "quoted": 12.0},
)
"""Whether a passage holds certain words of somebody, or words to that effect.

near: the cosine of what is sought to the best sentence of the passage; words, held: shares of its words in the passage
and in the best quotation; close: the cosine to the quotation that is nearest; relevance: the reranker's logit,
squashed; exact, quoted: 1 where the very words stand in the passage, and in a quotation. Set by hand on few questions.
"""
