"""How well saved web pages are read, on a folder of pages whose articles are known; see docs/articles.md."""

from __future__ import annotations

import argparse
import difflib
import gzip
import json
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measuring import ONRECORD

_WORD = re.compile(r"\w+")
_SHINGLE = 4


def main() -> None:
    options = _parser().parse_args()
    truth = {page: told["articleBody"] for page, told in json.loads(options.truth.read_text("utf-8")).items()}
    found = _read(options.pages, list(truth))
    if options.out:
        told = {page: {"articleBody": "\n\n".join(paragraphs)} for page, paragraphs in found.items()}
        options.out.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    precision, recall = _shingles(truth, found)
    print(f"pages {len(truth)}, without an article {sum(not paragraphs for paragraphs in found.values())}")
    print(f"4-word shingles: precision {precision:.3f} recall {recall:.3f} F1 {_f1(precision, recall):.3f}")
    precision, recall = _boundaries(truth, found)
    print(f"paragraph boundaries: precision {precision:.3f} recall {recall:.3f} F1 {_f1(precision, recall):.3f}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("pages", type=Path, help="folder of pages, ID.html or ID.html.gz")
    parser.add_argument("truth", type=Path, help='JSON file {ID: {"articleBody": "…"}}')
    parser.add_argument("--out", type=Path, metavar="FILE", help="write what was read there, in the form of the truth")
    return parser


def _read(pages: Path, wanted: Sequence[str]) -> dict[str, list[str]]:
    """Return the paragraphs of each page, as `onrecord read --json` prints them."""
    found: dict[str, list[str]] = {page: [] for page in wanted}
    with tempfile.TemporaryDirectory(prefix="onrecord-pages-") as folder:
        for page in wanted:
            packed = pages / f"{page}.html.gz"
            data = gzip.decompress(packed.read_bytes()) if packed.exists() else (pages / f"{page}.html").read_bytes()
            Path(folder, f"{page}.html").write_bytes(data)
        done = subprocess.run([ONRECORD, "read", folder, "--json"], check=True, stdout=subprocess.PIPE)
    for line in done.stdout.decode().splitlines():
        article = json.loads(line)
        found[article["id"].removesuffix(".html")] = article["paragraphs"]
    return found


def _shingles(truth: dict[str, str], found: dict[str, list[str]]) -> tuple[float, float]:
    """Return precision and recall of the words, four in a row, as means over pages (as the public benchmark does)."""
    precisions, recalls = [], []
    for page, text in truth.items():
        right, read = _counted(text), _counted("\n".join(found[page]))
        common = (right & read).total()
        if read:
            precisions.append(common / read.total())
        if right:
            recalls.append(common / right.total())
    return sum(precisions) / max(1, len(precisions)), sum(recalls) / max(1, len(recalls))


def _counted(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    if len(words) < _SHINGLE:
        return Counter([tuple(words)] if words else [])
    return Counter(zip(*(words[start:] for start in range(_SHINGLE)), strict=False))


def _boundaries(truth: dict[str, str], found: dict[str, list[str]]) -> tuple[float, float]:
    """Return precision and recall of paragraph boundaries, over all pages together.

    The words of both are aligned. Between two words that stand side by side in both, either has a boundary or has not.
    """
    both = ours = theirs = 0
    for page, text in truth.items():
        right, right_ends = _ends(text.split("\n"))
        read, read_ends = _ends(found[page])
        for match in difflib.SequenceMatcher(None, right, read, autojunk=False).get_matching_blocks():
            a = {end - match.a for end in right_ends if match.a <= end < match.a + match.size - 1}
            b = {end - match.b for end in read_ends if match.b <= end < match.b + match.size - 1}
            both, ours, theirs = both + len(a & b), ours + len(b), theirs + len(a)
    return both / max(1, ours), both / max(1, theirs)


def _ends(paragraphs: Sequence[str]) -> tuple[list[str], list[int]]:
    """Return all words, and the position of the last one of each paragraph."""
    words: list[str] = []
    ends = []
    for paragraph in paragraphs:
        words += _WORD.findall(paragraph)
        ends.append(len(words) - 1)
    return words, sorted(set(ends))


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


if __name__ == "__main__":
    main()
