"""The pipeline everybody writes: sentence-transformers, a flat FAISS index, a JSON file beside it.

``python plain.py MODEL FOLDER QUESTION`` is a process that answers one question, with nothing of onrecord in it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import faiss
from sentence_transformers import SentenceTransformer


class Plain:
    """Loads the model, and answers from an index that `save` wrote."""

    def __init__(self, model: str) -> None:
        self._model = SentenceTransformer(model, device="cpu", local_files_only=True)

    def encode(self, texts: Sequence[str]) -> Any:  # noqa: ANN401  (faiss and sentence-transformers type no arrays)
        return self._model.encode(list(texts), batch_size=32, normalize_embeddings=True, show_progress_bar=False)

    def save(self, passages: Sequence[str], folder: Path) -> None:
        vectors = self.encode(passages)
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        folder.mkdir(parents=True, exist_ok=True)
        faiss.write_index(index, str(folder / "passages.faiss"))
        (folder / "passages.json").write_text(json.dumps(list(passages)), "utf-8")

    def open(self, folder: Path) -> None:
        self._index = faiss.read_index(str(folder / "passages.faiss"))
        self._passages = json.loads((folder / "passages.json").read_text("utf-8"))

    def ask(self, question: str, count: int = 5) -> list[tuple[float, str]]:
        scores, rows = self._index.search(self.encode([question]), count)
        return [(float(score), self._passages[row]) for score, row in zip(scores[0], rows[0], strict=True) if row >= 0]


def main() -> None:
    model, folder, question = sys.argv[1:]
    plain = Plain(model)
    plain.open(Path(folder))
    for number, (score, passage) in enumerate(plain.ask(question), 1):
        print(f"{number}. {passage}\n   ({score:.2f})\n")


if __name__ == "__main__":
    main()
