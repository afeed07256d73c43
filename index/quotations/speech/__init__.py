"""What was said: quotation marks, clauses that report, and the layout of transcripts."""
