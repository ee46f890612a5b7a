"""A disk that is full: SQLite may grow no more, whichever connection asks, as a full file system has it."""

import sqlite3

import sqlalchemy as sa

from store.db import Ledger

_UNLIMITED = 1_000_000


class FullDisk:
    """The disk of a ledger on SQLite."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._pages = ledger, _UNLIMITED

        @sa.event.listens_for(ledger.engine, "connect")
        def _limited(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {self._pages}")

    def fill(self) -> None:
        """The next thing that needs room finds none."""
        (size,) = self._ledger.write(lambda tx: tx.run("PRAGMA page_count"))[0]
        self._limit(int(size))

    def make_room(self) -> None:
        """There is room again."""
        self._limit(_UNLIMITED)

    def _limit(self, pages: int) -> None:
        self._pages = pages
        self._ledger.write(lambda tx: tx.run(f"PRAGMA max_page_count = {pages}"))
