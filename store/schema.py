"""Bring a ledger to the shape this version needs."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from store.db import LedgerUnavailable, Tx
from store.driver import is_unavailable

#: Any constant: two processes that start together migrate one after the other.
_MIGRATION_LOCK = 5_353_511


def migrate(engine: Engine, to: str = "head") -> None:
    """Upgrade to revision `to` in one transaction: killed in the middle, nothing has changed.

    Raises `LedgerUnavailable` when the database cannot be reached or written.
    """
    with _begun(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        command.upgrade(_config(connection), to)


def take_turns(tx: Tx) -> None:
    """Hold the others who set up the same ledger until this transaction is over."""
    if tx.dialect == "postgresql":
        tx.run("SELECT pg_advisory_xact_lock(:lock)", lock=_MIGRATION_LOCK)


def downgrade(engine: Engine, to: str) -> None:
    """Go back to revision `to` ("base" is the empty ledger), likewise in one transaction."""
    with _begun(engine) as connection:
        command.downgrade(_config(connection), to)


def make_revision(engine: Engine, message: str, revision: str) -> None:
    """Write a new migration from what the tables say now (for developers)."""
    with engine.connect() as connection, connection.begin():
        command.revision(_config(connection), message, autogenerate=True, rev_id=revision)


def revision(engine: Engine) -> str | None:
    """The revision the ledger is at; None for an empty one."""
    with _begun(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision this version needs."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


@contextmanager
def _begun(engine: Engine) -> Iterator[Connection]:
    try:
        with engine.connect() as connection, connection.begin():
            yield connection
    except DBAPIError as error:
        if is_unavailable(error):
            raise LedgerUnavailable(type(error).__name__) from error
        raise


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", "store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
