"""One question set over one index, its vectors in files and in Milvus; print Markdown tables.

A copy of the index moves to Milvus (Milvus Lite by default), then each engine answers in a process of its own. Nothing
is written into the index. The form of a question set is in docs/evaluation.md.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import markdown
from index.generations.generation import Generation, IndexFolder, open_current
from retrieval.engine import Engine
from retrieval.evaluation import GoldQuestion, evaluate, percentile, read_questions
from retrieval.search.hits import make_hits
from retrieval.search.models import ModelCache
from retrieval.search.searcher import CANDIDATES, Searcher

SCOPES = (100, 1_000, 10_000)
REPEATED = 20
FIRSTS = (1, 3)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engines", description=__doc__)
    parser.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
    parser.add_argument("--index", type=Path, default=Path(".onrecord"), metavar="DIR", help="an index of files")
    parser.add_argument("--count", type=int, default=200, metavar="N", help="how many questions, evenly picked (200)")
    parser.add_argument("--milvus", metavar="ADDRESS", help="milvus://HOST:PORT/NAME?kind=KIND, or milvus:?kind=KIND")
    parser.add_argument("--words", action="store_true", help="only tantivy's words and the BM25 of Milvus")
    parser.add_argument("--alone", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    questions = picked(read_questions(options.questions), options.count)
    if options.alone:
        print(json.dumps(measured(IndexFolder(options.index, options.alone), questions)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        notes = Path(temporary, "verified")
        if options.words:
            print(words(open_current(IndexFolder(options.index, notes), print), questions, Path(temporary)))
            return
        moved = Path(temporary, "moved")
        shutil.copytree(options.index, moved)
        seconds = move(moved, options.milvus or "milvus:", Path(temporary))
        print(f"{len(questions)} questions; moving the vectors took {seconds:.0f} s\n")
        print(tables(*(alone(options, folder, notes) for folder in (options.index, moved))))


def picked(questions: Sequence[GoldQuestion], count: int) -> list[GoldQuestion]:
    places = np.linspace(0, len(questions) - 1, min(count, len(questions))).round().astype(int)
    return [questions[place] for place in places]


def move(index: Path, address: str, state: Path) -> float:
    """Move the vectors of an index to Milvus, in a process that lets go of it; return the seconds it took."""
    place = f"{address}#{index}" if address.startswith("milvus://") else address.replace("milvus:", f"milvus:{index}")
    start = time.perf_counter()
    words = ["-m", "bot.cli.main", "index", "--index", place, "--state", str(state)]
    done = subprocess.run([sys.executable, *words], check=True, stdout=subprocess.PIPE, text=True)
    assert "; 0 passages embedded" in done.stdout, f"the sources have changed since the index was built: {done.stdout}"
    return time.perf_counter() - start


def alone(options: argparse.Namespace, index: Path, notes: Path) -> dict[str, Any]:
    """Measure an index in a process of its own."""
    words = [str(options.questions), "--index", str(index), "--count", str(options.count), "--alone", str(notes)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.engines", *words], check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measured(index: IndexFolder, questions: Sequence[GoldQuestion]) -> dict[str, Any]:
    """Return what an engine answers, what that takes in milliseconds, and its memory in MB."""
    start = time.perf_counter()
    with Engine(index) as engine:
        opened = (time.perf_counter() - start) * 1000
        outcomes = list(evaluate(engine, questions))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    generation = open_current(index, print)
    query = generation.vectors.by_id([int(generation.vectors.ids[0])]).popitem()[1]
    return {
        "opening": opened,
        "answers": [[[hit.article, hit.paragraph] for hit in outcome.answer.hits] for outcome in outcomes],
        "marks": [outcome.marks for outcome in outcomes],
        "taken": [outcome.milliseconds for outcome in outcomes],
        "memory": memory,
        "steps": {name: timed(step) for name, step in steps(generation, query).items()},
    }


def steps(generation: Generation, query: Any) -> dict[str, Callable[[], object]]:  # noqa: ANN401  (an array)
    """Return what a question asks of an engine, piece by piece."""
    vectors, sentences, ids = generation.vectors, generation.sentences, generation.vectors.ids
    random = np.random.default_rng(1)
    wanted: dict[str, Callable[[], object]] = {
        "nearest passages": lambda: vectors.search(query, CANDIDATES),
        "nearest sentences": lambda: sentences.search(query, CANDIDATES),
        "100 vectors by id": lambda: vectors.by_id(ids[:: len(ids) // 100].tolist()),
        "sentences of 100 passages": lambda: sentences.of(ids[:: len(ids) // 100].tolist()),
    }
    for count in (count for count in SCOPES if count < len(ids)):
        scattered = np.sort(random.choice(ids, count, replace=False))
        together = ids[:count]
        wanted[f"nearest among {count:,} scattered"] = lambda among=scattered: vectors.search(
            query, CANDIDATES, among=among
        )
        wanted[f"nearest among {count:,} in a row"] = lambda among=together: vectors.search(
            query, CANDIDATES, among=among
        )
    return wanted


def timed(step: Callable[[], object]) -> list[float]:
    step()
    taken = []
    for _ in range(REPEATED):
        start = time.perf_counter()
        step()
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def tables(files: dict[str, Any], milvus: dict[str, Any]) -> str:
    both = files, milvus
    first = [[answer[:1] for answer in one["answers"]] for one in both]
    rows = [
        *([name, *(f"{share(one['marks'], name):.3f}" for one in both)] for name in ("hit@1", "hit@3", "refused")),
        ["the same first passage", "", f"{agreement(*first):.3f}"],
        ["the same passages in the same order", "", f"{agreement(*(one['answers'] for one in both)):.3f}"],
        ["an answer, p50 / p95", *(span(one["taken"]) for one in both)],
        ["opening", *(f"{one['opening']:.0f} ms" for one in both)],
        ["peak of resident memory", *(f"{one['memory']:.0f} MB" for one in both)],
        *([f"{name}, p50 / p95", *(span(one["steps"][name]) for one in both)] for name in files["steps"]),
    ]
    return markdown(["", "files", "Milvus"], rows)


def share(marks: Sequence[dict[str, float]], name: str) -> float:
    values = [one[name] for one in marks if name in one]
    return sum(values) / len(values)


def agreement(ours: Sequence[object], theirs: Sequence[object]) -> float:
    return sum(one == other for one, other in zip(ours, theirs, strict=True)) / len(ours)


def span(taken: Sequence[float]) -> str:
    return f"{percentile(taken, 0.5):.1f} / {percentile(taken, 0.95):.1f} ms"


def words(generation: Generation, questions: Sequence[GoldQuestion], folder: Path) -> str:
    """Compare the passages that words alone bring: those of tantivy, and those of a BM25 function of Milvus Lite."""
    answerable = [one for one in questions if one.answerable and not one.record.get("history")]
    searcher = Searcher(generation, ModelCache(generation.encoder, generation.reranker))
    with closing(generation.open_records()) as records:
        texts = {i: row.text for i, row in records.passages(records.passage_ids()).items()}
        ranks = {"tantivy": searcher.generation.lexical.search, "BM25 of Milvus": milvus_words(texts, folder)}
        rows = []
        for name, rank in ranks.items():
            taken, right = [], dict.fromkeys(FIRSTS, 0)
            for question in answerable:
                start = time.perf_counter()
                found = rank(question.record["question"], CANDIDATES)
                taken.append((time.perf_counter() - start) * 1000)
                hits = list(make_hits(records, found, count=max(FIRSTS)))
                for first in FIRSTS:
                    right[first] += any((hit.article, hit.paragraph) in question.gold for hit in hits[:first])
            rows.append([name, *(f"{right[first] / len(answerable):.3f}" for first in FIRSTS), span(taken)])
    return markdown([f"words alone, {len(answerable)} questions", "hit@1", "hit@3", "p50 / p95"], rows)


def milvus_words(texts: dict[int, str], folder: Path) -> Callable[[str, int], list[tuple[int, float]]]:
    from pymilvus import DataType, Function, FunctionType, MilvusClient

    client = MilvusClient(str(folder / "words.db"))
    schema = client.create_schema(auto_id=False)
    schema.add_field("passage", DataType.INT64, is_primary=True)
    # Milvus Lite knows no other analyzer that is meant for English; a server has "english", which stems.
    schema.add_field("text", DataType.VARCHAR, max_length=65_535, enable_analyzer=True)
    schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(Function("bm25", FunctionType.BM25, ["text"], ["sparse"]))
    client.create_collection("words", schema=schema)
    rows = [{"passage": passage, "text": text} for passage, text in texts.items()]
    for start in range(0, len(rows), 1000):
        client.insert("words", rows[start : start + 1000])
    client.flush("words")
    indexes = client.prepare_index_params()
    indexes.add_index("sparse", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
    client.create_index("words", indexes)
    client.load_collection("words")

    def search(question: str, count: int) -> list[tuple[int, float]]:
        (hits,) = client.search("words", [question], anns_field="sparse", limit=count)
        return [(int(hit["passage"]), float(hit["distance"])) for hit in hits]

    return search


if __name__ == "__main__":
    main()
