"""Running a prepared model: token batches through onnxruntime, longest texts together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Encoding, Tokenizer

from index.core.cores import available_cores
from index.models.card import ModelCard

Floats = npt.NDArray[np.float32]
Text = str | tuple[str, str]

FILLED = 0.9
"""How much of a batch's width its shortest text fills at least. On a processor a batch of one is no slower a text than
a batch of a dozen, and a dozen passages of one article reranked together were padded to twice their tokens."""


_PROVIDERS = ("CUDAExecutionProvider", "CPUExecutionProvider")


class OnnxModel:
    """A prepared model: texts, or pairs of texts, in; one row of its output each out. Safe to share by threads."""

    def __init__(self, folder: Path, *, threads: int | None = None, building: bool = False) -> None:
        """Load the model of a folder that `index.models.registry.prepare` made.

        Args:
            folder: the folder.
            threads: cores to use; all that this process may use by default.
            building: use a GPU, where there is one and the installed onnxruntime is one for it.

        Raises:
            DamagedError: the folder holds no model card.
        """
        self.card = ModelCard.read(folder)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self.card.max_length, strategy="longest_first")
        options = onnxruntime.SessionOptions()
        # A core for each batch, rather than all cores for one: threads that share the small products of such a model
        # wait for each other several hundred times a batch, or burn a core by spinning.
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._pool = ThreadPoolExecutor(threads or available_cores(), "onrecord-model")
        providers = [name for name in _PROVIDERS if name in onnxruntime.get_available_providers()]
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=providers if building else ["CPUExecutionProvider"]
        )
        self._inputs = [node.name for node in self._session.get_inputs()]

    def run(self, texts: Sequence[Text], *, batch_size: int = 8) -> Floats:
        """Return the output rows of texts or pairs, shape (len(texts), width), in the order given.

        Texts of similar length share a batch, so that little of the work is spent on padding; each core takes some.

        Args:
            texts: what to read.
            batch_size: how many share a batch at most. An int8 network scales what it works on by the largest value of
                the batch, so that only with 1 its output does not depend on what else is read.
        """
        encodings = self._tokenizer.encode_batch_fast(list(texts))
        order = sorted(range(len(texts)), key=lambda i: -len(encodings[i].ids))
        batches = list(_batches(order, [len(encoding.ids) for encoding in encodings], batch_size))
        output = np.zeros((len(texts), self.card.dimension), np.float32)
        done = self._pool.map(lambda rows: self._run_batch([encodings[row] for row in rows]), batches)
        for rows, outputs in zip(batches, done, strict=True):
            output[rows] = outputs
        return output

    def close(self) -> None:
        """End the threads; the model cannot run any more."""
        self._pool.shutdown()

    def knows(self, word: str) -> bool:
        """Tell whether a word is one token of the model's vocabulary, as every common word is."""
        return self._tokenizer.token_to_id(word.casefold()) is not None

    def _run_batch(self, encodings: Sequence[Encoding]) -> Floats:
        width = len(encodings[0].ids)
        feeds = {name: np.zeros((len(encodings), width), np.int64) for name in self._inputs}
        for row, encoding in enumerate(encodings):
            for name, values in _features(encoding):
                if name in feeds:
                    feeds[name][row, : len(values)] = values
        return cast("Floats", self._session.run(None, feeds)[0])


class Encoder:
    """Text to unit vectors of float32, shape (texts, dimension)."""

    def __init__(self, folder: Path, *, threads: int | None = None, building: bool = False) -> None:
        """Load the encoder of a prepared folder; see `OnnxModel`."""
        self._model = OnnxModel(folder, threads=threads, building=building)
        self.card = self._model.card

    def close(self) -> None:
        """End the threads; see `OnnxModel.close`."""
        self._model.close()

    def knows(self, word: str) -> bool:
        """Tell whether a word is a common one; see `OnnxModel.knows`."""
        return self._model.knows(word)

    def passages(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of passages."""
        return self._model.run([self.card.passage_prompt + text for text in texts])

    def query(self, text: str) -> Floats:
        """Return the vector of a question, shape (dimension,)."""
        vector: Floats = self._model.run([self.card.query_prompt + text])[0]
        return vector


def _batches(order: Sequence[int], lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Yield the rows of each batch, given from the longest to the shortest: none is padded to much more than it has."""
    batch: list[int] = []
    for row in order:
        if batch and (len(batch) == most or lengths[row] < FILLED * lengths[batch[0]]):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _features(encoding: Encoding) -> Iterator[tuple[str, list[int]]]:
    yield "input_ids", encoding.ids
    yield "attention_mask", encoding.attention_mask
    yield "token_type_ids", encoding.type_ids
