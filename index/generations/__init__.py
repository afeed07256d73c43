"""Generations of an index: sealed, opened, held while they are read, and checked."""
