"""The key that signs links: given, or made once."""

import os
import secrets
from pathlib import Path

from sapa.settings import Settings


def signing_key(settings: Settings) -> bytes:
    """What signs links: from the environment, else a key made once beside the ledger."""
    if settings.links.secret is not None:
        return settings.links.secret.value.encode()
    path = settings.storage.var / "secret.key"
    path.parent.mkdir(parents=True, exist_ok=True)
    return _made_once(path)


def _made_once(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        key = secrets.token_bytes(32)
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key
