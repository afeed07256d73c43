"""One question in full words to an Answer."""
