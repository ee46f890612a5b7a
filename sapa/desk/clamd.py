"""Asks a clamd, the virus scanner of ClamAV, about a file: INSTREAM over TCP or a socket of this machine.

Source: docs.clamav.net, clamd(8): `zINSTREAM\\0`, then chunks behind their length (4 bytes); 0 ends them.
"""

import re
import socket
import struct
from pathlib import Path
from typing import IO

_CHUNK = 64 * 1024
_LONGEST = 4096
_FOUND = re.compile(r"stream: (.+) FOUND")


class ScannerAway(Exception):
    """It cannot be reached, or broke off: ask again later."""


class NotScanned(Exception):
    """It will not scan this file (too large for it): others may do."""


class Clamd:
    """A scanner at `host:port` or `unix:/path`; each step of a scan has `timeout` seconds."""

    def __init__(self, address: str, timeout: float = 30.0) -> None:
        self._address = address
        self._timeout = timeout

    def scan(self, path: Path) -> str:
        """The name of what was found in a file, "" for nothing.

        Raises `ScannerAway`, `NotScanned`, or FileNotFoundError.
        """
        with path.open("rb") as file:
            try:
                with self._line() as line:
                    broken = self._tell(line, file)
                    said = _answer(line)
            except OSError as error:
                raise ScannerAway(type(error).__name__) from error
        if broken and not said:
            raise ScannerAway("ConnectionResetError")
        return _verdict(said)

    def _line(self) -> socket.socket:
        if self._address.startswith("unix:"):
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(self._timeout)
            try:
                line.connect(self._address.removeprefix("unix:"))
            except OSError:
                line.close()
                raise
            return line
        host, _, port = self._address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), self._timeout)

    @staticmethod
    def _tell(line: socket.socket, file: IO[bytes]) -> bool:
        """Send the file; whether it stopped listening (it then says why)."""
        try:
            line.sendall(b"zINSTREAM\0")
            while chunk := file.read(_CHUNK):
                line.sendall(struct.pack(">I", len(chunk)) + chunk)
            line.sendall(struct.pack(">I", 0))
        except (BrokenPipeError, ConnectionResetError):
            return True
        return False


def _answer(line: socket.socket) -> str:
    said = b""
    while b"\0" not in said and len(said) < _LONGEST:
        part = line.recv(_LONGEST)
        if not part:
            break
        said += part
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _verdict(said: str) -> str:
    if said == "stream: OK":
        return ""
    if found := _FOUND.fullmatch(said):
        return found[1]
    if said.endswith("ERROR"):
        raise NotScanned
    raise ScannerAway("no answer")
