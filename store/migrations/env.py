"""Alembic's entry: runs on the connection `store.schema` hands over, all steps in one transaction."""

from alembic import context
from sqlmodel import SQLModel

import store.tables  # noqa: F401  (fills the metadata)

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    transactional_ddl=True,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
