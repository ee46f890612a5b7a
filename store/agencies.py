"""City agencies and external owners, as the configuration names them over time."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from store.db import Tx


class Agency(NamedTuple):
    """One row of the configuration."""

    code: str
    kind: str
    name: str
    email: str
    valid_from: date
    valid_to: date | None
    successor: str


def sync(tx: Tx, agencies: Iterable[Agency], today: date) -> None:
    """Write what the configuration says; what left it is closed today, never deleted."""
    named = set()
    for agency in agencies:
        named.add(agency.code)
        tx.run(
            "INSERT INTO opd (code, kind, name, email, valid_from, valid_to, successor)"
            " VALUES (:code, :kind, :name, :email, :valid_from, :valid_to, :successor)"
            " ON CONFLICT (code) DO UPDATE SET kind = excluded.kind, name = excluded.name,"
            " email = excluded.email, valid_from = excluded.valid_from, valid_to = excluded.valid_to,"
            " successor = excluded.successor",
            **agency._asdict(),
        )
    for (code,) in tx.run("SELECT code FROM opd WHERE valid_to IS NULL"):
        if code not in named:
            tx.run("UPDATE opd SET valid_to = :today WHERE code = :code", today=today, code=code)
