"""The ledger's history of shapes (Alembic); shipped in the wheel."""
