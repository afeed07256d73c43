"""What every room of the index stands on: articles, errors, files, sentences, letters, cores."""
