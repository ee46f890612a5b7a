"""Migrations: from empty, there and back, and in step with the tables."""

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from store import schema
from store.db import Ledger, LedgerUnavailable, Tx


def test_a_migrated_ledger_is_at_the_newest_revision(ledger: Ledger) -> None:
    assert schema.revision(ledger.engine) == schema.newest()


def test_migrations_and_tables_agree(ledger: Ledger) -> None:
    with ledger.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_every_revision_goes_down_and_up_again(ledger: Ledger) -> None:
    schema.downgrade(ledger.engine, "base")
    assert schema.revision(ledger.engine) is None
    schema.migrate(ledger.engine)
    assert schema.revision(ledger.engine) == schema.newest()


def test_migrating_twice_changes_nothing(ledger: Ledger) -> None:
    schema.migrate(ledger.engine)
    assert schema.revision(ledger.engine) == schema.newest()


def test_a_database_that_is_down_is_unavailable_not_broken() -> None:
    gone = Ledger("postgresql://nobody@127.0.0.1:1/none")
    for look in (schema.migrate, schema.revision):
        with pytest.raises(LedgerUnavailable):
            look(gone.engine)
    gone.close()


def test_what_stands_in_a_migrations_way_is_said_as_it_is(ledger: Ledger) -> None:
    schema.downgrade(ledger.engine, "base")
    ledger.write(lambda tx: tx.run("CREATE TABLE ticket (id INTEGER)"))
    with pytest.raises(DBAPIError):
        schema.migrate(ledger.engine)


def test_who_sets_up_a_ledger_holds_the_others_until_the_end(ledger: Ledger, ledger_url: str) -> None:
    """On PostgreSQL; on SQLite there is one writer anyway."""
    other = Ledger(ledger_url)
    order: list[str] = []

    def later(tx: Tx) -> None:
        schema.take_turns(tx)
        order.append("second")

    def first(tx: Tx) -> threading.Thread:
        schema.take_turns(tx)
        thread = threading.Thread(target=other.write, args=(later,))
        thread.start()
        thread.join(0.2)
        order.append("first")
        return thread

    ledger.write(first).join(10)
    other.close()
    assert order == ["first", "second"]
