"""migrate_and_die.py URL up|down WHEN MARK: SIGKILL before statement WHEN, or at the `commit` itself."""

import sys
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from serve_and_die import die, die_migrating

from store import schema
from store.db import Ledger


def main() -> None:
    url, way, when, mark = sys.argv[1:]
    ledger = Ledger(url)
    if when == "commit":

        @sa.event.listens_for(sa.engine.Engine, "commit")
        def _commit(connection: Any) -> None:
            die(Path(mark), "commit")

    else:
        die_migrating(int(when), Path(mark))
    if way == "up":
        schema.migrate(ledger.engine)
    else:
        schema.downgrade(ledger.engine, "base")
    ledger.close()


if __name__ == "__main__":
    main()
