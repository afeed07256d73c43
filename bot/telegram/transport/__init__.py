"""How updates arrive and messages leave, in order and at a fair rate."""
