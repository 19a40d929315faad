"""The landing store, the ledger of releases, and the way from a file to raw rows."""
