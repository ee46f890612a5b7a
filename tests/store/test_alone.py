"""Who serves a ledger alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from store import alone
from store.db import Ledger

HOLD = """
import sys
from store import alone
from store.db import Ledger
lock = alone.claim(Ledger(sys.argv[1]))
print("held" if lock else "no", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("database", ["sqlite"])
def test_one_at_a_time_serves_alone(ledger: Ledger, ledger_url: str) -> None:
    first = alone.claim(ledger)
    assert first is not None
    other = Ledger(ledger_url)
    assert alone.claim(other) is None
    first.close()
    second = alone.claim(other)
    assert second is not None
    second.close()
    other.close()


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_killed_process_holds_nothing(ledger: Ledger, ledger_url: str) -> None:
    command = [sys.executable, "-c", HOLD, ledger_url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert alone.claim(ledger) is None
        process.kill()
        process.wait()
    lock = alone.claim(ledger)
    assert lock is not None
    lock.close()


@pytest.mark.parametrize("database", ["postgresql"])
def test_on_postgresql_nobody_is_alone(ledger: Ledger) -> None:
    assert alone.claim(ledger) is None


def test_where_no_file_can_be_made_nobody_is_alone(tmp_path: Path) -> None:
    (tmp_path / "ledger.db.serving").mkdir()
    nowhere = Ledger(f"sqlite:///{tmp_path}/ledger.db")
    assert alone.claim(nowhere) is None
    nowhere.close()
