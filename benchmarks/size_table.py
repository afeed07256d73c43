"""The figures of benchmarks.size as a Markdown table, one column for each size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.measuring import markdown

Figures = dict[str, Any]
SHORTEST = 0.05


def scaled(figure: float) -> str:
    """Return a figure with about three digits that tell something."""
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def _pair(figure: Sequence[float]) -> str:
    return " / ".join(map(scaled, figure))


def _parts(figure: dict[str, float]) -> str:
    return ", ".join(f"{name} {scaled(seconds)}" for name, seconds in figure.items() if seconds >= 0.005)


def _share(figure: float) -> str:
    return f"{figure:.3f}"


ROWS: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("articles", "articles", "{:,}".format),
    ("build_s", "building, or writing: s", scaled),
    ("stages", "— by part", _parts),
    ("build_mb", "— peak memory with all children: MB", scaled),
    ("build_private_mb", "— of that in no file: MB", scaled),
    ("disk_mb", "on disk, with models: MB", scaled),
    ("first_open_s", "opening for the first time: s", scaled),
    ("open_s", "opening again, in a new process: s", scaled),
    ("load_s", "— loading models and speakers: s", scaled),
    ("first_answer_s", "— the first answer: s", scaled),
    ("encode_ms", "encoding a question, p50 / p95: ms", _pair),
    ("candidates_ms", "candidates without that, p50 / p95: ms", _pair),
    ("passages_ms", "— vectors of passages", _pair),
    ("sentences_ms", "— vectors of sentences", _pair),
    ("terms_ms", "— words", _pair),
    ("recall_passages", "— recall@10 of the vectors of passages", _share),
    ("recall_sentences", "— recall@10 of the vectors of sentences", _share),
    ("answer_ms", "whole answer, p50 / p95: ms", _pair),
    ("answered", "— answered, of the questions asked", str),
    ("anonymous_mb", "memory of a reader, its own: MB", scaled),
    ("mapped_mb", "— of mapped files: MB", scaled),
    ("new_s", "one new article, until a reader answers from it: s", scaled),
    ("new_build_s", "— until the new generation is in force", scaled),
    ("new_opened_s", "— until the reader has opened it", scaled),
    ("new_answer_s", "— until it has answered", scaled),
    ("new_embedded", "— passages embedded for it", str),
    ("new_stages", "— a build alone, by part", _parts),
    ("new_mb", "— peak memory of that build: MB", scaled),
    ("killed_at", "a build killed half way, at", str),
    ("again_s", "— started again: s", scaled),
    ("again_embedded", "— passages embedded then", "{:,}".format),
    ("kept", "— share of the time that was kept", _share),
)


def table(measured: Sequence[Figures]) -> str:
    """Return figures as a Markdown table."""
    rows = [
        [what, *(shown(one[key]) if key in one else "" for one in measured)]
        for key, what, shown in ROWS
        if any(key in one for one in measured)
    ]
    return markdown(["passages", *map(_head, measured)], rows)


def growing(measured: Sequence[Figures]) -> str:
    """Return where the time of a build with one new article goes as a Markdown table, what grows most first.

    Seconds by function, each with what it calls, under a profiler; without what never takes `SHORTEST` seconds.
    """
    profiled = [one for one in measured if "new_profile" in one]
    seconds = [{_name(name): whole for name, whole, _ in reversed(one["new_profile"])} for one in profiled]
    rows = {name: [each.get(name, 0.0) for each in seconds] for each in seconds for name in each}
    kept = sorted(
        (row for row in rows.items() if max(row[1]) >= SHORTEST), key=lambda row: (row[1][0] - row[1][-1], -row[1][-1])
    )
    heading = ["one new article, profiled: s", *map(_head, profiled)]
    return markdown(heading, [[f"`{name}`", *map("{:.2f}".format, row)] for name, row in kept])


def _head(one: Figures) -> str:
    return f"{one['kind']}, {one['passages']:,}"


def _name(function: str) -> str:
    """Return the name of a function without its line, which is another one tomorrow."""
    where, _, name = function.rpartition(" ")
    return f"{where.partition(':')[0]} {name}" if "/" in where and ":" in where else function
