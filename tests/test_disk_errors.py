"""What a build says, and leaves, when the disk does not take what it writes."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from index.vectors import VectorIndex


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """Have the kernel refuse what would make a file larger."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("short", [1, 7, 8, 100_000])
def test_vectors_whose_last_bytes_cannot_be_written_are_an_error_of_the_disk(tmp_path: Path, short: int) -> None:
    vectors = VectorIndex.empty(8)
    vectors.add(np.arange(5000), np.ones((5000, 8), np.float32))
    vectors.write(tmp_path / "whole")
    with no_file_beyond((tmp_path / "whole").stat().st_size - short), pytest.raises(OSError, match="File too large"):
        vectors.write(tmp_path / "broken")
