"""Candidates for a question, read closely, and made into hits."""
