"""The ledger's engine: `write` for acts (through one gate), `reading` for pages.

Every write of a process goes through one writer thread. What waits shares a transaction (group
commit), optimistically: only when a batch fails is it rolled back and redone by halves, so that
a bad act fails alone. Full durability then costs one fsync a batch.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url
from sqlmodel import Session

from store._engine import BUSY_TIMEOUT, open_engine
from store._gate import Act, Gate
from store.driver import driver_sql, is_unavailable

T = TypeVar("T")


class LedgerUnavailable(Exception):
    """The ledger cannot be written or read now (down, full, locked): try again later."""


class Tx:
    """A transaction somebody else opened and will commit.

    `session` is for typed rows (pages and acts); `run` is driver SQL with `:name` parameters for
    the intake path, where the ORM would cost more than the database. Both see the same changes.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.dialect = connection.dialect.name
        self._session: Session | None = None
        self._cursor: Any = None
        self._added: dict[str, list[tuple[Any, ...]]] = {}

    @property
    def session(self) -> Session:
        """An ORM session on this transaction; flushed, never committed, by its user."""
        self._send_added()
        if self._session is None:
            self._session = Session(bind=self.connection, expire_on_commit=False)
        return self._session

    def add(self, sql: str, **params: Any) -> None:
        """Execute a write whose outcome nobody asks for: with its like, before anything is read."""
        own, pick = driver_sql(self.dialect, sql)
        rows = self._added.get(own)
        if rows is None:
            self._added[own] = [pick(params)]
        else:
            rows.append(pick(params))

    def run(self, sql: str, **params: Any) -> list[tuple[Any, ...]]:
        """Execute driver SQL and return its rows (none for a plain write)."""
        self._send_added()
        cursor = self._execute(sql, params)
        return cursor.fetchall() if cursor.description else []

    def insert(self, sql: str, **params: Any) -> int:
        """Execute the INSERT of one row and return the id the database gave it."""
        if self.dialect == "sqlite":
            return int(self._execute(sql, params).lastrowid)
        return int(self._execute(f"{sql} RETURNING id", params).fetchone()[0])

    def insert_new(self, sql: str, **params: Any) -> int | None:
        """`insert` of a row that may be there (`ON CONFLICT … DO NOTHING`): None if it is."""
        if self.dialect == "sqlite":
            cursor = self._execute(sql, params)
            return int(cursor.lastrowid) if cursor.rowcount else None
        row = self._execute(f"{sql} RETURNING id", params).fetchone()
        return int(row[0]) if row else None

    def changed(self, sql: str, **params: Any) -> int:
        """Execute driver SQL and return how many rows it touched."""
        self._send_added()
        return int(self._execute(sql, params).rowcount)

    def _execute(self, sql: str, params: dict[str, Any]) -> Any:
        if self._session is not None:
            self._session.flush()
        own, pick = driver_sql(self.dialect, sql)
        cursor = self._open_cursor()
        cursor.execute(own, pick(params))
        return cursor

    def _send_added(self) -> None:
        if not self._added:
            return
        if self._session is not None:
            self._session.flush()
        cursor = self._open_cursor()
        for own, rows in self._added.items():
            cursor.executemany(own, rows)
        self._added = {}

    def _open_cursor(self) -> Any:
        if self._cursor is None:
            dbapi: Any = self.connection.connection.dbapi_connection
            self._cursor = dbapi.cursor()
        return self._cursor

    def flush(self) -> None:
        """Send what waits to the database."""
        self._send_added()
        if self._session is not None:
            self._session.flush()

    def done(self) -> None:
        """Let go of the session; the rows it gave stay readable."""
        if self._session is not None:
            self._session.expunge_all()
            self._session = None


def utc(value: Any) -> datetime:
    """A time as driver SQL gives it (text on SQLite) as an aware UTC datetime."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    assert isinstance(value, datetime)
    return value.astimezone(UTC)


class Ledger:
    """The database behind a URL: `sqlite:///path` or `postgresql://…`.

    `after_commit` is called in the writer thread between a commit and its answers; tests kill
    the process there.
    """

    def __init__(self, url: str, *, after_commit: Callable[[], None] = lambda: None) -> None:
        self.url = make_url(url)
        if self.url.drivername == "postgresql":
            self.url = self.url.set(drivername="postgresql+psycopg")
        self.dialect = self.url.get_backend_name()
        self._engine = open_engine(self.url, read_only=False)
        self._reader = open_engine(self.url, read_only=True)
        self._writer = _Writer(self._engine)
        self._gate = Gate(self._writer, after_commit)

    @property
    def engine(self) -> Engine:
        """The writing engine, for migrations and backups."""
        return self._engine

    def write(self, act: Callable[[Tx], T]) -> T:
        """Run one act in its transaction and return after the commit (from any thread).

        The act may be run again when a batch is redone: it must touch nothing but `tx`.
        Raises `LedgerUnavailable`, or whatever the act raises (then nothing of it is kept).
        """
        future: Future[T] = Future()
        self._gate.submit(act, future)
        return future.result()

    async def awrite(self, act: Callable[[Tx], T], *, brief: bool = False) -> T:
        """`write` for the event loop.

        `brief`: the act is driver SQL of well under a millisecond, so that the loop itself may run
        it (on SQLite; over a network the loop waits for nothing).
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._gate.submit_from(loop, act, future, brief=brief and self.dialect == "sqlite")
        return await future

    @contextmanager
    def reading(self) -> Iterator[Tx]:
        """A read-only view of one moment, for pages; nothing it does is kept."""
        try:
            with self._reader.connect() as connection:
                tx = Tx(connection)
                try:
                    yield tx
                finally:
                    tx.done()
                    connection.rollback()
        except (sa.exc.DBAPIError, sqlite3.Error) as error:
            raise _translated(error) from error

    def close(self) -> None:
        """Finish the acts that wait, then let go of the database."""
        self._gate.close()
        self._writer.close()
        self._engine.dispose()
        self._reader.dispose()


class _Writer:
    """The writing connection, opened when first needed (and anew when it broke)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def begin(self, *, wait: bool) -> bool:
        """Open a transaction; without `wait` only where nothing must be waited for."""
        if not wait:
            return self._connection is not None and self._begun_at_once(self._connection)
        if self._connection is None:
            self._connection = self._engine.connect()
        self._connection.begin()
        return True

    def one(self, act: Act) -> Any:
        """The answer of an act in the open transaction."""
        assert self._connection is not None
        tx = Tx(self._connection)
        result = act(tx)
        tx.flush()
        tx.done()
        return result

    def commit(self) -> None:
        """Commit the open transaction."""
        assert self._connection is not None
        self._connection.commit()

    def undo(self, error: BaseException) -> BaseException:
        """Roll back what is open; a connection that may be dead is dropped."""
        translated = _translated(error)
        connection = self._connection
        if connection is None:
            return translated
        begun = connection.get_transaction()
        try:
            dead = isinstance(translated, LedgerUnavailable)
            # a commit that failed may leave it open, and SQLAlchemy rolls back nothing then
            dead = dead or (begun is not None and not begun.is_active)
            # what ends a program may come between a BEGIN and SQLAlchemy's knowing of it
            dead = dead or not isinstance(error, Exception)
            connection.rollback()
        except (sa.exc.SQLAlchemyError, sqlite3.Error):
            dead = True
        if dead:
            with contextlib.suppress(sa.exc.SQLAlchemyError, sqlite3.Error):
                connection.invalidate()
            self.close()
        return translated

    def close(self) -> None:
        """Let go of the connection; the next transaction opens another."""
        if self._connection is not None:
            with contextlib.suppress(sa.exc.SQLAlchemyError, sqlite3.Error):
                self._connection.close()
            self._connection = None

    @staticmethod
    def _begun_at_once(connection: Connection) -> bool:
        """Whether a transaction is open now; False while another process writes (SQLite)."""
        driver: Any = connection.connection.dbapi_connection
        driver.execute("PRAGMA busy_timeout = 0")
        try:
            connection.begin()
        except sqlite3.OperationalError:
            return False
        finally:
            driver.execute(BUSY_TIMEOUT)
        return True


def _translated(error: BaseException) -> BaseException:
    if is_unavailable(error):
        return LedgerUnavailable(type(error).__name__)
    return error
