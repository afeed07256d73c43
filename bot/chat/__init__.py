"""`onrecord chat`: the conversation in a terminal."""
