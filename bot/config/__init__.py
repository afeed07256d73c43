"""What an operator sets, and where things lie."""
