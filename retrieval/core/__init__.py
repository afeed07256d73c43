"""What every room of retrieval speaks of: answers, scores, tokens, names, timings."""
