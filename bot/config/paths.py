"""Where things lie and what is wanted: the command line first, then the settings file, then the environment."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from index.core.errors import OnrecordError
from index.generations.generation import IndexFolder
from index.vectors.milvus_address import MilvusAddress, named_index

if TYPE_CHECKING:
    from bot.config.settings import Settings
    from index.build.pipeline import BuildOptions

# Most commands have no settings file to read, and build nothing.
# ruff: noqa: PLC0415

INDEX_VARIABLE = "ONRECORD_INDEX"
STATE_VARIABLE = "ONRECORD_STATE"


def settings_of(options: argparse.Namespace) -> Settings:
    """Return what the settings file of a command sets; the defaults where it has none.

    Raises:
        UsageError: see `bot.config.settings.load_settings`.
    """
    from bot.config.settings import Settings, load_settings

    if "settings" not in options:
        options.settings = load_settings(options.config) if options.config else Settings()
    found: Settings = options.settings
    return found


def index_folder(options: argparse.Namespace) -> IndexFolder:
    """Return the index that a command is about.

    Raises:
        OnrecordError: it is a file.
        UsageError: something is wrong with the settings.
    """
    place = _index_place(options)
    path = place.place(state_folder(options)) if isinstance(place, MilvusAddress) else place
    if path.is_file():
        raise OnrecordError(f"{path}: the index is a file; name a folder with --index")
    return IndexFolder(path, notes=state_folder(options) / "verified")


def _index_place(options: argparse.Namespace) -> Path | MilvusAddress:
    named: Path | MilvusAddress | None = options.index or (settings_of(options).index if options.config else None)
    return named or named_index(os.environ.get(INDEX_VARIABLE) or ".onrecord")


def state_folder(options: argparse.Namespace) -> Path:
    """Return where a command keeps what is not the index.

    Raises:
        OnrecordError: it is a file.
        UsageError: something is wrong with the settings.
    """
    told = settings_of(options).state if options.config else None
    named = options.state or told or os.environ.get(STATE_VARIABLE)
    if named and Path(named).is_file():
        raise OnrecordError(f"{named}: the state folder is a file; name a folder with --state")
    return Path(named) if named else Path(platformdirs.user_state_dir("onrecord"))


def wanted_build(options: argparse.Namespace, sources: Sequence[str] = ()) -> BuildOptions:
    """Return what is to be built: some sources or, where none are given, those of the settings.

    Raises:
        UsageError: something is wrong with the settings.
    """
    from index.build.pipeline import BuildOptions

    settings = settings_of(options)
    place = _index_place(options)
    follow, private = getattr(options, "follow", None), getattr(options, "allow_private", None)
    return BuildOptions(
        list(sources) or settings.sources,
        follow=settings.links.follow if follow is None else follow,
        allow_private=settings.links.allow_private if private is None else private,
        milvus=place if isinstance(place, MilvusAddress) else None,
    )
