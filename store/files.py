"""Attachments and large payloads by digest, in a local folder."""

import hashlib
import os
import tempfile
from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Stored:
    """A kept file: sha256 in hex, and its size in bytes."""

    digest: str
    size: int


class Files:
    """A folder of files named by their sha256. What is once there never changes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def put(self, content: bytes) -> Stored:
        """Keep the bytes durably (temp, fsync, rename, fsync of the folder); raises OSError."""
        stored = Stored(hashlib.sha256(content).hexdigest(), len(content))
        target = self.path(stored.digest)
        if target.exists():
            os.utime(target)  # a sweep under way must see that somebody needs it again
            return stored
        target.parent.mkdir(exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self.root, prefix="tmp-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.rename(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
        return stored

    def read(self, digest: str) -> bytes:
        """The bytes; raises FileNotFoundError."""
        return self.path(digest).read_bytes()

    def path(self, digest: str) -> Path:
        """Where the file of this digest lies (it may not exist)."""
        if len(digest) != 64 or not digest.isalnum():
            raise ValueError("not a digest")
        return self.root / digest[:2] / digest

    def sweep(self, referenced: Container[str], older_than: datetime) -> int:
        """Remove files nobody refers to that were last needed before `older_than`; returns how many."""
        removed = 0
        for file in [*self.root.glob("??/*"), *self.root.glob("tmp-*")]:
            if file.name not in referenced and file.stat().st_mtime < older_than.timestamp():
                file.unlink()
                removed += 1
        return removed


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
