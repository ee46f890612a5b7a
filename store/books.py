"""Rule books, SLA tables and calendars as they were loaded, and which are in force."""

from datetime import datetime

from store.db import Tx


def in_force(tx: Tx) -> dict[str, str]:
    """The digest in force of each kind: rules, sla, calendar."""
    return {str(kind): str(digest) for kind, digest in tx.run("SELECT kind, digest FROM active_book")}


def activate(tx: Tx, kind: str, digest: str, yaml: str, now: datetime) -> bool:
    """Keep a book (`kind` rules, sla or calendar) and put it in force; False if it already was."""
    tx.run(
        "INSERT INTO book (digest, kind, yaml, loaded_at) VALUES (:digest, :kind, :yaml, :now)"
        " ON CONFLICT (digest) DO NOTHING",
        digest=digest,
        kind=kind,
        yaml=yaml,
        now=now,
    )
    return bool(
        tx.changed(
            "INSERT INTO active_book (kind, digest, since) VALUES (:kind, :digest, :now)"
            " ON CONFLICT (kind) DO UPDATE SET digest = excluded.digest, since = excluded.since"
            " WHERE active_book.digest <> excluded.digest",
            kind=kind,
            digest=digest,
            now=now,
        )
    )
