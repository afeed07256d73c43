"""The build: what changed in the sources, put into a new generation at the cost of what changed."""
