"""Answers, verdicts and timelines as people read them, shared by all front ends."""
