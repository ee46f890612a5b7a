"""A migration killed half-way has changed nothing, and runs again. About 20 seconds in all."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from walk_check import rows
from walk_world import ROOT

from store import schema
from store.db import Ledger

LAUNCHER = Path(__file__).with_name("migrate_and_die.py")


def migrate(url: str, way: str, when: str, mark: Path) -> int:
    environ = {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        [sys.executable, str(LAUNCHER), url, way, when, str(mark)], env=environ, timeout=60
    ).returncode


@pytest.mark.parametrize("when", ["30", "commit"])
def test_an_empty_ledger_stays_empty_and_migrates_the_next_time(
    empty_url: str, tmp_path: Path, when: str
) -> None:
    assert migrate(empty_url, "up", when, tmp_path / "mark") == -9
    ledger = Ledger(empty_url)
    assert schema.revision(ledger.engine) is None
    with ledger.engine.connect() as connection:
        assert _tables(connection.dialect.get_table_names(connection)) == []
    schema.migrate(ledger.engine)
    assert schema.revision(ledger.engine) == schema.newest()
    ledger.close()


@pytest.mark.parametrize("when", ["30", "commit"])
def test_a_filled_ledger_keeps_every_row(
    ledger: Ledger, ledger_url: str, tmp_path: Path, when: str, now: datetime
) -> None:
    """The one migration there is on filled tables is the way back: it drops them one after the other."""

    def fill(tx) -> None:  # type: ignore[no-untyped-def]
        for number in range(50):
            tx.run(
                "INSERT INTO contact (channel, created_at, undeliverable) VALUES ('web', :now, false)",
                now=now,
            )
            tx.run("INSERT INTO ref_block (month, next) VALUES (:month, 1)", month=str(number))

    ledger.write(fill)
    assert migrate(ledger_url, "down", when, tmp_path / "mark") == -9
    assert schema.revision(ledger.engine) == schema.newest()
    assert rows(ledger, "SELECT COUNT(*) FROM contact") == [(50,)]
    assert rows(ledger, "SELECT COUNT(*) FROM ref_block") == [(50,)]
    schema.migrate(ledger.engine)
    ledger.write(
        lambda tx: tx.run("INSERT INTO ref_block (month, next) VALUES ('9', 1) ON CONFLICT DO NOTHING")
    )


def _tables(names: list[str]) -> list[str]:
    return [name for name in names if not name.startswith(("sqlite_", "alembic"))]
