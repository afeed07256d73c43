"""What a newsroom asks beside questions: what is new, what is followed, somebody's timeline."""
