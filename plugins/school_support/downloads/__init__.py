"""A mirror of what the publishers have put out: files and their index, in the form that landing reads."""
