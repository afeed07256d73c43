"""A prepared model: a folder of three files, known by their sha256.

model.onnx       the network, with pooling and normalisation inside for an encoder
tokenizer.json   its tokenizer
model.json       what it is, and the sha256 of the other two; its own sha256 names the folder in an index
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from index.core.errors import DamagedError, ModelError, one_line
from index.core.files import hash_file

CARD = "model.json"
FILES = ("model.onnx", "tokenizer.json")
"""What a prepared model is made of, beside its card."""

Role = Literal["encoder", "reranker"]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a prepared model is: the content of its model.json.

    Attributes:
        id: the id it was asked for by.
        role: encoder (text to unit vector) or reranker (question and passage to a logit).
        max_length: tokens it reads at most.
        dimension: length of an encoder's vectors; 1 for a reranker.
        query_prompt: text an encoder wants before a question.
        passage_prompt: text it wants before a passage.
        files: sha256 of model.onnx and tokenizer.json.
    """

    id: str
    role: Role
    max_length: int
    dimension: int
    query_prompt: str
    passage_prompt: str
    files: dict[str, str]

    @classmethod
    def read(cls, folder: Path) -> ModelCard:
        """Return the card of a prepared model.

        Raises:
            DamagedError: the folder has none, or not one of ours.
        """
        try:
            card = cls(**json.loads((folder / CARD).read_text("utf-8")))
        except (OSError, ValueError, TypeError, RecursionError) as error:
            raise DamagedError(f"{folder / CARD}: cannot be read: {one_line(error)}") from None
        if not card.is_of_its_types():
            raise DamagedError(f"{folder / CARD}: cannot be read: a value is not what it is to be")
        return card

    def is_of_its_types(self) -> bool:
        """Tell whether all values are what they are to be; those from a file may be anything."""
        if not isinstance(self.files, dict) or not self.files.keys() >= set(FILES):
            return False
        texts = [self.id, self.role, self.query_prompt, self.passage_prompt, *self.files.values()]
        numbers = [self.max_length, self.dimension]
        return all(isinstance(text, str) for text in texts) and all(isinstance(number, int) for number in numbers)

    def write(self, folder: Path) -> None:
        """Write the card into the folder of the model."""
        (folder / CARD).write_text(json.dumps(asdict(self), indent=1, sort_keys=True), "utf-8")


def is_sound(folder: Path) -> bool:
    """Tell whether a prepared model is there and its files are the ones that its card tells of."""
    try:
        files = ModelCard.read(folder).files
        return all(file_sha256(folder / name) == digest for name, digest in files.items())
    except (DamagedError, ModelError):
        return False


def file_sha256(path: Path) -> str:
    """Return the hex sha256 of a file.

    Raises:
        ModelError: it cannot be read.
    """
    try:
        return hash_file(path)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}") from None
