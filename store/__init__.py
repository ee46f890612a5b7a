"""The ledger: rows in, rows out, inside somebody else's transaction."""
