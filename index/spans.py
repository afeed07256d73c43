"""Where something stands in a text."""

from __future__ import annotations

Span = tuple[int, int]
"""First code point of a text and one past the last."""
