"""`onrecord index --watch`: sources are followed until Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run

from bot.cli.cmd_index import POLL, SourceWatcher
from index.build.pipeline import BuildOptions
from index.generations.generation import IndexFolder
from index.sources.urls import Limits
from tests.visits import entry, feed
from tests.web_server import Site

EVERY = 600.0


def follow(index: IndexFolder, steps: list[Callable[[], object]], *sources: str) -> list[float]:
    """Follow sources; whenever it waits, one step is taken, and after the last comes Ctrl-C. Return the pauses."""
    now, pauses, left = 0.0, [], iter(steps)

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        pauses.append(seconds)
        step = next(left, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    options = BuildOptions(sources, allow_private=True, limits=Limits(pause=0))
    with pytest.raises(KeyboardInterrupt):
        SourceWatcher(index, options, EVERY, sleep=sleep, clock=lambda: now).run()
    return pauses


def nothing() -> None:
    """Let time pass."""


def test_a_folder_is_read_when_it_changed_and_lies_still(
    index: IndexFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.txt").write_text("Rain fell on the harbor all day.", "utf-8")

    def write() -> None:
        (folder / "b.txt").write_text("Snow fell on the harbor all night.", "utf-8")

    pauses = follow(index, [nothing, write, nothing, nothing, lambda: folder.rename(tmp_path / "gone"), *[nothing] * 4],
                    str(folder))  # fmt: skip
    out, err = capsys.readouterr()
    first, second = (line.partition(" ")[2] for line in out.splitlines())
    assert first.startswith("1 article, 1 passage (1 added")
    assert second.startswith("2 articles, 2 passages (1 added, 0 changed, 1 unchanged")
    (line,) = err.splitlines()
    assert line.startswith(f"onrecord: {folder}: no such file or folder; if it is gone for good: onrecord forget")
    assert set(pauses) == {POLL}


def test_links_are_visited_at_times(index: IndexFolder, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    url = site.put("/feed", feed(entry("red")), "text/xml", headers={"ETag": '"1"'})

    def change() -> None:
        site.put("/feed", feed(entry("blue"), entry("red")), "text/xml", headers={"ETag": '"2"'})

    def fail() -> None:
        site.put("/feed", status=500)

    pauses = follow(index, [nothing, change, fail, nothing], url)
    assert [status for _, status in site.news()] == [200, 304, 200, 500, 500]
    out, err = capsys.readouterr()
    assert [line.split(" ")[1] for line in out.splitlines()] == ["1", "2"]
    assert err == f"skipped: {url}: the server answers 500\n"
    assert set(pauses) == {EVERY}


def test_what_is_wrong_from_the_start_ends_it(onrecord: Run) -> None:
    done = onrecord("index", "gone", "--watch")
    assert (done.code, done.out) == (1, "")
    assert done.err.endswith("gone: no such file or folder\n")


def test_ctrl_c_ends_it_without_a_word(onrecord: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    (tmp_path / "a.txt").write_text("Rain fell on the harbor all day.", "utf-8")
    monkeypatch.setattr(
        "bot.cli.cmd_index.SourceWatcher.__init__.__kwdefaults__", {"sleep": interrupt, "clock": lambda: 0.0}
    )
    done = onrecord("index", "a.txt", "--watch")
    assert (done.code, done.err) == (130, "")


@pytest.mark.parametrize("time", ["0", "-1", "10x", "soon", "1.5h"])
def test_a_time_that_is_none_is_a_usage_error(onrecord: Run, time: str) -> None:
    done = onrecord("index", "--watch", "--every", time)
    assert done.code == 2
    assert "is not a time such as 30s, 10m, 2h or 1d" in done.err or "expected one argument" in done.err
