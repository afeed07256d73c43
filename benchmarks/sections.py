"""What is measured: each section returns its lines of the table."""

from __future__ import annotations

import shutil
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import corpus
from benchmarks.measuring import Bench, Row, Run, Worker, medians, span
from benchmarks.telegram import telegram
from index.core.cores import available_cores

QUESTION = "what did Gimenez say?"
QUESTION_FOR_MODELS = "what was said about federal money for the county?"
BATCH = 32
EMBEDDED = 8 * BATCH
QUESTIONS_OF_A_KIND = 8
WORDS = 12_000
THREADS = available_cores()


def prepare(bench: Bench) -> None:
    """Build both indexes over the same articles; the first build of ours also exports the models."""
    bench.run(bench.onrecord("index", *corpus.sources(bench.corpus)))
    with Worker(bench, "plain", threads=THREADS) as plain:
        plain.do("save", source=bench.source)


def cold(bench: Bench) -> list[Row]:
    """Whole processes, from start to end, that answer one question."""
    with Worker(bench, "helper") as helper:
        model = helper.do("model_folder")
    shutil.rmtree(bench.folder / "state", ignore_errors=True)
    first = bench.run(bench.onrecord("ask", QUESTION))
    return [
        *_cold_rows(bench, model, QUESTION, "somebody's words, which need no model"),
        *_cold_rows(bench, model, QUESTION_FOR_MODELS, "both models"),
        Row("cold: wall, first opening on a machine (hashes every file, once)", f"{first.wall:.2f} s"),
    ]


def _cold_rows(bench: Bench, model: str, question: str, needs: str) -> list[Row]:
    ours = bench.onrecord("ask", question)
    plain = [sys.executable, str(Path(__file__).with_name("plain.py")), model, str(bench.plain_index), question]
    bench.run(ours)
    bench.run(plain)
    runs: list[tuple[Run, Run]] = [(bench.run(ours), bench.run(plain)) for _ in range(bench.runs)]
    a, b = medians([run[0] for run in runs]), medians([run[1] for run in runs])
    return [
        Row(f"cold, “{question}” ({needs}): wall", f"{a.wall:.2f} s", f"{b.wall:.2f} s", _times(b.wall, a.wall)),
        Row("— CPU", f"{a.cpu:.2f} s", f"{b.cpu:.2f} s", _times(b.cpu, a.cpu)),
        Row("— peak memory", f"{a.memory:.0f} MB", f"{b.memory:.0f} MB", _times(b.memory, a.memory)),
    ]


def warm(bench: Bench) -> list[Row]:
    """Questions to running processes, in turns."""
    taken: dict[str, list[float]] = {}
    with Worker(bench, "ours", threads=THREADS) as ours, Worker(bench, "plain", threads=THREADS) as plain:
        ours.do("load")
        plain.do("load")
        questions = ours.do("questions", count=QUESTIONS_OF_A_KIND, source=bench.source)
        for _ in range(bench.runs):
            for kind, texts in questions.items():
                for question in texts:
                    taken.setdefault(f"ask {kind}", []).append(ours.do("ask", question=question))
                    taken.setdefault("plain", []).append(plain.do("ask", question=question))
                    if kind == "any":
                        taken.setdefault("candidates", []).append(ours.do("candidates", question=question))
                        taken.setdefault("reranked", []).append(ours.do("reranked", question=question))
    return [
        _warm_row("candidates, without the cross-encoder", taken["candidates"], taken["plain"]),
        _warm_row("candidates, with the cross-encoder", taken["reranked"], taken["plain"]),
        _warm_row("whole answer, “What was said about …?”", taken["ask any"], taken["plain"]),
        _warm_row("whole answer, “What did X say?”", taken["ask speaker"], taken["plain"]),
        _warm_row("whole answer, “What did X say about …?”", taken["ask topic"], taken["plain"]),
    ]


def embedding(bench: Bench) -> list[Row]:
    """The same passages through both encoders, in turns."""
    with Worker(bench, "helper") as helper:
        texts = helper.do("passages", source=bench.source, count=EMBEDDED)
        ours, plain = _embed(bench, texts, bench.runs)
        cosine = helper.do("least_cosine", one=_vectors(bench, "ours"), other=_vectors(bench, "plain"))
    words = statistics.mean(len(text.split()) for text in texts)
    what = f"embedding: passages a second ({words:.0f} words, {THREADS} threads)"
    return [
        Row(what, f"{ours:.0f}", f"{plain:.0f}", _times(ours, plain)),
        Row("embedding: least cosine between the two encoders' vectors", f"{cosine:.6f}"),
    ]


def rebuild(bench: Bench) -> list[Row]:
    """A first build, one with nothing new, one with one new article, over generated articles."""
    folder, index = bench.folder / "generated", bench.folder / "generated-index"
    corpus.write_articles(folder, bench.articles, bench.paragraphs)
    build = bench.onrecord("index", folder, index=index)
    again = bench.onrecord("index", index=index)
    first = bench.run(build)
    runs: list[tuple[Run, Run]] = []
    for number in range(bench.articles, bench.articles + bench.runs):
        unchanged = bench.run(again)
        corpus.write_articles(folder, 1, bench.paragraphs, first=number)
        runs.append((unchanged, bench.run(again)))
    nothing_new, one_new = (medians([pair[turn] for pair in runs]) for turn in (0, 1))
    with Worker(bench, "helper") as helper:
        sample = helper.do("made_up_passages", folder=str(folder), count=EMBEDDED)
    _, plain = _embed(bench, sample, bench.runs)
    everything = bench.articles * bench.paragraphs / plain
    size = f"{bench.articles:,} articles of {bench.paragraphs} paragraphs"
    estimated = f"about {everything:.0f} s (re-embeds all: extrapolated from {len(sample)} passages)"
    return [
        Row(f"first build of {size}", f"{first.wall:.1f} s"),
        Row("rebuild with nothing new", f"{nothing_new.wall:.1f} s"),
        Row("rebuild after one new article", f"{one_new.wall:.1f} s", estimated, _times(everything, one_new.wall)),
        Row("rebuild after one new article: peak memory", f"{one_new.memory:.0f} MB"),
    ]


def building(bench: Bench) -> list[Row]:
    """Parsing, without and with finding quotations, in one process."""
    with Worker(bench, "helper") as helper:
        total = helper.do("parse", source=bench.source, words=WORDS, rounds=1)
    words, parse, frames, both = (total[name] for name in ("words", "parse", "frames", "both"))
    return [
        Row("building: words a second, the parser over the whole text", f"{words / parse:,.0f}"),
        Row("building: the parser over what the finder parses", f"{words / frames:,.0f}"),
        Row("building: the parser and finding quotations", f"{words / both:,.0f}"),
        Row("building: what finding adds to that parse, and to a parse of the whole text", _added(both, frames, parse)),
    ]


def scan(bench: Bench) -> list[Row]:
    """Looking for changes in a folder where nothing changed, after its files were read once."""
    with Worker(bench, "helper") as helper:
        folder = str(bench.folder / "many")
        helper.do("write_files", folder=folder, count=bench.files)
        first, *again = helper.do("scan", folder=folder, rounds=1 + bench.runs)
    size = f"{bench.files:,} files in one folder"
    return [
        Row(f"reading {size}, of one line each", f"{first[0]:.1f} s"),
        Row(f"scanning {size} where nothing changed", f"{statistics.median(wall for wall, _ in again):.1f} s"),
        Row("— CPU", f"{statistics.median(cpu for _, cpu in again):.1f} s"),
    ]


SECTIONS = {
    "cold": cold,
    "warm": warm,
    "embedding": embedding,
    "rebuild": rebuild,
    "building": building,
    "scan": scan,
    "telegram": telegram,
}


def _embed(bench: Bench, texts: Sequence[str], rounds: int) -> tuple[float, float]:
    """Return passages a second of our encoder and of sentence-transformers', the medians of rounds in turns."""
    seconds: dict[str, list[float]] = {"ours": [], "plain": []}
    with Worker(bench, "ours", threads=THREADS) as ours, Worker(bench, "plain", threads=THREADS) as plain:
        workers = {"ours": ours, "plain": plain}
        for role, worker in workers.items():
            worker.do("embed", texts=texts[:BATCH], target=_vectors(bench, role))
        for _ in range(rounds):
            for role, worker in workers.items():
                seconds[role].append(worker.do("embed", texts=texts, target=_vectors(bench, role)))
    ours_median, plain_median = (statistics.median(seconds[role]) for role in ("ours", "plain"))
    return len(texts) / ours_median, len(texts) / plain_median


def _vectors(bench: Bench, role: str) -> str:
    return str(bench.folder / f"{role}.npy")


def _warm_row(what: str, ours: Sequence[float], plain: Sequence[float]) -> Row:
    better = _times(statistics.median(plain), statistics.median(ours))
    return Row(f"warm, p50 / p95: {what}", span(ours), span(plain), better)


def _added(both: float, *parses: float) -> str:
    return ", ".join(f"{100 * (both / parse - 1):+.0f} %" for parse in parses)


def _times(more: float, less: float) -> str:
    """Return how many times as much one figure is as another; below 1 it is less."""
    return f"{more / less:.2g} x" if more < 10 * less else f"{more / less:.0f} x"
