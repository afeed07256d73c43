"""Articles in, a sealed generation out: reading, quotations, vectors, terms, and the format on disk."""

__version__ = "0.1.0"
