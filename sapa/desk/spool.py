"""Payloads on disk while the ledger is down, for providers that try again little or not at all."""

import json
import os
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from channels.base import Payload, Unavailable


class Spooled(Unavailable):
    """The ledger cannot be written now, but the payload is safe on disk and is delivered by itself."""


class Spool:
    """A folder with one file a payload: a line of JSON, then the raw body. Oldest first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(f"the spool folder cannot be written: {folder}")

    def keep(self, payload: Payload, name: str) -> None:
        """Keep a payload durably under a name that is the same for the same payload; raises OSError."""
        head = asdict(payload) | {"received_at": payload.received_at.isoformat(), "body": len(payload.body)}
        stamp = payload.received_at.strftime("%Y%m%dT%H%M%S%f")
        if any(self.folder.glob(f"*-{name}.spool")):
            return
        temporary = self.folder / f"{stamp}-{name}.part"
        try:
            with temporary.open("wb") as file:
                file.write(json.dumps(head).encode() + b"\n" + payload.body)
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(temporary.with_suffix(".spool"))
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise

    def waiting(self) -> list[Path]:
        """The kept payloads, oldest first."""
        return sorted(self.folder.glob("*.spool"))

    def load(self, path: Path) -> Payload:
        """A kept payload."""
        head, _, body = path.read_bytes().partition(b"\n")
        values = json.loads(head)
        values |= {"received_at": datetime.fromisoformat(values["received_at"]), "body": body}
        return Payload(**values)
