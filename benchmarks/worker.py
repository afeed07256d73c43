"""A process that does measured work on request: one JSON task a line in, one JSON answer a line out.

``ours`` and ``plain`` are two processes, so that the threads and the memory of one do not weigh on the other.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import corpus
from index.core.article import Article
from index.generations.generation import IndexFolder, open_current
from index.models.registry import DEFAULT_ENCODER, packaged_folder

if TYPE_CHECKING:
    from index.models.onnx import Encoder

Task = dict[str, Any]
ARTICLES_A_BATCH = 8


class Ours:
    """Tasks on the index of onrecord."""

    def __init__(self, told: Task) -> None:
        self._folder = IndexFolder(Path(told["index"]), Path(told["state"]) / "verified")
        self._generation = open_current(self._folder, print)
        self._threads = told["threads"]

    def load(self) -> None:
        """Load what answering needs."""
        from retrieval.engine import Engine
        from retrieval.search.models import ModelCache
        from retrieval.search.searcher import Searcher

        self._engine = Engine(self._folder)
        self._searcher = Searcher(self._generation, ModelCache(self._generation.encoder, self._generation.reranker))
        self._engine.warm_up()
        self.reranked("What was said?")

    def questions(self, count: int, source: str | None) -> dict[str, list[str]]:
        """Return questions on the articles by kind, the same ones at each run."""
        chance = random.Random(1)  # noqa: S311  (which questions, not a secret)
        titles = [article.title.rstrip(".… ") for article in corpus.articles(source)]
        topics = [chance.choice(titles) for _ in range(count)]
        names = [chance.choice(self._engine.speakers()[:200]) for _ in range(count)]
        return {
            "any": [f"What was said about this: {topic}?" for topic in topics],
            "speaker": [f"What did {name} say?" for name in names],
            "topic": [f"What did {name} say about {topic}?" for name, topic in zip(names, topics, strict=True)],
        }

    def candidates(self, question: str) -> float:
        """Return the seconds that candidates alone take."""
        with closing(self._generation.open_records()) as records:
            return _seconds(lambda: self._searcher.candidates(records, question))

    def reranked(self, question: str) -> float:
        """Return the seconds that candidates take, with the cross-encoder on the best of them."""
        from retrieval.search.rerank import rerank

        with closing(self._generation.open_records()) as records:
            return _seconds(
                lambda: rerank(self._searcher, question, self._searcher.candidates(records, question), records)
            )

    def ask(self, question: str) -> float:
        """Return the seconds of a whole Answer."""
        return _seconds(lambda: self._engine.ask(question))

    def embed(self, texts: Sequence[str], target: str) -> float:
        """Return the seconds of embedding; write the vectors."""
        return _embedded(self._encoder.passages, texts, target)

    @cached_property
    def _encoder(self) -> Encoder:
        from index.models.onnx import Encoder

        return Encoder(self._generation.encoder, threads=self._threads)


class Theirs:
    """Tasks on the plain pipeline."""

    def __init__(self, told: Task) -> None:
        import torch

        from benchmarks.plain import Plain

        torch.set_num_threads(told["threads"])
        self._plain = Plain(str(packaged_folder(DEFAULT_ENCODER)))
        self._folder = Path(told["plain_index"])

    def save(self, source: str | None) -> None:
        """Write the index of the plain pipeline over the same passages."""
        self._plain.save(corpus.passages(source), self._folder)

    def load(self) -> None:
        """Load what answering needs."""
        self._plain.open(self._folder)
        self.ask("What was said?")

    def ask(self, question: str) -> float:
        """Return the seconds of encoding a question and searching."""
        return _seconds(lambda: self._plain.ask(question))

    def embed(self, texts: Sequence[str], target: str) -> float:
        """Return the seconds of embedding; write the vectors."""
        return _embedded(self._plain.encode, texts, target)


class Helper:
    """What the coordinating process must not do itself, because it must stay small."""

    def __init__(self, told: Task) -> None:
        del told

    def passages(self, source: str | None, count: int | None) -> list[str]:
        """Return passages to measure on."""
        return corpus.passages(source, count)

    def made_up_passages(self, folder: str, count: int) -> list[str]:
        """Return the first passages of generated articles."""
        return list(islice(corpus.passages_of(folder), count))

    def write_files(self, folder: str, count: int) -> int:
        """Write files of one line each into one folder; return how many."""
        Path(folder).mkdir()
        for number in range(count):
            text = f" date 2031-01-{1 + number % 28:02} QUILLHAVEN (WQHV) - Ferry {number} stays.\n"
            Path(folder, f"{number:06}.txt").write_text(text, "utf-8")
        return count

    def scan(self, folder: str, rounds: int) -> list[tuple[float, float]]:
        """Return the seconds, and those of CPU, of bringing the records of an index up to date with a folder.

        What an index does with what has changed is left out: where nothing has, it does nothing more.
        """
        from index.build.sync import SourceSync
        from index.store.files import FileRecords

        def update() -> tuple[float, float]:
            start, cpu = time.perf_counter(), time.process_time()
            records = FileRecords.open(Path(folder).with_suffix(".sqlite"))
            SourceSync(records, [folder], lambda _: None).refresh([folder])
            records.finish()
            return time.perf_counter() - start, time.process_time() - cpu

        return [update() for _ in range(rounds)]

    def model_folder(self) -> str:
        """Return where the weights of the encoder lie."""
        return str(packaged_folder(DEFAULT_ENCODER))

    def least_cosine(self, one: str, other: str) -> float:
        """Return the cosine of the two vectors, of two files of vectors, that agree least."""
        import numpy as np

        a, b = np.load(one).astype(np.float64), np.load(other).astype(np.float64)
        return float(((a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)).min())

    def parse(self, source: str | None, words: int, rounds: int) -> dict[str, float]:
        """Return words read, and the seconds of parsing all of them, of parsing what the finder parses, and of it all.

        The three take turns, batch by batch, in one process and with one parser. The finder parses less than all: it
        puts a short clause in the place of most direct speech.
        """
        from index.quotations.pipeline import QuotationFinder
        from index.quotations.speech.quote_marks import find_marked, make_frame

        finder = QuotationFinder()
        nlp = finder._nlp  # noqa: SLF001  (the very parser whose share is measured)
        batches = list(_batches(corpus.articles(source), words))

        def parse(texts: Sequence[str]) -> None:
            with nlp.memory_zone():
                for _ in nlp.pipe(texts, batch_size=64):
                    pass

        def framed(paragraphs: Sequence[str]) -> list[str]:
            return [make_frame(text, m).text for text, m in zip(paragraphs, find_marked(paragraphs), strict=True)]

        list(finder.read(batches[0]))
        total = {"words": 0.0, "parse": 0.0, "frames": 0.0, "both": 0.0}
        for batch in batches * rounds:
            texts = [text for article in batch for text in article.paragraphs]
            frames = [text for article in batch for text in framed(article.paragraphs)]
            total["words"] += _words(batch)
            total["parse"] += _seconds(parse, texts)
            total["frames"] += _seconds(parse, frames)
            total["both"] += _seconds(lambda articles: list(finder.read(articles)), batch)
        return total


def _embedded(embed: Callable[[Sequence[str]], Any], texts: Sequence[str], target: str) -> float:
    """Return the seconds of embedding; write the vectors."""
    import numpy as np

    start = time.perf_counter()
    vectors = embed(texts)
    seconds = time.perf_counter() - start
    np.save(target, vectors)
    return seconds


def _words(articles: Sequence[Article]) -> int:
    return sum(len(text.split()) for article in articles for text in article.paragraphs)


def _batches(articles: Sequence[Article], words: int) -> Iterator[list[Article]]:
    """Yield articles as the finder takes them, until there are so many words; few articles come again."""
    yielded = 0
    while yielded < words:
        for start in range(0, len(articles), ARTICLES_A_BATCH):
            batch = list(articles[start : start + ARTICLES_A_BATCH])
            yield batch
            yielded += _words(batch)
            if yielded >= words:
                return


def _seconds(work: Callable[..., object], *given: object) -> float:
    start = time.perf_counter()
    work(*given)
    return time.perf_counter() - start


def _people(told: Task) -> Any:  # noqa: ANN401 - a role like the others
    from benchmarks.people import People

    return People(told)


def _size(told: Task) -> Any:  # noqa: ANN401 - a role like the others
    from benchmarks.size_reader import SizeReader

    return SizeReader(told)


def main() -> None:
    role, told = sys.argv[1:]
    worker = {"ours": Ours, "plain": Theirs, "helper": Helper, "people": _people, "size": _size}[role](json.loads(told))
    for line in sys.stdin:
        task = json.loads(line)
        answer = getattr(worker, task.pop("task"))(**task)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
