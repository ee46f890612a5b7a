"""What differs between the two database drivers."""

import functools
import operator
import re
import sqlite3
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from pydantic_core import to_json

_NAME = re.compile(r"(?<!:):([a-z_]+)")

Pick = Callable[[dict[str, Any]], tuple[Any, ...]]

_SQLITE_LATER = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
#: SQLSTATE classes: connection, resources, operator intervention, system error.
_POSTGRES_LATER = ("08", "53", "57", "58")


def as_json(value: Any) -> str:
    """A value for a JSON column, as text."""
    return to_json(value).decode()


@functools.lru_cache(maxsize=1024)
def driver_sql(dialect: str, sql: str) -> tuple[str, Pick]:
    """SQL with `:name` parameters in the driver's own spelling, and how to pick their values in order.

    By position, because SQLite's driver looks every name up anew at every execution.
    """
    names = _NAME.findall(sql)
    own = _NAME.sub("?", sql) if dialect == "sqlite" else _NAME.sub("%s", sql.replace("%", "%%"))
    if len(names) < 2:
        return own, lambda values: tuple(values[name] for name in names)
    return own, operator.itemgetter(*names)


def is_unavailable(error: BaseException) -> bool:
    """Whether the database itself cannot work now, so that the same act may succeed later."""
    original = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    if isinstance(original, sqlite3.Error):
        return (getattr(original, "sqlite_errorcode", 0) or 0) & 0xFF in _SQLITE_LATER
    if isinstance(error, sa.exc.TimeoutError):
        return True
    name = f"{type(original).__module__}.{type(original).__name__}"
    if not name.startswith("psycopg."):
        return False
    state = getattr(original, "sqlstate", None)
    if state is None:
        return type(original).__name__ in {"OperationalError", "InterfaceError"}
    return str(state).startswith(_POSTGRES_LATER)


def lost_race(error: Exception) -> bool:
    """Whether another writer was first: a unique key taken, a deadlock, a serialization failure."""
    original = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    if isinstance(original, sqlite3.Error):
        return getattr(original, "sqlite_errorcode", 0) in (
            sqlite3.SQLITE_CONSTRAINT_UNIQUE,
            sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
        )
    return str(getattr(original, "sqlstate", "")) in ("23505", "40001", "40P01")
