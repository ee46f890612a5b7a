"""The column kinds the tables share."""

from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, Integer, text
from sqlmodel import Field

BIG = BigInteger().with_variant(Integer, "sqlite")


def new_id() -> Any:
    """A bigint primary key given by the database."""
    return Field(default=None, primary_key=True, sa_type=BIG)


def fk(target: str, *, index: bool = True) -> Any:
    """A bigint foreign key; the field's type says whether it may be null."""
    return Field(foreign_key=target, index=index, sa_type=BIG)


def maybe_fk(target: str, *, index: bool = True) -> Any:
    """A bigint foreign key that is null unless given."""
    return Field(default=None, foreign_key=target, index=index, sa_type=BIG)


def json_object() -> Any:
    """A JSON object, empty unless given."""
    return Field(default_factory=dict, sa_type=JSON)


def one_of(column: str, words: str) -> CheckConstraint:
    """A CHECK that `column` is one of the blank-separated words.

    Spelt out with OR: for an IN list SQLite builds a table anew at every row it checks.
    """
    spelt = " OR ".join(f"{column} = '{word}'" for word in words.split())
    return CheckConstraint(spelt, name=f"ck_{column}")


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the rows for which `where` holds, on both databases."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))
