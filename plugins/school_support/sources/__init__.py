"""What publishers deliver: contracts of their files, recognition of the vintage, reading and checking."""
