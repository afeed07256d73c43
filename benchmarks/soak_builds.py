"""Articles that change, for a soak, and builds of them, each `onrecord index` as a whole process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.corpus import ARTICLES, write_articles
from benchmarks.measuring import ROOT

PARAGRAPHS = 3


class Builder:
    """A folder of generated articles and those of the tests, and an index over it."""

    def __init__(self, folder: Path, count: int) -> None:
        """Write the articles.

        Args:
            folder: where articles, index and state lie.
            count: how many articles are generated.
        """
        self._folder, self._count, self._articles = folder, count, folder / "articles"
        write_articles(self._articles, count, PARAGRAPHS)
        for path in ARTICLES.iterdir():
            (self._articles / path.name).write_bytes(path.read_bytes())

    def change(self, number: int) -> None:
        """Add three articles, change two and remove one; other ones for each number, from 0."""
        first = self._count + 3 * number
        write_articles(self._articles, 3, PARAGRAPHS, first=first)
        for other in (2 * number, 2 * number + 1):
            path = self._place(other)
            if path.exists():
                path.write_text(f"{path.read_text('utf-8')}\nIt was told anew, for time {number}.\n", "utf-8")
        self._place(first - 1).unlink()

    def build(self) -> None:
        """Bring the index up to date.

        Raises:
            RuntimeError: it failed; the message is the end of what it wrote.
        """
        command = [sys.executable, "-m", "bot.cli.main", "index", str(self._articles)]
        places = ["--index", str(self._folder / "index"), "--state", str(self._folder)]
        done = subprocess.run([*command, *places], cwd=ROOT, check=False, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr.strip()[-300:])

    def _place(self, number: int) -> Path:
        return self._articles / f"{number // 1000:03}" / f"{number:06}.txt"
