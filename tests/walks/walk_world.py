"""A city of its own in a folder, and the real process that serves it, as a service manager would run it."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from forked import Process

from store.db import Ledger

ROOT = Path(__file__).parents[2]
ADDRESS = "lapor@kota-mojokerto.example"
LAUNCHER = Path(__file__).with_name("serve_and_die.py")
#: Seconds a start may take on a busy machine.
PATIENCE = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Office:
    """One installation: a copy of the shipped configuration, a `var` folder, two ports, a database."""

    def __init__(
        self, folder: Path, url: str = "", *, relay_port: int = 0, var: Path | None = None, retry: int = 1
    ) -> None:
        self.folder = folder
        self.var = var or folder / "var"
        self.config = folder / "config.yaml"
        self.http, self.smtp = free_port(), free_port()
        self.url = url or f"sqlite:///{self.var / 'sapa.db'}"
        self.log = folder / "log"
        self.process: Process | None = None
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(ROOT / "config", folder / "config")
        settings = (ROOT / "config.yaml").read_text()
        self.config.write_text(
            changed(settings, r"retry_seconds: \[.*?\]", f"retry_seconds: [{retry}, {retry}]")
        )
        if relay_port:
            channels = folder / "config" / "channels.yaml"
            text = changed(channels.read_text(), r"# host: smtp\S+", "host: 127.0.0.1")
            text = changed(text, r"port: 587", f"port: {relay_port}")
            channels.write_text(changed(text, r"tls: starttls", 'tls: "no"'))

    @property
    def environ(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SAPA_", "COV_"))}
        return kept | {
            "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
            "PYTHONWARNINGS": "ignore",
            "SAPA_VAR": str(self.var),
            "SAPA_HTTP_PORT": str(self.http),
            "SAPA_SMTP_PORT": str(self.smtp),
            "SAPA_PUBLIC_URL": f"http://127.0.0.1:{self.http}",
            "SAPA_DATABASE_URL": self.url,
        }

    def command(self, *words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        """`sapa …` as a person types it, to its end."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = Process(words, cwd=self.folder, env=self.environ | environ, out=out, err=err)
            status = process.wait(180)
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(words, status, out.read().decode(), err.read().decode())

    def start(self, *dying: str, roles: str = "") -> None:
        """Start the service (`roles`: only these); with `dying` words, the launcher that dies so."""
        words = [str(self.config), *dying] if dying else ["serve", *(("--roles", roles) if roles else ())]
        program = LAUNCHER if dying else None
        with self.log.open("ab") as log:
            self.process = Process(words, program, cwd=self.folder, env=self.environ, out=log, err=log)

    def ready(self) -> None:
        """Wait until the form and the mail door answer."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            if self.answers():
                return
            time.sleep(0.05)
        raise AssertionError(f"does not start:\n{self.log.read_text()[-3000:]}")

    def answers(self) -> bool:
        for port in (self.http, self.smtp):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) != 0:
                    return False
        return True

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        if self.process is not None:
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait()

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop; the exit status."""
        assert self.process is not None
        self.process.send_signal(by)
        return self.process.wait(30)

    def ledger(self) -> Ledger:
        """The ledger, to look at; close it."""
        return Ledger(self.url)

    def page(self, path: str) -> str:
        """A page of the running service; raises HTTPError."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http}{path}", timeout=30) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            error.close()
            raise

    def post_json(self, fields: dict[str, Any]) -> str:
        """One complaint by the JSON twin; the answer's body."""
        url = f"http://127.0.0.1:{self.http}/api/v1/tickets"
        body = json.dumps(fields).encode()
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return str(answer.read().decode())


def changed(text: str, pattern: str, by: str) -> str:
    """The text with one place changed; the place must be there."""
    found, count = re.subn(pattern, by, text, count=1)
    assert count == 1, pattern
    return found


def eventually(true: Callable[[], object], patience: float = 20) -> bool:
    """Whether it becomes true within so many seconds."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.05)
    return False
