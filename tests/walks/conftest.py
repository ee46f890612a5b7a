"""Databases that nobody has migrated yet, and a walk that leaves no process behind."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from walk_world import Office


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger' / 'sapa.db'}"
        return
    server = request.getfixturevalue("postgres")
    name = f"w{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    head, _, query = server.partition("?")
    yield f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Callable[..., Office]]:
    """Makes installations; whatever still runs at the end is killed."""
    made: list[Office] = []

    def make(folder: str = "kota", url: str = "", **more: Any) -> Office:
        made.append(Office(tmp_path / folder, url, **more))
        return made[-1]

    yield make
    for one in made:
        one.kill()
