"""A claimed quotation held against the record."""
