"""Who said what in an article."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from index.quotations.types import Kind, Quotation, Reading, Speaker

if TYPE_CHECKING:
    from index.quotations.finder import QuotationFinder

__all__ = ["VERSION", "Kind", "Quotation", "QuotationFinder", "Reading", "Speaker"]

VERSION = 6
"""Changes whenever the same article would be read differently, so that an index knows to read it again."""


def __getattr__(name: str) -> Any:  # noqa: ANN401  (what PEP 562 asks for)
    """Load the finder at its first use: answering needs the types, and spaCy costs a second to import."""
    if name == "QuotationFinder":
        from index.quotations.finder import QuotationFinder  # noqa: PLC0415

        return QuotationFinder
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
