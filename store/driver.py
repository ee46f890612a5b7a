"""What differs between the two database drivers."""

import functools
import re
import sqlite3

import sqlalchemy as sa

_NAME = re.compile(r"(?<!:):([a-z_]+)")

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


@functools.lru_cache(maxsize=1024)
def driver_sql(dialect: str, sql: str) -> str:
    """SQL with `:name` parameters in the driver's own spelling."""
    if dialect == "sqlite":
        return sql
    return _NAME.sub(r"%(\1)s", sql.replace("%", "%%"))


def is_unavailable(error: Exception) -> bool:
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
