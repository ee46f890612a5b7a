"""An IMAP server on loopback, from a package: `pymap` with everything in memory."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from imapclient import IMAPClient

USER, PASSWORD = "lapor@kota.example", "kata-sandi-uji"


@contextmanager
def serving() -> Iterator["Server"]:
    """The server, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-c", "from pymap.main import main; main()", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--no-tls", "dict", "--demo-user", USER, "--demo-password", PASSWORD]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        server = Server(port)
        server.wait()
        yield server
    finally:
        process.kill()
        process.wait(10)


class Server:
    """How a test puts mail there and looks at what became of it."""

    def __init__(self, port: int) -> None:
        self.port = port

    def wait(self) -> None:
        for _ in range(400):
            try:
                self.client().logout()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("the IMAP server does not answer")

    def client(self) -> IMAPClient:
        one = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=10)
        one.login(USER, PASSWORD)
        return one

    def new_folder(self, name: str) -> None:
        """An empty folder, numbered anew if there was one of this name."""
        with self.client() as one:
            if one.folder_exists(name):
                one.delete_folder(name)
            one.create_folder(name)

    def put(self, folder: str, *mails: bytes) -> None:
        with self.client() as one:
            for mail in mails:
                one.append(folder, mail)

    def flags(self, folder: str) -> list[tuple[bytes, ...]]:
        """The flags of each mail, in order."""
        with self.client() as one:
            one.select_folder(folder, readonly=True)
            found: Any = one.get_flags(one.search()) if one.search() else {}
            return [tuple(flag for flag in found[number] if flag != b"\\Recent") for number in sorted(found)]

    def section(self, **more: Any) -> dict[str, Any]:
        """The mailbox's section of the configuration."""
        return {
            "host": "127.0.0.1", "port": self.port, "tls": "no", "user": USER, "password": PASSWORD,
            **more,
        }  # fmt: skip
