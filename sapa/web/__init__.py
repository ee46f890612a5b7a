"""The pages and the hooks: FastAPI lives only here."""
