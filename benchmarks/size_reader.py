"""Tasks of a process that reads an index of some size: opening, candidates and their parts, answers, memory."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.memory import status_of_this_process
from index.generations.generation import SENTENCES, VECTORS, IndexFolder
from index.store.records import Records
from retrieval.search.bm25 import search_words

Task = dict[str, Any]
NEAREST = 10
LOOKED_EVERY = 0.005


class SizeReader:
    """Tasks on one index."""

    def __init__(self, told: Task) -> None:
        self._folder = IndexFolder(Path(told["index"]), Path(told["state"]) / "verified")

    def open(self) -> dict[str, float]:
        """Open the index, load what answering needs, and answer once; return the seconds of each.

        Libraries are imported before: that takes as long whatever the size.
        """
        import benchmarks.vector_files  # noqa: F401  (and with it what reads vectors)
        import retrieval.engine

        start = time.perf_counter()
        self._engine = retrieval.engine.Engine(self._folder, watch=True)
        opened = time.perf_counter()
        self._engine.load_models()
        loaded = time.perf_counter()
        self._engine.ask("What was said?")
        return {"open": opened - start, "load": loaded - opened, "first_answer": time.perf_counter() - loaded}

    def questions(self, count: int, file: str | None) -> list[str]:
        """Return questions: some of a file, those that need no history and no scope, or on titles and speakers."""
        chance = random.Random(1)  # noqa: S311  (which questions, not a secret)
        if file:
            lines = map(json.loads, Path(file).read_text("utf-8").splitlines())
            asked = [line["question"] for line in lines if not line.get("history") and not line.get("scope")]
            return chance.sample(asked, min(count, len(asked)))
        from index.store.catalog import Catalog

        with closing(Catalog.open(self._searcher.generation.records_path)) as catalog:
            titles = [title.rstrip(".… ") for title in islice(catalog.newest_titles(5000), 5000)]
        names = self._engine.speakers()[:500]
        kinds: list[Callable[[], str]] = [
            lambda: f"What was said about this: {chance.choice(titles)}?",
            lambda: f"What did {chance.choice(names)} say?",
            lambda: f"What did {chance.choice(names)} say about {chance.choice(titles)}?",
        ]
        return [kinds[number % len(kinds)]() for number in range(count)]

    def candidates(self, questions: Sequence[str]) -> dict[str, list[float]]:
        """Return the seconds of encoding each question, of each part of its candidates, and of all parts, fused."""
        taken: dict[str, list[float]] = {}
        with closing(self._searcher.generation.open_records()) as records:
            for question in questions:
                for name, step in self._steps(question, records).items():
                    start = time.perf_counter()
                    step()
                    taken.setdefault(name, []).append(time.perf_counter() - start)
        return taken

    def _steps(self, question: str, records: Records) -> dict[str, Callable[[], object]]:
        from retrieval.search.searcher import CANDIDATES

        searcher, generation = self._searcher, self._searcher.generation
        return {
            "encode": lambda: searcher.vector(question),
            "passages": lambda: generation.vectors.search(searcher.vector(question), CANDIDATES),
            "sentences": lambda: generation.sentences.search(searcher.vector(question), CANDIDATES),
            "terms": lambda: search_words(generation.lexical, question, CANDIDATES),
            "candidates": lambda: searcher.candidates(records, question),
        }

    def nearest(self, questions: Sequence[str], exact: str) -> dict[str, float]:
        """Return which share of the nearest vectors the index finds, of passages and of sentences."""
        import numpy as np

        from benchmarks.exact import recall
        from benchmarks.vector_files import searching
        from retrieval.search.searcher import CANDIDATES

        generation = self._searcher.generation
        queries = np.stack([self._searcher.vector(question) for question in questions])
        shares = {}
        for name in (VECTORS, SENTENCES):
            search = searching(generation, name)
            found = [[i for i, _ in search(query, CANDIDATES)] for query in queries]
            shares[name.partition(".")[0]] = recall(Path(exact), name, queries, found, NEAREST)
        return shares

    def ask(self, questions: Sequence[str]) -> dict[str, Any]:
        """Return the seconds of whole Answers, and how many were answered."""
        seconds, answered = [], 0
        for question in questions:
            start = time.perf_counter()
            answered += self._engine.ask(question).status == "answered"
            seconds.append(time.perf_counter() - start)
        return {"seconds": seconds, "answered": answered}

    def memory(self) -> dict[str, float]:
        """Return the MB that this process holds: its own (anonymous), and of mapped files."""
        status = status_of_this_process()
        return {"anonymous": status["RssAnon"] / 1000, "mapped": status["RssFile"] / 1000}

    def generation(self) -> str:
        """Return the generation that answers."""
        return self._engine.generation

    def answered_from_next(self, generation: str, question: str, patience: float) -> dict[str, float]:
        """Wait for another generation than this one; return when it took over, and when it first answered.

        Raises:
            TimeoutError: none did in so many seconds.
        """
        end = time.monotonic() + patience
        while self._engine.generation == generation:
            if time.monotonic() > end:
                raise TimeoutError(f"{generation} answers still after {patience:.0f} s")
            time.sleep(LOOKED_EVERY)
        opened = time.time()
        self._engine.ask(question)
        return {"opened": opened, "answered": time.time()}

    @property
    def _searcher(self) -> Any:  # noqa: ANN401
        return self._engine._searcher  # noqa: SLF001  (what answers, so that the index is not opened twice)
