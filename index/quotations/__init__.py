"""Who said what in an article."""

from index.quotations.finder import QuotationFinder
from index.quotations.types import Kind, Quotation, Reading, Speaker

VERSION = 1
"""Changes whenever the same article would be read differently, so that an index knows to read it again."""

__all__ = ["VERSION", "Kind", "Quotation", "QuotationFinder", "Reading", "Speaker"]
