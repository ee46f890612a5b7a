"""Durable intake: accepted tickets a second by the web form's JSON twin and by SMTP, beside the limits.

Everything runs in one go on this machine, load generator included: read the ratios.
"""

import argparse
import asyncio
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvloop

from bench import load
from bench.servers import free_port, wait_for

ROOT = Path(__file__).parents[1]
ADDRESS = "lapor@kota-mojokerto.example"
CONNECTIONS = (1, 16, 64)


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=4000, help="requests at 16 and 64 connections")
    parser.add_argument("--rounds", type=int, default=3, help="rounds; the median by rate is shown")
    parser.add_argument("--database", default="", help="a PostgreSQL URL instead of SQLite")
    options = parser.parse_args()
    print(json.dumps(measure(options.count, options.rounds, options.database), indent=2))


def measure(count: int, rounds: int, database: str) -> dict[str, Any]:
    """All servers one after the other, each warmed up, `rounds` times."""
    seeds = iter(range(1, 10_000))
    runs: dict[str, dict[int, list[dict[str, float]]]] = {}
    checks: list[dict[str, int]] = []
    for _ in range(rounds):
        for kind in ("nothing", "insert", "sapa"):
            for connections, figures in _http_round(kind, count, seeds, database, checks):
                runs.setdefault(f"http_{kind}", {}).setdefault(connections, []).append(figures)
        for kind in ("sink", "sapa"):
            for connections, figures in _smtp_round(kind, count, seeds, database, checks):
                runs.setdefault(f"smtp_{kind}", {}).setdefault(connections, []).append(figures)
    result: dict[str, Any] = {
        name: {f"c{c}": _median(figures) for c, figures in by.items()} for name, by in runs.items()
    }
    rate = {name: result[name]["c16"]["per_second"] for name in result}
    result["ratios_c16"] = {
        "sapa_to_fastapi_alone": round(rate["http_sapa"] / rate["http_nothing"], 3),
        "sapa_to_one_insert": round(rate["http_sapa"] / rate["http_insert"], 3),
        "smtp_sapa_to_sink": round(rate["smtp_sapa"] / rate["smtp_sink"], 3),
    }
    result["tickets"] = {
        "accepted": sum(check["accepted"] for check in checks),
        "in_ledger": sum(check["in_ledger"] for check in checks),
    }
    result["idle_pss_mb"] = max(check["idle_pss_kb"] for check in checks) // 1024
    return result


def _http_round(
    kind: str, count: int, seeds: Iterator[int], database: str, checks: list[dict[str, int]]
) -> Iterator[tuple[int, dict[str, float]]]:
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".bench-") as folder:
        with _server(kind, Path(folder), database, checks) as (port, _):
            accepted = _run(load.http(port, "/api/v1/tickets", load.json_bodies(500, next(seeds)), 16))
            accepted_in_all = accepted.count
            for connections in CONNECTIONS:
                number = count if connections > 1 else count // 4
                bodies = load.json_bodies(number, next(seeds))
                done = _run(load.http(port, "/api/v1/tickets", bodies, connections))
                accepted_in_all += len({json.loads(answer)["ref"] for answer in done.answers})
                yield connections, done.figures()
            if kind == "sapa":
                _checked(Path(folder), accepted_in_all, database, checks)


def _smtp_round(
    kind: str, count: int, seeds: Iterator[int], database: str, checks: list[dict[str, int]]
) -> Iterator[tuple[int, dict[str, float]]]:
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".bench-") as folder:
        with _server(kind, Path(folder), database, checks) as (_, port):
            accepted = _run(load.smtp(port, ADDRESS, load.mails(500, next(seeds), ADDRESS), 16)).count
            for connections in CONNECTIONS:
                number = count if connections > 1 else count // 4
                done = _run(load.smtp(port, ADDRESS, load.mails(number, next(seeds), ADDRESS), connections))
                accepted += done.count
                yield connections, done.figures()
            if kind == "sapa":
                _checked(Path(folder), accepted, database, checks)


def _run(work: Any) -> load.Measured:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        measured: load.Measured = runner.run(work)
        return measured


def _checked(folder: Path, accepted: int, database: str, checks: list[dict[str, int]]) -> None:
    """Tickets the moment the last answer came: accepted means in the ledger, there is nothing to drain."""
    if not database:
        with sqlite3.connect(folder / "var" / "sapa.db") as ledger:
            checks[-1]["in_ledger"] = ledger.execute("SELECT COUNT(*) FROM ticket").fetchone()[0]
        checks[-1]["accepted"] = accepted


@contextmanager
def _server(
    kind: str, folder: Path, database: str, checks: list[dict[str, int]]
) -> Iterator[tuple[int, int]]:
    """A server process on free ports: (http, smtp)."""
    http, smtp = free_port(), free_port()
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    if kind == "sapa":
        environ |= {"SAPA_VAR": str(folder / "var"), "SAPA_HTTP_PORT": str(http), "SAPA_SMTP_PORT": str(smtp)}
        if database:
            environ["SAPA_DATABASE_URL"] = database
        command = [sys.executable, "-c", "from sapa.cli import app; app()", "serve"]
    else:
        command = [
            sys.executable,
            "-m",
            "bench.baselines",
            kind,
            str(smtp if kind == "sink" else http),
            str(folder),
        ]
    log = (folder / "log").open("wb")
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
    try:
        wait_for(smtp if kind == "sink" else http, process, folder / "log")
        if kind == "sapa":
            wait_for(smtp, process, folder / "log")
            time.sleep(2)
            checks.append({"idle_pss_kb": _pss(process.pid), "accepted": 0, "in_ledger": 0})
        yield http, smtp
    finally:
        process.send_signal(signal.SIGTERM if kind == "sapa" else signal.SIGKILL)
        process.wait(30)


def _pss(pid: int) -> int:
    found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return int(found[1]) if found else 0


def _median(figures: list[dict[str, float]]) -> dict[str, float]:
    return sorted(figures, key=lambda one: one["per_second"])[len(figures) // 2]


if __name__ == "__main__":
    main()
