"""What the check of a release refuses; the check itself builds and installs, which takes minutes."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import __version__
from tools.release_check import DATA, ROOT, ReleaseError, archive_contents, version_in, wheel_contents

WHEEL = [*DATA, "bot/cli/main.py", "index/readers/mail.py", f"onrecord-{__version__}.dist-info/METADATA"]
ARCHIVE = [
    f"onrecord-{__version__}/{name}"
    for name in (
        *DATA,
        *("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "PKG-INFO", "bot/cli/main.py", "docs/chat.md"),
        *("deploy/onrecord.service", "seeds/miami-dade-detainers.txt"),
    )
]


def test_this_version_is_the_one_that_the_changelog_tells_of() -> None:
    assert version_in(ROOT) == __version__


def test_a_version_that_the_changelog_does_not_tell_of_is_refused(tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "__init__.py").write_text('__version__ = "0.2.0"\n')
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## 0.1.0\n")
    with pytest.raises(ReleaseError, match="the same version"):
        version_in(tmp_path)


def test_files_in_their_places_are_counted() -> None:
    assert wheel_contents(WHEEL) == len(WHEEL)
    assert archive_contents(ARCHIVE) == len(ARCHIVE)


@pytest.mark.parametrize(
    "name",
    ["tests/test_cli.py", "bot/notes.txt", "seeds/miami-dade-detainers.txt", "index/passages.faiss", ".gitignore"],
)
def test_a_file_that_has_no_place_in_the_wheel_is_named(name: str) -> None:
    with pytest.raises(ReleaseError, match=name):
        wheel_contents([*WHEEL, name])


@pytest.mark.parametrize(
    "name", ["tests/test_cli.py", "benchmarks/run.py", "index/model.onnx", "seeds/all.jsonl", ".onrecord/CURRENT"]
)
def test_a_file_that_has_no_place_in_the_source_archive_is_named(name: str) -> None:
    with pytest.raises(ReleaseError, match=name):
        archive_contents([*ARCHIVE, f"onrecord-{__version__}/{name}"])


@pytest.mark.parametrize("name", DATA)
def test_a_file_that_is_lacking_is_named(name: str) -> None:
    with pytest.raises(ReleaseError, match=name):
        wheel_contents([one for one in WHEEL if one != name])
    with pytest.raises(ReleaseError, match=name):
        archive_contents([one for one in ARCHIVE if not one.endswith(name)])
