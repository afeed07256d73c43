"""What the Telegram bot adds to the engine: its rate, its own time, its event loop, and a network that fails."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any

from benchmarks.measuring import ROOT, Bench, Row, Worker, milliseconds, span

PEOPLE = 200
BEAT = 0.005
ALONE = 60
SHARE = 0.2
SEED = 20170207
Json = dict[str, Any]


def telegram(bench: Bench) -> list[Row]:
    """200 people at once, against the same questions as a batch; then with a fifth of all requests failing."""
    questions = _questions(bench)
    with Worker(bench, "people") as people:
        address = people.do("address")
        with _bot(bench, address) as figures:
            people.do("wait_for_bot")
            alone = people.do("one_after_the_other", questions=questions[:ALONE])
            batch = _batch(bench, questions)
            with _idle() as idle:
                at_once = people.do("at_once", questions=questions)
        with _bot(bench, address):
            failing = people.do("at_once", questions=questions, share=SHARE, seed=SEED)
    own = [taken - engine for taken, engine in zip(alone, figures["seconds"], strict=False)]
    return [
        *_rate_rows(batch, at_once, failing),
        Row("telegram, p50 / p95: the bot's own time for an answer", span(own)),
        Row("telegram: event loop late, p50 / p95 / at most", _late([late for late, _ in figures["delays"]])),
        Row("— and not because the machine was busy, at most", f"{1000 * max(map(min, figures['delays'])):.0f} ms"),
        Row("— a process beside it that only sleeps, as a measure of the machine", _late(idle)),
        *_fault_rows(failing),
    ]


def _rate_rows(batch: Json, at_once: Json, failing: Json) -> list[Row]:
    rates = [len(run["told"]) / run["seconds"] for run in (at_once, failing)]
    right = [_right(batch["answers"], run["told"]) for run in (at_once, failing)]
    displaced = max(abs(place - person) for place, person in enumerate(at_once["order"]))
    return [
        Row("telegram: the same questions with ask --batch, a second", f"{batch['rate']:.2f}"),
        Row(f"telegram: {PEOPLE} people at once, answers a second", f"{rates[0]:.2f} ({rates[0] / batch['rate']:.0%})"),
        Row("— answered as the batch answers, typing actions", f"{right[0]} of {PEOPLE}, {at_once['typing']}"),
        Row("— answered at most so many places too early or too late", f"{displaced}"),
        Row(f"telegram: with {SHARE:.0%} of the requests failing, answers a second", f"{rates[1]:.2f}"),
        Row("— answered as the batch answers", f"{right[1]} of {PEOPLE}"),
    ]


def _fault_rows(failing: Json) -> list[Row]:
    kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(Counter(failing["kinds"]).items()))
    doubled = sum(len(texts) - 1 for texts in failing["told"])
    return [
        Row("— faults", kinds),
        Row("— attempts to send, of them handled and then dropped", f"{failing['attempts']}, {failing['lost']}"),
        Row("— answers that people got twice", f"{doubled}"),
    ]


def _right(answers: list[Json], told: list[list[str]]) -> int:
    """Return how many were told, each time, what begins as the batch's first passage, or its message."""
    expected = [(answer["passages"][0]["text"] if answer["passages"] else answer["message"])[:40] for answer in answers]
    return sum(
        bool(texts) and all(words in text for text in texts) for words, texts in zip(expected, told, strict=True)
    )


def _questions(bench: Bench) -> list[str]:
    with Worker(bench, "ours", threads=1) as ours:
        ours.do("load")
        kinds = ours.do("questions", count=-(-PEOPLE // 3), source=bench.source)
    return list(islice(chain.from_iterable(zip(*kinds.values(), strict=True)), PEOPLE))


def _batch(bench: Bench, questions: list[str]) -> Json:
    """Ask all as a batch; the rate leaves out the first answer, and with it the loading of the models."""
    path = bench.folder / "batch.jsonl"
    path.write_text("".join(json.dumps({"qid": str(n), "question": q}) + "\n" for n, q in enumerate(questions)))
    command = bench.onrecord("ask", "--batch", path, "--json", "-k", "5")
    with subprocess.Popen(command, env=bench.environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        answers, begun = [json.loads(process.stdout.readline())], time.perf_counter()
        answers += map(json.loads, process.stdout)
        seconds = time.perf_counter() - begun
    return {"answers": answers, "rate": (len(answers) - 1) / seconds}


@contextmanager
def _bot(bench: Bench, address: dict[str, str]) -> Iterator[Json]:
    """Run the bot; what it measured is there after the block."""
    words = (str(bench.index), str(bench.folder / "state"), address["root"], address["token"])
    figures: Json = {}
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.watched_bot", *words],
        cwd=ROOT,
        env=bench.environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield figures
        process.send_signal(signal.SIGTERM)
        assert process.stdout
        figures |= json.loads(process.stdout.read())


@contextmanager
def _idle() -> Iterator[list[float]]:
    """Note by how much a thread that only sleeps is late, as often as the bot's event loop is looked at."""
    late: list[float] = []
    done = threading.Event()

    def sleep() -> None:
        begun = time.perf_counter()
        while not done.wait(BEAT):
            late.append(time.perf_counter() - begun - BEAT)
            begun = time.perf_counter()

    thread = threading.Thread(target=sleep)
    thread.start()
    yield late
    done.set()
    thread.join()


def _late(delays: list[float]) -> str:
    return "{:.0f} / {:.0f} / {:.0f} ms".format(*milliseconds(delays), 1000 * max(delays))
