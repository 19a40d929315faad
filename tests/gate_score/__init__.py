"""How many kinds of corruption gate 2 stops: `make gate-score`."""
