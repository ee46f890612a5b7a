"""Servers the benchmarks start: a port for each, and when it answers."""

import socket
import subprocess
import time
from pathlib import Path


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
