"""Engines as the ledger wants them, and how the SQLite driver stores our types."""

import sqlite3
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

BUSY_TIMEOUT = "PRAGMA busy_timeout = 10000"


def open_engine(url: sa.URL, *, read_only: bool) -> Engine:
    """An engine for pages (`read_only`) or for the writer; raises ValueError for SQLite in memory."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, read_only=read_only)
    engine = sa.create_engine(
        url,
        pool_size=10 if read_only else 1,
        max_overflow=10 if read_only else 2,
        pool_pre_ping=read_only,
        connect_args={"connect_timeout": 5, "application_name": "sapa"},
    )
    if read_only:
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine


def _sqlite(url: sa.URL, *, read_only: bool) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ValueError("SQLite needs a file: two connections must see the same ledger")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        url,
        poolclass=sa.pool.QueuePool,
        pool_size=8 if read_only else 1,
        max_overflow=8 if read_only else 2,
        connect_args={"check_same_thread": False, "cached_statements": 512, "timeout": 10},
    )
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver must not open transactions by itself
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(BUSY_TIMEOUT)
        connection.execute(f"PRAGMA cache_size = -{16_000 if read_only else 64_000}")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")  # 16 MB: busy pages are copied less often
        if read_only:
            connection.execute("PRAGMA query_only = ON")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        driver.execute(begin)  # by the driver itself: this is once per batch

    return engine


@lru_cache(maxsize=1024)
def _stored_time(value: datetime) -> str:
    """As SQLAlchemy stores it: UTC, without offset, microseconds always."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


sqlite3.register_adapter(datetime, _stored_time)
sqlite3.register_adapter(UUID, lambda value: value.hex)
# What needs no adapting is found quicker when it is known: the driver looks in four places for the rest.
sqlite3.register_adapter(bool, int)
sqlite3.register_adapter(type(None), lambda nothing: nothing)
