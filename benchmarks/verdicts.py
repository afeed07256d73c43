"""How claims that were made from annotated quotations are judged; print a confusion table in Markdown.

FOLDER holds ``articles.jsonl`` (what the index was built from), ``attributions.jsonl`` (who says what in them, as
people annotated it) and ``questions.jsonl`` (for the topics that a speaker speaks on). Nothing of it is kept. What
counts as right does not come from the index: neither its quotations nor its speakers are used to make a claim.
Thresholds were chosen on the articles of half 0; half 1 is for reporting. docs/verifying.md tells of each class.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from contextlib import closing
from pathlib import Path

from benchmarks.claims_made import Claimed, Gold, make_claims
from bot.config.paths import index_folder
from index.core.article import Article
from index.generations.generation import open_current
from retrieval.search.models import ModelCache
from retrieval.search.searcher import Searcher
from retrieval.verification.drafts import drafted
from retrieval.verification.verdict import VERDICTS, Verdict
from retrieval.verification.verifier import Verifier

MEANING = ("negation flipped", "number changed")
"""Of the classes, those whose claims tell something else than the words that were said."""


def main() -> None:
    options = _options()
    gold = Gold.read(options.gold, options.half)
    claims = list(make_claims(gold, random.Random(options.seed)))  # noqa: S311  (a draw to repeat)
    generation = open_current(index_folder(options), print)
    searcher = Searcher(generation, ModelCache(generation.encoder, generation.reranker))
    searcher.load()
    with closing(generation.open_records()) as records:
        verifier = Verifier(searcher, records)
        started = time.perf_counter()
        judged = [(claim, verifier.check(claim.words, claim.by)) for claim in claims]
        took = time.perf_counter() - started
        draft(gold, verifier, random.Random(options.seed))  # noqa: S311  (the same)
    report(judged)
    print(f"\n{len(claims)} claims in {took:.1f} s ({1000 * took / len(claims):.0f} ms each)")
    for claim, verdict in [one for one in judged if one[0].expected != one[1].verdict][: options.wrong]:
        print(json.dumps({"made": claim.made, "expected": claim.expected, "claim": claim.words, "by": claim.by}
                         | {"verdict": verdict.verdict, "speaker": verdict.speaker, "stands": verdict.stands[:400]},
                         ensure_ascii=False))  # fmt: skip


def draft(gold: Gold, verifier: Verifier, chance: random.Random) -> None:
    """Print how long a draft of 40 quotations takes to read and to check; twice, as the first time loads the parser."""
    said = chance.sample(gold.direct, 40)
    paragraphs = tuple(f"“{one.words.rstrip('.')},” {one.speaker} said on Tuesday." for one in said)
    for which in ("first", "second"):
        start = time.perf_counter()
        found = list(drafted([Article("draft.md", "A draft", paragraphs)]))
        read = time.perf_counter()
        verdicts = Counter(verifier.check_claim(one.claim).verdict for one in found)
        done = time.perf_counter()
        told = f"read in {read - start:.1f} s, checked in {done - read:.1f} s ({dict(verdicts)})"
        print(f"draft of {len(found)} quotations, {which} time: {told}")


def report(judged: list[tuple[Claimed, Verdict]]) -> None:
    """Print how claims of each class were judged, and the two figures that count."""
    table: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for claim, verdict in judged:
        table[claim.made, claim.expected][verdict.verdict] += 1
    print("| made by | expected | " + " | ".join(VERDICTS) + " |")
    print("|---|---|" + "---:|" * len(VERDICTS))
    for (made, expected), counts in table.items():
        cells = (f"**{counts[one]}**" if one == expected else str(counts[one] or "") for one in VERDICTS)
        print(f"| {made} | {expected} | {' | '.join(cells)} |")
    right = sum(claim.expected == verdict.verdict for claim, verdict in judged)
    worst = [claim for claim, verdict in judged if claim.made in MEANING and verdict.verdict == "exact"]
    said_exact = [claim for claim, verdict in judged if claim.expected != "exact" and verdict.verdict == "exact"]
    print(f"\naccuracy {right / len(judged):.3f} ({right} of {len(judged)}); "
          f"meaning changed, called exact: {len(worst)}; wrongly called exact: {len(said_exact)}")  # fmt: skip


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verdicts", description=__doc__)
    parser.add_argument("--gold", type=Path, required=True, help="folder of articles, attributions and questions")
    parser.add_argument("--index", type=Path, required=True, help="index over those articles")
    parser.add_argument("--state", type=Path, help="where verified generations are noted")
    parser.add_argument("--half", type=int, choices=(0, 1), default=1, help="which half of the articles (1)")
    parser.add_argument("--seed", type=int, default=11, help="of the draw (11)")
    parser.add_argument("--wrong", type=int, default=0, metavar="N", help="show N claims that were judged wrong (0)")
    return parser.parse_args(namespace=argparse.Namespace(config=None))


if __name__ == "__main__":
    main()
