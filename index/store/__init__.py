"""What a generation holds beside vectors: the records in SQLite and the words in tantivy."""
