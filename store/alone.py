"""Whether this process alone serves a ledger: a lock beside its SQLite file, let go by a killed one."""

import fcntl
from pathlib import Path
from typing import IO

from store.db import Ledger


def claim(ledger: Ledger) -> IO[bytes] | None:
    """The lock, held until it is closed or the process ends, or None.

    None on PostgreSQL, where several processes may serve, while another process holds it, and where
    no file can be made.
    """
    if ledger.dialect != "sqlite":
        return None
    try:
        path = Path(f"{Path(str(ledger.url.database)).resolve()}.serving")
        lock = path.open("ab")
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock
