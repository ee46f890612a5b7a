"""Servers the benchmarks start: a port for each, and when it answers."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: The key of the channels' block after the two that chats need.
_NEXT = {"sms": "  walkin:\n", "telegram": "  sms:\n"}


@contextmanager
def sapa(folder: Path, door: str, block: str, **environ: str) -> Iterator[int]:
    """Sapa with one door opened by this block of channels.yaml; its port, while it runs in `folder`."""
    shutil.copytree(ROOT / "config", folder / "config")
    shutil.copy(ROOT / "config.yaml", folder)
    path = folder / "config" / "channels.yaml"
    before, _, rest = path.read_text().partition(f"  {door}:\n")
    after = _NEXT[door]
    path.write_text(before + block + after + rest.partition(after)[2])
    port, smtp = free_port(), free_port()
    ours = {
        "PYTHONPATH": str(ROOT), "SAPA_HTTP_PORT": str(port), "SAPA_SMTP_PORT": str(smtp),
        "SAPA_VAR": str(folder / "var"),
    }  # fmt: skip
    command = [sys.executable, "-c", "from sapa.cli import app; app()", "serve"]
    command += ["--config", str(folder / "config.yaml")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=os.environ | environ | ours, stdout=log, stderr=log
        )
    try:
        wait_for(port, process, folder / "log")
        time.sleep(2)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def tickets_in(folder: Path) -> int:
    """How many tickets the ledger of a server in `folder` holds."""
    with sqlite3.connect(folder / "var" / "sapa.db") as ledger:
        return int(ledger.execute("SELECT COUNT(*) FROM ticket").fetchone()[0])


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return when the port answers; exits with the server's log when it died, or after 30 s."""
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(log.read_text())
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("the server does not answer")


def free_port() -> int:
    """A port on loopback nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
