"""Whose words: those of a speaker, the speaker of words, and lists of both."""
